package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/internal/recipe"
	"github.com/miglint/miglint/sqlast"
)

var setLocalOutsideTransaction = &analyzer.Rule{
	Name: "set-local-outside-transaction", Severity: analyzer.Error, Concern: analyzer.Failing, Since: "0.1.0",
	Summary: "SET LOCAL outside a transaction does nothing",
	Why: "The server warns (\"SET LOCAL can only be used in transaction blocks\") and goes on: the timeout that should guard " +
		"the migration is not set.",
	Instead: "`SET`, and `RESET` after the statement it is for.",
	Bad:     "SET LOCAL lock_timeout = '5s';\nCREATE TABLE parcels (id bigint PRIMARY KEY);\n",
	Good:    "BEGIN;\nSET LOCAL lock_timeout = '5s';\nCREATE TABLE parcels (id bigint PRIMARY KEY);\nCOMMIT;\n",
	Run:     runSetLocalOutsideTransaction,
}

func runSetLocalOutsideTransaction(p *analyzer.Pass) {
	for op := range p.Ops() {
		set, ok := op.Op.(*sqlast.Set)
		if !ok || !set.Local || op.InTx() {
			continue
		}
		d := analyzer.Diagnostic{Message: fmt.Sprintf(
			"SET LOCAL %s has no effect here: the statement runs in no transaction", sqlast.QuoteIdent(set.Name))}
		if len(set.Values) == 1 {
			var steps recipe.Steps
			d.Suggestion = steps.Add("", fmt.Sprintf("SET %s = %s", set.Name, sqlast.QuoteLiteral(set.Values[0]))).
				Add("after the statements it is for", "RESET "+set.Name).String()
		}
		p.ReportStmt(op.Stmt, op.I, d)
	}
}
