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
		if top {
			q.Targets = append(q.Targets, sqlast.Target{Name: targetName(t), Expr: e})
		}
	}
}

// targetName is the name of an output column: its alias, "*" for a star, else what
// PostgreSQL derives from the expression (FigureColname in parse_target.c).
func targetName(t *pg.ResTarget) string {
	if t.GetName() != "" {
		return t.Name
	}
	if name, _ := figureName(t.GetVal()); name != "" {
		return name
	}
	return "?column?"
}

// figureName returns a name and how good it is: 2 for a real name, 1 for that of a
// type or CASE, which a name from further in replaces
// (FigureColnameInternal in parse_target.c).
func figureName(n *pg.Node) (string, int) {
	switch e := n.GetNode().(type) {
	case *pg.Node_ColumnRef:
		if k := len(e.ColumnRef.Fields); k > 0 && e.ColumnRef.Fields[k-1].GetString_() == nil {
			return "*", 2
		}
		return qualified(e.ColumnRef.Fields).Name, 2
	case *pg.Node_AIndirection:
		parts := e.AIndirection.Indirection
		for i := len(parts) - 1; i >= 0; i-- {
			switch {
			case parts[i].GetString_() != nil:
				return str(parts[i]), 2
			case parts[i].GetAStar() != nil:
				return "*", 2
			}
		}
		return figureName(e.AIndirection.Arg)
	case *pg.Node_FuncCall:
		return qualified(e.FuncCall.Funcname).Name, 2
	case *pg.Node_AExpr:
		if e.AExpr.Kind == pg.A_Expr_Kind_AEXPR_NULLIF {
			return "nullif", 2
		}
	case *pg.Node_TypeCast:
		if name, good := figureName(e.TypeCast.Arg); good > 1 {
			return name, good
		}
		return qualified(e.TypeCast.TypeName.GetNames()).Name, 1
	case *pg.Node_CollateClause:
		return figureName(e.CollateClause.Arg)
	case *pg.Node_CaseExpr:
		if name, good := figureName(e.CaseExpr.Defresult); good > 1 {
			return name, good
		}
		return "case", 1
	case *pg.Node_SubLink:
		return subLinkName(e.SubLink)
	}
	return keywordName(n)
}

func subLinkName(s *pg.SubLink) (string, int) {
	switch s.SubLinkType {
	case pg.SubLinkType_EXISTS_SUBLINK:
		return "exists", 2
	case pg.SubLinkType_ARRAY_SUBLINK:
		return "array", 2
	case pg.SubLinkType_EXPR_SUBLINK:
		if targets := s.Subselect.GetSelectStmt().GetTargetList(); len(targets) > 0 {
			t := targets[0].GetResTarget()
			if t.GetName() != "" {
				return t.Name, 2
			}
			return figureName(t.GetVal())
		}
	}
	return "", 0
}

// keywordName is the name of a column made by a key word.
func keywordName(n *pg.Node) (string, int) {
	switch e := n.GetNode().(type) {
	case *pg.Node_AArrayExpr:
		return "array", 2
	case *pg.Node_RowExpr:
		return "row", 2
	case *pg.Node_CoalesceExpr:
		return "coalesce", 2
	case *pg.Node_MinMaxExpr:
		return minMax(e.MinMaxExpr), 2
	case *pg.Node_SqlvalueFunction:
		return valueFunctions[e.SqlvalueFunction.Op], 2
	case *pg.Node_GroupingFunc:
		return "grouping", 2
	case *pg.Node_XmlSerialize:
		return "xmlserialize", 2
	case *pg.Node_XmlExpr:
		return xmlNames[e.XmlExpr.Op], 2
	case *pg.Node_JsonObjectConstructor:
		return "json_object", 2
	case *pg.Node_JsonArrayConstructor, *pg.Node_JsonArrayQueryConstructor:
		return "json_array", 2
	case *pg.Node_JsonObjectAgg:
		return "json_objectagg", 2
	case *pg.Node_JsonArrayAgg:
		return "json_arrayagg", 2
	}
	return "", 0
}

// minMax is the key word of GREATEST and LEAST.
func minMax(m *pg.MinMaxExpr) string {
	if m.Op == pg.MinMaxOp_IS_LEAST {
		return "least"
	}
	return "greatest"
}

var xmlNames = map[pg.XmlExprOp]string{
	pg.XmlExprOp_IS_XMLCONCAT:  "xmlconcat",
	pg.XmlExprOp_IS_XMLELEMENT: "xmlelement",
	pg.XmlExprOp_IS_XMLFOREST:  "xmlforest",
	pg.XmlExprOp_IS_XMLPARSE:   "xmlparse",
	pg.XmlExprOp_IS_XMLPI:      "xmlpi",
	pg.XmlExprOp_IS_XMLROOT:    "xmlroot",
}
