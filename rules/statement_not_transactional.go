package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/internal/recipe"
)

var statementNotTransactional = &analyzer.Rule{
	Name: "statement-not-transactional", Severity: analyzer.Error, Concern: analyzer.Failing, Since: "0.1.0",
	Aliases: []string{"TX101"},
	Summary: "a statement that PostgreSQL refuses in a transaction block runs in one",
	Why: "`VACUUM`, `ALTER SYSTEM`, `CREATE DATABASE`, `REINDEX DATABASE` and a few others refuse to run in a " +
		"transaction block (SQLSTATE 25001), whoever began it: the file, the framework, or the server around a query of " +
		"several statements. The deploy stops here.",
	Instead: "Put the statement in a migration that runs outside a transaction, or out of the migrations altogether.",
	Bad:     "BEGIN;\nVACUUM ANALYZE parcels;\nCOMMIT;\n",
	Good:    "VACUUM ANALYZE parcels;\n",
	Run:     runStatementNotTransactional,
}

func runStatementNotTransactional(p *analyzer.Pass) {
	for op := range p.Ops() {
		fails := op.Effect.Op(op.I).Fails
		if _, ok := concurrently(op.Op); ok || fails == nil || fails.SQLState != "25001" || op.Tx == nil {
			continue
		}
		p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{
			Message:    fmt.Sprintf("%s, and %s", fails.Message, whyInTransaction(p, op.Stmt)),
			Suggestion: recipe.LeaveTransaction(p, op.Stmt) + recipe.Statement(op.Text),
			Related:    transactionBegin(op.Stmt),
		})
	}
}
