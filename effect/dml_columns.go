package effect

import (
	"slices"

	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

// insertMustFit records the errors of an INSERT whose columns and values do not
// fit the table or each other (checkInsertTargets, transformInsertRow).
func (j *judge) insertMustFit(op *sqlast.Insert) {
	t := j.cat.Table(op.Table.Name)
	if !j.certain(t) || t.ColumnsUnknown {
		return
	}
	columns := t.Columns
	if len(op.Columns) > 0 {
		columns = nil
		for _, name := range op.Columns {
			col := t.Column(name)
			switch {
			case col == nil:
				j.missingColumn(t, name)
				return
			case slices.Contains(columns, col):
				j.fail("42701", "column %q specified more than once", name)
				return
			}
			columns = append(columns, col)
		}
	}
	width, ok := insertWidth(op)
	switch {
	case !ok:
	case width > len(columns):
		j.fail("42601", "INSERT has more expressions than target columns")
	case width < len(op.Columns):
		j.fail("42601", "INSERT has more target columns than expressions")
	default:
		j.generatedMustBeDefault(op, columns[:width])
	}
}

// insertWidth is the number of values in a row of an INSERT; ok is false if it
// cannot be told.
func insertWidth(op *sqlast.Insert) (width int, ok bool) {
	switch {
	case op.Query == nil:
		return 0, false
	case op.Query.ValueRows > 0:
		return len(op.Values) / op.Query.ValueRows, len(op.Values)%op.Query.ValueRows == 0
	}
	for _, target := range op.Query.Targets {
		if target.Name == "*" {
			return 0, false
		}
	}
	return len(op.Query.Targets), len(op.Query.Targets) > 0
}

// generatedMustBeDefault: an INSERT may give a generated column, and an identity
// column GENERATED ALWAYS, nothing but DEFAULT, unless it says OVERRIDING
// (rewriteTargetListIU, rewriteValuesRTE).
func (j *judge) generatedMustBeDefault(op *sqlast.Insert, columns []*catalog.Column) {
	if op.Overriding != "" {
		return
	}
	for i, col := range columns {
		if col.Identity != sqlast.Always && col.Generated == sqlast.NotGenerated {
			continue
		}
		given := func(e sqlast.Expr) bool { return !isDefault(e) }
		if len(op.Values) == 0 || slices.ContainsFunc(everyNth(op.Values, i, len(columns)), given) {
			j.fail("428C9", "cannot insert a non-DEFAULT value into column %q", col.Name)
			return
		}
	}
}

// assignmentsMustFit does the same for UPDATE … SET.
func (j *judge) assignmentsMustFit(op *sqlast.Update) {
	t := j.cat.Table(op.Table.Name)
	if !j.certain(t) || t.ColumnsUnknown {
		return
	}
	for _, a := range op.Set {
		if t.Column(a.Column) == nil {
			j.missingColumn(t, a.Column)
			return
		}
	}
	// What is generated is looked at last, by the rewriter: a name that may be
	// missing may fail first.
	if j.mayMiss(t, updateExprs(op)...) {
		return
	}
	for _, a := range op.Set {
		col := t.Column(a.Column)
		if (col.Identity == sqlast.Always || col.Generated != sqlast.NotGenerated) && !isDefault(a.Value) {
			j.fail("428C9", "column %q can only be updated to DEFAULT", col.Name)
			return
		}
	}
}

func updateExprs(op *sqlast.Update) []sqlast.Expr {
	exprs := []sqlast.Expr{op.Where}
	for _, a := range op.Set {
		exprs = append(exprs, a.Value)
	}
	return exprs
}

// mayMiss reports whether expressions name a column that the table lacks. It may be
// one of another relation.
func (j *judge) mayMiss(t *catalog.Table, exprs ...sqlast.Expr) bool {
	for _, e := range exprs {
		for _, ref := range sqlast.Columns(e) {
			if j.lacksColumn(t, ref.Column) && ref.Column != "*" {
				return true
			}
		}
	}
	return false
}

func (j *judge) missingColumn(t *catalog.Table, name string) {
	j.fail("42703", "column %q of relation %q does not exist", name, t.Name)
}

// lockDrawnFrom: an INSERT draws from the sequences of the columns that it gives
// no value (nextval_internal in sequence.c).
func (j *judge) lockDrawnFrom(op *sqlast.Insert) {
	t := j.cat.Table(op.Table.Name)
	if t == nil {
		return
	}
	width, known := insertWidth(op)
	for i, col := range t.Columns {
		s := j.cat.SequenceOf(col)
		if s == nil {
			continue
		}
		at := i
		if len(op.Columns) > 0 {
			at = slices.Index(op.Columns, col.Name)
		}
		switch {
		case op.Query == nil, at < 0, col.Identity != sqlast.NoIdentity && op.Overriding == "user", known && at >= width:
		case width == 0 || !slices.ContainsFunc(everyNth(op.Values, at, width), isDefault):
			continue
		}
		j.lockKind(s.Key, sqlast.Sequence, RowExclusive, "the default of column "+col.Name+" draws from it")
	}
}

// everyNth returns the values of one column of a VALUES list.
func everyNth(values []sqlast.Expr, first, width int) []sqlast.Expr {
	var column []sqlast.Expr
	for i := first; i < len(values); i += width {
		column = append(column, values[i])
	}
	return column
}

// isDefault reports whether an expression is the key word DEFAULT.
func isDefault(e sqlast.Expr) bool {
	c, ok := e.(*sqlast.CompositeExpr)
	return ok && c.Kind == "default"
}
