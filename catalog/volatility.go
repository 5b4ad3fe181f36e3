package catalog

import (
	"strings"

	"github.com/miglint/miglint/sqlast"
)

// Volatility returns the volatility of an expression: that of the most volatile
// function it calls, after the constant folding that the server does before it
// looks (eval_const_expressions: CASE WHEN true THEN 1 ELSE random() END is
// immutable). Where overloads of a function differ, the strongest promise counts.
//
// known is false if it calls a function that neither PostgreSQL nor history has;
// the result is Volatile then, as that of a function is unless it is marked.
func (c *Catalog) Volatility(e sqlast.Expr) (v sqlast.Volatility, known bool) {
	v, known = sqlast.Immutable, true
	c.volatility(e, &v, &known)
	return v, known
}

func (c *Catalog) volatility(e sqlast.Expr, v *sqlast.Volatility, known *bool) {
	switch n := e.(type) {
	case *sqlast.FuncExpr:
		fv, ok := c.functionVolatility(n)
		*v = min(*v, fv)
		*known = *known && ok
	case *sqlast.SubqueryExpr:
		*v = min(*v, sqlast.Stable)
		if n.Query != nil {
			for _, call := range n.Query.Functions {
				fv, ok := c.functionVolatility(call)
				*v = min(*v, fv)
				*known = *known && ok
			}
		}
	}
	for _, arg := range evaluated(e) {
		c.volatility(arg, v, known)
	}
}

// functionVolatility returns the volatility of a function: PostgreSQL's own come
// first in search_path.
func (c *Catalog) functionVolatility(call *sqlast.FuncExpr) (v sqlast.Volatility, known bool) {
	name := call.Name
	if name.Schema == "" || name.Schema == systemSchema {
		if v, ok := builtinFunctions()[name.Name]; ok {
			if n, ok := stableWith[name.Name]; ok && n == len(call.Args) {
				v = sqlast.Stable
			}
			return v, true
		}
	}
	v, known = sqlast.Volatile, false
	for _, f := range c.Functions(name) {
		if !takes(f, len(call.Args)) {
			continue
		}
		v, known = max(v, f.Volatility), true
	}
	if known || name.Schema == "" {
		return v, known
	}
	// An extension's function in a schema of its own, extensions.uuid_generate_v4().
	if v, ok := builtinFunctions()[name.Name]; ok {
		return v, true
	}
	return sqlast.Volatile, false
}

// takes reports whether a function can be called with n arguments.
func takes(f *Function, n int) bool {
	least, most := 0, 0
	for _, arg := range f.Args {
		switch arg.Mode {
		case "out", "table":
			continue
		case "variadic":
			return n >= least
		}
		most++
		if !arg.HasDefault {
			least++
		}
	}
	return least <= n && n <= most
}

// evaluated returns the parts of an expression that constant folding leaves.
func evaluated(e sqlast.Expr) []sqlast.Expr {
	switch n := e.(type) {
	case *sqlast.BoolOpExpr:
		for _, arg := range n.Args {
			if con, ok := arg.(*sqlast.ConstExpr); ok && con.Kind == sqlast.BoolConst && n.Op != "not" && (con.Value == "true") == (n.Op == "or") {
				return nil
			}
		}
	case *sqlast.CompositeExpr:
		switch n.Kind {
		case "coalesce":
			for i, arg := range n.Args {
				if con, ok := arg.(*sqlast.ConstExpr); ok && con.Kind != sqlast.NullConst {
					return n.Args[:i]
				}
			}
		case "case":
			return evaluatedCase(n)
		}
	}
	return sqlast.ExprArgs(e)
}

// evaluatedCase drops the branches of CASE WHEN … that cannot be reached.
func evaluatedCase(e *sqlast.CompositeExpr) []sqlast.Expr {
	if !isSearchedCase(e) {
		return e.Args
	}
	var left []sqlast.Expr
	args := e.Args
	for ; len(args) > 1; args = args[2:] {
		value, ok := boolConst(args[0])
		switch {
		case !ok:
			left = append(left, args[0], args[1])
		case value:
			return append(left, args[1])
		}
	}
	return append(left, args...)
}

// isSearchedCase tells CASE WHEN condition THEN … from CASE x WHEN value THEN …,
// which have the same parts.
func isSearchedCase(e *sqlast.CompositeExpr) bool {
	text := strings.ToLower(e.Pos().Text())
	rest, ok := strings.CutPrefix(text, "case")
	if !ok {
		return len(e.Args)%2 == 1
	}
	return strings.HasPrefix(strings.TrimLeft(rest, " \t\r\n"), "when")
}

// caseElse returns the ELSE of a CASE, or nil.
func caseElse(e *sqlast.CompositeExpr) sqlast.Expr {
	n := len(e.Args)
	if n == 0 || isSearchedCase(e) != (n%2 == 1) {
		return nil
	}
	return e.Args[n-1]
}

// boolConst returns the value of a condition that is a constant; NULL is false.
func boolConst(e sqlast.Expr) (value, ok bool) {
	con, ok := e.(*sqlast.ConstExpr)
	if !ok || con.Kind != sqlast.BoolConst && con.Kind != sqlast.NullConst {
		return false, false
	}
	return con.Kind == sqlast.BoolConst && con.Value == "true", true
}
