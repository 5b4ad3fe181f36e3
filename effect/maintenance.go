package effect

import (
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

// maintenance is TRUNCATE, CLUSTER, VACUUM, ANALYZE, LOCK TABLE and REFRESH
// MATERIALIZED VIEW.
func (j *judge) maintenance(op sqlast.Op) {
	switch op := op.(type) {
	case *sqlast.Truncate:
		j.truncate(op)
	case *sqlast.Cluster:
		j.cluster(op)
	case *sqlast.Vacuum:
		j.vacuum(op)
	case *sqlast.LockTable:
		j.lockTable(op)
	case *sqlast.RefreshMaterializedView:
		j.refresh(op)
	}
}

// truncate is TRUNCATE (ExecuteTruncate in tablecmds.c).
func (j *judge) truncate(op *sqlast.Truncate) {
	named := map[catalog.Key]bool{}
	var keys []catalog.Key
	add := func(k catalog.Key) {
		if !named[k] {
			named[k] = true
			keys = append(keys, k)
		}
	}
	for _, r := range op.Tables {
		key := j.cat.Resolve(r.Name)
		if j.gone(r.Name) {
			return
		}
		if kind, ok := j.cat.RelationKind(key); ok && kind != sqlast.Table && kind != sqlast.ForeignTable {
			j.fail("42809", "%q is not a table", key.Name)
			return
		}
		if r.Only {
			if j.isPartitioned(key) {
				j.fail("42809", "cannot truncate only a partitioned table")
				return
			}
			add(key)
			continue
		}
		for _, k := range j.family(key) {
			add(k)
		}
	}
	written := len(keys)
	for i := 0; i < len(keys); i++ {
		if i < written {
			j.lock(keys[i], AccessExclusive, "TRUNCATE locks what it empties")
		}
		if !j.isPartitioned(keys[i]) && !j.isEmpty(keys[i]) {
			why := ""
			if i >= written {
				why = "emptied by CASCADE"
			}
			j.lose(sqlast.Table, keys[i].String(), why, true)
		}
		j.referencing(keys[i], func(from *catalog.Table, fk *catalog.Constraint) {
			switch {
			case named[from.Key]:
			case !op.Cascade:
				j.fail("0A000", "cannot truncate a table referenced in a foreign key constraint")
			default:
				j.lock(from.Key, AccessExclusive, "its foreign key "+fk.Name+" refers to a table that TRUNCATE … CASCADE empties")
				add(from.Key)
			}
		})
		if t := j.cat.TableAt(keys[i]); t != nil && op.RestartIdentity {
			for _, s := range t.Sequences {
				j.lockKind(s, sqlast.Sequence, AccessExclusive, "RESTART IDENTITY sets the sequence back")
			}
		}
	}
}

// isEmpty is true of a table that the running transaction made and has not filled.
func (j *judge) isEmpty(k catalog.Key) bool {
	t := j.cat.TableAt(k)
	return j.certain(t) && j.env.InTransaction && t.Created.Tx == j.env.Tx && t.Filled == nil
}

// cluster is CLUSTER (cluster.c).
func (j *judge) cluster(op *sqlast.Cluster) {
	name := "CLUSTER"
	if op.Repack {
		name = "REPACK"
	}
	if op.Table.IsZero() {
		j.notInTransaction(name)
		return
	}
	key := j.cat.Resolve(op.Table.Name)
	if j.clusteringRefused(j.cat.IndexAt(catalog.Key{Schema: key.Schema, Name: op.Index}), key) {
		return
	}
	partitioned := j.isPartitioned(key)
	if partitioned && j.env.Major == 14 {
		j.fail("0A000", "cannot cluster a partitioned table")
		return
	}
	if partitioned && j.notInTransaction(name) {
		return
	}
	j.lock(key, AccessExclusive, name+" copies the table in a new order")
	for _, k := range j.stored(j.partitions(key)) {
		j.lock(k, AccessExclusive, name+" copies the table in a new order")
	}
	for _, k := range j.stored(j.partitions(key)) {
		j.rewrite(k, false, name+" copies the whole table")
	}
}

// clusteringRefused fails an index of a table whose order cannot be a table's
// (check_index_is_clusterable in cluster.c).
func (j *judge) clusteringRefused(i *catalog.Index, table catalog.Key) bool {
	switch {
	case i == nil || i.Table != table:
		return false
	case i.Method != "" && i.Method != "btree" && i.Method != "gist":
		j.fail("0A000", "cannot cluster on index %q because access method does not support clustering", i.Name)
	case i.Where != nil:
		j.fail("0A000", "cannot cluster on partial index %q", i.Name)
	default:
		return false
	}
	return true
}

// vacuum is VACUUM and ANALYZE (vacuum.c).
func (j *judge) vacuum(op *sqlast.Vacuum) {
	if op.Vacuum && j.notInTransaction("VACUUM") {
		return
	}
	mode, cause := ShareUpdateExclusive, "VACUUM and ANALYZE keep the table from being changed"
	if op.Full {
		mode, cause = AccessExclusive, "VACUUM FULL copies the table"
	}
	for _, r := range op.Tables {
		key := j.cat.Resolve(r.Name)
		switch kind, _ := j.cat.RelationKind(key); kind {
		case sqlast.View, sqlast.Sequence, sqlast.Index:
			continue // skipped with a warning
		}
		for i, k := range j.family(key) {
			if i > 0 && !j.isPartitioned(key) && j.env.Major < 18 {
				// Only since 18 do they go to inheritance children; before,
				// ANALYZE just reads them.
				if !op.Vacuum || op.Analyze {
					j.lock(k, AccessShare, "ANALYZE reads the children of the table")
				}
				continue
			}
			if i > 0 && r.Only {
				if j.isPartitioned(key) && !j.isPartitioned(k) && (!op.Vacuum || op.Analyze) {
					j.lock(k, AccessShare, "ANALYZE reads the partitions of the table")
				}
				continue
			}
			j.lock(k, mode, cause)
			if op.Full && !j.isPartitioned(k) {
				j.rewrite(k, false, "VACUUM FULL copies the whole table")
			}
		}
	}
}

// lockTable is LOCK TABLE (lockcmds.c): descendants and the tables of a view
// too.
func (j *judge) lockTable(op *sqlast.LockTable) {
	if !j.env.InTransaction {
		j.fail("25P01", "LOCK TABLE can only be used in transaction blocks")
		return
	}
	for _, r := range op.Tables {
		key := j.cat.Resolve(r.Name)
		if kind, ok := j.cat.RelationKind(key); ok && kind != sqlast.Table && kind != sqlast.View && j.taken(key) {
			if j.env.Major == 14 {
				j.fail("42809", "%q is not a table or view", key.Name)
			} else {
				j.fail("42809", "cannot lock relation %q", key.Name)
			}
			return
		}
		if j.gone(r.Name) {
			return
		}
		keys := []catalog.Key{key}
		if !r.Only {
			keys = j.family(key)
		}
		j.lockAll(keys, Mode(op.Mode), "LOCK TABLE asks for it")
		if j.cat.ViewAt(key) != nil {
			j.read(key, Mode(op.Mode), "LOCK TABLE of a view locks what the view reads")
		}
	}
}

// refresh is REFRESH MATERIALIZED VIEW (ExecRefreshMatView in matview.c).
func (j *judge) refresh(op *sqlast.RefreshMaterializedView) {
	key := j.cat.Resolve(op.Name)
	kind, ok := j.cat.RelationKind(key)
	if ok && kind != sqlast.MaterializedView && kind != sqlast.Table {
		j.fail("42809", "%q is not a table or materialized view", key.Name)
		return
	}
	if ok && kind == sqlast.Table {
		j.fail("0A000", "%q is not a materialized view", key.Name)
		return
	}
	v := j.cat.ViewAt(key)
	if op.Concurrently && v != nil && j.refreshRefused(v) {
		return
	}
	if op.Concurrently {
		j.lockKind(key, sqlast.MaterializedView, Exclusive, "REFRESH … CONCURRENTLY lets queries of the view go on")
	} else {
		j.lockKind(key, sqlast.MaterializedView, AccessExclusive, "REFRESH replaces the content of the view")
		j.share.addRewrite(Relation{Key: key, Kind: sqlast.MaterializedView, Why: "REFRESH fills the whole view again"})
	}
	if v != nil && !op.NoData {
		for _, k := range v.Reads {
			j.read(k, AccessShare, "the view's query reads it")
		}
	}
}

// refreshRefused: CONCURRENTLY needs rows to compare with and a unique index
// over plain columns of all of them.
func (j *judge) refreshRefused(v *catalog.View) bool {
	if !v.Populated {
		j.fail("0A000", "CONCURRENTLY cannot be used when the materialized view is not populated")
		return true
	}
	for _, i := range v.Indexes {
		usable := i.Unique && i.Where == nil
		for _, c := range indexColumns(i) {
			usable = usable && c != ""
		}
		if usable {
			return false
		}
	}
	if !j.cat.Certain(v.Key) {
		return false
	}
	j.fail("55000", "cannot refresh materialized view %q concurrently", v.Key.String())
	return true
}
