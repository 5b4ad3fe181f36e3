package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/internal/recipe"
	"github.com/miglint/miglint/sqlast"
)

var unbatchedUpdate = &analyzer.Rule{
	Name: "unbatched-update", Severity: analyzer.Warning, Concern: analyzer.Locking, Since: "0.1.0",
	Aliases: []string{"backfill"},
	Summary: "one UPDATE or DELETE goes over a whole table",
	Why: "Every row it touches stays locked until the transaction ends, so writers of those rows wait; the table doubles in " +
		"dead rows, WAL and replica lag grow, and a failure near the end undoes it all. A NULL test on the column being " +
		"filled selects, the first time, every row.",
	Instead: "In batches by key, each in its own transaction, outside the framework's.",
	Except:  "The table is small (list it under `small-tables`).",
	Bad:     "UPDATE orders SET currency = 'EUR' WHERE currency IS NULL;\n",
	Good:    "UPDATE orders SET currency = 'EUR' WHERE id = 42;\n",
	Run:     runUnbatchedUpdate,
}

func runUnbatchedUpdate(p *analyzer.Pass) {
	for op := range p.Ops() {
		table, where, verb, ok := wholeTableDML(op)
		if !ok || op.Cheap(op.Before.Resolve(table)) {
			continue
		}
		message := fmt.Sprintf("one %s over all rows of %s keeps them locked %s", verb, table, op.Until())
		if where != nil {
			message = fmt.Sprintf("one %s over every row of %s that has not been filled keeps them locked %s", verb, table, op.Until())
		}
		p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{Message: message, Suggestion: recipe.InBatches(op.Stmt, table)})
	}
}

// wholeTableDML returns the table of an UPDATE or DELETE whose condition lets
// all rows through, or all that a backfill starts with.
func wholeTableDML(op analyzer.Op) (table sqlast.Name, where sqlast.Expr, verb string, ok bool) {
	var set []sqlast.Assignment
	var others []sqlast.Relation
	switch o := op.Op.(type) {
	case *sqlast.Update:
		table, where, verb, set, others = o.Table.Name, o.Where, "UPDATE", o.Set, o.From
	case *sqlast.Delete:
		table, where, verb, others = o.Table.Name, o.Where, "DELETE", o.Using
	default:
		return table, nil, "", false
	}
	if len(others) > 0 {
		return table, nil, "", false // how many rows join, nobody can tell
	}
	if where == nil || constantTrue(where) {
		return table, nil, verb, true
	}
	return table, where, verb, fillsNulls(where, set)
}

func constantTrue(e sqlast.Expr) bool {
	c, ok := e.(*sqlast.ConstExpr)
	return ok && c.Kind == sqlast.BoolConst && c.Value == "true"
}

// fillsNulls reports whether the condition is a NULL test on a column that the
// statement sets, and nothing narrower.
func fillsNulls(where sqlast.Expr, set []sqlast.Assignment) bool {
	test, ok := where.(*sqlast.NullTestExpr)
	if !ok || test.Not {
		return false
	}
	col, ok := test.Arg.(*sqlast.ColumnExpr)
	if !ok {
		return false
	}
	for _, a := range set {
		if a.Column == col.Column {
			return true
		}
	}
	return false
}
