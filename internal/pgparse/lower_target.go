package pgparse

import (
	pg "github.com/pganalyze/pg_query_go/v5"

	"github.com/miglint/miglint/sqlast"
)

// targets lowers a select list; the output columns are q's if top is set.
func (l *lowerer) targets(nodes []*pg.Node, q *sqlast.Query, top bool) {
	if top && len(nodes) > 0 {
		q.Targets = make([]sqlast.Target, 0, len(nodes))
	}
	for _, n := range nodes {
		t := n.GetResTarget()
		if t == nil {
			continue
		}
		e := l.expr(t.Val)
		if !top {
			continue
		}
		name := t.Name
		if name == "" {
			name = targetName(e)
		}
		q.Targets = append(q.Targets, sqlast.Target{Name: name, Expr: e})
	}
}

// targetName is the column name PostgreSQL derives from an expression
// (FigureColname in parse_target.c).
func targetName(e sqlast.Expr) string {
	if name, _ := figureName(e); name != "" {
		return name
	}
	return "?column?"
}

// figureName returns a name and how good it is: 2 for a real name, 1 for that of a
// type or CASE, which a name from further in replaces.
func figureName(e sqlast.Expr) (string, int) {
	switch e := e.(type) {
	case *sqlast.ColumnExpr:
		return e.Column, 2
	case *sqlast.FuncExpr:
		return e.Name.Name, 2
	case *sqlast.CollateExpr:
		return figureName(e.Arg)
	case *sqlast.ConstExpr:
		if e.Kind == sqlast.BoolConst {
			return "bool", 1
		}
	case *sqlast.CastExpr:
		if name, good := figureName(e.Arg); good > 1 {
			return name, good
		}
		return e.Type.Name.Name, 1
	case *sqlast.SubqueryExpr:
		if e.Query != nil && len(e.Query.Targets) == 1 {
			return e.Query.Targets[0].Name, 2
		}
	case *sqlast.CompositeExpr:
		return compositeName(e)
	}
	return "", 0
}

func compositeName(e *sqlast.CompositeExpr) (string, int) {
	switch e.Kind {
	case "case":
		if k := len(e.Args); k > 0 {
			if name, good := figureName(e.Args[k-1]); good > 1 {
				return name, good
			}
		}
		return "case", 1
	case "subscript":
		if len(e.Args) > 0 {
			return figureName(e.Args[0])
		}
	case "array", "row", "coalesce", "greatest", "least", "nullif", "grouping":
		return e.Kind, 2
	}
	return "", 0
}
