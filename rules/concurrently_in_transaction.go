package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/internal/recipe"
	"github.com/miglint/miglint/migration"
	"github.com/miglint/miglint/sqlast"
)

var concurrentlyInTransaction = &analyzer.Rule{
	Name: "concurrently-in-transaction", Severity: analyzer.Error, Concern: analyzer.Failing, Since: "0.1.0",
	Aliases: []string{"ban-concurrent-index-creation-in-transaction", "PG103", "TX101"},
	Summary: "CONCURRENTLY fails in a transaction, also in one that the framework or the server begins",
	Why: "`CREATE INDEX CONCURRENTLY`, `DROP INDEX CONCURRENTLY`, `REINDEX CONCURRENTLY` and `DETACH PARTITION … " +
		"CONCURRENTLY` commit in between, so PostgreSQL refuses them in a transaction block (SQLSTATE 25001). The " +
		"block need not be written: most frameworks begin one around the file, and a file sent as one query with two " +
		"or more statements runs in an implicit one, and so does all that is inside a DO block or function. The deploy stops here.",
	Instead: "Take the statement out of the transaction, in the way of the framework at hand; where a file is sent as " +
		"one query, give it a file of its own.",
	Bad:  "BEGIN;\nCREATE INDEX CONCURRENTLY parcels_weight_idx ON parcels (weight);\nCOMMIT;\n",
	Good: "CREATE INDEX CONCURRENTLY parcels_weight_idx ON parcels (weight);\n",
	Run:  runConcurrentlyInTransaction,
}

func runConcurrentlyInTransaction(p *analyzer.Pass) {
	for op := range p.Ops() {
		what, ok := concurrently(op.Op)
		fails := op.Effect.Op(op.I).Fails
		if !ok || fails == nil || fails.SQLState != "25001" {
			continue
		}
		p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{
			Message:    fmt.Sprintf("%s fails here: %s", what, whyInTransaction(p, op.Stmt)),
			Suggestion: recipe.LeaveTransaction(p, op.Stmt) + recipe.Statement(alone(op)),
			Related:    transactionBegin(op.Stmt),
		})
	}
}

// alone returns the statement for one op: the others of a DROP need statements of
// their own.
func alone(op analyzer.Op) string {
	drop, ok := op.Op.(*sqlast.Drop)
	if !ok || len(op.Ops) == 1 {
		return op.Text
	}
	ifExists := ""
	if drop.IfExists {
		ifExists = "IF EXISTS "
	}
	return fmt.Sprintf("DROP INDEX CONCURRENTLY %s%s", ifExists, drop.Name)
}

// concurrently names the command if the op is one that runs CONCURRENTLY and
// needs to be outside a transaction block.
func concurrently(op sqlast.Op) (command string, ok bool) {
	switch op := op.(type) {
	case *sqlast.CreateIndex:
		return "CREATE INDEX CONCURRENTLY", op.Concurrently
	case *sqlast.Drop:
		return "DROP INDEX CONCURRENTLY", op.Concurrently
	case *sqlast.Reindex:
		return "REINDEX CONCURRENTLY", op.Concurrently
	case *sqlast.DetachPartition:
		return "DETACH PARTITION CONCURRENTLY", op.Concurrently
	case *sqlast.Cluster:
		return "REPACK CONCURRENTLY", op.Concurrently
	}
	return "", false
}

// whyInTransaction says in which transaction the statement runs.
func whyInTransaction(p *analyzer.Pass, s *analyzer.Stmt) string {
	switch {
	case s.Within != nil && s.Within.Routine == "":
		return "it is inside a DO block, which PostgreSQL runs in one transaction"
	case s.Within != nil:
		return "it is inside " + s.Routine() + ", which PostgreSQL runs in one transaction"
	}
	title := p.Stream.Framework.Title
	switch s.Tx.Kind {
	case analyzer.ExplicitTx:
		return fmt.Sprintf("it is in the transaction that BEGIN on line %d opened", s.Tx.Begin.Span.StartPos().Line)
	case analyzer.ImplicitTx:
		return fmt.Sprintf("%s sends the whole file as one query, and PostgreSQL runs a query of several statements in one transaction", title)
	}
	if s.Shape == migration.PerRun {
		return title + " runs all pending migrations in one transaction"
	}
	return title + " runs the file in a transaction"
}

// transactionBegin points at the BEGIN that a statement is in.
func transactionBegin(s *analyzer.Stmt) []analyzer.Related {
	if s.Tx == nil || s.Tx.Begin == nil || s.Within != nil {
		return nil
	}
	return []analyzer.Related{{Span: s.Tx.Begin.Span, Message: "the transaction begins here"}}
}
