package effect

import (
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

// dropColumn is DROP COLUMN (ATExecDropColumn in tablecmds.c): the column's
// indexes, also those over several columns, and constraints go with it.
func (j *judge) dropColumn(op *sqlast.DropColumn) {
	a := j.alter
	t := a.table
	if j.lacksColumn(t, op.Column) {
		if !op.IfExists {
			j.fail("42703", "column %q of relation %q does not exist", op.Column, a.key.Name)
		}
		return
	}
	if t == nil {
		j.lose(sqlast.Column, inside(a.key, op.Column), "", true)
		return
	}
	of, inKey := j.partitionKey(t, op.Column)
	switch {
	case j.inheritedColumn(t, op.Column):
		j.fail("42P16", "cannot drop inherited column %q", op.Column)
		return
	case inKey:
		j.fail("42P16", "cannot drop column %q because it is part of the partition key of relation %q", op.Column, of)
		return
	case op.Table.Only && len(t.Partitions) > 0:
		j.fail("42P16", "cannot drop column from only the partitioned table when partitions exist")
		return
	}
	// ONLY leaves the column to the children as their own, but locks them.
	for _, k := range t.Children {
		j.lock(k, AccessExclusive, "DROP COLUMN changes the column's inheritance")
	}
	w := j.newWake(op.Cascade, false)
	w.column(t, op.Column, "")
	w.failIfKept("column " + op.Column + " of table " + j.describe(t.Key))
}

// column drops a column and what uses it.
func (w *wake) column(t *catalog.Table, column, why string) {
	col := t.Column(column)
	w.lose(sqlast.Column, inside(t.Key, column), why, col == nil || col.Generated != sqlast.Virtual)
	with := "dropped with column " + column
	for _, d := range w.cat.ColumnDependents(t, column) {
		generated := d.Kind == sqlast.Column && w.env.Major == 14
		if !d.Auto && !generated && !w.depends(d.Of, w.dependent(d)) {
			continue
		}
		switch d.Kind {
		case sqlast.Index:
			w.lose(sqlast.Index, d.Of.String(), with, false)
		case sqlast.Sequence:
			w.ownedSequence(d.Of, "owned by column "+column)
		case sqlast.View, sqlast.MaterializedView:
			w.view(d.Of, "uses column "+column)
		case sqlast.TableConstraint:
			w.constraint(d, with)
		case sqlast.Column:
			if owner := w.cat.TableAt(d.Of); owner != nil {
				w.column(owner, d.Name, "computed from column "+column)
			}
		default:
			w.lock(d.Of, AccessExclusive, "the "+d.Kind.String()+" "+d.Name+" is dropped")
			w.lose(d.Kind, inside(d.Of, d.Name), with, false)
		}
	}
	w.childrenOf(t, column, with)
}

// constraint drops a constraint that uses a column.
func (w *wake) constraint(d catalog.Dependent, with string) {
	owner := w.cat.TableAt(d.Of)
	c := constraintOf(owner, d.Name)
	w.lock(d.Of, AccessExclusive, "its constraint "+d.Name+" is dropped")
	if c == nil || !w.addedAgain(owner, c) {
		w.lose(sqlast.TableConstraint, inside(d.Of, d.Name), with, false)
	}
	if c != nil && c.Kind == sqlast.ForeignKey {
		w.lockReferenced(owner, c, "dropping the foreign key "+d.Name+" drops its triggers on the referenced table")
	}
}

// childrenOf loses what only a partition or child has on the column.
func (w *wake) childrenOf(t *catalog.Table, column, with string) {
	for _, k := range w.family(t.Key)[1:] {
		child := w.cat.TableAt(k)
		if child == nil {
			continue
		}
		for _, d := range w.cat.ColumnDependents(child, column) {
			switch d.Kind {
			case sqlast.Index:
				if i := child.Index(d.Name); i != nil && i.Parent == (catalog.Key{}) {
					w.lose(sqlast.Index, d.Of.String(), with, false)
				}
			case sqlast.TableConstraint:
				if c := constraintOf(child, d.Name); d.Of == k && c != nil && c.Parent == "" {
					w.constraint(d, with)
				}
			}
		}
	}
}
