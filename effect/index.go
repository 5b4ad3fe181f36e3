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
		j.fail("0A000", "cannot create index on partitioned table %q concurrently", key.Name)
		return
	}
	if j.gone(op.Table.Name) || j.indexTargetRefused(key) {
		return
	}
	j.lock(key, mode, cause)
	if op.Name != "" && j.known(catalog.Key{Schema: key.Schema, Name: op.Name}) {
		if !op.IfNotExists && j.taken(catalog.Key{Schema: key.Schema, Name: op.Name}) {
			j.fail("42P07", "relation %q already exists", op.Name)
		}
		return
	}
	t := j.cat.TableAt(key)
	if j.indexColumnsMissing(t, op) {
		return
	}
	if t == nil || t.PartitionBy == nil {
		j.share.addBuild(Build{Table: key, Index: op.Name, Concurrently: concurrently, Why: "CREATE INDEX reads the whole table"})
		return
	}
	if op.Unique && j.lacksPartitionKey(key, elementColumns(op.Elements)) {
		return
	}
	if op.Table.Only {
		return
	}
	for _, k := range j.partitions(key)[1:] {
		j.lock(k, Share, "CREATE INDEX on a partitioned table locks every partition until all indexes are built")
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
	if j.env.Major == 14 && kind == sqlast.ForeignTable {
		j.fail("42809", "cannot create index on foreign table %q", key.Name)
	} else if j.env.Major == 14 {
		j.fail("42809", "%q is not a table or materialized view", key.Name)
	} else {
		j.fail("42809", "cannot create index on relation %q", key.Name)
	}
	return true
}

func (j *judge) indexColumnsMissing(t *catalog.Table, op *sqlast.CreateIndex) bool {
	missing := func(column string) bool {
		if column == "" || column == "*" || !j.lacksColumn(t, column) {
			return false
		}
		j.fail("42703", "column %q does not exist", column)
		return true
	}
	for _, e := range op.Elements {
		if missing(e.Column) {
			return true
		}
	}
	return slices.ContainsFunc(op.Include, missing)
}

// lacksPartitionKey fails a unique index of a partitioned table whose columns do
// not hold its whole partition key and those of its partitions.
func (j *judge) lacksPartitionKey(key catalog.Key, columns []string) bool {
	for _, k := range j.partitions(key) {
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
	switch op.Object {
	case sqlast.Index:
		j.reindexIndex(op)
	case sqlast.Table:
		j.reindexTable(op)
	}
}

func (j *judge) reindexIndex(op *sqlast.Reindex) {
	key := j.cat.Resolve(op.Name)
	i := j.cat.IndexAt(key)
	if i == nil {
		j.reindexOne(catalog.Key{}, key, op.Concurrently)
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
	for _, k := range j.stored(j.partitions(i.Table)) {
		if t := j.cat.TableAt(k); t != nil {
			for _, child := range t.Indexes {
				if child.Parent == key {
					j.reindexOne(k, child.Key, op.Concurrently)
				}
			}
		}
	}
}

func (j *judge) reindexTable(op *sqlast.Reindex) {
	key := j.cat.Resolve(op.Name)
	if j.isPartitioned(key) && j.notInTransaction("REINDEX TABLE") {
		return
	}
	j.lock(key, j.reindexMode(op.Concurrently), "REINDEX locks the table")
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
