package effect

import (
	"slices"

	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

// alterColumnType is ALTER COLUMN … TYPE (ATPrepAlterColumnType and
// ATExecAlterColumnType in tablecmds.c).
func (j *judge) alterColumnType(op *sqlast.AlterColumnType) {
	a := j.alter
	if !j.columnMustExist(op.Column) || a.kind == sqlast.Type {
		return
	}
	if op.Type.IsSerial() {
		j.fail("42704", "type %q does not exist", serialName[op.Type.Name.Name])
		return
	}
	if j.typeRefused(op) {
		return
	}
	for _, k := range j.alterFamily(op.Table.Only) {
		t := j.cat.TableAt(k)
		j.retype(k, t, op)
	}
}

var serialName = map[string]string{"serial2": "smallserial", "serial4": "serial", "serial8": "bigserial"}

// retype is the change of one table of the family.
func (j *judge) retype(k catalog.Key, t *catalog.Table, op *sqlast.AlterColumnType) {
	col := columnOf(t, op.Column)
	if col != nil && j.domainSequence(col) {
		j.lockKind(col.Sequence, sqlast.Sequence, ShareRowExclusive, "the identity's sequence takes the new type")
	}
	c, why := j.typeChange(col, op)
	stored := t == nil || t.PartitionBy == nil && !t.Foreign
	if stored && (c == rewrites || c == unclear) {
		j.rewrite(k, c == unclear, why)
	}
	if t != nil {
		j.rebuildDependents(t, col, op, c)
	}
}

// domainSequence reports whether the column is an identity, whose sequence is
// altered with it.
func (j *judge) domainSequence(col *catalog.Column) bool {
	return col.Identity != sqlast.NoIdentity && col.Sequence != (catalog.Key{})
}

// typeChange is what a change costs each row of a table, and why.
func (j *judge) typeChange(col *catalog.Column, op *sqlast.AlterColumnType) (conversion, string) {
	to := op.Type.String()
	steps, isColumn := castSteps(op.Using, op.Column)
	if !isColumn {
		return rewrites, "USING computes " + op.Column + " for every row"
	}
	if col == nil {
		return unclear, "the old type of " + op.Column + " is not in the history; a change to " + to + " that keeps the stored bytes needs no rewrite"
	}
	from, was := col.Type, col.Type.String()
	why := "the change of " + op.Column + " from " + was + " to " + to + " converts every row"
	if op.Using == nil && timeZoneDecides(from, op.Type) {
		why += ", unless the session's TimeZone is UTC"
	}
	cost := free
	for _, step := range steps {
		switch j.convert(from, step, true) {
		case rewrites, impossible:
			return rewrites, why
		case unclear:
			cost = unclear
		}
		from = step
	}
	switch c := j.convert(from, op.Type, false); c {
	case free:
		if cost == unclear {
			return unclear, "whether " + was + " and " + to + " share their stored form is not in the history"
		}
		return free, ""
	case unclear:
		return unclear, "whether " + was + " and " + to + " share their stored form is not in the history"
	case impossible:
		return impossible, why
	default:
		return rewrites, why
	}
}

// timeZoneDecides is true of the change between timestamp and timestamptz
// (TimestampTimestampTzRequiresRewrite).
func timeZoneDecides(from, to sqlast.TypeName) bool {
	a, b := from.Name.Name, to.Name.Name
	return from.ArrayDims == 0 && to.ArrayDims == 0 && len(to.Mods) == 0 &&
		(a == "timestamp" && b == "timestamptz" || a == "timestamptz" && b == "timestamp")
}

// castSteps takes the casts off a USING expression, innermost first. isColumn is
// false if what remains is not the column itself. No USING is the column itself.
func castSteps(e sqlast.Expr, column string) (steps []sqlast.TypeName, isColumn bool) {
	switch e := e.(type) {
	case nil:
		return nil, true
	case *sqlast.ColumnExpr:
		return nil, e.Column == column
	case *sqlast.CollateExpr:
		return castSteps(e.Arg, column)
	case *sqlast.CastExpr:
		steps, isColumn = castSteps(e.Arg, column)
		return append(steps, e.Type), isColumn
	}
	return nil, false
}

// typeRefused records the errors that keep the type from being changed.
func (j *judge) typeRefused(op *sqlast.AlterColumnType) bool {
	a := j.alter
	t := a.table
	col := columnOf(t, op.Column)
	if col == nil {
		return false
	}
	of, inKey := j.partitionKey(t, op.Column)
	switch {
	// The sequence is altered first. A partition has none of its own.
	case col.Identity != sqlast.NoIdentity && (col.Sequence != catalog.Key{} || t.PartitionOf == catalog.Key{}) && j.notInteger(op.Type):
		j.fail("22023", "identity column type must be smallint, integer, or bigint")
	case j.inheritedColumn(t, op.Column):
		j.fail("42P16", "cannot alter inherited column %q", op.Column)
	case inKey:
		j.fail("42P16", "cannot alter column %q because it is part of the partition key of relation %q", op.Column, of)
	case op.Using != nil && col.Generated != sqlast.NotGenerated:
		j.fail("42611", "cannot specify USING when altering type of generated column")
	case j.retypedTwice(col, op):
		j.fail("0A000", "cannot alter type of column %q twice", op.Column)
	case j.collationRefused(op.Type, !op.Collation.IsZero()), j.usingRefused(t, op):
	case op.Using == nil && j.convert(col.Type, op.Type, false) == impossible:
		j.fail("42804", "column %q cannot be cast automatically to type %s", op.Column, typeLabel(op.Type))
	case op.Table.Only && len(t.Partitions)+len(t.Children) > 0:
		j.fail("42P16", "type of inherited column %q must be changed in child tables too", op.Column)
	case j.defaultRefused(col, op):
		j.fail("42804", "default for column %q cannot be cast automatically to type %s", op.Column, typeLabel(op.Type))
	case j.foreignKeyTypesDiffer(t, op):
	default:
		return j.dependentRefuses(t, op.Column)
	}
	return true
}

// foreignKeyTypesDiffer fails a change after which a foreign key compares types
// that have no equality operator in common: it is made anew (ATPostAlterTypeParse).
func (j *judge) foreignKeyTypesDiffer(t *catalog.Table, op *sqlast.AlterColumnType) bool {
	differ := func(fk *catalog.Constraint, other *catalog.Table, mine, theirs []string) bool {
		i := slices.Index(mine, op.Column)
		if i < 0 || i >= len(theirs) || j.alter.dropped[fk.Name] || !j.certain(t) || !j.certain(other) {
			return false
		}
		col := other.Column(theirs[i])
		if col == nil || other.Key == t.Key {
			return false
		}
		a, b := equalityGroup(op.Type), equalityGroup(col.Type)
		if a == "" || b == "" || a == b {
			return false
		}
		j.fail("42804", "foreign key constraint %q cannot be implemented", fk.Name)
		return true
	}
	for _, fk := range foreignKeys(t) {
		if ref := j.cat.TableAt(fk.RefTable); ref != nil && differ(fk, ref, fk.Columns, fk.RefColumns) {
			return true
		}
	}
	found := false
	j.referencing(t.Key, func(from *catalog.Table, fk *catalog.Constraint) {
		found = found || differ(fk, from, fk.RefColumns, fk.Columns)
	})
	return found
}

// usingRefused fails a USING that cannot be computed from the row.
func (j *judge) usingRefused(t *catalog.Table, op *sqlast.AlterColumnType) bool {
	for _, ref := range sqlast.Columns(op.Using) {
		if ref.Qualifier == "" && ref.Column != "*" && j.lacksColumn(t, ref.Column) && j.alter.added[ref.Column] == nil {
			j.fail("42703", "column %q does not exist", ref.Column)
			return true
		}
	}
	return j.subqueryRefused(op.Using, "transform expression")
}

// retypedTwice reports whether a later action of the statement, too, gives the
// column a type. It may if this one leaves the type as it is.
func (j *judge) retypedTwice(col *catalog.Column, op *sqlast.AlterColumnType) bool {
	return j.alter.retyped[op.Column] != op && !catalog.SameType(col.Type, op.Type)
}

var integerTypes = map[string]bool{"int2": true, "int4": true, "int8": true}

// defaultRefused reports whether the column's default has no assignment cast to
// the new type. The default was coerced to the old type when it was set, which
// the server undoes first (strip_implicit_coercions): 'a'::mood stays a mood as
// the default of a text column.
func (j *judge) defaultRefused(col *catalog.Column, op *sqlast.AlterColumnType) bool {
	if col.Default == nil || col.Sequence != (catalog.Key{}) && col.Identity != sqlast.NoIdentity {
		return false
	}
	from := col.Type
	if cast, ok := col.Default.(*sqlast.CastExpr); ok {
		from = cast.Type
	}
	return !j.dropsDefault(op.Column) && j.convert(from, op.Type, false) == impossible
}

// dependentRefuses records the error for an object that uses the column and
// cannot follow the change (RememberAllDependentForRebuilding).
func (j *judge) dependentRefuses(t *catalog.Table, column string) bool {
	state := "0A000"
	var what string
	for _, d := range j.cat.ColumnDependents(t, column) {
		if j.droppedFirst(t, d) {
			continue
		}
		switch d.Kind {
		case sqlast.View, sqlast.MaterializedView:
			what = "used by a view or rule"
		case sqlast.Policy:
			what = "used in a policy definition"
		case sqlast.Trigger:
			what = "used in a trigger definition"
		case sqlast.Column:
			what = "used by a generated column"
			if j.env.Major == 14 {
				state = "42601"
			}
		default:
			continue
		}
		j.fail(state, "cannot alter type of a column %s", what)
		return true
	}
	return false
}

// droppedFirst reports whether what uses a column goes with another that the
// statement drops, in an earlier pass.
func (j *judge) droppedFirst(t *catalog.Table, d catalog.Dependent) bool {
	if d.Kind == sqlast.Column && d.Of == t.Key && j.alter.droppedCols[d.Name] {
		return true
	}
	for column := range j.alter.droppedCols {
		if slices.ContainsFunc(j.cat.ColumnDependents(t, column), func(other catalog.Dependent) bool {
			return d.Kind == other.Kind && d.Of == other.Of && d.Name == other.Name || j.readsView(d, other)
		}) {
			return true
		}
	}
	return false
}

// readsView reports whether a view reads another, directly or not.
func (j *judge) readsView(d, other catalog.Dependent) bool {
	if d.Kind != sqlast.View && d.Kind != sqlast.MaterializedView || other.Kind != sqlast.View && other.Kind != sqlast.MaterializedView {
		return false
	}
	below := []catalog.Key{other.Of}
	for i := 0; i < len(below); i++ {
		v := j.cat.ViewAt(below[i])
		if v == nil {
			continue
		}
		for _, k := range v.ReferencedViews {
			if k == d.Of {
				return true
			}
			if !slices.Contains(below, k) {
				below = append(below, k)
			}
		}
	}
	return false
}

// inheritedColumn reports whether a parent has the column, so that it must be
// changed there.
func (j *judge) inheritedColumn(t *catalog.Table, column string) bool {
	if parent := j.cat.TableAt(t.PartitionOf); parent != nil {
		return parent.Column(column) != nil
	}
	for _, k := range t.Inherits {
		if columnOf(j.cat.TableAt(k), column) != nil {
			return true
		}
	}
	return false
}

// partitionKey finds the table, or the partition of it, that has the column in
// its partition key.
func (j *judge) partitionKey(t *catalog.Table, column string) (of string, found bool) {
	for _, k := range j.partitions(t.Key) {
		p := j.cat.TableAt(k)
		if p != nil && p.PartitionBy != nil && slices.Contains(p.PartitionBy.Columns, column) {
			return p.Name, true
		}
	}
	return "", false
}
