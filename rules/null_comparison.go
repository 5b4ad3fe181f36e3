package rules

import (
	"fmt"
	"iter"
	"strings"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/internal/recipe"
	"github.com/miglint/miglint/sqlast"
)

var nullComparison = &analyzer.Rule{
	Name: "null-comparison", Severity: analyzer.Error, Concern: analyzer.Failing, Since: "0.1.0",
	Summary: "a condition compares with NULL, which is never true",
	Why: "`x = NULL` and `x <> NULL` are NULL whatever x is, and a WHERE lets only what is true through: the UPDATE or DELETE " +
		"succeeds and changes nothing, and the code that relies on it meets the old rows. In a CHECK it is worse: NULL " +
		"passes, so the constraint refuses nothing. `x NOT IN (SELECT y …)` turns into it as soon as one y is NULL: a " +
		"clean-up of orphans deletes none.",
	Instead: "`IS NULL`, `IS NOT NULL`, `IS DISTINCT FROM`; `NOT EXISTS` instead of `NOT IN` with a sub-select.",
	Bad:     "UPDATE orders SET currency = 'EUR' WHERE id = 42 AND currency = NULL;\n",
	Good:    "UPDATE orders SET currency = 'EUR' WHERE id = 42 AND currency IS NULL;\n",
	Run:     runNullComparison,
}

func runNullComparison(p *analyzer.Pass) {
	for op := range p.Ops() {
		for c := range conditions(op.Op) {
			sqlast.WalkExpr(c.expr, func(e sqlast.Expr) bool {
				switch e := e.(type) {
				case *sqlast.OpExpr:
					reportNullComparison(p, op, c, e)
				case *sqlast.BoolOpExpr:
					reportNullableSubquery(p, op, e)
				}
				return true
			})
		}
	}
}

// condition is an expression that decides which rows count.
type condition struct {
	expr   sqlast.Expr
	effect string // of its never being true
}

func conditions(op sqlast.Op) iter.Seq[condition] {
	return func(yield func(condition) bool) {
		on := func(e sqlast.Expr, effect string) bool { return e == nil || yield(condition{e, effect}) }
		switch op := op.(type) {
		case *sqlast.Update:
			on(op.Where, "the UPDATE changes no row")
		case *sqlast.Delete:
			on(op.Where, "the DELETE removes no row")
		case *sqlast.CreateIndex:
			on(op.Where, "the index holds no row")
		case *sqlast.CreatePolicy:
			_ = on(op.Using, "the policy shows no row") && on(op.Check, "the policy accepts no row")
		case *sqlast.CreateTrigger:
			on(op.When, "the trigger never fires")
		case *sqlast.AddConstraint:
			on(op.Constraint.Expr, "the CHECK refuses no row")
		case *sqlast.AddColumn:
			constraintConditions(op.Column.Constraints, on)
		case *sqlast.CreateTable:
			if !constraintConditions(op.Constraints, on) {
				return
			}
			for i := range op.Columns {
				if !constraintConditions(op.Columns[i].Constraints, on) {
					return
				}
			}
		}
	}
}

func constraintConditions(constraints []sqlast.Constraint, on func(sqlast.Expr, string) bool) bool {
	for i := range constraints {
		if !on(constraints[i].Expr, "the CHECK refuses no row") {
			return false
		}
	}
	return true
}

// decides reports whether nothing gets through the condition unless the
// comparison is true.
func (c condition) decides(o *sqlast.OpExpr) bool {
	if c.expr == sqlast.Expr(o) {
		return true
	}
	and, ok := c.expr.(*sqlast.BoolOpExpr)
	if !ok || and.Op != "and" {
		return false
	}
	for _, arg := range and.Args {
		if (condition{expr: arg}).decides(o) {
			return true
		}
	}
	return false
}

func reportNullComparison(p *analyzer.Pass, op analyzer.Op, c condition, o *sqlast.OpExpr) {
	compares := comparesWithNull(o)
	if !compares && (o.Op != "not in" || !containsNull(o.Args[1:])) {
		return
	}
	d := analyzer.Diagnostic{Span: o.Pos(), Message: inline(o.Pos().Text()) + " is never true"}
	if !compares {
		d.Message += ", for the list holds NULL"
	} else if instead := nullTest(o); instead != "" {
		d.Suggestion = recipe.Statement(replaceIn(op, o, instead))
	}
	if c.decides(o) {
		d.Message += ": " + c.effect
	}
	p.ReportStmt(op.Stmt, op.I, d)
}

func reportNullableSubquery(p *analyzer.Pass, op analyzer.Op, not *sqlast.BoolOpExpr) {
	if column := nullableSubquery(op, not); column != "" {
		p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{
			Span: not.Pos(), Severity: analyzer.Warning,
			Message: fmt.Sprintf("NOT IN (SELECT …) is not true for any row as soon as one %s is NULL, and the column may be", column),
		})
	}
}

// inline puts text on one line.
func inline(text string) string { return strings.Join(strings.Fields(text), " ") }

// comparesWithNull reports whether one side of a comparison is the literal NULL.
func comparesWithNull(o *sqlast.OpExpr) bool {
	switch o.Op {
	case "=", "<>", "!=", "<", ">", "<=", ">=":
		return len(o.Args) == 2 && containsNull(o.Args)
	}
	return false
}

func containsNull(args []sqlast.Expr) bool {
	for _, arg := range args {
		for {
			cast, ok := arg.(*sqlast.CastExpr)
			if !ok {
				break
			}
			arg = cast.Arg
		}
		if c, ok := arg.(*sqlast.ConstExpr); ok && c.Kind == sqlast.NullConst {
			return true
		}
		if row, ok := arg.(*sqlast.CompositeExpr); ok && row.Kind == "list" && containsNull(row.Args) {
			return true
		}
	}
	return false
}

// nullTest is what was meant by x = NULL or x <> NULL.
func nullTest(o *sqlast.OpExpr) string {
	if containsNull(o.Args[:1]) {
		return ""
	}
	switch o.Op {
	case "=":
		return o.Args[0].Pos().Text() + " IS NULL"
	case "<>", "!=":
		return o.Args[0].Pos().Text() + " IS NOT NULL"
	}
	return ""
}

// replaceIn is the text of the statement with other text for one expression.
func replaceIn(op analyzer.Op, e sqlast.Expr, with string) string {
	file, at := op.Span.File, e.Pos()
	return file.Span(op.Span.Start, at.Start).Text() + with + file.Span(at.End, op.Span.End).Text()
}

// nullableSubquery returns the column of x NOT IN (SELECT column FROM table) if
// history knows that it may be NULL, else "".
func nullableSubquery(op analyzer.Op, not *sqlast.BoolOpExpr) string {
	if not.Op != "not" || len(not.Args) != 1 {
		return ""
	}
	in, ok := not.Args[0].(*sqlast.OpExpr)
	if !ok || in.Op != "in" || len(in.Args) != 2 {
		return ""
	}
	sub, ok := in.Args[1].(*sqlast.SubqueryExpr)
	if !ok || sub.Query == nil || len(sub.Query.Targets) != 1 || len(sub.Query.Reads) != 1 {
		return ""
	}
	col, ok := sub.Query.Targets[0].Expr.(*sqlast.ColumnExpr)
	t := op.Before.Table(sub.Query.Reads[0].Name)
	if !ok || t == nil || !op.Before.Certain(t.Key) || strings.Contains(strings.ToLower(inline(sub.Query.At.Text())), "not null") {
		return ""
	}
	if c := t.Column(col.Column); c == nil || c.NotNull || provenNotNull(op, t, col.Column) {
		return ""
	}
	return t.Name + "." + sqlast.QuoteIdent(col.Column)
}

func provenNotNull(op analyzer.Op, t *catalog.Table, column string) bool {
	if pk := t.PrimaryKey(); pk != nil {
		for _, c := range pk.Columns {
			if c == column {
				return true
			}
		}
	}
	return op.Before.ProvesNotNull(t, column)
}
