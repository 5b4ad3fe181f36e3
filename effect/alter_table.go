package effect

import (
	"slices"

	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

// alter is what the actions of one ALTER of a relation do together. The server
// runs them in passes, DROP and ALTER TYPE before everything that adds
// (AlterTablePass in tablecmds.c), under the strongest lock any of them needs
// (AlterTableGetLockLevel).
type alter struct {
	key    catalog.Key
	table  *catalog.Table // nil if history has not seen it
	kind   sqlast.ObjectKind
	mode   Mode                 // of the statement
	family map[catalog.Key]bool // relations locked in the statement's mode, if it has several actions

	together bool // it has several actions
	gone     bool // the relation certainly does not exist
	doubtful bool // history may be wrong about the table

	dropped     map[string]bool                    // constraints dropped by an earlier pass
	droppedCols map[string]bool                    // columns likewise
	added       map[string]*sqlast.AddColumn       // columns added by the statement
	retyped     map[string]*sqlast.AlterColumnType // columns given another type
	checks      []*sqlast.Constraint               // valid CHECKs added by the statement
	notNull     map[string]bool                    // columns the statement itself sets NOT NULL
	nullable    map[string]bool                    // columns an earlier pass makes nullable
	after       *catalog.Catalog                   // the schema after the statement, once it is asked for
	lost        map[loss]bool                      // what the actions so far have taken along
}

// newAlter gathers the actions of the statement; nil if it is no ALTER of a
// relation.
func newAlter(j *judge) *alter {
	// OWNER TO is no AlterAction, and may come first.
	i := slices.IndexFunc(j.ops, func(op sqlast.Op) bool { _, ok := op.(sqlast.AlterAction); return ok })
	if i < 0 {
		return nil
	}
	target := j.ops[i].(sqlast.AlterAction).Target()
	a := &alter{key: j.cat.Resolve(target.Table.Name), kind: target.Kind}
	a.table = j.cat.TableAt(a.key)
	if known, ok := j.cat.RelationKind(a.key); ok {
		a.kind = known
	}
	a.gone = j.cat.Gone(target.Table.Name)
	a.doubtful = j.doubtful(a.table)
	a.together = len(j.ops) > 1
	a.takeIn(a.key)
	for _, op := range j.ops {
		if op, ok := op.(sqlast.AlterAction); ok {
			a.mode = max(a.mode, alterLevel(op, a.kind))
			a.note(op)
		}
	}
	return a
}

// takeIn notes a relation that is locked in the statement's mode.
func (a *alter) takeIn(k catalog.Key) {
	if !a.together {
		return
	}
	if a.family == nil {
		a.family = map[catalog.Key]bool{}
	}
	a.family[k] = true
}

// note remembers what later passes must know of an action.
func (a *alter) note(op sqlast.AlterAction) {
	switch op := op.(type) {
	case *sqlast.DropConstraint:
		set(&a.dropped, op.Constraint, true)
	case *sqlast.DropColumn:
		set(&a.droppedCols, op.Column, true)
	case *sqlast.AddColumn:
		if a.added[op.Column.Name] == nil {
			set(&a.added, op.Column.Name, op)
		}
	case *sqlast.AlterColumnType:
		set(&a.retyped, op.Column, op)
	case *sqlast.SetNotNull:
		set(&a.notNull, op.Column, true)
	case *sqlast.DropNotNull:
		set(&a.nullable, op.Column, true)
	case *sqlast.AddConstraint:
		switch c := &op.Constraint; {
		case c.Kind == sqlast.Check && !c.NotValid && !c.NotEnforced:
			a.checks = append(a.checks, c)
		case c.Kind == sqlast.PrimaryKey, c.Kind == sqlast.NotNullConstraint:
			for _, column := range c.Columns {
				set(&a.notNull, column, true)
			}
		}
	}
}

// set is m[k] = v for a map that is made when first needed.
func set[K comparable, V any](m *map[K]V, k K, v V) {
	if *m == nil {
		*m = map[K]V{}
	}
	(*m)[k] = v
}

// alterAction judges one action of an ALTER.
func (j *judge) alterAction(op sqlast.AlterAction) {
	a, target := j.alter, op.Target()
	if a.gone {
		if !target.Table.IfExists {
			j.gone(target.Table.Name)
		}
		return
	}
	mode := alterLevel(op, a.kind)
	j.lockKind(a.key, a.kind, mode, actionName(op)+" locks the table it changes")
	if recurses(op) && !target.Table.Only && j.recursesHere(op) {
		for _, k := range j.family(a.key)[1:] {
			a.takeIn(k)
			j.lock(k, mode, actionName(op)+" recurses to partitions and children")
		}
	}
	if j.actionRefused(op) {
		return
	}
	switch op := op.(type) {
	case *sqlast.AddColumn:
		j.addColumn(op)
	case *sqlast.DropColumn:
		j.dropColumn(op)
	case *sqlast.AlterColumnType:
		j.alterColumnType(op)
	case *sqlast.SetNotNull:
		j.setNotNull(op)
	case *sqlast.DropNotNull:
		j.dropNotNull(op)
	case *sqlast.SetDefault:
		j.setDefault(op)
	case *sqlast.SetExpression:
		j.setExpression(op)
	case *sqlast.AlterIdentity:
		j.alterIdentity(op)
	case *sqlast.AddConstraint:
		j.addConstraint(&op.Constraint)
	case *sqlast.DropConstraint:
		j.dropConstraint(op)
	case *sqlast.ValidateConstraint:
		j.validateConstraint(op)
	case *sqlast.AlterConstraint:
		j.alterConstraint(op)
	case *sqlast.AttachPartition:
		j.attachPartition(op)
	case *sqlast.DetachPartition:
		j.detachPartition(op)
	case *sqlast.Inherit:
		j.inherit(op)
	case *sqlast.EnableTrigger:
		j.enableTrigger(op)
	case *sqlast.SetLogged, *sqlast.SetAccessMethod, *sqlast.SetTablespace:
		j.storage(op)
	}
}

// recursesHere is false for the actions that do not recurse after all on this
// very table.
func (j *judge) recursesHere(op sqlast.AlterAction) bool {
	a := j.alter
	switch op := op.(type) {
	case *sqlast.AddConstraint:
		return j.constraintRecurses(&op.Constraint)
	case *sqlast.DropConstraint:
		// Only partitions have copies of keys and foreign keys.
		c := constraintOf(a.table, op.Constraint)
		if c == nil {
			return a.table != nil && j.mayBeNotNull(a.table, op.Constraint)
		}
		return c.Kind == sqlast.Check || c.Kind == sqlast.NotNullConstraint || a.table.PartitionBy != nil
	case *sqlast.ValidateConstraint:
		c := constraintOf(a.table, op.Constraint)
		return c != nil && !c.Valid && c.Kind != sqlast.ForeignKey && !c.NoInherit
	case *sqlast.AddColumn:
		return !j.columnIsThere(op)
	case *sqlast.SetNotNull:
		// A column that is NOT NULL already is left alone: in partitioned tables, and
		// since 18 in all (ATPrepSetNotNull, ATExecSetNotNull).
		c := columnOf(a.table, op.Column)
		return c == nil || !c.NotNull || a.nullable[op.Column] || j.env.Major < 18 && a.table.PartitionBy == nil
	case *sqlast.DropNotNull:
		// Since 18 there is nothing to do without a constraint.
		c := columnOf(a.table, op.Column)
		return j.env.Major < 18 || c == nil || c.NotNull
	case *sqlast.DropColumn:
		return !op.IfExists || a.table == nil || a.table.Column(op.Column) != nil
	}
	return true
}

// constraintOf is the constraint of that name, or nil.
func constraintOf(t *catalog.Table, name string) *catalog.Constraint {
	if t == nil {
		return nil
	}
	return t.Constraint(name)
}

// enableTrigger: a row trigger of a partitioned table is a trigger of every
// partition, too (EnableDisableTrigger in trigger.c).
func (j *judge) enableTrigger(op *sqlast.EnableTrigger) {
	a := j.alter
	if a.table == nil || op.Rule || op.Table.Only {
		return
	}
	for _, tr := range a.table.Triggers {
		if tr.Row && (op.Trigger == "" || op.Trigger == tr.Name) {
			for _, k := range j.partitions(a.key)[1:] {
				a.takeIn(k)
				j.lock(k, ShareRowExclusive, "the row trigger "+tr.Name+" is one of every partition")
			}
			return
		}
	}
}

// columnMustExist records the error for a column that certainly is not there
// when the passes that add columns are over.
func (j *judge) columnMustExist(column string) bool {
	a := j.alter
	if a.added[column] != nil || !j.lacksColumn(a.table, column) {
		return true
	}
	j.fail("42703", "column %q of relation %q does not exist", column, a.key.Name)
	return false
}

// lacksColumn is true if history knows all columns of the table and this one is
// not among them.
func (j *judge) lacksColumn(t *catalog.Table, column string) bool {
	return j.certain(t) && !t.ColumnsUnknown && t.Column(column) == nil && !systemColumn[column]
}

// systemColumn names the columns every table has (heap.c).
var systemColumn = map[string]bool{"ctid": true, "xmin": true, "cmin": true, "xmax": true, "cmax": true, "tableoid": true}

// setDefault is SET and DROP DEFAULT (ATExecColumnDefault).
func (j *judge) setDefault(op *sqlast.SetDefault) {
	if !j.columnMustExist(op.Column) {
		return
	}
	switch c := columnOf(j.alter.table, op.Column); {
	case c == nil || j.alter.droppedCols[op.Column]:
	case c.Identity != sqlast.NoIdentity && !j.dropsIdentity(op.Column):
		j.fail("42601", "column %q of relation %q is an identity column", op.Column, j.alter.key.Name)
	case c.Generated != sqlast.NotGenerated && !j.dropsExpression(op.Column):
		j.fail("42601", "column %q of relation %q is a generated column", op.Column, j.alter.key.Name)
	default:
		j.defaultExprRefused(op.Default)
	}
}

func (j *judge) dropsIdentity(column string) bool {
	return slices.ContainsFunc(j.ops, func(op sqlast.Op) bool {
		d, ok := op.(*sqlast.AlterIdentity)
		return ok && d.Column == column && d.Action == "drop"
	})
}

func (j *judge) dropsExpression(column string) bool {
	return slices.ContainsFunc(j.ops, func(op sqlast.Op) bool {
		d, ok := op.(*sqlast.SetExpression)
		return ok && d.Column == column && d.Expr == nil
	})
}

func (j *judge) dropsDefault(column string) bool {
	return slices.ContainsFunc(j.ops, func(op sqlast.Op) bool {
		d, ok := op.(*sqlast.SetDefault)
		return ok && d.Column == column && d.Default == nil
	})
}

// alterIdentity is ADD, SET and DROP of an identity (ATExecAddIdentity,
// ATExecSetIdentity, ATExecDropIdentity): the sequence is changed or dropped.
func (j *judge) alterIdentity(op *sqlast.AlterIdentity) {
	if !j.columnMustExist(op.Column) || j.alter.table == nil {
		return
	}
	c := j.alter.table.Column(op.Column)
	if op.Action == "add" && c != nil {
		j.identityRefused(c)
		return
	}
	if c == nil || c.Sequence == (catalog.Key{}) || c.Identity == sqlast.NoIdentity {
		return
	}
	switch op.Action {
	case "set":
		j.lockKind(c.Sequence, sqlast.Sequence, ShareRowExclusive, "the identity's sequence is changed")
	case "drop":
		j.lockKind(c.Sequence, sqlast.Sequence, AccessExclusive, "the identity's sequence is dropped")
		j.lose(sqlast.Sequence, c.Sequence.String(), "dropped with the identity of column "+op.Column, false)
	}
}

// identityRefused fails ADD GENERATED … AS IDENTITY on a column that cannot take
// it (ATExecAddIdentity).
func (j *judge) identityRefused(c *catalog.Column) {
	table := j.alter.key.Name
	switch {
	case j.alter.doubtful || j.alter.retyped[c.Name] != nil || j.alter.droppedCols[c.Name]:
	case j.notInteger(c.Type):
		j.fail("22023", "identity column type must be smallint, integer, or bigint")
	case j.env.Major >= 17 && j.alter.table.PartitionOf != catalog.Key{}:
		j.fail("42P16", "cannot add identity to a column of a partition")
	case !c.NotNull && j.certain(j.alter.table) && !j.alter.notNull[c.Name]:
		j.fail("55000", "column %q of relation %q must be declared NOT NULL before identity can be added", c.Name, table)
	case c.Identity != sqlast.NoIdentity && !j.dropsIdentity(c.Name):
		j.fail("55000", "column %q of relation %q is already an identity column", c.Name, table)
	case c.Default != nil && c.Identity == sqlast.NoIdentity && !j.dropsDefault(c.Name):
		j.fail("55000", "column %q of relation %q already has a default value", c.Name, table)
	}
}

// notInteger reports whether a type certainly cannot be that of an identity
// column (generateSerialExtraStmts).
func (j *judge) notInteger(t sqlast.TypeName) bool {
	return j.understood(t) && (t.ArrayDims > 0 || !integerTypes[t.Name.Name])
}

// setExpression is SET EXPRESSION: a stored column is computed anew for every
// row, a virtual one only checked (ATExecSetExpression). DROP EXPRESSION is free.
func (j *judge) setExpression(op *sqlast.SetExpression) {
	if !j.columnMustExist(op.Column) || op.Expr == nil {
		return
	}
	keys := j.stored(j.alterFamily(op.Table.Only))
	col := columnOf(j.alter.table, op.Column)
	if col == nil {
		for _, k := range keys {
			j.rewrite(k, true, "a stored generated column is computed anew; a virtual one (PostgreSQL 18) is not")
		}
		return
	}
	switch {
	case col.Generated == sqlast.Stored:
		for _, k := range keys {
			j.rewrite(k, false, "the stored generated column "+op.Column+" is computed anew")
		}
	case col.Generated == sqlast.Virtual && j.hasCheck(j.alter.table):
		j.fail("0A000", "ALTER TABLE / SET EXPRESSION is not supported for virtual generated columns in tables with check constraints")
	case col.Generated == sqlast.Virtual && col.NotNull:
		for _, k := range keys {
			j.scan(k, false, "column "+op.Column+" is NOT NULL and its new expression is checked for every row")
		}
	}
}

func columnOf(t *catalog.Table, name string) *catalog.Column {
	if t == nil {
		return nil
	}
	return t.Column(name)
}

func (j *judge) hasCheck(t *catalog.Table) bool {
	for _, c := range t.Constraints {
		if c.Kind == sqlast.Check {
			return true
		}
	}
	return false
}

// alterFamily is the relations an action of the ALTER works on.
func (j *judge) alterFamily(only bool) []catalog.Key {
	if only {
		return []catalog.Key{j.alter.key}
	}
	return j.family(j.alter.key)
}

// inherit is INHERIT and NO INHERIT (ATExecAddInherit, ATExecDropInherit).
func (j *judge) inherit(op *sqlast.Inherit) {
	parent := j.cat.Resolve(op.Parent)
	if op.No {
		j.lock(parent, AccessShare, "NO INHERIT reads the parent")
		return
	}
	j.lock(parent, ShareUpdateExclusive, "INHERIT keeps the parent from being changed")
	j.lockAll(j.family(j.alter.key)[1:], AccessShare, "INHERIT looks for circles among the children")
}
