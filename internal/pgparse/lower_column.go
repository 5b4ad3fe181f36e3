package pgparse

import (
	"strings"

	pg "github.com/pganalyze/pg_query_go/v5"

	"github.com/miglint/miglint/sqlast"
)

// column lowers a column definition whose tokens end at hi. Each of its clauses
// ends where the next one begins: libpg_query knows only their beginnings.
func (l *lowerer) column(c *pg.ColumnDef, hi int) sqlast.ColumnDef {
	if c == nil {
		return sqlast.ColumnDef{}
	}
	lo := l.at(c.Location)
	col := sqlast.ColumnDef{
		At: l.span(tokenSpan{lo, hi}), Name: c.Colname, NameSpan: l.span(l.nameAt(lo)),
		Type: l.typeName(c.TypeName), Collation: l.collation(c.CollClause),
		Storage: c.StorageName, Compression: c.Compression,
	}
	for i := 0; i < len(c.Constraints); {
		con := c.Constraints[i].GetConstraint()
		next := i + 1
		for next < len(c.Constraints) && constraintAttribute(c.Constraints[next].GetConstraint()) {
			next++
		}
		at := tokenSpan{l.at(con.GetLocation()), l.clauseEnd(c, next, con.GetLocation(), hi)}
		l.columnConstraint(&col, con, c.Constraints[i+1:next], at)
		i = next
	}
	return col
}

// clauseEnd returns where the clause of c that begins at location ends: at the
// constraint number next, at COLLATE if that comes first, or at hi.
func (l *lowerer) clauseEnd(c *pg.ColumnDef, next int, location int32, hi int) int {
	if next < len(c.Constraints) {
		if i := l.at(c.Constraints[next].GetConstraint().GetLocation()); i >= 0 {
			hi = min(hi, i)
		}
	}
	if coll := c.CollClause; coll != nil && coll.Location > location {
		if i := l.at(coll.Location); i >= 0 {
			hi = min(hi, i)
		}
	}
	return hi
}

// constraintAttribute reports whether c is DEFERRABLE or the like, which the
// grammar gives as a constraint of its own after the one it belongs to.
func constraintAttribute(c *pg.Constraint) bool {
	switch c.GetContype() {
	case pg.ConstrType_CONSTR_ATTR_DEFERRABLE, pg.ConstrType_CONSTR_ATTR_NOT_DEFERRABLE,
		pg.ConstrType_CONSTR_ATTR_DEFERRED, pg.ConstrType_CONSTR_ATTR_IMMEDIATE:
		return true
	}
	return false
}

// columnConstraint puts one constraint of a column, with its attributes, where
// ColumnDef has it.
func (l *lowerer) columnConstraint(col *sqlast.ColumnDef, c *pg.Constraint, attrs []*pg.Node, at tokenSpan) {
	switch c.GetContype() {
	case pg.ConstrType_CONSTR_NULL:
		col.Null = true
	case pg.ConstrType_CONSTR_NOTNULL:
		col.NotNull = true
		col.NotNullAt = l.span(at)
		noInherit := l.rewritten(at, notNullNoInherit) != nil
		if c.Conname != "" || noInherit {
			col.Constraints = append(col.Constraints, sqlast.Constraint{
				At: l.span(at), Kind: sqlast.NotNullConstraint, Name: c.Conname, Columns: ownColumn(col), NoInherit: noInherit,
			})
		}
	case pg.ConstrType_CONSTR_DEFAULT:
		if l.rewritten(at, virtualColumn) != nil {
			col.Generated, col.Expression = sqlast.Virtual, l.expr(c.RawExpr)
			return
		}
		col.Default = l.expr(c.RawExpr)
		col.DefaultAt = l.span(at)
	case pg.ConstrType_CONSTR_IDENTITY:
		col.Identity = identity(c.GeneratedWhen)
		if len(c.Options) > 0 {
			options := sequenceOptions(c.Options)
			col.Sequence = &options
		}
	case pg.ConstrType_CONSTR_GENERATED:
		col.Generated = sqlast.Stored
		col.Expression = l.expr(c.RawExpr)
	case pg.ConstrType_CONSTR_CHECK, pg.ConstrType_CONSTR_PRIMARY, pg.ConstrType_CONSTR_UNIQUE,
		pg.ConstrType_CONSTR_FOREIGN, pg.ConstrType_CONSTR_EXCLUSION:
		con := l.constraint(c, at.hi)
		if con.Kind != sqlast.Check {
			con.Columns = ownColumn(col)
		}
		for _, n := range attrs {
			switch n.GetConstraint().GetContype() {
			case pg.ConstrType_CONSTR_ATTR_DEFERRABLE:
				con.Deferrable = true
			case pg.ConstrType_CONSTR_ATTR_DEFERRED:
				con.Deferrable, con.InitiallyDeferred = true, true
			}
		}
		col.Constraints = append(col.Constraints, con)
	}
}

// ownColumn is the column list of a column's own constraint; a domain has none.
func ownColumn(col *sqlast.ColumnDef) []string {
	if col.Name == "" {
		return nil
	}
	return []string{col.Name}
}

// constraint lowers a table constraint, or a column's, whose tokens end at hi.
func (l *lowerer) constraint(c *pg.Constraint, hi int) sqlast.Constraint {
	if c == nil {
		return sqlast.Constraint{}
	}
	at := tokenSpan{l.at(c.Location), hi}
	con := sqlast.Constraint{
		At: l.span(at), Name: c.Conname, NoInherit: c.IsNoInherit,
		Deferrable: c.Deferrable, InitiallyDeferred: c.Initdeferred, NotValid: c.SkipValidation,
	}
	if c.SkipValidation {
		if i := l.find(at.lo, hi, "not", "valid"); i >= 0 {
			con.NotValidAt = l.span(tokenSpan{i, i + 2})
		}
	}
	switch c.Contype {
	case pg.ConstrType_CONSTR_CHECK:
		con.Kind = sqlast.Check
		con.Expr = l.expr(c.RawExpr)
	case pg.ConstrType_CONSTR_PRIMARY, pg.ConstrType_CONSTR_UNIQUE, pg.ConstrType_CONSTR_EXCLUSION:
		l.indexConstraint(&con, c)
	case pg.ConstrType_CONSTR_FOREIGN:
		con.Kind = sqlast.ForeignKey
		con.Columns = strs(c.FkAttrs)
		con.RefTable = l.rangeName(c.Pktable)
		con.RefColumns = strs(c.PkAttrs)
		con.OnDelete = foreignKeyActions[c.FkDelAction]
		con.OnUpdate = foreignKeyActions[c.FkUpdAction]
	case pg.ConstrType_CONSTR_NOTNULL:
		con.Kind = sqlast.NotNullConstraint
		con.Columns = strs(c.Keys)
	}
	l.newerConstraint(&con, at)
	return con
}

// foreignKeyActions maps confdeltype and confupdtype of pg_constraint.
var foreignKeyActions = map[string]string{"r": "restrict", "c": "cascade", "n": "set null", "d": "set default"}

func (l *lowerer) indexConstraint(con *sqlast.Constraint, c *pg.Constraint) {
	switch c.Contype {
	case pg.ConstrType_CONSTR_PRIMARY:
		con.Kind = sqlast.PrimaryKey
	case pg.ConstrType_CONSTR_UNIQUE:
		con.Kind = sqlast.Unique
	default:
		con.Kind = sqlast.Exclusion
		con.Method = c.AccessMethod
		con.Where = l.expr(c.WhereClause)
		for _, n := range c.Exclusions {
			if pair := list(n); len(pair) == 2 {
				con.Elements = append(con.Elements, l.indexElem(pair[0].GetIndexElem()))
				con.Operators = append(con.Operators, strings.Join(strs(list(pair[1])), "."))
			}
		}
	}
	con.Columns = strs(c.Keys)
	con.UsingIndex = c.Indexname
	con.Include = strs(c.Including)
	con.NullsNotDistinct = c.NullsNotDistinct
}

// collation is the name in a COLLATE clause.
func (l *lowerer) collation(c *pg.CollateClause) sqlast.Name {
	if c == nil {
		return sqlast.Name{}
	}
	i := l.at(c.Location)
	if i >= 0 {
		i++
	}
	return l.nameIn(c.Collname, i)
}
