package effect

import (
	"slices"
	"strings"

	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

// addConstraint is ADD CONSTRAINT (ATExecAddConstraint in tablecmds.c).
func (j *judge) addConstraint(c *sqlast.Constraint) {
	if j.hasOtherNotNull(c) {
		return
	}
	if c.Kind == sqlast.Check && j.checkColumnMissing(c) {
		return // the expression is analysed before the name is looked up
	}
	j.duplicateConstraint(c)
	only := j.onlyTable()
	switch c.Kind {
	case sqlast.Check:
		j.addCheck(c, only)
	case sqlast.NotNullConstraint:
		for _, column := range c.Columns {
			if j.columnMustExist(column) && !c.NotValid {
				j.scanForNulls(j.alterFamily(only || c.NoInherit), column, "the not-null constraint")
			}
		}
	case sqlast.ForeignKey:
		j.foreignKey(c, c.NotValid, sqlast.TypeName{})
	default:
		j.indexConstraint(c, false)
	}
}

// hasOtherNotNull fails a NOT NULL by another name than the column has it by
// already (AdjustNotNullInheritance in pg_constraint.c).
func (j *judge) hasOtherNotNull(c *sqlast.Constraint) bool {
	t := j.alter.table
	if c.Kind != sqlast.NotNullConstraint || c.Name == "" || len(c.Columns) != 1 || !j.certain(t) {
		return false
	}
	column := c.Columns[0]
	col := t.Column(column)
	if col == nil || !col.NotNull || j.alter.nullable[column] || j.alter.droppedCols[column] {
		return false
	}
	name := ""
	for _, own := range t.Constraints {
		if own.Kind == sqlast.NotNullConstraint && slices.Equal(own.Columns, c.Columns) {
			name = own.Name
		}
	}
	if name == c.Name || j.alter.dropped[name] || name == "" && strings.Contains(c.Name, "_not_null") {
		return false // or the one that the server has named
	}
	j.fail("55000", "cannot create not-null constraint %q on column %q of table %q", c.Name, column, t.Name)
	return true
}

// onlyTable reports whether the ALTER says ONLY.
func (j *judge) onlyTable() bool {
	first, _ := j.ops[0].(sqlast.AlterAction)
	return first != nil && first.Target().Table.Only
}

// constraintRecurses reports whether adding the constraint locks partitions and
// children in the statement's mode. UNIQUE, PRIMARY KEY and foreign keys go to
// partitions only, in ways of their own.
func (j *judge) constraintRecurses(c *sqlast.Constraint) bool {
	if j.env.Major >= 18 {
		return true // they are locked before the kind is looked at
	}
	switch c.Kind {
	case sqlast.Check:
		return !c.NoInherit
	case sqlast.ForeignKey:
		return j.isPartitioned(j.alter.key)
	}
	return false
}

func (j *judge) addCheck(c *sqlast.Constraint, only bool) {
	t := j.alter.table
	if t != nil && only && !c.NoInherit && len(t.Children)+len(t.Partitions) > 0 {
		j.fail("42P16", "constraint must be added to child tables too")
		return
	}
	if j.subqueryRefused(c.Expr, "check constraint") || c.NotValid || c.NotEnforced {
		return
	}
	keys := j.alterFamily(only || c.NoInherit)
	for _, k := range j.stored(keys) {
		j.scan(k, false, "CHECK without NOT VALID is verified for every row")
	}
}

// checkColumnMissing fails a CHECK that names a column which the table lacks.
func (j *judge) checkColumnMissing(c *sqlast.Constraint) bool {
	for _, ref := range sqlast.Columns(c.Expr) {
		if ref.Qualifier == "" && ref.Column != "*" && j.lacksColumn(j.alter.table, ref.Column) && j.alter.added[ref.Column] == nil {
			j.fail("42703", "column %q does not exist", ref.Column)
			return true
		}
	}
	return false
}

// duplicateConstraint fails a constraint whose name the table already has, unless
// the statement drops that first, alone or with a column that it uses.
func (j *judge) duplicateConstraint(c *sqlast.Constraint) {
	t := j.alter.table
	old := constraintOf(t, c.Name)
	if c.Name == "" || old == nil || j.alter.dropped[c.Name] ||
		j.droppedFirst(t, catalog.Dependent{Kind: sqlast.TableConstraint, Of: t.Key, Name: c.Name}) {
		return
	}
	if c.Kind == sqlast.NotNullConstraint && old.Kind == c.Kind && slices.Equal(old.Columns, c.Columns) {
		return // the same
	}
	if c.Kind == sqlast.Unique || c.Kind == sqlast.PrimaryKey || c.Kind == sqlast.Exclusion {
		return // the relation of that name is met first: indexConstraint
	}
	j.fail("42710", "constraint %q for relation %q already exists", c.Name, j.alter.key.Name)
}

// validateConstraint is VALIDATE CONSTRAINT (ATExecValidateConstraint).
func (j *judge) validateConstraint(op *sqlast.ValidateConstraint) {
	a := j.alter
	c := constraintOf(a.table, op.Constraint)
	switch {
	case c == nil:
		j.validateUnseen(op)
		return
	case a.dropped[c.Name] && !j.addedAgain(a.table, c):
		j.fail("42704", "constraint %q of relation %q does not exist", op.Constraint, a.key.Name)
		return
	case c.NotEnforced:
		j.fail("55000", "cannot validate NOT ENFORCED constraint")
		return
	}
	switch c.Kind {
	case sqlast.ForeignKey:
		if c.Valid {
			return
		}
		for i, k := range j.partitions(c.RefTable) {
			mode := RowShare
			if i > 0 {
				mode = AccessShare
			}
			j.lock(k, mode, "validating a foreign key reads the referenced table")
		}
		for _, k := range j.stored(j.partitions(a.key)) {
			j.scan(k, false, "every row of the foreign key "+op.Constraint+" is looked up in "+c.RefTable.String())
		}
	case sqlast.Check, sqlast.NotNullConstraint:
		if c.Valid {
			return
		}
		for _, k := range j.stored(j.alterFamily(op.Table.Only || c.NoInherit)) {
			if child := constraintOf(j.cat.TableAt(k), op.Constraint); child == nil || !child.Valid {
				j.scan(k, false, "every row is checked against "+op.Constraint)
			}
		}
	default:
		if j.env.Major >= 18 {
			j.fail("42809", "cannot validate constraint %q of relation %q", op.Constraint, a.key.Name)
			return
		}
		j.fail("42809", "constraint %q of relation %q is not a foreign key or check constraint", op.Constraint, a.key.Name)
	}
}

// validateUnseen validates a constraint that history does not know: one that the
// same statement adds, or one from before history.
func (j *judge) validateUnseen(op *sqlast.ValidateConstraint) {
	for _, other := range j.ops {
		if add, ok := other.(*sqlast.AddConstraint); ok && add.Constraint.Name == op.Constraint {
			for _, k := range j.stored(j.alterFamily(op.Table.Only)) {
				j.scan(k, false, "every row is checked against "+op.Constraint)
			}
			return
		}
	}
	if j.certain(j.alter.table) {
		j.fail("42704", "constraint %q of relation %q does not exist", op.Constraint, j.alter.key.Name)
		return
	}
	for _, k := range j.stored(j.alterFamily(op.Table.Only)) {
		j.scan(k, true, "every row is checked against "+op.Constraint+", unless it is valid already")
	}
}

// alterConstraint is ALTER CONSTRAINT (ATExecAlterConstraint).
func (j *judge) alterConstraint(op *sqlast.AlterConstraint) {
	a := j.alter
	c := constraintOf(a.table, op.Constraint)
	if c == nil {
		if j.certain(a.table) {
			j.fail("42704", "constraint %q of relation %q does not exist", op.Constraint, a.key.Name)
		}
		return
	}
	if op.Inherit != nil && c.Kind == sqlast.NotNullConstraint {
		j.alterInheritability(c, *op.Inherit)
		return
	}
	if c.Kind != sqlast.ForeignKey {
		if op.Deferrable != nil {
			j.fail("42809", "constraint %q of relation %q is not a foreign key constraint", op.Constraint, a.key.Name)
		}
		return
	}
	enforced := op.Enforced != nil && *op.Enforced == c.NotEnforced
	deferred := op.Deferrable != nil && (*op.Deferrable != c.Deferrable || op.InitiallyDeferred != c.InitiallyDeferred)
	if j.env.Major >= 18 && !enforced && !deferred {
		return // there is nothing to do
	}
	for _, k := range j.partitions(a.key)[1:] {
		a.takeIn(k)
		j.lock(k, AccessExclusive, "ALTER CONSTRAINT changes the constraint of every partition")
	}
	if !enforced {
		return
	}
	for _, k := range j.partitions(c.RefTable) {
		if *op.Enforced {
			j.lock(k, ShareRowExclusive, "ENFORCED makes the triggers of the referenced table")
		} else {
			j.lock(k, AccessExclusive, "NOT ENFORCED drops the triggers of the referenced table")
		}
	}
	if *op.Enforced {
		for _, k := range j.stored(j.partitions(a.key)) {
			j.scan(k, false, "ENFORCED validates the foreign key "+op.Constraint)
		}
	}
}

// alterInheritability is ALTER CONSTRAINT … [NO] INHERIT of a not-null constraint:
// children get it, or keep it as their own (ATExecAlterConstrInheritability).
func (j *judge) alterInheritability(c *catalog.Constraint, inherit bool) {
	keys := j.family(j.alter.key)[1:]
	j.lockAll(keys, AccessExclusive, "ALTER CONSTRAINT changes the constraint of every child")
	if inherit && c.NoInherit {
		for _, column := range c.Columns {
			j.scanForNulls(keys, column, "the not-null constraint")
		}
	}
}

// dropConstraint is DROP CONSTRAINT (ATExecDropConstraint): what depends on a
// key's index goes too, and a foreign key's triggers on both sides.
func (j *judge) dropConstraint(op *sqlast.DropConstraint) {
	a := j.alter
	c := constraintOf(a.table, op.Constraint)
	if c == nil {
		if !op.IfExists && j.certain(a.table) && !j.mayBeNotNull(a.table, op.Constraint) {
			j.fail("42704", "constraint %q of relation %q does not exist", op.Constraint, a.key.Name)
		}
		return
	}
	if c.Parent != "" {
		j.fail("42P16", "cannot drop inherited constraint %q of relation %q", op.Constraint, a.key.Name)
		return
	}
	if op.Table.Only && (c.Kind == sqlast.Check || c.Kind == sqlast.NotNullConstraint) && !c.NoInherit {
		if len(a.table.Partitions) > 0 && j.env.Major < 18 {
			j.fail("42P16", "cannot remove constraint from only the partitioned table when partitions exist")
			return
		}
		j.lockAll(slices.Concat(a.table.Partitions, a.table.Children), AccessExclusive, "DROP CONSTRAINT changes the constraint's inheritance")
	}
	if c.Kind == sqlast.Unique || c.Kind == sqlast.PrimaryKey || c.Kind == sqlast.Exclusion {
		j.lockAll(j.partitions(a.key)[1:], AccessExclusive, "the constraint goes in every partition")
	}
	j.loseConstraint(a.table, c, "", op.Cascade)
}

// mayBeNotNull reports whether a name is one that the server gives a NOT NULL:
// since 18 that is a constraint (ChooseConstraintName in pg_constraint.c).
func (j *judge) mayBeNotNull(t *catalog.Table, name string) bool {
	return j.env.Major >= 18 && strings.Contains(name, "_not_null") &&
		slices.ContainsFunc(t.Columns, func(c *catalog.Column) bool { return c.NotNull })
}

// loseConstraint records the loss of a constraint and of what depends on it.
func (j *judge) loseConstraint(t *catalog.Table, c *catalog.Constraint, why string, cascade bool) {
	switch c.Kind {
	case sqlast.ForeignKey:
		if why == "" && c.RefTable != t.Key && c.RefTable != (catalog.Key{}) {
			j.lock(c.RefTable, AccessExclusive, "DROP CONSTRAINT locks the table that a foreign key refers to")
		}
		j.lockReferenced(t, c, "dropping the foreign key "+c.Name+" drops its triggers on the referenced table")
	case sqlast.Unique, sqlast.PrimaryKey:
		if !j.loseReferencing(t, c.Index, cascade, "constraint "+c.Name+" on table "+j.describe(t.Key), "dropped with the key "+c.Name+" it refers to") {
			return
		}
	}
	if !j.addedAgain(t, c) {
		j.lose(sqlast.TableConstraint, inside(t.Key, c.Name), why, false)
	}
}

// addedAgain reports whether the statement adds a constraint of that name, which
// then takes the place of the one it drops. The server may have chosen the name.
func (j *judge) addedAgain(t *catalog.Table, c *catalog.Constraint) bool {
	if j.alter == nil || t.Key != j.alter.key || !slices.ContainsFunc(j.ops, addsConstraint) {
		return false
	}
	if j.alter.after == nil {
		j.alter.after = j.cat.Snapshot()
		j.alter.after.Apply(&sqlast.Statement{Ops: j.ops}, catalog.Origin{Tx: j.env.Tx})
	}
	return constraintOf(j.alter.after.TableAt(t.Key), c.Name) != nil
}

func addsConstraint(op sqlast.Op) bool {
	switch op := op.(type) {
	case *sqlast.AddConstraint:
		return true
	case *sqlast.AddColumn:
		return len(op.Column.Constraints) > 0
	}
	return false
}

// loseReferencing records the loss of the foreign keys that depend on an index of
// t, or on those of partitions attached to it. It is false, and the failure
// recorded, if they keep it from being dropped.
func (j *judge) loseReferencing(t *catalog.Table, index string, cascade bool, what, why string) bool {
	w := j.newWake(cascade, false)
	for _, i := range j.withAttached(t, index) {
		lose := func(from *catalog.Table, fk *catalog.Constraint) {
			if fk.RefIndex != i.Name || fk.Parent != "" || !w.depends(from.Key, w.part(sqlast.TableConstraint, fk.Name, from.Key)) {
				return
			}
			j.lockAll(j.partitions(from.Key), AccessExclusive, "its foreign key "+fk.Name+" is dropped by CASCADE")
			j.lose(sqlast.TableConstraint, inside(from.Key, fk.Name), why, false)
		}
		j.referencing(i.Table, lose)
		owner := j.cat.TableAt(i.Table)
		for _, fk := range foreignKeys(owner) {
			if fk.RefTable == i.Table && (j.alter == nil || i.Table != j.alter.key || !j.alter.dropped[fk.Name]) {
				lose(owner, fk)
			}
		}
	}
	w.failIfKept(what)
	return len(w.keepers) == 0
}

// withAttached is an index of a table and those of its partitions that go with it.
func (j *judge) withAttached(t *catalog.Table, index string) []*catalog.Index {
	i := t.Index(index)
	if i == nil {
		return nil
	}
	all := []*catalog.Index{i}
	parents := map[catalog.Key]bool{i.Key: true}
	for _, k := range j.partitions(t.Key)[1:] { // a parent comes before its partitions
		if p := j.cat.TableAt(k); p != nil {
			for _, own := range p.Indexes {
				if parents[own.Parent] {
					parents[own.Key] = true
					all = append(all, own)
				}
			}
		}
	}
	return all
}

// sameColumns compares two sets of columns.
func sameColumns(a, b []string) bool {
	if len(a) != len(b) || len(a) == 0 {
		return false
	}
	for _, c := range a {
		if !slices.Contains(b, c) {
			return false
		}
	}
	return true
}

// indexColumns is the key columns of an index, "" for an expression.
func indexColumns(i *catalog.Index) []string {
	cols := make([]string, len(i.Elements))
	for n, e := range i.Elements {
		cols[n] = e.Column
	}
	return cols
}
