package effect

import (
	"slices"

	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

// rebuildDependents is what a change of a column's type does to the constraints
// and indexes that use it: all are dropped and made again, and an index is built
// anew unless it is compatible (ATPostAlterTypeCleanup, TryReuseIndex and
// TryReuseForeignKey in tablecmds.c).
func (j *judge) rebuildDependents(t *catalog.Table, col *catalog.Column, op *sqlast.AlterColumnType, c conversion) {
	rewritten := c == rewrites
	for _, con := range t.Constraints {
		j.rebuildConstraint(t, con, op.Column, rewritten)
	}
	j.referencing(t.Key, func(from *catalog.Table, fk *catalog.Constraint) {
		if !slices.Contains(fk.RefColumns, op.Column) {
			return
		}
		j.lock(from.Key, AccessExclusive, "its foreign key "+fk.Name+" is made again with the new type of "+op.Column)
		if rewritten && fk.Valid && !fk.NotEnforced && from.PartitionBy == nil {
			j.scan(from.Key, false, "its foreign key "+fk.Name+" is validated again with the new type of "+op.Column)
		}
	})
	if rewritten {
		return // the rewrite builds every index
	}
	for _, i := range t.Indexes {
		if why := j.indexMustBeBuilt(i, col, op); why != "" {
			j.build(t.Key, i.Name, why)
		}
	}
}

func (j *judge) rebuildConstraint(t *catalog.Table, con *catalog.Constraint, column string, rewritten bool) {
	if j.alter.dropped[con.Name] {
		return
	}
	switch con.Kind {
	case sqlast.Check:
		if con.Valid && !con.NotEnforced && !rewritten && t.PartitionBy == nil && mentions(con.Expr, column) {
			j.scan(t.Key, false, "CHECK "+con.Name+" mentions "+column+" and is verified again for every row")
		}
	case sqlast.ForeignKey:
		if !slices.Contains(con.Columns, column) {
			return
		}
		if con.RefTable != t.Key && con.RefTable != (catalog.Key{}) && con.Parent == "" {
			j.lock(con.RefTable, ShareRowExclusive, "the foreign key "+con.Name+" is made again with the new type of "+column)
		}
		j.lockReferenced(t, con, "the foreign key "+con.Name+" is made again with the new type of "+column)
		if rewritten && con.Valid && !con.NotEnforced && t.PartitionBy == nil {
			j.scan(t.Key, false, "the foreign key "+con.Name+" is validated again with the new type of "+column)
		}
	}
}

// indexMustBeBuilt says why an index cannot be kept (CheckIndexCompatible in
// indexcmds.c); "" if it can, or does not use the column.
func (j *judge) indexMustBeBuilt(i *catalog.Index, col *catalog.Column, op *sqlast.AlterColumnType) string {
	if i.Constraint != "" && j.alter.dropped[i.Constraint] {
		return ""
	}
	column := op.Column
	used, expressions := mentions(i.Where, column), i.Where != nil
	why := ""
	for _, e := range i.Elements {
		if e.Column == "" {
			expressions = true
			used = used || mentions(e.Expr, column)
			continue
		}
		if e.Column != column {
			continue
		}
		used = true
		if col == nil {
			continue
		}
		if e.OpClass.IsZero() && (i.Method == "" || i.Method == "btree") && j.btreeClass(col.Type) != j.btreeClass(op.Type) {
			why = "its operator class changes with the type of " + column
		}
		if e.Collation.IsZero() && collationOf(col.Collation) != collationOf(&op.Collation) {
			why = "its collation changes with that of " + column
		}
	}
	switch {
	case !used:
		return ""
	case expressions:
		return "an index with an expression or predicate is built again when a column it uses changes type"
	}
	return why
}

// collationOf is a collation as far as two of them can be told apart.
func collationOf(n *sqlast.Name) string {
	if n == nil || n.Name == "default" {
		return ""
	}
	return n.Name
}

// mentions reports whether an expression reads a column.
func mentions(e sqlast.Expr, column string) bool {
	for _, c := range sqlast.Columns(e) {
		if c.Column == column {
			return true
		}
	}
	return false
}
