package effect

import (
	"slices"

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
	if w.column(t, op.Column, "", op.Table.Only) > 1 {
		w.failIfAnyKept()
		return
	}
	w.failIfKept("column " + op.Column + " of table " + j.describe(t.Key))
}

// column drops a column and what uses it, also in descendants unless only it is
// meant. It returns how many tables lose the column.
func (w *wake) column(t *catalog.Table, column, why string, only bool) int {
	gone := []*catalog.Table{t}
	if !only {
		gone = append(gone, w.childrenWithout(t, column)...)
	}
	for _, t := range gone {
		set(&w.going, catalog.ColumnRef{Table: t.Key, Column: column}, true)
	}
	col := t.Column(column)
	w.lose(sqlast.Column, inside(t.Key, column), why, col == nil || col.Generated != sqlast.Virtual)
	for i, t := range gone {
		for _, d := range w.cat.ColumnDependents(t, column) {
			if i == 0 || !w.hasFromParent(t, d) {
				w.columnUser(d, column)
			}
		}
	}
	return len(gone)
}

// columnUser drops what uses a column that is dropped.
func (w *wake) columnUser(d catalog.Dependent, column string) {
	if w.lostBefore(d) {
		return
	}
	with := "dropped with column " + column
	generated := d.Kind == sqlast.Column && w.env.Major == 14
	if !d.Auto && !generated && !w.depends(d.Of, w.dependent(d)) {
		return
	}
	switch d.Kind {
	case sqlast.Index:
		w.lose(sqlast.Index, d.Of.String(), with, false)
		w.keysOn(w.cat.IndexAt(d.Of), column)
	case sqlast.Sequence:
		w.ownedSequence(d.Of, "owned by column "+column)
	case sqlast.View, sqlast.MaterializedView:
		w.view(d.Of, "uses column "+column)
	case sqlast.TableConstraint:
		w.constraint(d, with)
		if owner := w.cat.TableAt(d.Of); owner != nil {
			if c := constraintOf(owner, d.Name); c != nil && slices.Contains(c.Include, column) {
				w.keysOn(owner.Index(c.Index), column)
			}
		}
	case sqlast.Column:
		if owner := w.cat.TableAt(d.Of); owner != nil {
			w.column(owner, d.Name, "computed from column "+column, false)
		}
	default:
		w.lock(d.Of, AccessExclusive, "the "+d.Kind.String()+" "+d.Name+" is dropped")
		w.lose(d.Kind, inside(d.Of, d.Name), with, false)
	}
}

// keysOn drops the foreign keys that depend on an index which goes with a column
// that they do not name: one that it includes, or its predicate reads.
func (w *wake) keysOn(i *catalog.Index, column string) {
	if i == nil {
		return
	}
	drop := func(from *catalog.Table, fk *catalog.Constraint) {
		d := catalog.Dependent{Kind: sqlast.TableConstraint, Of: from.Key, Name: fk.Name}
		if fk.RefIndex != i.Name || fk.Parent != "" || slices.Contains(fk.RefColumns, column) ||
			from.Key == i.Table && slices.Contains(fk.Columns, column) || w.lostBefore(d) || !w.depends(d.Of, w.dependent(d)) {
			return
		}
		w.constraint(d, "needs index "+i.Name)
	}
	w.referencing(i.Table, drop)
	owner := w.cat.TableAt(i.Table)
	for _, fk := range foreignKeys(owner) {
		if fk.RefTable == i.Table {
			drop(owner, fk)
		}
	}
}

// lostBefore reports whether an earlier action of the statement has taken along
// what uses a column.
func (w *wake) lostBefore(d catalog.Dependent) bool {
	if w.alter == nil {
		return false
	}
	name := inside(d.Of, d.Name)
	switch d.Kind {
	case sqlast.Index, sqlast.Sequence, sqlast.View, sqlast.MaterializedView:
		name = d.Of.String()
	}
	return w.alter.lost[loss{d.Kind, name}]
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

// childrenWithout are the partitions and children that lose a column with a table:
// one of their own, or that they have from another parent too, stays.
func (w *wake) childrenWithout(t *catalog.Table, column string) []*catalog.Table {
	family := w.family(t.Key)
	if len(family) == 1 {
		return nil
	}
	var all []*catalog.Table
	gone := map[catalog.Key]bool{t.Key: true}
	for _, k := range family[1:] {
		if child := w.cat.TableAt(k); child != nil && w.goesWithParents(child, column, gone) {
			gone[k] = true
			all = append(all, child)
		}
	}
	return all
}

// columnOf drops a column of one table for what it is made of. If a parent has the
// column too, that is dropped as well, and stands for both.
func (w *wake) columnOf(t *catalog.Table, column, why string) {
	if !w.inheritedColumn(t, column) {
		w.column(t, column, why, false)
		return
	}
	for _, d := range w.cat.ColumnDependents(t, column) {
		if !w.hasFromParent(t, d) {
			w.columnUser(d, column)
		}
	}
}

// goesWithParents reports whether a table loses a column because those that are
// gone did.
func (w *wake) goesWithParents(t *catalog.Table, column string, gone map[catalog.Key]bool) bool {
	if t.PartitionOf != (catalog.Key{}) {
		return true
	}
	col := t.Column(column)
	return col != nil && col.Inherited && !slices.ContainsFunc(t.Inherits, func(k catalog.Key) bool {
		return !gone[k] && columnOf(w.cat.TableAt(k), column) != nil
	})
}

// hasFromParent reports whether a table has what uses its column from a parent.
func (w *wake) hasFromParent(t *catalog.Table, d catalog.Dependent) bool {
	switch d.Kind {
	case sqlast.Index:
		i := t.Index(d.Name)
		return i != nil && i.Parent != (catalog.Key{})
	case sqlast.TableConstraint:
		c := constraintOf(t, d.Name)
		return d.Of == t.Key && c != nil && c.Parent != ""
	case sqlast.Column:
		return w.inheritedColumn(t, d.Name)
	case sqlast.Trigger:
		return slices.ContainsFunc(t.Triggers, func(tr *catalog.Trigger) bool { return tr.Name == d.Name && tr.Inherited })
	}
	return false
}
