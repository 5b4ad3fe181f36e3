package pgparse

import (
	"strconv"

	pg "github.com/pganalyze/pg_query_go/v5"

	"github.com/miglint/miglint/sqlast"
)

// part is a lowered expression and the tokens it was written with.
type part struct {
	expr sqlast.Expr
	at   tokenSpan
}

// expr lowers an expression; nil for none.
func (l *lowerer) expr(n *pg.Node) sqlast.Expr {
	if n == nil || n.Node == nil {
		return nil
	}
	return l.part(n).expr
}

// exprNode is the node of an expression written in the tokens of at. One that is
// nowhere in the text, such as the star of TABLE t, has the whole statement.
func (l *lowerer) exprNode(at tokenSpan) sqlast.ExprNode {
	if !at.known() {
		return sqlast.ExprNode{At: l.whole()}
	}
	return sqlast.ExprNode{At: l.span(at)}
}

// parts lowers a list of expressions and returns the tokens they cover.
func (l *lowerer) parts(nodes []*pg.Node) ([]sqlast.Expr, tokenSpan) {
	if len(nodes) == 0 {
		return nil, nowhere
	}
	all := make([]sqlast.Expr, 0, len(nodes))
	at := nowhere
	for _, n := range nodes {
		if n == nil || n.Node == nil {
			continue
		}
		p := l.part(n)
		all = append(all, p.expr)
		at = at.cover(p.at)
	}
	return all, at
}

// part lowers an expression. Parentheses are not in the parse tree; operand finds
// those that belong to an operator's arguments.
func (l *lowerer) part(n *pg.Node) part {
	switch e := n.Node.(type) {
	case *pg.Node_AConst:
		return l.constant(e.AConst)
	case *pg.Node_ColumnRef:
		return l.columnRef(e.ColumnRef)
	case *pg.Node_FuncCall:
		return l.funcCall(e.FuncCall)
	case *pg.Node_TypeCast:
		return l.typeCast(e.TypeCast)
	case *pg.Node_AExpr:
		return l.operator(e.AExpr)
	case *pg.Node_BoolExpr:
		return l.boolExpr(e.BoolExpr)
	case *pg.Node_NullTest:
		return l.nullTest(e.NullTest)
	case *pg.Node_SqlvalueFunction:
		return l.valueFunction(e.SqlvalueFunction)
	case *pg.Node_CollateClause:
		return l.collateExpr(e.CollateClause)
	case *pg.Node_SubLink:
		return l.subLink(e.SubLink)
	case *pg.Node_BooleanTest:
		return l.booleanTest(e.BooleanTest)
	case *pg.Node_CaseExpr:
		return l.caseExpr(e.CaseExpr)
	case *pg.Node_AIndirection:
		return l.indirection(e.AIndirection)
	}
	return l.composite(n)
}

func (l *lowerer) constant(c *pg.A_Const) part {
	at := l.constantSpan(l.at(c.Location))
	e := &sqlast.ConstExpr{ExprNode: l.exprNode(at)}
	switch v := c.Val.(type) {
	case *pg.A_Const_Ival:
		e.Kind, e.Value = sqlast.NumberConst, strconv.Itoa(int(v.Ival.GetIval()))
	case *pg.A_Const_Fval:
		e.Kind, e.Value = sqlast.NumberConst, v.Fval.GetFval()
	case *pg.A_Const_Boolval:
		e.Kind, e.Value = sqlast.BoolConst, strconv.FormatBool(v.Boolval.GetBoolval())
	case *pg.A_Const_Sval:
		e.Kind, e.Value = sqlast.StringConst, v.Sval.GetSval()
	case *pg.A_Const_Bsval:
		e.Kind, e.Value = sqlast.BitConst, v.Bsval.GetBsval()
	}
	return part{e, at}
}

// constantSpan is the constant at i. A sign before a number is part of it
// (doNegate in gram.y), also across parentheses.
func (l *lowerer) constantSpan(i int) tokenSpan {
	if i < 0 {
		return nowhere
	}
	end, brackets := i, 0
	for l.kind(end) == Operator || l.punct(end, '(') {
		if l.punct(end, '(') {
			brackets++
		}
		end++
	}
	if l.kind(end) == String {
		end = l.stringEnd(end)
	} else {
		end++
	}
	for ; brackets > 0 && l.punct(end, ')'); brackets-- {
		end++
	}
	return tokenSpan{i, min(end, len(l.toks))}
}

func (l *lowerer) columnRef(c *pg.ColumnRef) part {
	at := l.nameAt(l.at(c.Location))
	if i := l.at(c.Location); l.punct(i, '*') {
		at = tokenSpan{i, i + 1}
	}
	e := &sqlast.ColumnExpr{ExprNode: l.exprNode(at), Column: "*"}
	if k := len(c.Fields); k > 0 {
		if s := c.Fields[k-1].GetString_(); s != nil {
			e.Column = s.Sval
		}
		if k > 1 {
			e.Qualifier = str(c.Fields[k-2])
		}
	}
	if l.query != nil {
		l.query.Columns = append(l.query.Columns, e)
	}
	return part{e, at}
}

// operand widens at, the tokens of the arguments of the operator at i and of the
// operator itself, by the parentheses around single arguments: those that do not
// enclose the operator.
func (l *lowerer) operand(at tokenSpan, i int) tokenSpan {
	if i < 0 || !at.known() {
		return at
	}
	for at.lo > l.lo && l.punct(at.lo-1, '(') && l.partner(at.lo-1) < i {
		at.lo--
	}
	for at.hi < l.hi && (l.punct(at.hi, ')') || l.punct(at.hi, ']')) && l.partner(at.hi) > i {
		at.hi++
	}
	return at
}

func (l *lowerer) token(i int) tokenSpan {
	if i < 0 {
		return nowhere
	}
	return tokenSpan{i, i + 1}
}

func (l *lowerer) typeCast(c *pg.TypeCast) part {
	if c.Arg == nil || c.Arg.Node == nil {
		return l.compositePart("cast", nil, nowhere)
	}
	i := l.at(c.Location)
	if b := c.Arg.GetAConst(); i < 0 && b != nil {
		if _, ok := b.Val.(*pg.A_Const_Boolval); ok {
			return l.constant(b) // TRUE and FALSE (makeBoolAConst in gram.y)
		}
	}
	arg := l.part(c.Arg)
	at := arg.at.cover(l.typeSpan(c.TypeName))
	switch {
	case i < 0: // type 'constant', and INTERVAL 'constant' fields
		at.hi = l.intervalFieldsEnd(at.hi)
	case l.punct(i+1, '('): // CAST(x AS t)
		at = tokenSpan{i, l.afterBrackets(i + 1)}
	default: // x::t
		at = l.operand(at.cover(l.token(i)), i)
	}
	return part{&sqlast.CastExpr{ExprNode: l.exprNode(at), Arg: arg.expr, Type: l.typeName(c.TypeName)}, at}
}

func (l *lowerer) boolExpr(b *pg.BoolExpr) part {
	i := l.at(b.Location)
	args, at := l.parts(b.Args)
	at = l.operand(at.cover(l.token(i)), i)
	e := &sqlast.BoolOpExpr{ExprNode: l.exprNode(at), Args: args}
	switch b.Boolop {
	case pg.BoolExprType_AND_EXPR:
		e.Op = "and"
	case pg.BoolExprType_OR_EXPR:
		e.Op = "or"
	default:
		e.Op = "not"
	}
	return part{e, at}
}

func (l *lowerer) nullTest(t *pg.NullTest) part {
	i := l.at(t.Location)
	args, at := l.parts([]*pg.Node{t.Arg})
	at = l.operand(at.cover(l.testSpan(i)), i)
	e := &sqlast.NullTestExpr{ExprNode: l.exprNode(at), Not: t.Nulltesttype == pg.NullTestType_IS_NOT_NULL}
	if len(args) > 0 {
		e.Arg = args[0]
	}
	return part{e, at}
}

// testSpan is IS [NOT] word, or the single words ISNULL and NOTNULL.
func (l *lowerer) testSpan(i int) tokenSpan {
	switch {
	case i < 0:
		return nowhere
	case !l.word(i, "is"):
		return tokenSpan{i, i + 1}
	case l.word(i+1, "not"):
		return tokenSpan{i, min(i+3, l.hi)}
	}
	return tokenSpan{i, min(i+2, l.hi)}
}

var booleanTests = map[pg.BoolTestType]string{
	pg.BoolTestType_IS_TRUE: "is true", pg.BoolTestType_IS_NOT_TRUE: "is not true",
	pg.BoolTestType_IS_FALSE: "is false", pg.BoolTestType_IS_NOT_FALSE: "is not false",
	pg.BoolTestType_IS_UNKNOWN: "is unknown", pg.BoolTestType_IS_NOT_UNKNOWN: "is not unknown",
}

func (l *lowerer) booleanTest(t *pg.BooleanTest) part {
	i := l.at(t.Location)
	args, at := l.parts([]*pg.Node{t.Arg})
	at = l.operand(at.cover(l.testSpan(i)), i)
	return part{&sqlast.OpExpr{ExprNode: l.exprNode(at), Op: booleanTests[t.Booltesttype], Args: args}, at}
}

func (l *lowerer) collateExpr(c *pg.CollateClause) part {
	i := l.at(c.Location)
	args, at := l.parts([]*pg.Node{c.Arg})
	if i >= 0 {
		at = l.operand(at.cover(tokenSpan{i, l.nameEnd(i + 1)}), i)
	}
	e := &sqlast.CollateExpr{ExprNode: l.exprNode(at), Collation: l.collation(c)}
	if len(args) > 0 {
		e.Arg = args[0]
	}
	return part{e, at}
}
