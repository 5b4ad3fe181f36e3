package effect

import (
	"slices"

	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

// dml is a query or a change of data (parserOpenTable in parse_relation.c,
// expand_inherited_rtentry in inherit.c, ri_triggers.c).
func (j *judge) dml(op sqlast.Op) {
	switch op := op.(type) {
	case *sqlast.Select:
		j.query(op.Query)
	case *sqlast.Insert:
		j.write(op.Table, writeNew, "INSERT writes it")
		j.insertMustFit(op)
		j.lockDrawnFrom(op)
		j.query(op.Query)
		j.lockReferencedByRows(op.Table, j.givenColumns(op))
	case *sqlast.Update:
		var columns, given []string
		for _, a := range op.Set {
			columns = append(columns, a.Column)
			if !isNull(a.Value) {
				given = append(given, a.Column)
			}
		}
		j.write(op.Table, writeChange, "UPDATE writes it")
		j.assignmentsMustFit(op)
		j.reads(op.From)
		j.query(op.Query)
		if len(given) > 0 {
			j.lockReferencedByRows(op.Table, given)
		}
		j.lockReferencingRows(j.cat.Resolve(op.Table.Name), columns, map[catalog.Key]bool{})
		if t := j.cat.Table(op.Table.Name); !j.mayMiss(t, updateExprs(op)...) {
			j.failWithoutIdentity(t, writeChange)
		}
	case *sqlast.Delete:
		j.write(op.Table, writeDelete, "DELETE writes it")
		j.reads(op.Using)
		j.query(op.Query)
		j.lockReferencingRows(j.cat.Resolve(op.Table.Name), nil, map[catalog.Key]bool{})
		if t := j.cat.Table(op.Table.Name); !j.mayMiss(t, op.Where) {
			j.failWithoutIdentity(t, writeDelete)
		}
	case *sqlast.Merge:
		j.write(op.Table, writeMerge, "MERGE writes it")
		j.query(op.Query)
	case *sqlast.Copy:
		j.copy(op)
	}
}

func (j *judge) copy(op *sqlast.Copy) {
	if op.Query != nil {
		j.query(op.Query)
	}
	if op.Table.IsZero() {
		return
	}
	if op.From {
		j.write(op.Table, writeNew, "COPY writes it")
		return
	}
	key := j.cat.Resolve(op.Table.Name)
	switch kind, _ := j.cat.RelationKind(key); {
	case kind == sqlast.View && j.taken(key):
		j.fail("42809", "cannot copy from view %q", key.Name)
	case j.isPartitioned(key):
		j.fail("42809", "cannot copy from partitioned table %q", key.Name)
	}
	j.lock(key, AccessShare, "COPY reads it")
}

// query records the locks of everything a query reads and writes.
func (j *judge) query(q *sqlast.Query) {
	if q == nil {
		return
	}
	for _, r := range q.Locks {
		j.readRelation(r, RowShare, "FOR UPDATE or FOR SHARE locks its rows")
	}
	j.reads(q.Reads)
	for _, w := range q.Writes {
		j.dml(w)
	}
	for _, f := range q.Functions {
		j.sequenceFunction(f)
	}
}

func (j *judge) reads(rels []sqlast.Relation) {
	for _, r := range rels {
		if j.cat.IsSystem(r.Name) {
			continue // nobody waits for them, and measurements leave them out
		}
		j.readRelation(r, AccessShare, "the statement reads it")
	}
}

func (j *judge) readRelation(r sqlast.Relation, mode Mode, cause string) {
	key := j.cat.Resolve(r.Name)
	j.gone(r.Name)
	if r.Only {
		j.lock(key, mode, cause)
		return
	}
	j.read(key, mode, cause)
}

// read locks a relation, its descendants, and what a view reads.
func (j *judge) read(key catalog.Key, mode Mode, cause string) {
	seen := map[catalog.Key]bool{}
	var visit func(catalog.Key)
	visit = func(k catalog.Key) {
		if seen[k] {
			return
		}
		seen[k] = true
		j.lockAll(j.family(k), mode, cause)
		if j.isPartitioned(k) {
			j.readAncestors(k)
		}
		if v := j.cat.ViewAt(k); v != nil && !v.Materialized {
			for _, below := range v.Reads {
				visit(below)
			}
		}
	}
	visit(key)
}

// writing is what happens to rows.
type writing int

const (
	writeNew    writing = iota // INSERT, COPY FROM
	writeChange                // UPDATE
	writeDelete                // DELETE
	writeMerge                 // MERGE, which may do any of them
)

// write locks the relation that is written. Rows go to partitions as they come,
// so INSERT locks those it meets; UPDATE and DELETE lock every partition that
// the planner cannot rule out.
func (j *judge) write(r sqlast.Relation, how writing, cause string) {
	key := j.cat.Resolve(r.Name)
	j.gone(r.Name)
	if kind, _ := j.cat.RelationKind(key); kind == sqlast.MaterializedView && j.taken(key) {
		j.fail("42809", "cannot change materialized view %q", key.Name)
		return
	}
	switch {
	case j.cat.ViewAt(key) != nil:
		j.read(key, RowExclusive, cause)
	case how != writeNew && !r.Only:
		j.lockAll(j.family(key), RowExclusive, cause)
	default:
		j.lock(key, RowExclusive, cause)
	}
	if how != writeDelete || j.isPartitioned(key) {
		j.readAncestors(key)
	}
}

// failWithoutIdentity records the error for a change of published rows that
// subscribers could not find: it is raised even if no row is changed
// (CheckCmdReplicaIdentity in execReplication.c).
func (j *judge) failWithoutIdentity(t *catalog.Table, how writing) {
	if t == nil || how != writeChange && how != writeDelete {
		return
	}
	change, verb := "update", "update"
	if how == writeDelete {
		change, verb = "delete", "delete from"
	}
	if p := j.cat.Published(t, change); p != nil && j.cat.CertainPublication(p) && j.certain(t) && !t.HasIdentity() {
		j.fail("55000", "cannot %s table %q because it does not have a replica identity and publishes %ss", verb, t.Name, change)
	}
}

// givenColumns are the columns that an INSERT gives a value that is not NULL in
// some row; nil for all.
func (j *judge) givenColumns(op *sqlast.Insert) []string {
	columns := op.Columns
	if t := j.cat.Table(op.Table.Name); len(columns) == 0 && t != nil && !t.Partial && !t.ColumnsUnknown {
		for _, c := range t.Columns {
			columns = append(columns, c.Name)
		}
	}
	if op.Query == nil || op.Query.ValueRows == 0 || len(op.Values)%op.Query.ValueRows != 0 {
		return op.Columns
	}
	width := len(op.Values) / op.Query.ValueRows
	if width > len(columns) {
		return op.Columns
	}
	given := make([]string, 0, width)
	for i, column := range columns[:width] {
		for n := i; n < len(op.Values); n += width {
			if !isNull(op.Values[n]) {
				given = append(given, column)
				break
			}
		}
	}
	return given
}

// lockReferencedByRows: a row with a foreign key locks the row it refers to
// (RI_FKey_check). columns are those that are given a value; nil for all.
func (j *judge) lockReferencedByRows(r sqlast.Relation, columns []string) {
	for _, fk := range foreignKeys(j.cat.TableAt(j.cat.Resolve(r.Name))) {
		if columns == nil || slices.ContainsFunc(fk.Columns, func(c string) bool { return slices.Contains(columns, c) }) {
			j.lock(fk.RefTable, RowShare, "the foreign key "+fk.Name+" locks the rows it refers to")
		}
	}
}

// lockReferencingRows: a referenced row that is deleted, or whose key changes,
// is looked for in the referring tables, or changed there
// (RI_FKey_noaction_del and its like), and so on from there. columns nil is
// DELETE.
func (j *judge) lockReferencingRows(key catalog.Key, columns []string, seen map[catalog.Key]bool) {
	if seen[key] {
		return
	}
	seen[key] = true
	j.referencing(key, func(from *catalog.Table, fk *catalog.Constraint) {
		action := fk.OnDelete
		if columns != nil {
			action = fk.OnUpdate
			if !slices.ContainsFunc(fk.RefColumns, func(c string) bool { return slices.Contains(columns, c) }) {
				return
			}
		}
		mode := RowShare
		if action == "cascade" || action == "set null" || action == "set default" {
			mode = RowExclusive
		}
		j.lock(from.Key, mode, "its foreign key "+fk.Name+" refers to the rows")
		switch {
		case mode == RowShare:
		case action == "cascade" && columns == nil:
			j.lockReferencingRows(from.Key, nil, seen)
		default:
			j.lockReferencingRows(from.Key, fk.Columns, seen)
		}
	})
}

// sequenceFunction: nextval, setval and currval lock the sequence
// (lock_and_open_sequence in sequence.c).
func (j *judge) sequenceFunction(f *sqlast.FuncExpr) {
	if f.Name.Schema != "" && f.Name.Schema != "pg_catalog" || len(f.Args) == 0 {
		return
	}
	switch f.Name.Name {
	case "nextval", "setval", "currval":
	default:
		return
	}
	if s := j.cat.CalledSequence(f); s != nil {
		j.lockKind(s.Key, sqlast.Sequence, RowExclusive, f.Name.Name+" uses the sequence")
	} else if name, ok := literal(f.Args[0]); ok {
		if n, ok := parseName(name); ok {
			j.lockKind(j.cat.Resolve(n), sqlast.Sequence, RowExclusive, f.Name.Name+" uses the sequence")
		}
	}
}

// readSubqueries locks what the sub-selects of an expression read.
func (j *judge) readSubqueries(e sqlast.Expr) {
	sqlast.WalkExpr(e, func(e sqlast.Expr) bool {
		if s, ok := e.(*sqlast.SubqueryExpr); ok && s.Query != nil {
			for _, r := range s.Query.Reads {
				j.lock(j.cat.Resolve(r.Name), AccessShare, "the expression names it")
			}
		}
		return true
	})
}
