package pgparse

import (
	"slices"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v5"

	"github.com/miglint/miglint/sqlast"
)

// operator lowers what PostgreSQL's grammar makes an A_Expr: operators, and IN,
// LIKE, BETWEEN and so on.
func (l *lowerer) operator(e *pg.A_Expr) part {
	i := l.at(e.Location)
	left, at := l.operands(e.Lexpr)
	right, rightAt := l.operands(e.Rexpr)
	at = at.cover(rightAt).cover(l.token(i))
	args := slices.Concat(left, right)
	if e.Kind == pg.A_Expr_Kind_AEXPR_NULLIF {
		at = l.keywordCall(i, at)
		return part{&sqlast.CompositeExpr{ExprNode: l.exprNode(at), Kind: "nullif", Args: args}, at}
	}
	at = l.operand(at, i)
	return part{&sqlast.OpExpr{ExprNode: l.exprNode(at), Op: operatorName(e), Args: args}, at}
}

// operands lowers one side of an operator; the right side of IN and BETWEEN is a
// list.
func (l *lowerer) operands(n *pg.Node) ([]sqlast.Expr, tokenSpan) {
	if n == nil || n.Node == nil {
		return nil, nowhere
	}
	if items := n.GetList(); items != nil {
		return l.parts(items.Items)
	}
	p := l.part(n)
	return []sqlast.Expr{p.expr}, p.at
}

func operatorName(e *pg.A_Expr) string {
	var symbol string
	if k := len(e.Name); k > 0 {
		symbol = str(e.Name[k-1])
	}
	negated := strings.HasPrefix(symbol, "!") || symbol == "<>"
	not := func(op string) string {
		if negated {
			return "not " + op
		}
		return op
	}
	switch e.Kind {
	case pg.A_Expr_Kind_AEXPR_OP_ANY:
		return symbol + " any"
	case pg.A_Expr_Kind_AEXPR_OP_ALL:
		return symbol + " all"
	case pg.A_Expr_Kind_AEXPR_DISTINCT:
		return "is distinct from"
	case pg.A_Expr_Kind_AEXPR_NOT_DISTINCT:
		return "is not distinct from"
	case pg.A_Expr_Kind_AEXPR_IN:
		return not("in")
	case pg.A_Expr_Kind_AEXPR_LIKE:
		return not("like")
	case pg.A_Expr_Kind_AEXPR_ILIKE:
		return not("ilike")
	case pg.A_Expr_Kind_AEXPR_SIMILAR:
		return not("similar to")
	case pg.A_Expr_Kind_AEXPR_BETWEEN, pg.A_Expr_Kind_AEXPR_NOT_BETWEEN,
		pg.A_Expr_Kind_AEXPR_BETWEEN_SYM, pg.A_Expr_Kind_AEXPR_NOT_BETWEEN_SYM:
		return strings.ToLower(symbol)
	}
	return symbol
}

// funcCall lowers a call, also what the grammar makes a call of: EXTRACT, AT TIME
// ZONE, OVERLAPS.
func (l *lowerer) funcCall(f *pg.FuncCall) part {
	i := l.at(f.Location)
	name := qualified(f.Funcname)
	args, at := l.parts(f.Args)
	wholeRows(args)
	l.aggregateParts(f.AggOrder, f.AggFilter, f.Over)
	switch {
	case i < 0:
	case infixCall(name.Name) && (at.known() && at.lo < i || strings.HasSuffix(name.Name, "_escape")):
		at = l.operand(at.cover(l.token(i)), i)
		if name.Name == "is_normalized" {
			for end := at.hi; end < min(at.hi+4, l.hi); end++ {
				if l.word(end, "normalized") {
					at.hi = end + 1
					break
				}
			}
		}
	default:
		name.Span = l.span(l.nameAt(i))
		at = l.callSpan(i)
	}
	if f.Funcformat == pg.CoercionForm_COERCE_SQL_SYNTAX {
		name.Schema = ""
	}
	e := &sqlast.FuncExpr{ExprNode: l.exprNode(at), Name: name, Args: args}
	if l.query != nil {
		l.query.Functions = append(l.query.Functions, e)
	}
	return part{e, at}
}

// infixCall reports whether the grammar makes calls of the function from syntax
// in which an argument comes before a key word.
func infixCall(name string) bool {
	switch name {
	case "timezone", "overlaps", "is_normalized", "like_escape", "similar_to_escape":
		return true
	}
	return false
}

// wholeRows marks the arguments t.*.
func wholeRows(args []sqlast.Expr) {
	for _, arg := range args {
		if col, ok := arg.(*sqlast.ColumnExpr); ok && col.Column == "*" {
			col.WholeRow = true
		}
	}
}

// callSpan is the call that begins at i: name, arguments, WITHIN GROUP, FILTER
// and OVER.
func (l *lowerer) callSpan(i int) tokenSpan {
	end := l.nameEnd(i)
	if l.words(i, "collation", "for") {
		end = i + 2
	}
	end = l.afterBrackets(end)
	if l.words(end, "within", "group") && l.punct(end+2, '(') {
		end = l.afterBrackets(end + 2)
	}
	if l.word(end, "filter") && l.punct(end+1, '(') {
		end = l.afterBrackets(end + 1)
	}
	if l.word(end, "over") {
		if end++; l.punct(end, '(') {
			end = l.afterBrackets(end)
		} else {
			end++
		}
	}
	return tokenSpan{i, min(end, l.hi)}
}

// aggregateParts lowers the clauses of a call that are no arguments, for the
// columns and functions in them.
func (l *lowerer) aggregateParts(order []*pg.Node, filter *pg.Node, over *pg.WindowDef) {
	l.parts(order)
	l.expr(filter)
	if over != nil {
		l.window(over)
	}
}

func (l *lowerer) window(w *pg.WindowDef) {
	l.parts(w.PartitionClause)
	l.parts(w.OrderClause)
	l.expr(w.StartOffset)
	l.expr(w.EndOffset)
}

// keywordCall is the tokens of KEYWORD (…), or of at if that does not stand at i.
func (l *lowerer) keywordCall(i int, at tokenSpan) tokenSpan {
	if i >= 0 && l.punct(i+1, '(') {
		return tokenSpan{i, l.afterBrackets(i + 1)}
	}
	return at.cover(l.token(i))
}

var valueFunctions = map[pg.SQLValueFunctionOp]string{
	pg.SQLValueFunctionOp_SVFOP_CURRENT_DATE:        "current_date",
	pg.SQLValueFunctionOp_SVFOP_CURRENT_TIME:        "current_time",
	pg.SQLValueFunctionOp_SVFOP_CURRENT_TIME_N:      "current_time",
	pg.SQLValueFunctionOp_SVFOP_CURRENT_TIMESTAMP:   "current_timestamp",
	pg.SQLValueFunctionOp_SVFOP_CURRENT_TIMESTAMP_N: "current_timestamp",
	pg.SQLValueFunctionOp_SVFOP_LOCALTIME:           "localtime",
	pg.SQLValueFunctionOp_SVFOP_LOCALTIME_N:         "localtime",
	pg.SQLValueFunctionOp_SVFOP_LOCALTIMESTAMP:      "localtimestamp",
	pg.SQLValueFunctionOp_SVFOP_LOCALTIMESTAMP_N:    "localtimestamp",
	pg.SQLValueFunctionOp_SVFOP_CURRENT_ROLE:        "current_role",
	pg.SQLValueFunctionOp_SVFOP_CURRENT_USER:        "current_user",
	pg.SQLValueFunctionOp_SVFOP_USER:                "user",
	pg.SQLValueFunctionOp_SVFOP_SESSION_USER:        "session_user",
	pg.SQLValueFunctionOp_SVFOP_CURRENT_CATALOG:     "current_catalog",
	pg.SQLValueFunctionOp_SVFOP_CURRENT_SCHEMA:      "current_schema",
}

func (l *lowerer) valueFunction(f *pg.SQLValueFunction) part {
	i := l.at(f.Location)
	at := l.keywordCall(i, nowhere)
	e := &sqlast.FuncExpr{
		ExprNode: l.exprNode(at), Name: sqlast.Name{Name: valueFunctions[f.Op], Span: l.span(l.token(i))},
	}
	if l.query != nil {
		l.query.Functions = append(l.query.Functions, e)
	}
	return part{e, at}
}
