package effect

import (
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

// addColumn is ADD COLUMN (ATExecAddColumn in tablecmds.c): a constant default
// is kept as the column's missing value, everything that must be computed per
// row rewrites the table, and what must hold for every row is scanned for.
func (j *judge) addColumn(op *sqlast.AddColumn) {
	a, col := j.alter, &op.Column
	if j.columnIsThere(op) {
		if !op.IfNotExists {
			j.fail("42701", "column %q of relation %q already exists", col.Name, a.key.Name)
		}
		return
	}
	if t := a.table; t != nil {
		switch {
		case t.PartitionOf != (catalog.Key{}):
			j.fail("42809", "cannot add column to a partition")
			return
		case op.Table.Only && len(t.Children)+len(t.Partitions) > 0:
			j.fail("42P16", "column must be added to child tables too")
			return
		case col.Identity != sqlast.NoIdentity && (len(t.Children) > 0 || len(t.Partitions) > 0 && j.env.Major < 17):
			j.fail("42P16", "cannot recursively add identity column to table that has child tables")
			return
		}
	}
	if j.columnRefused(a.key.Name, a.table, col) {
		return
	}
	keys := j.stored(j.alterFamily(op.Table.Only))
	why, maybe := j.computedPerRow(col)
	if why != "" {
		for _, k := range keys {
			j.rewrite(k, maybe, why)
		}
	}
	rewritten := why != "" && !maybe
	j.newColumnNotNull(col, keys, rewritten)
	for i := range col.Constraints {
		if !merged(col.Constraints, i) {
			j.columnConstraint(col, &col.Constraints[i], keys, rewritten)
		}
	}
}

// merged reports whether one of a column's constraints is UNIQUE and another, the
// primary key or an earlier one, says the same: they share an index
// (transformIndexConstraints in parse_utilcmd.c).
func merged(all []sqlast.Constraint, i int) bool {
	c := &all[i]
	for n := range all {
		o := &all[n]
		if n == i || c.Kind != sqlast.Unique || o.Kind != sqlast.PrimaryKey && (o.Kind != sqlast.Unique || n > i) {
			continue
		}
		if c.NullsNotDistinct == o.NullsNotDistinct && c.Deferrable == o.Deferrable && c.InitiallyDeferred == o.InitiallyDeferred {
			return true
		}
	}
	return false
}

// columnIsThere reports whether history knows the column to exist when it is to be
// added, or the statement has just added it.
func (j *judge) columnIsThere(op *sqlast.AddColumn) bool {
	a := j.alter
	if a.added[op.Column.Name] != op {
		return true // note keeps the first
	}
	return columnOf(a.table, op.Column.Name) != nil && !a.droppedCols[op.Column.Name]
}

// computedPerRow says why the new column must be computed for every row, which
// rewrites the table; "" if it need not.
func (j *judge) computedPerRow(col *sqlast.ColumnDef) (why string, maybe bool) {
	switch {
	case col.Type.IsSerial():
		return "a serial column draws a number from its sequence for every row", false
	case col.Identity != sqlast.NoIdentity:
		return "an identity column draws a number from its sequence for every row", false
	case col.Generated == sqlast.Stored:
		return "a stored generated column is computed for every row", false
	}
	if why := j.constrainedDomain(col.Type); why != "" {
		return why, false
	}
	def := col.Default
	if def == nil {
		def = j.domainDefault(col.Type)
	}
	if def == nil {
		return "", false
	}
	v, known := j.cat.Volatility(def)
	switch {
	case v != sqlast.Volatile:
		return "", false
	case known && j.mayBeInlined(def):
		return "the default calls an SQL function that is not marked STABLE or IMMUTABLE, and is volatile unless its body alone is not", true
	case known:
		return "the default is volatile and is computed for every row", false
	}
	return "the default calls a function whose volatility history does not show; one that is STABLE or IMMUTABLE avoids the rewrite", true
}

// mayBeInlined reports whether an expression calls a VOLATILE function written
// in SQL: the planner puts its body in its place, which may be constant
// (inline_function in clauses.c).
func (j *judge) mayBeInlined(e sqlast.Expr) bool {
	inlined := false
	sqlast.WalkExpr(e, func(e sqlast.Expr) bool {
		if call, ok := e.(*sqlast.FuncExpr); ok {
			for _, f := range j.cat.Functions(call.Name) {
				inlined = inlined || f.Language == "sql" && f.Volatility == sqlast.Volatile
			}
		}
		return !inlined
	})
	return inlined
}

// maxDepth bounds the walk over domains made of domains, and over partitions of partitions.
const maxDepth = 32

// domains yields the domains a type is made of, outermost first.
func (j *judge) domains(t sqlast.TypeName) []*catalog.Type {
	var all []*catalog.Type
	for range maxDepth {
		if t.ArrayDims > 0 {
			break
		}
		d := j.cat.Type(t.Name)
		if d == nil || !d.Domain {
			break
		}
		all = append(all, d)
		t = d.Base
	}
	return all
}

// constrainedDomain says why a column of this type rewrites the table even
// without a default: a domain with a constraint is checked row by row
// (DomainHasConstraints); "" if the type is no such domain.
func (j *judge) constrainedDomain(t sqlast.TypeName) string {
	for _, d := range j.domains(t) {
		if d.NotNull || len(d.Checks) > 0 {
			return "the domain " + d.Name + " has a constraint, which is checked by computing the column for every row"
		}
	}
	return ""
}

// domainDefault is the default a domain gives its columns.
func (j *judge) domainDefault(t sqlast.TypeName) sqlast.Expr {
	for _, d := range j.domains(t) {
		if d.Default != nil {
			return d.Default
		}
	}
	return nil
}

// newColumnNotNull: a NOT NULL column without a value for the rows that are
// there fails on the first row, and is checked by a scan
// (verify_new_notnull in ATExecAddColumn).
func (j *judge) newColumnNotNull(col *sqlast.ColumnDef, keys []catalog.Key, rewritten bool) {
	notNull := col.NotNull
	for i := range col.Constraints {
		c := &col.Constraints[i]
		notNull = notNull || c.Kind == sqlast.PrimaryKey || c.Kind == sqlast.NotNullConstraint && !c.NotValid
	}
	if !notNull {
		return
	}
	switch {
	case col.Generated == sqlast.Virtual:
		for _, k := range keys {
			j.scan(k, false, "the virtual column "+col.Name+" is NOT NULL and is computed for every row to check it")
		}
	case j.hasValue(col):
	default:
		j.failIfRows("23502", "column %q of relation %q contains null values", col.Name, j.alter.key.Name)
		if !rewritten {
			for _, k := range keys {
				j.scan(k, false, "the new column "+col.Name+" is NOT NULL and has no default")
			}
		}
	}
}

// hasValue reports whether rows that are there get a value that is not NULL.
func (j *judge) hasValue(col *sqlast.ColumnDef) bool {
	if col.Type.IsSerial() || col.Identity != sqlast.NoIdentity || col.Generated != sqlast.NotGenerated {
		return true
	}
	def := col.Default
	if def == nil {
		def = j.domainDefault(col.Type)
	}
	return def != nil && !isNull(def)
}

// isNull reports whether an expression is the constant NULL, casts included.
func isNull(e sqlast.Expr) bool {
	for {
		switch x := e.(type) {
		case *sqlast.ConstExpr:
			return x.Kind == sqlast.NullConst
		case *sqlast.CastExpr:
			e = x.Arg
		default:
			return false
		}
	}
}

// columnConstraint is a constraint written with the new column.
func (j *judge) columnConstraint(col *sqlast.ColumnDef, c *sqlast.Constraint, keys []catalog.Key, rewritten bool) {
	switch c.Kind {
	case sqlast.Check:
		j.duplicateConstraint(c)
		if j.subqueryRefused(c.Expr, "check constraint") || c.NotValid || c.NotEnforced || rewritten {
			return
		}
		if c.NoInherit {
			keys = j.stored([]catalog.Key{j.alter.key})
		}
		for _, k := range keys {
			j.scan(k, false, "CHECK on the new column "+col.Name+" is verified for every row")
		}
	case sqlast.ForeignKey:
		fk := *c
		if len(fk.Columns) == 0 {
			fk.Columns = []string{col.Name}
		}
		// Without a DEFAULT clause every row has NULL there, and validation is
		// skipped (transformAlterTableStmt in parse_utilcmd.c).
		written := col.Default != nil || col.Generated != sqlast.NotGenerated || col.Type.IsSerial()
		j.foreignKey(&fk, fk.NotValid || !written, col.Type)
	case sqlast.Unique, sqlast.PrimaryKey:
		j.indexConstraint(c, true)
	}
}
