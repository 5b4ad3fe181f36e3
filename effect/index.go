package effect

import (
	"slices"

	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

// createIndex is CREATE INDEX (DefineIndex in indexcmds.c).
func (j *judge) createIndex(op *sqlast.CreateIndex) {
	key := j.cat.Resolve(op.Table.Name)
	if op.Concurrently && j.notInTransaction("CREATE INDEX CONCURRENTLY") {
		return
	}
	mode, cause := Share, "CREATE INDEX keeps the table from being written while it reads it"
	concurrently := op.Concurrently && !j.temporary(key)
	if concurrently {
		mode, cause = ShareUpdateExclusive, "CREATE INDEX CONCURRENTLY lets reads and writes go on"
	}
	if j.isPartitioned(key) && op.Concurrently {
		if j.indexExprsMissing(j.cat.TableAt(key), op) {
			return
		}
		j.fail("0A000", "cannot create index on partitioned table %q concurrently", key.Name)
		return
	}
	if j.gone(op.Table.Name) || j.indexTargetRefused(key) {
		return
	}
	j.lock(key, mode, cause)
	if !op.Table.Only && j.isPartitioned(key) {
		for _, k := range j.partitions(key)[1:] {
			j.lock(k, Share, "CREATE INDEX on a partitioned table locks every partition until all indexes are built")
		}
	}
	// The name is looked up last (index_create), also for IF NOT EXISTS.
	t := j.cat.TableAt(key)
	partitioned := t != nil && t.PartitionBy != nil
	if op.Unique && unordered[op.Method] {
		j.fail("0A000", "access method %q does not support unique indexes", op.Method)
		return
	}
	if j.indexColumnsMissing(t, op) || j.indexExprRefused(op) || j.indexElementRefused(t, op) ||
		partitioned && op.Unique && j.lacksPartitionKey(key, elementColumns(op.Elements), op.Table.Only) {
		return
	}
	if op.Name != "" && j.known(catalog.Key{Schema: key.Schema, Name: op.Name}) {
		if !op.IfNotExists && j.taken(catalog.Key{Schema: key.Schema, Name: op.Name}) {
			j.fail("42P07", "relation %q already exists", op.Name)
		}
		return
	}
	if !partitioned {
		j.share.addBuild(Build{Table: key, Index: op.Name, Concurrently: concurrently, Why: "CREATE INDEX reads the whole table"})
		return
	}
	if op.Table.Only {
		return
	}
	for _, k := range j.stored(j.partitions(key)) {
		if !j.hasIndexLike(k, op) {
			j.build(k, "", "the partition has no such index yet")
		}
	}
}

// temporary reports whether a relation is temporary: nobody else can use it, and
// CONCURRENTLY is ignored.
func (j *judge) temporary(k catalog.Key) bool {
	t := j.cat.TableAt(k)
	return k.Schema == "pg_temp" || t != nil && t.Persistence == sqlast.Temporary
}

// indexTargetRefused fails an index on something that has no rows.
func (j *judge) indexTargetRefused(key catalog.Key) bool {
	kind, ok := j.cat.RelationKind(key)
	if !ok || kind != sqlast.View && kind != sqlast.Sequence && kind != sqlast.ForeignTable {
		return false
	}
	switch {
	case j.env.Major > 14:
		j.fail("42809", "cannot create index on relation %q", key.Name)
	case kind == sqlast.ForeignTable:
		j.fail("42809", "cannot create index on foreign table %q", key.Name)
	default:
		j.fail("42809", "%q is not a table or materialized view", key.Name)
	}
	return true
}

// indexColumnMissing fails an index on a column that the table lacks.
func (j *judge) indexColumnMissing(t *catalog.Table, column string) bool {
	if column == "" || column == "*" || !j.lacksColumn(t, column) {
		return false
	}
	j.fail("42703", "column %q does not exist", column)
	return true
}

// indexExprsMissing is indexColumnMissing for the expressions and the predicate,
// which are looked at before all else (transformIndexStmt in parse_utilcmd.c).
func (j *judge) indexExprsMissing(t *catalog.Table, op *sqlast.CreateIndex) bool {
	exprs := []sqlast.Expr{op.Where}
	for _, e := range op.Elements {
		exprs = append(exprs, e.Expr)
	}
	for _, e := range exprs {
		for _, ref := range sqlast.Columns(e) {
			if j.indexColumnMissing(t, ref.Column) {
				return true
			}
		}
	}
	return false
}

func (j *judge) indexColumnsMissing(t *catalog.Table, op *sqlast.CreateIndex) bool {
	if j.indexExprsMissing(t, op) {
		return true
	}
	for _, e := range op.Elements {
		if j.indexColumnMissing(t, e.Column) {
			return true
		}
	}
	return slices.ContainsFunc(op.Include, func(column string) bool { return j.indexColumnMissing(t, column) })
}

// indexExprRefused fails an index whose expressions or predicate are not the same
// for ever (CheckPredicate, ComputeIndexAttrs in indexcmds.c).
func (j *judge) indexExprRefused(op *sqlast.CreateIndex) bool {
	refused := func(e sqlast.Expr, where string) bool {
		switch {
		case e == nil:
			return false
		case j.subqueryRefused(e, where):
		case j.mutable(e):
			j.fail("42P17", "functions in %s must be marked IMMUTABLE", where)
		default:
			return false
		}
		return true
	}
	for i := range op.Elements {
		if refused(op.Elements[i].Expr, "index expression") {
			return true
		}
	}
	return refused(op.Where, "index predicate")
}

// unordered are PostgreSQL's own access methods that are neither unique nor sorted.
var unordered = map[string]bool{"hash": true, "gin": true, "gist": true, "brin": true, "spgist": true}

// indexElementRefused fails what an access method or a column's type does not
// support (ComputeIndexAttrs).
func (j *judge) indexElementRefused(t *catalog.Table, op *sqlast.CreateIndex) bool {
	unordered := unordered[op.Method]
	for _, e := range op.Elements {
		if col := columnOf(t, e.Column); col != nil && !j.doubtful(t) {
			typ := col.Type
			if col.UserType != (catalog.Key{}) && j.env.Major >= 17 { // search_path is restricted
				typ.Name = sqlast.Name{Schema: col.UserType.Schema, Name: col.UserType.Name}
			}
			if j.collationRefused(typ, !e.Collation.IsZero()) {
				return true
			}
		}
		switch {
		case unordered && e.Desc:
			j.fail("0A000", "access method %q does not support ASC/DESC options", op.Method)
			return true
		case unordered && (e.NullsFirst || e.NullsLast):
			j.fail("0A000", "access method %q does not support NULLS FIRST/LAST options", op.Method)
			return true
		}
	}
	return false
}

// mutable reports whether an expression certainly calls a function that is not
// IMMUTABLE (contain_mutable_functions in clauses.c). Casts and operators are not
// looked at.
func (j *judge) mutable(e sqlast.Expr) bool {
	v, known := j.cat.Volatility(e)
	if !known || v == sqlast.Immutable {
		return false
	}
	inlined := false // the planner may put the body of an SQL function in its place
	sqlast.WalkExpr(e, func(e sqlast.Expr) bool {
		if call, ok := e.(*sqlast.FuncExpr); ok {
			for _, f := range j.cat.Functions(call.Name) {
				inlined = inlined || f.Language == "sql"
			}
		}
		return !inlined
	})
	return !inlined
}

// lacksPartitionKey fails a unique index of a partitioned table whose columns do
// not hold its whole partition key and, unless ONLY it is meant, those of its
// partitions.
func (j *judge) lacksPartitionKey(key catalog.Key, columns []string, only bool) bool {
	keys := []catalog.Key{key}
	if !only {
		keys = j.partitions(key)
	}
	for _, k := range keys {
		t := j.cat.TableAt(k)
		if t == nil || t.PartitionBy == nil {
			continue
		}
		for _, c := range t.PartitionBy.Columns {
			if c != "" && !slices.Contains(columns, c) {
				j.fail("0A000", "unique constraint on partitioned table must include all partitioning columns")
				return true
			}
		}
	}
	return false
}

func elementColumns(elems []sqlast.IndexElem) []string {
	cols := make([]string, len(elems))
	for i, e := range elems {
		cols[i] = e.Column
	}
	return cols
}

// hasIndexLike reports whether a partition has an index that can be attached
// instead of a new one (CompareIndexInfo). Expressions are not compared.
func (j *judge) hasIndexLike(k catalog.Key, op *sqlast.CreateIndex) bool {
	t := j.cat.TableAt(k)
	if t == nil || op.Where != nil {
		return false
	}
	return slices.ContainsFunc(t.Indexes, func(i *catalog.Index) bool {
		return i.Unique == op.Unique && i.Where == nil && sameElements(i.Elements, op.Elements) &&
			slices.Equal(i.Include, op.Include) && i.Parent == (catalog.Key{})
	})
}

func sameElements(a, b []sqlast.IndexElem) bool {
	return slices.EqualFunc(a, b, func(a, b sqlast.IndexElem) bool {
		return a.Column != "" && a.Column == b.Column && a.OpClass.Name == b.OpClass.Name && a.Collation.Name == b.Collation.Name
	})
}

// reindex is REINDEX (ReindexIndex, ReindexTable and ReindexMultipleTables).
func (j *judge) reindex(op *sqlast.Reindex) {
	if op.Concurrently && j.notInTransaction("REINDEX CONCURRENTLY") {
		return
	}
	if key := j.cat.Resolve(op.Name); op.Concurrently && (op.Object == sqlast.Index || op.Object == sqlast.Table) && j.temporary(key) {
		plain := *op
		plain.Concurrently, op = false, &plain
	}
	switch op.Object {
	case sqlast.Index:
		j.reindexIndex(op)
	case sqlast.Table:
		j.reindexTable(j.cat.Resolve(op.Name), op)
	case sqlast.Schema:
		if j.env.InTransaction {
			return // refused
		}
		for t := range j.cat.Tables() {
			if t.Schema == op.Name.Name && t.PartitionBy == nil {
				j.reindexTable(t.Key, op)
			}
		}
		for v := range j.cat.Views() {
			if v.Schema == op.Name.Name && v.Materialized {
				j.reindexTable(v.Key, op)
			}
		}
	}
}

func (j *judge) reindexIndex(op *sqlast.Reindex) {
	key := j.cat.Resolve(op.Name)
	i := j.cat.IndexAt(key)
	if i == nil {
		j.reindexOne(catalog.Key{}, key, op.Concurrently)
		return
	}
	if op.Concurrently && j.excludes(i) {
		j.fail("0A000", "concurrent index creation for exclusion constraints is not supported")
		return
	}
	if !j.isPartitioned(i.Table) {
		j.reindexOne(i.Table, key, op.Concurrently)
		return
	}
	if j.notInTransaction("REINDEX INDEX") {
		return
	}
	j.lock(i.Table, j.reindexMode(op.Concurrently), "REINDEX locks the table of the index")
	parents := map[catalog.Key]bool{key: true}
	for _, k := range j.partitions(i.Table)[1:] { // a parent comes before its partitions
		t := j.cat.TableAt(k)
		if t == nil {
			continue
		}
		for _, child := range t.Indexes {
			switch {
			case !parents[child.Parent]:
			case t.PartitionBy != nil:
				parents[child.Key] = true
			default:
				j.reindexOne(k, child.Key, op.Concurrently)
			}
		}
	}
}

// excludes reports whether an index is that of an exclusion constraint, which
// cannot be built concurrently.
func (j *judge) excludes(i *catalog.Index) bool {
	con := constraintOf(j.cat.TableAt(i.Table), i.Constraint)
	return con != nil && con.Kind == sqlast.Exclusion
}

func (j *judge) reindexTable(key catalog.Key, op *sqlast.Reindex) {
	if j.isPartitioned(key) && j.notInTransaction("REINDEX TABLE") {
		return
	}
	j.lock(key, j.reindexMode(op.Concurrently), "REINDEX locks the table")
	for _, k := range j.partitions(key)[1:] {
		// Whatever the mode: find_all_inheritors in ReindexPartitions.
		j.lock(k, Share, "REINDEX of a partitioned table first locks every partition against writes, to list them")
	}
	for _, k := range j.stored(j.partitions(key)) {
		j.lock(k, j.reindexMode(op.Concurrently), "REINDEX locks the table")
		var indexes []*catalog.Index
		if t := j.cat.TableAt(k); t != nil {
			indexes = t.Indexes
		} else if v := j.cat.ViewAt(k); v != nil {
			indexes = v.Indexes
		} else {
			j.share.addBuild(Build{Table: k, Concurrently: op.Concurrently, Why: "REINDEX builds every index of the table again"})
		}
		for _, i := range indexes {
			if op.Concurrently && j.excludes(i) {
				continue // with a warning: ReindexRelationConcurrently
			}
			j.reindexOne(k, i.Key, op.Concurrently)
		}
	}
}

func (j *judge) reindexMode(concurrently bool) Mode {
	if concurrently {
		return ShareUpdateExclusive
	}
	return Share
}

// reindexOne rebuilds one index. Without CONCURRENTLY the index itself is locked
// in ACCESS EXCLUSIVE mode, which blocks every query of the table, because
// planning opens all its indexes.
func (j *judge) reindexOne(table, index catalog.Key, concurrently bool) {
	if table != (catalog.Key{}) {
		j.lock(table, j.reindexMode(concurrently), "REINDEX locks the table of the index")
	}
	if !concurrently {
		j.lockKind(index, sqlast.Index, AccessExclusive, "REINDEX replaces the index; planning any query of the table waits for it")
	}
	j.share.addBuild(Build{Table: table, Index: index.Name, Concurrently: concurrently, Why: "REINDEX builds it again"})
}
