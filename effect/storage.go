package effect

import (
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

// storage is SET LOGGED, SET UNLOGGED, SET ACCESS METHOD and SET TABLESPACE.
func (j *judge) storage(op sqlast.AlterAction) {
	switch op := op.(type) {
	case *sqlast.SetLogged:
		j.setLogged(op)
	case *sqlast.SetAccessMethod:
		j.setAccessMethod(op)
	case *sqlast.SetTablespace:
		j.setTablespace(op)
	}
}

// setLogged copies the table with or without WAL, unless it is so already
// (ATPrepChangePersistence in tablecmds.c).
func (j *judge) setLogged(op *sqlast.SetLogged) {
	a := j.alter
	if a.kind == sqlast.Sequence {
		return
	}
	t := a.table
	if t != nil && t.PartitionBy != nil {
		if j.env.Major >= 18 {
			j.fail("42809", "ALTER action %s cannot be performed on relation %q", actionName(op), t.Name)
		}
		return
	}
	if t != nil && !t.Partial && (t.Persistence == sqlast.Unlogged) != op.Logged {
		return
	}
	if t != nil && !op.Logged {
		failed := false
		j.referencing(t.Key, func(from *catalog.Table, _ *catalog.Constraint) {
			if from.Persistence == sqlast.Permanent && !failed {
				failed = true
				j.fail("42P16", "could not change table %q to unlogged because it references logged table %q", t.Name, from.Name)
			}
		})
		if failed {
			return
		}
	}
	for _, fk := range foreignKeys(t) {
		ref := j.cat.TableAt(fk.RefTable)
		if op.Logged && ref != nil && ref.Key != t.Key && ref.Persistence == sqlast.Unlogged {
			j.fail("42P16", "could not change table %q to logged because it references unlogged table %q", t.Name, ref.Name)
			return
		}
	}
	j.rewrite(a.key, t == nil || t.Partial, actionName(op)+" copies the whole table, unless it is so already")
	if j.env.Major >= 15 {
		j.lockSequences(a.key, "it becomes what the table that owns it becomes")
	}
}

// setAccessMethod copies the table, unless it has the access method already
// (ATPrepSetAccessMethod).
func (j *judge) setAccessMethod(op *sqlast.SetAccessMethod) {
	a := j.alter
	t := a.table
	if t != nil && t.PartitionBy != nil {
		if j.env.Major < 17 {
			j.fail("42809", "cannot change access method of a partitioned table")
		}
		return
	}
	if a.kind == sqlast.MaterializedView && op.Method == "heap" && j.taken(a.key) {
		return // CREATE MATERIALIZED VIEW … USING is not in the history
	}
	if op.Method == "" && j.certain(t) && t.AccessMethod == "" {
		return
	}
	if t == nil || op.Method == "" {
		j.rewrite(a.key, true, "SET ACCESS METHOD copies the whole table, unless it has it already")
		return
	}
	now := t.AccessMethod
	if now == "" {
		now = "heap"
	}
	if now != op.Method {
		j.rewrite(a.key, t.Partial, "SET ACCESS METHOD copies the whole table")
	}
}

// setTablespace copies the relation's files (ATExecSetTableSpace). History does
// not know where they are now; pg_default is where they are by default.
func (j *judge) setTablespace(op *sqlast.SetTablespace) {
	a := j.alter
	if a.table != nil && a.table.PartitionBy != nil || op.Tablespace == "pg_default" {
		return
	}
	switch a.kind {
	case sqlast.Index:
		if i := j.cat.IndexAt(a.key); i == nil || !j.isPartitioned(i.Table) {
			j.rewrite(a.key, true, "SET TABLESPACE copies the index file, unless it is there already")
		}
	case sqlast.Table, sqlast.MaterializedView:
		j.rewrite(a.key, true, "SET TABLESPACE copies the table's files, unless they are there already")
	}
}
