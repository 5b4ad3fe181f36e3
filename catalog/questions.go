package catalog

import (
	"slices"

	"github.com/miglint/miglint/sqlast"
)

// ProvesNotNull reports whether a valid constraint of the table proves that no
// row has NULL in the column, so that SET NOT NULL needs no scan. The server
// looks for column IS NOT NULL, in its many spellings, as a CHECK by itself, in
// an AND or in every arm of an OR (NotNullImpliedByRelConstraints in
// tablecmds.c). Measured on PostgreSQL 15: column > 0 and (column IS NOT NULL) IS
// TRUE prove nothing, and neither does IS NOT NULL of a composite column, which
// is about its fields. Since PostgreSQL 18 a valid NOT NULL constraint does, of
// course.
func (c *Catalog) ProvesNotNull(t *Table, column string) bool {
	for _, con := range t.Constraints {
		if !con.Valid {
			continue
		}
		switch con.Kind {
		case sqlast.Check:
			if provesNotNull(con.Expr, column, true) && !c.isComposite(t.Column(column)) {
				return true
			}
		case sqlast.NotNullConstraint:
			if len(con.Columns) == 1 && con.Columns[0] == column {
				return true
			}
		}
	}
	return false
}

// isComposite reports whether a column is of a composite type or of a domain over
// one.
func (c *Catalog) isComposite(col *Column) bool {
	if col == nil || col.Type.ArrayDims > 0 {
		return false
	}
	typ := c.TypeAt(col.UserType)
	for range maxParts {
		if typ == nil || !typ.Domain || typ.Base.ArrayDims > 0 {
			break
		}
		typ = c.TypeAt(typ.BaseType)
	}
	return typ != nil && !typ.Domain && typ.Kind == sqlast.CompositeType
}

// provesNotNull reports whether e being true, or false if want is false, needs
// the column not to be NULL.
func provesNotNull(e sqlast.Expr, column string, want bool) bool {
	proves := func(arg sqlast.Expr) bool { return provesNotNull(arg, column, want) }
	switch e := e.(type) {
	case *sqlast.ConstExpr:
		value, ok := boolConst(e)
		return ok && e.Kind == sqlast.BoolConst && value != want // cannot be
	case *sqlast.NullTestExpr:
		if row, ok := e.Arg.(*sqlast.CompositeExpr); ok && row.Kind == "row" && e.Not && want {
			return slices.ContainsFunc(row.Args, func(arg sqlast.Expr) bool { return isColumn(arg, column) })
		}
		return isColumn(e.Arg, column) && e.Not == want
	case *sqlast.BoolOpExpr:
		switch {
		case e.Op == "not" && len(e.Args) == 1:
			return provesNotNull(e.Args[0], column, !want)
		case e.Op == "and" == want:
			return slices.ContainsFunc(e.Args, proves)
		}
		return !slices.ContainsFunc(e.Args, func(arg sqlast.Expr) bool { return !proves(arg) })
	case *sqlast.OpExpr:
		return len(e.Args) == 2 && comparisonProvesNotNull(e, column, want)
	}
	return false
}

// comparisonProvesNotNull is provesNotNull of comparisons with a constant:
// (column IS NULL) = false, column IS DISTINCT FROM NULL.
func comparisonProvesNotNull(e *sqlast.OpExpr, column string, want bool) bool {
	con, ok := e.Args[1].(*sqlast.ConstExpr)
	if !ok {
		return false
	}
	switch e.Op {
	case "=", "<>", "!=":
		return con.Kind == sqlast.BoolConst && provesNotNull(e.Args[0], column, want == ((con.Value == "true") == (e.Op == "=")))
	case "is distinct from", "is not distinct from":
		return con.Kind == sqlast.NullConst && isColumn(e.Args[0], column) && want == (e.Op == "is distinct from")
	}
	return false
}

func isColumn(e sqlast.Expr, column string) bool {
	col, ok := e.(*sqlast.ColumnExpr)
	return ok && col.Column == column
}

// Dependent is an object that uses a column.
type Dependent struct {
	// Kind is Index, TableConstraint, Column (a generated one), Sequence (an
	// owned one), Trigger, Policy, View or MaterializedView.
	Kind sqlast.ObjectKind
	// Of is the relation itself for an index, sequence or view, else the table
	// that has the constraint, column, trigger or policy.
	Of   Key
	Name string // the object's own name
	// Auto is set when it is dropped with the column without CASCADE.
	Auto bool
}

// ColumnDependents returns what uses a column of a table, in a fixed order:
// constraints, indexes that belong to none, owned sequences, generated columns,
// foreign keys of other tables, triggers, policies, views. Only the direct ones:
// a view of such a view is not among them.
func (c *Catalog) ColumnDependents(t *Table, column string) []Dependent {
	var all []Dependent
	add := func(kind sqlast.ObjectKind, of Key, name string, auto bool) {
		all = append(all, Dependent{kind, of, name, auto})
	}
	for _, con := range t.Constraints {
		switch {
		case slices.Contains(con.Columns, column) || slices.Contains(con.Include, column) || readsColumn(con.Where, column):
			add(sqlast.TableConstraint, t.Key, con.Name, true)
		case con.Kind == sqlast.ForeignKey && con.RefTable == t.Key && slices.Contains(con.RefColumns, column):
			add(sqlast.TableConstraint, t.Key, con.Name, false)
		}
	}
	for _, i := range t.Indexes {
		if i.Constraint == "" && indexReadsColumn(i, column) {
			add(sqlast.Index, i.Key, i.Name, true)
		}
	}
	for _, k := range t.Sequences {
		if s := c.SequenceAt(k); s != nil && s.Column == column {
			add(sqlast.Sequence, k, k.Name, true)
		}
	}
	for _, col := range t.Columns {
		if readsColumn(col.Expression, column) {
			add(sqlast.Column, t.Key, col.Name, false)
		}
	}
	for _, k := range t.ReferencedBy {
		child := c.TableAt(k)
		if child == nil {
			continue
		}
		for _, con := range child.Constraints {
			if con.Kind == sqlast.ForeignKey && con.RefTable == t.Key && slices.Contains(con.RefColumns, column) {
				add(sqlast.TableConstraint, k, con.Name, false)
			}
		}
	}
	for _, tr := range t.Triggers {
		if triggerReads(tr, column) {
			add(sqlast.Trigger, t.Key, tr.Name, false)
		}
	}
	for _, p := range t.Policies {
		if readsColumn(p.Using, column) || readsColumn(p.Check, column) {
			add(sqlast.Policy, t.Key, p.Name, false)
		}
	}
	for _, k := range t.ReferencedViews {
		if v := c.ViewAt(k); v != nil && hasRef(v.Uses, ColumnRef{t.Key, column}) {
			kind := sqlast.View
			if v.Materialized {
				kind = sqlast.MaterializedView
			}
			add(kind, k, k.Name, false)
		}
	}
	return all
}

// IsSystem reports whether a name that history has not seen is one of the
// system's own.
func (c *Catalog) IsSystem(n sqlast.Name) bool {
	_, _, known := c.find(n)
	return !known && isSystemName(n)
}

// isSystemName is IsSystem for a name that history has not seen.
func isSystemName(n sqlast.Name) bool {
	switch n.Schema {
	case systemSchema, "information_schema", "pg_toast":
		return true
	case "":
		return len(n.Name) > 3 && n.Name[:3] == "pg_"
	}
	return false
}
