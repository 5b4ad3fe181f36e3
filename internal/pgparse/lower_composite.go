package pgparse

import (
	pg "github.com/pganalyze/pg_query_go/v5"

	"github.com/miglint/miglint/sqlast"
)

// composite lowers the expressions that only matter for what is in them.
func (l *lowerer) composite(n *pg.Node) part {
	switch e := n.Node.(type) {
	case *pg.Node_AArrayExpr:
		return l.array(e.AArrayExpr)
	case *pg.Node_RowExpr:
		i := l.at(e.RowExpr.Location)
		args, at := l.parts(e.RowExpr.Args)
		if l.punct(i, '(') {
			at = tokenSpan{i, l.afterBrackets(i)}
		} else {
			at = l.keywordCall(i, at)
		}
		return l.compositePart("row", args, at)
	case *pg.Node_CoalesceExpr:
		return l.keywordComposite("coalesce", e.CoalesceExpr.Location, e.CoalesceExpr.Args...)
	case *pg.Node_MinMaxExpr:
		return l.keywordComposite(minMax(e.MinMaxExpr), e.MinMaxExpr.Location, e.MinMaxExpr.Args...)
	case *pg.Node_ParamRef:
		return l.compositePart("param", nil, l.token(l.at(e.ParamRef.Location)))
	case *pg.Node_SetToDefault:
		return l.compositePart("default", nil, l.token(l.at(e.SetToDefault.Location)))
	case *pg.Node_NamedArgExpr:
		args, at := l.parts([]*pg.Node{e.NamedArgExpr.Arg})
		return l.compositePart("named argument", args, at.cover(l.token(l.at(e.NamedArgExpr.Location))))
	case *pg.Node_ResTarget:
		args, at := l.parts([]*pg.Node{e.ResTarget.Val})
		return l.compositePart("target", args, at)
	case *pg.Node_SortBy:
		return l.part(orEmpty(e.SortBy.Node))
	case *pg.Node_List:
		args, at := l.parts(e.List.Items)
		return l.compositePart("list", args, at)
	case *pg.Node_GroupingSet:
		return l.keywordComposite("grouping set", e.GroupingSet.Location, e.GroupingSet.Content...)
	case *pg.Node_GroupingFunc:
		return l.keywordComposite("grouping", e.GroupingFunc.Location, e.GroupingFunc.Args...)
	case *pg.Node_MultiAssignRef:
		return l.part(orEmpty(e.MultiAssignRef.Source))
	case *pg.Node_XmlExpr:
		args := append(append([]*pg.Node{}, e.XmlExpr.NamedArgs...), e.XmlExpr.Args...)
		return l.keywordComposite("xml", e.XmlExpr.Location, args...)
	case *pg.Node_XmlSerialize:
		return l.keywordComposite("xml", e.XmlSerialize.Location, e.XmlSerialize.Expr)
	}
	return l.json(n)
}

// orEmpty stands in for a child that the tree lacks.
func orEmpty(n *pg.Node) *pg.Node {
	if n == nil {
		return &pg.Node{}
	}
	return n
}

// json lowers the SQL/JSON constructors and predicates.
func (l *lowerer) json(n *pg.Node) part {
	switch e := n.Node.(type) {
	case *pg.Node_JsonObjectConstructor:
		return l.keywordComposite("json", e.JsonObjectConstructor.Location, e.JsonObjectConstructor.Exprs...)
	case *pg.Node_JsonArrayConstructor:
		return l.keywordComposite("json", e.JsonArrayConstructor.Location, e.JsonArrayConstructor.Exprs...)
	case *pg.Node_JsonArrayQueryConstructor:
		q := l.queryIn(e.JsonArrayQueryConstructor.Query, nowhere)
		at := l.keywordCall(l.at(e.JsonArrayQueryConstructor.Location), nowhere)
		sub := &sqlast.SubqueryExpr{ExprNode: l.exprNode(at), Query: q}
		return l.compositePart("json", []sqlast.Expr{sub}, at)
	case *pg.Node_JsonObjectAgg:
		c := e.JsonObjectAgg.GetConstructor()
		l.aggregateParts(c.GetAggOrder(), c.GetAggFilter(), c.GetOver())
		kv := e.JsonObjectAgg.GetArg()
		return l.aggregateComposite(c.GetLocation(), kv.GetKey(), kv.GetValue().GetRawExpr())
	case *pg.Node_JsonArrayAgg:
		c := e.JsonArrayAgg.GetConstructor()
		l.aggregateParts(c.GetAggOrder(), c.GetAggFilter(), c.GetOver())
		return l.aggregateComposite(c.GetLocation(), e.JsonArrayAgg.GetArg().GetRawExpr())
	case *pg.Node_JsonKeyValue:
		args, at := l.parts([]*pg.Node{e.JsonKeyValue.Key, e.JsonKeyValue.GetValue().GetRawExpr()})
		return l.compositePart("json", args, at)
	case *pg.Node_JsonValueExpr:
		return l.part(orEmpty(e.JsonValueExpr.RawExpr))
	case *pg.Node_JsonIsPredicate:
		// Its location is that of its argument.
		args, at := l.parts([]*pg.Node{e.JsonIsPredicate.Expr})
		i := at.hi
		for l.punct(i, ')') {
			i++
		}
		if at.known() && l.word(i, "is") {
			at = l.operand(at.cover(l.testSpan(i)), i)
		}
		return part{&sqlast.OpExpr{ExprNode: l.exprNode(at), Op: "is json", Args: args}, at}
	}
	return l.compositePart("other", nil, nowhere)
}

func (l *lowerer) compositePart(kind string, args []sqlast.Expr, at tokenSpan) part {
	return part{&sqlast.CompositeExpr{ExprNode: l.exprNode(at), Kind: kind, Args: args}, at}
}

// keywordComposite lowers KEYWORD (…).
func (l *lowerer) keywordComposite(kind string, location int32, nodes ...*pg.Node) part {
	args, at := l.parts(nodes)
	return l.compositePart(kind, args, l.keywordCall(l.at(location), at))
}

func (l *lowerer) aggregateComposite(location int32, nodes ...*pg.Node) part {
	args, at := l.parts(nodes)
	if i := l.at(location); i >= 0 {
		at = l.callSpan(i)
	}
	return l.compositePart("json", args, at)
}

func (l *lowerer) array(a *pg.A_ArrayExpr) part {
	i := l.at(a.Location)
	args, at := l.parts(a.Elements)
	if i >= 0 {
		at = tokenSpan{i, l.afterBrackets(l.skip(i, "array"))}
	}
	return l.compositePart("array", args, at)
}

func (l *lowerer) caseExpr(c *pg.CaseExpr) part {
	nodes := make([]*pg.Node, 0, 2*len(c.Args)+2)
	nodes = append(nodes, c.Arg)
	for _, n := range c.Args {
		w := n.GetCaseWhen()
		nodes = append(nodes, w.GetExpr(), w.GetResult())
	}
	nodes = append(nodes, c.Defresult)
	i := l.at(c.Location)
	args, at := l.parts(nodes)
	at = l.operand(at.cover(l.token(i)), i)
	if l.word(at.hi, "end") {
		at.hi++
	}
	return l.compositePart("case", args, at)
}

// indirection lowers (x).field, x[1] and x[1:2].
func (l *lowerer) indirection(a *pg.A_Indirection) part {
	nodes := make([]*pg.Node, 0, 3)
	for _, n := range a.Indirection {
		if x := n.GetAIndices(); x != nil {
			nodes = append(nodes, x.Lidx, x.Uidx)
		}
	}
	arg := l.part(orEmpty(a.Arg))
	indexes, _ := l.parts(nodes)
	at := arg.at
	for at.known() && at.lo > l.lo && l.punct(at.lo-1, '(') && l.punct(at.hi, ')') {
		at.lo--
		at.hi++
	}
	for range a.Indirection {
		if l.punct(at.hi, '.') {
			at.hi += 2
		} else {
			at.hi = l.afterBrackets(at.hi)
		}
	}
	kind := "subscript"
	if len(indexes) == 0 {
		kind = "field"
	}
	return l.compositePart(kind, append([]sqlast.Expr{arg.expr}, indexes...), at)
}

// subLink lowers sub-selects in expressions.
func (l *lowerer) subLink(s *pg.SubLink) part {
	i := l.at(s.Location)
	open := i
	if l.word(i, "operator") {
		open = l.afterBrackets(i + 1)
	}
	for open >= 0 && open < l.hi && !l.punct(open, '(') {
		open++
	}
	if i >= 0 && i == open {
		for l.punct(open+1, '(') && l.partner(open+1) == l.partner(open)-1 {
			open++
		}
		i = open
	}
	args, at := l.parts([]*pg.Node{s.Testexpr})
	inside := nowhere
	if open >= 0 {
		inside = tokenSpan{open, l.afterBrackets(open)}
	}
	query := inside
	if query.known() {
		query = tokenSpan{query.lo + 1, query.hi - 1}
	}
	sub := &sqlast.SubqueryExpr{ExprNode: l.exprNode(inside.cover(l.token(i))), Query: l.queryIn(s.Subselect, query)}
	if s.SubLinkType != pg.SubLinkType_ANY_SUBLINK && s.SubLinkType != pg.SubLinkType_ALL_SUBLINK {
		return part{sub, inside.cover(l.token(i))}
	}
	sub.At = l.span(inside)
	op := "in"
	if k := len(s.OperName); k > 0 {
		op = str(s.OperName[k-1]) + " any"
		if s.SubLinkType == pg.SubLinkType_ALL_SUBLINK {
			op = str(s.OperName[k-1]) + " all"
		}
	}
	at = l.operand(at.cover(l.token(i)).cover(inside), i)
	return part{&sqlast.OpExpr{ExprNode: l.exprNode(at), Op: op, Args: append(args, sub)}, at}
}
