package effect

import (
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

// columnRefused records the errors that the definition of a new column leads to
// whatever the table holds (transformColumnDefinition in parse_utilcmd.c,
// cookDefault in heap.c). table is its name, t what history knows of it: nil for a
// table that is being made.
func (j *judge) columnRefused(table string, t *catalog.Table, col *sqlast.ColumnDef) bool {
	serial := sqlast.TypeName{Name: col.Type.Name}.IsSerial()
	twice := ""
	switch {
	case col.Identity != sqlast.NoIdentity && (col.Default != nil || serial):
		twice = "both default and identity"
	case col.Generated != sqlast.NotGenerated && (col.Default != nil || serial):
		twice = "both default and generation expression"
	case serial && col.Default != nil:
		twice = "multiple default values"
	}
	switch {
	case serial && col.Type.ArrayDims > 0:
		j.fail("0A000", "array of serial is not implemented")
	case twice != "":
		j.fail("42601", "%s specified for column %q of table %q", twice, col.Name, table)
	case col.Identity != sqlast.NoIdentity && j.understood(col.Type) && !j.isInteger(col.Type):
		j.fail("22023", "identity column type must be smallint, integer, or bigint")
	case j.collationRefused(col.Type, !col.Collation.IsZero()):
	case j.defaultExprRefused(col.Default):
	default:
		return j.generationRefused(t, col)
	}
	return true
}

// isInteger reports whether a type can have an identity. A domain can.
func (j *judge) isInteger(t sqlast.TypeName) bool {
	t, _ = j.baseType(t)
	return t.ArrayDims == 0 && integerTypes[t.Name.Name]
}

// collatable are the types of PostgreSQL that take a COLLATE clause (typcollation
// in pg_type.dat).
var collatable = map[string]bool{"text": true, "varchar": true, "bpchar": true, "name": true, "citext": true}

// collationRefused fails COLLATE for a type that certainly has no collation.
func (j *judge) collationRefused(t sqlast.TypeName, written bool) bool {
	if !written || !j.hasNoCollation(t) {
		return false
	}
	j.fail("42804", "collations are not supported by type %s", typeLabel(t))
	return true
}

// hasNoCollation reports whether a type is one of PostgreSQL's own without a
// collation, or an enum, a composite type or a range.
func (j *judge) hasNoCollation(t sqlast.TypeName) bool {
	t, _ = j.baseType(t)
	if typ := j.cat.Type(t.Name); typ != nil {
		return !typ.Domain && typ.Kind != sqlast.BaseType && j.cat.CertainType(typ)
	}
	return t.Schema == "" && builtinTypes[t.Name.Name] && !collatable[t.Name.Name]
}

// defaultExprRefused fails a DEFAULT that is no expression of constants and
// functions (transformColumnRef and transformSubLink in parse_expr.c).
func (j *judge) defaultExprRefused(e sqlast.Expr) bool {
	if len(sqlast.Columns(e)) > 0 {
		j.fail("0A000", "cannot use column reference in DEFAULT expression")
		return true
	}
	return j.subqueryRefused(e, "DEFAULT expression")
}

// subqueryRefused fails a sub-select where an expression may have none.
func (j *judge) subqueryRefused(e sqlast.Expr, where string) bool {
	found := false
	sqlast.WalkExpr(e, func(e sqlast.Expr) bool {
		_, sub := e.(*sqlast.SubqueryExpr)
		found = found || sub
		return !found
	})
	if found {
		j.fail("0A000", "cannot use subquery in %s", where)
	}
	return found
}

// generationRefused fails the expression of a generated column that reads another
// generated column or none, or is not immutable; of a virtual one also what only
// PostgreSQL 18 refuses (checkVirtualGeneratedSecurity in heap.c).
func (j *judge) generationRefused(t *catalog.Table, col *sqlast.ColumnDef) bool {
	if col.Generated == sqlast.NotGenerated {
		return false
	}
	if j.subqueryRefused(col.Expression, "column generation expression") {
		return true
	}
	for _, ref := range sqlast.Columns(col.Expression) {
		read := columnOf(t, ref.Column)
		switch {
		case ref.Column == col.Name || read != nil && read.Generated != sqlast.NotGenerated && !j.alter.droppedCols[ref.Column]:
			j.fail("42P17", "cannot use generated column %q in column generation expression", ref.Column)
			return true
		case t != nil && ref.Qualifier == "" && ref.Column != "*" && j.lacksColumn(t, ref.Column) && j.alter.added[ref.Column] == nil:
			j.fail("42703", "column %q does not exist", ref.Column)
			return true
		}
	}
	if j.mutable(col.Expression) {
		j.fail("42P17", "generation expression is not immutable")
		return true
	}
	return col.Generated == sqlast.Virtual && j.virtualRefused(col)
}

// virtualRefused fails a virtual generated column that has what only a stored one
// can.
func (j *judge) virtualRefused(col *sqlast.ColumnDef) bool {
	if j.cat.Type(col.Type.Name) != nil {
		j.fail("0A000", "virtual generated column %q cannot have a user-defined type", col.Name)
		return true
	}
	for i := range col.Constraints {
		switch col.Constraints[i].Kind {
		case sqlast.Unique:
			j.fail("0A000", "unique constraints on virtual generated columns are not supported")
			return true
		case sqlast.PrimaryKey:
			j.fail("0A000", "primary keys on virtual generated columns are not supported")
			return true
		case sqlast.ForeignKey:
			j.fail("0A000", "foreign key constraints on virtual generated columns are not supported")
			return true
		}
	}
	own := false
	sqlast.WalkExpr(col.Expression, func(e sqlast.Expr) bool {
		call, ok := e.(*sqlast.FuncExpr)
		own = own || ok && len(j.cat.Functions(call.Name)) > 0
		return !own
	})
	if own {
		j.fail("0A000", "generation expression uses user-defined function")
	}
	return own
}
