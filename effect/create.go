package effect

import (
	"slices"

	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

// createTable is CREATE TABLE, CREATE TABLE AS and SELECT INTO (DefineRelation
// in tablecmds.c): the new table costs nothing, the relations it refers to are
// locked.
func (j *judge) createTable(op *sqlast.CreateTable) {
	key := j.newKey(op.Name, op.Persistence == sqlast.Temporary)
	if j.known(key) {
		if !op.IfNotExists && j.taken(key) && j.readable(op.Query) {
			j.fail("42P07", "relation %q already exists", key.Name)
		}
		if op.Query != nil {
			j.reads(op.Query.Reads) // parsed before the name is looked up
		}
		return
	}
	if !op.PartitionOf.IsZero() {
		j.createPartition(op)
	}
	for _, name := range op.Inherits {
		j.lock(j.cat.Resolve(name), ShareUpdateExclusive, "a table that inherits from it is made")
	}
	for _, l := range op.Likes {
		j.lock(j.cat.Resolve(l.Table), AccessShare, "LIKE reads its definition")
	}
	for i := range op.Columns {
		col := &op.Columns[i]
		if j.columnRefused(key.Name, nil, col) {
			return
		}
		for n := range col.Constraints {
			if c := &col.Constraints[n]; c.Kind == sqlast.ForeignKey {
				j.newTableForeignKey(op, key, c, col.Type)
			}
		}
	}
	for i := range op.Constraints {
		if c := &op.Constraints[i]; c.Kind == sqlast.ForeignKey {
			j.newTableForeignKey(op, key, c, sqlast.TypeName{})
		}
	}
	switch {
	case op.Query == nil:
	case op.NoData:
		j.parsed(op.Query, "the query names it")
	default:
		j.query(op.Query)
	}
}

// parsed is a query that is not run: what it names is locked all the same.
func (j *judge) parsed(q *sqlast.Query, cause string) {
	for _, r := range q.Reads {
		j.lock(j.cat.Resolve(r.Name), AccessShare, cause)
	}
}

// newKey is the key CREATE makes for a name.
func (j *judge) newKey(n sqlast.Name, temporary bool) catalog.Key {
	if temporary && n.Schema == "" {
		return catalog.Key{Schema: "pg_temp", Name: n.Name}
	}
	return j.cat.NewKey(n)
}

// newTableForeignKey is a foreign key of a table that is being made: nothing to
// validate, but triggers on the referenced table.
func (j *judge) newTableForeignKey(op *sqlast.CreateTable, key catalog.Key, fk *sqlast.Constraint, typ sqlast.TypeName) {
	if j.cat.Resolve(fk.RefTable) == key || fk.RefTable.Schema == "" && fk.RefTable.Name == key.Name {
		return
	}
	if j.gone(fk.RefTable) {
		return
	}
	j.lockNewReferenced(fk.RefTable)
	one := *fk
	if !typ.IsZero() {
		one.Columns = []string{""}
	}
	ref := j.cat.Table(fk.RefTable)
	if op.Persistence == sqlast.Temporary && j.certain(ref) && ref.Persistence != sqlast.Temporary {
		j.fail("42P16", "constraints on temporary tables may reference only temporary tables")
		return
	}
	j.referencedMustFit(&one, nil, op.Persistence == sqlast.Permanent, typ)
}

// attached is a statement that makes or changes something attached to a
// relation.
func (j *judge) attached(op sqlast.Op) {
	switch op := op.(type) {
	case *sqlast.CreateView:
		j.createView(op)
	case *sqlast.CreateTrigger:
		j.createTrigger(op)
	case *sqlast.CreateRule:
		j.lock(j.cat.Resolve(op.Table.Name), AccessExclusive, "a rule changes how queries of the relation are rewritten")
	case *sqlast.CreatePolicy:
		if t := j.cat.Table(op.Table.Name); !op.Alter && t != nil && !j.doubtful(t) &&
			slices.ContainsFunc(t.Policies, func(p *catalog.Policy) bool { return p.Name == op.Name }) && !j.mayMiss(t, op.Using, op.Check) {
			j.fail("42710", "policy %q for table %q already exists", op.Name, t.Name)
			return
		}
		j.lock(j.cat.Resolve(op.Table.Name), AccessExclusive, "a policy changes what queries of the table see")
		for _, e := range [...]sqlast.Expr{op.Using, op.Check} {
			j.readSubqueries(e)
		}
	case *sqlast.CreateStatistics:
		j.lock(j.cat.Resolve(op.Table.Name), ShareUpdateExclusive, "CREATE STATISTICS locks the table against changes")
	case *sqlast.CommentOn:
		j.comment(op)
	case *sqlast.Grant:
		j.grant(op)
	case *sqlast.CreatePublication:
		j.publication(op)
	}
}

// temporaryRefused fails a view that reads something temporary and cannot be
// temporary itself (transformCreateTableAsStmt, DefineView).
func (j *judge) temporaryRefused(op *sqlast.CreateView) bool {
	schema := op.Name.Schema
	if op.Query == nil || !op.Materialized && (schema == "" || schema == "pg_temp") {
		return false
	}
	if !j.readsTemporary(op.Query) {
		return false
	}
	if op.Materialized {
		j.fail("0A000", "materialized views must not use temporary tables or views")
	} else {
		j.fail("42P16", "cannot create temporary relation in non-temporary schema")
	}
	return true
}

// readsTemporary reports whether a query names something temporary: a view of it
// is temporary too (isQueryUsingTempRelation).
func (j *judge) readsTemporary(q *sqlast.Query) bool {
	return q != nil && slices.ContainsFunc(q.Reads, func(r sqlast.Relation) bool {
		k := j.cat.Resolve(r.Name)
		return j.temporary(k) && j.kind(k) != sqlast.Index
	})
}

// readable reports whether a query names no column that may be missing from all
// that it reads.
func (j *judge) readable(q *sqlast.Query) bool {
	if q == nil {
		return true
	}
	has := func(r sqlast.Relation, column string) bool {
		k := j.cat.Resolve(r.Name)
		if v := j.cat.ViewAt(k); v != nil {
			return len(v.Columns) == 0 || v.Doubtful || slices.Contains(v.Columns, column)
		}
		return !j.lacksColumn(j.cat.TableAt(k), column)
	}
	for _, ref := range q.Columns {
		if ref.Column == "*" || slices.ContainsFunc(q.Targets, func(t sqlast.Target) bool { return t.Name == ref.Column && t.Expr != ref }) {
			continue
		}
		if !slices.ContainsFunc(q.Reads, func(r sqlast.Relation) bool { return has(r, ref.Column) }) {
			return false
		}
	}
	return true
}

// createView is CREATE [OR REPLACE] VIEW and CREATE MATERIALIZED VIEW
// (DefineView in view.c). A view's query is parsed, so only what it names is
// locked; a materialized view's is run.
func (j *judge) createView(op *sqlast.CreateView) {
	key := j.newKey(op.Name, op.Temporary || !op.Materialized && j.readsTemporary(op.Query))
	kind, exists := j.cat.RelationKind(key)
	if j.readable(op.Query) && j.temporaryRefused(op) {
		return
	}
	if op.Query != nil {
		if op.Materialized && !op.NoData {
			j.query(op.Query)
		} else {
			j.parsed(op.Query, "the view's query names it")
		}
	}
	switch {
	case !exists:
	case op.IfNotExists:
	case !j.readable(op.Query): // which comes to light first
	case !op.Replace && !j.taken(key):
	case !op.Replace:
		j.fail("42P07", "relation %q already exists", key.Name)
	case kind != sqlast.View:
		j.fail("42809", "%q is not a view", key.Name)
	default:
		j.lockKind(key, sqlast.View, AccessExclusive, "CREATE OR REPLACE VIEW changes what queries of the view see")
		j.viewShape(key, op)
	}
}

// createTrigger is CREATE TRIGGER (CreateTriggerFiringOn in trigger.c).
func (j *judge) createTrigger(op *sqlast.CreateTrigger) {
	key := j.cat.Resolve(op.Table.Name)
	if j.gone(op.Table.Name) {
		return
	}
	if t := j.cat.TableAt(key); t != nil && !op.Replace && !j.doubtful(t) {
		for _, tr := range t.Triggers {
			if tr.Name == op.Name {
				j.fail("42710", "trigger %q for relation %q already exists", op.Name, key.Name)
				return
			}
		}
	}
	keys := []catalog.Key{key}
	if op.Row {
		keys = j.partitions(key)
	}
	j.lockAll(keys, ShareRowExclusive, "CREATE TRIGGER keeps the table from being written")
	if !op.RefTable.IsZero() {
		j.lock(j.cat.Resolve(op.RefTable), AccessShare, "the constraint trigger refers to it")
	}
}

// comment is COMMENT ON (CommentObject in comment.c, get_object_address).
func (j *judge) comment(op *sqlast.CommentOn) {
	switch op.Object {
	case sqlast.Table, sqlast.ForeignTable, sqlast.View, sqlast.MaterializedView, sqlast.Sequence, sqlast.Index:
		j.lockKind(j.cat.Resolve(op.Name), op.Object, ShareUpdateExclusive, "COMMENT locks the relation against changes")
	case sqlast.Column:
		j.lock(j.cat.Resolve(op.On.Name), ShareUpdateExclusive, "COMMENT locks the relation against changes")
	case sqlast.TableConstraint, sqlast.Trigger, sqlast.Policy, sqlast.RewriteRule:
		j.lock(j.cat.Resolve(op.On.Name), AccessShare, "COMMENT looks the object up")
	}
}

// grant: since 18 the relation is locked while its privileges change
// (ExecGrant_Relation in aclchk.c).
func (j *judge) grant(op *sqlast.Grant) {
	if j.env.Major < 18 || op.Object != sqlast.Table && op.Object != sqlast.Sequence {
		return
	}
	for _, n := range op.Names {
		j.lockKind(j.cat.Resolve(n), op.Object, AccessShare, "GRANT and REVOKE keep the relation from being dropped")
	}
}

// publication is CREATE and ALTER PUBLICATION (OpenTableList in
// publicationcmds.c).
func (j *judge) publication(op *sqlast.CreatePublication) {
	pub := j.cat.Publication(op.Name)
	certain := pub != nil && j.cat.CertainPublication(pub)
	if certain && op.Action == "create" {
		j.fail("42710", "publication %q already exists", op.Name)
		return
	}
	for _, r := range op.Tables {
		key := j.cat.Resolve(r.Name)
		keys := []catalog.Key{key}
		if t := j.cat.TableAt(key); t != nil && !r.Only && t.PartitionBy == nil {
			keys = j.family(key)
		}
		j.lockAll(keys, ShareUpdateExclusive, "a publication locks the tables it takes in or leaves out")
		if op.Action == "drop" && certain && !pub.AllTables && !slices.Contains(pub.Tables, key) && j.known(key) {
			j.fail("42704", "relation %q is not part of the publication", key.Name)
		}
		if op.Action == "add" && pub != nil {
			for _, k := range pub.Tables {
				if k == key {
					j.fail("42710", "relation %q is already member of publication %q", key.Name, op.Name)
				}
			}
		}
	}
	if op.Action == "set" && pub != nil {
		j.lockAll(pub.Tables, ShareUpdateExclusive, "a publication locks the tables it takes in or leaves out")
	}
}
