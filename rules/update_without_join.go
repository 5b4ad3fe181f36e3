package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/sqlast"
)

var updateWithoutJoin = &analyzer.Rule{
	Name: "update-without-join", Severity: analyzer.Error, Concern: analyzer.Losing, Since: "0.1.0",
	Summary: "UPDATE … FROM or DELETE … USING names a second table and no condition ties the two together",
	Why: "Each row of the target then meets every row of the other table: one row there that passes is enough for all rows to " +
		"be changed, each with the values of whichever row PostgreSQL comes by first, or deleted. It happens most often " +
		"with the target named again in FROM under an alias: `UPDATE orders SET … FROM orders o WHERE o.id = 42` is two " +
		"tables to PostgreSQL, and every order is updated.",
	Instead: "Tie each table of FROM or USING to the target in WHERE; do not name the target again.",
	Except:  "The other table certainly has one row that counts.",
	Bad:     "UPDATE orders SET currency = o.billing_currency FROM orders o WHERE o.billing_currency IS NOT NULL;\n",
	Good:    "UPDATE orders SET currency = o.billing_currency FROM orders o WHERE o.id = orders.id AND o.id = 42;\n",
	Run:     runUpdateWithoutJoin,
}

func runUpdateWithoutJoin(p *analyzer.Pass) {
	for op := range p.Ops() {
		var target sqlast.Relation
		var others []sqlast.Relation
		var where sqlast.Expr
		verb := "updates"
		switch o := op.Op.(type) {
		case *sqlast.Update:
			target, others, where = o.Table, o.From, o.Where
		case *sqlast.Delete:
			target, others, where, verb = o.Table, o.Using, o.Where, "deletes"
		}
		if len(others) == 0 || op.Effect.Op(op.I).Fails != nil || tied(op, target, others, where) {
			continue
		}
		p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{
			Message: fmt.Sprintf("no condition ties %s to %s: one row of %s that passes, and this %s all rows of %s",
				called(target), called(others[0]), called(others[0]), verb, target.Name),
		})
	}
}

// called is the name that a relation goes by in the statement.
func called(r sqlast.Relation) string {
	if r.Alias != "" {
		return sqlast.QuoteIdent(r.Alias)
	}
	return sqlast.QuoteIdent(r.Name.Name)
}

// tied reports whether some condition is about the target and another relation at
// once, or may be. One that picks rows of the other relation by a constant is
// taken to pick one, unless that is the target again.
func tied(op analyzer.Op, target sqlast.Relation, others []sqlast.Relation, where sqlast.Expr) bool {
	again := false
	for _, r := range others {
		again = again || op.Before.Resolve(r.Name) == op.Before.Resolve(target.Name)
	}
	for _, c := range conjuncts(where) {
		ofTarget, ofOthers := false, false
		for _, col := range sqlast.Columns(c) {
			inTarget, inOthers := mayBeOf(op, col, target), false
			for _, r := range others {
				inOthers = inOthers || mayBeOf(op, col, r)
			}
			if !inTarget && !inOthers { // of a CTE or sub-select in FROM
				return true
			}
			ofTarget, ofOthers = ofTarget || inTarget, ofOthers || inOthers
		}
		if ofTarget && ofOthers || holdsSubquery(c) || ofOthers && !again && picksByConstant(c) {
			return true
		}
	}
	return false
}

func conjuncts(e sqlast.Expr) []sqlast.Expr {
	if e == nil {
		return nil
	}
	and, ok := e.(*sqlast.BoolOpExpr)
	if !ok || and.Op != "and" {
		return []sqlast.Expr{e}
	}
	var all []sqlast.Expr
	for _, arg := range and.Args {
		all = append(all, conjuncts(arg)...)
	}
	return all
}

// mayBeOf reports whether a column may be one of the relation.
func mayBeOf(op analyzer.Op, col *sqlast.ColumnExpr, r sqlast.Relation) bool {
	if col.Qualifier != "" {
		return sqlast.QuoteIdent(col.Qualifier) == called(r)
	}
	t := op.Before.Table(r.Name)
	return t == nil || !op.Before.Certain(t.Key) || t.Column(col.Column) != nil
}

func holdsSubquery(e sqlast.Expr) bool {
	found := false
	sqlast.WalkExpr(e, func(e sqlast.Expr) bool {
		_, ok := e.(*sqlast.SubqueryExpr)
		found = found || ok
		return !found
	})
	return found
}

func picksByConstant(e sqlast.Expr) bool {
	equal, ok := e.(*sqlast.OpExpr)
	if !ok || equal.Op != "=" || len(equal.Args) != 2 {
		return false
	}
	return len(sqlast.Columns(equal.Args[0])) == 0 || len(sqlast.Columns(equal.Args[1])) == 0
}
