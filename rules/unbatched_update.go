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
		change, ok := wholeTableDML(op)
		if !ok || op.Cheap(op.Before.Resolve(change.table)) {
			continue
		}
		p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{
			Message:    fmt.Sprintf("one %s over %s keeps them locked %s", change.verb, change.rows, op.Until()),
			Suggestion: recipe.InBatches(op.Stmt, change.table),
		})
	}
}

// bulkChange is an UPDATE or DELETE that goes over a whole table.
type bulkChange struct {
	table sqlast.Name
	verb  string
	rows  string // "all rows of orders"
}

// wholeTableDML tells an UPDATE or DELETE whose condition lets all rows through:
// it has none, it is the NULL test that a backfill starts with, or it only joins
// other tables.
func wholeTableDML(op analyzer.Op) (change bulkChange, ok bool) {
	var where sqlast.Expr
	var set []sqlast.Assignment
	var target sqlast.Relation
	var others []sqlast.Relation
	switch o := op.Op.(type) {
	case *sqlast.Update:
		change.verb, target, where, set, others = "UPDATE", o.Table, o.Where, o.Set, o.From
	case *sqlast.Delete:
		change.verb, target, where, others = "DELETE", o.Table, o.Where, o.Using
	default:
		return change, false
	}
	change.table = target.Name
	switch {
	case len(others) > 0:
		change.rows = fmt.Sprintf("every row of %s with a match in %s", target.Name, others[0].Name)
		return change, joinsOnly(op, where, append(others, target))
	case where == nil || constantTrue(where):
		change.rows = fmt.Sprintf("all rows of %s", target.Name)
		return change, true
	}
	change.rows = fmt.Sprintf("every row of %s that has not been filled", target.Name)
	return change, fillsNulls(where, set)
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

// joinsOnly reports whether the condition only equates columns of the tables, all
// of which may be large. A table that is empty or small, or a sub-select, may
// leave few rows.
func joinsOnly(op analyzer.Op, where sqlast.Expr, tables []sqlast.Relation) bool {
	named := map[string]bool{}
	for _, t := range tables {
		if op.Cheap(op.Before.Resolve(t.Name)) {
			return false
		}
		named[t.Alias] = true
		if t.Alias == "" {
			named[t.Name.Name] = true
		}
	}
	if and, ok := where.(*sqlast.BoolOpExpr); ok && and.Op == "and" {
		for _, arg := range and.Args {
			if !equatesColumns(arg, named) {
				return false
			}
		}
		return true
	}
	return equatesColumns(where, named)
}

func equatesColumns(e sqlast.Expr, named map[string]bool) bool {
	equal, ok := e.(*sqlast.OpExpr)
	if !ok || equal.Op != "=" || len(equal.Args) != 2 {
		return false
	}
	for _, arg := range equal.Args {
		if c, isColumn := arg.(*sqlast.ColumnExpr); !isColumn || !named[c.Qualifier] {
			return false
		}
	}
	return true
}
