package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/migration"
	"github.com/miglint/miglint/sqlast"
)

var nestedTransaction = &analyzer.Rule{
	Name: "nested-transaction", Severity: analyzer.Warning, Concern: analyzer.Failing, Since: "0.1.0",
	Aliases: []string{"transaction-nesting", "TX201"},
	Summary: "BEGIN or COMMIT inside a transaction that somebody else has begun",
	Why: "PostgreSQL has no nested transactions. A second `BEGIN` only warns; the `COMMIT` that follows ends the " +
		"framework's transaction early, and everything after it, the framework's own bookkeeping included, commits " +
		"statement by statement. When a later statement fails, nothing is undone and the version is not recorded.",
	Instead: "Leave the transaction to the framework: delete `BEGIN` and `COMMIT`. To run outside it, use the framework's own way.",
	Except:  "The file leaves the transaction on purpose and opens one again that the framework then commits: the rule is silent.",
	Bad: `-- 20260301090000_parcels.sql --
-- +goose Up
BEGIN;
CREATE TABLE parcels (id bigint PRIMARY KEY);
COMMIT;
-- +goose Down
DROP TABLE parcels;
`,
	Good: `-- 20260301090000_parcels.sql --
-- +goose Up
CREATE TABLE parcels (id bigint PRIMARY KEY);
-- +goose Down
DROP TABLE parcels;
`,
	Run: runNestedTransaction,
}

func runNestedTransaction(p *analyzer.Pass) {
	for i, s := range p.Stmts {
		t := transaction(s)
		if t == nil || s.Tx == nil {
			continue
		}
		switch {
		case t.Kind == sqlast.Begin && s.Tx.Kind == analyzer.RunnerTx:
			p.ReportStmt(s, 0, analyzer.Diagnostic{Span: s.Span, Message: fmt.Sprintf(
				"BEGIN does nothing here but warn: %s", whyInTransaction(p, s))})
		case t.Kind == sqlast.Begin && s.Tx.Begin != s:
			p.ReportStmt(s, 0, analyzer.Diagnostic{Span: s.Span, Message: fmt.Sprintf(
				"BEGIN does nothing here but warn: %s", whyInTransaction(p, s)), Related: transactionBegin(s)})
		case endsTransaction(t) && s.Tx.Kind == analyzer.RunnerTx && !handsBack(p.Stmts[i+1:]):
			p.ReportStmt(s, 0, analyzer.Diagnostic{Span: s.Span, Message: endOfRunnerTx(p, t, p.Stmts[i:])})
		}
	}
}

// handsBack reports whether the file opens a transaction again and leaves it to
// the framework's COMMIT: a way to run something outside on purpose.
func handsBack(rest []*analyzer.Stmt) bool {
	for _, s := range rest {
		if t := transaction(s); t != nil && t.Kind == sqlast.Begin && s.Tx != nil && s.Tx.Begin == s && s.Tx.End == nil {
			return true
		}
	}
	return false
}

// endOfRunnerTx says what a COMMIT or ROLLBACK, the first of stmts, in the
// framework's transaction does to it.
func endOfRunnerTx(p *analyzer.Pass, t *sqlast.Transaction, stmts []*analyzer.Stmt) string {
	title, rest := p.Stream.Framework.Title, outside(stmts)-1
	switch {
	case t.Kind == sqlast.Rollback:
		return fmt.Sprintf("ROLLBACK undoes everything the migration did so far in %s's transaction", title)
	case rest == 0 && stmts[0].Shape == migration.PerRun:
		return fmt.Sprintf("COMMIT ends %s's transaction around the whole run: the migrations after this one run outside it, and %s records their versions outside it", title, title)
	case rest == 0:
		return fmt.Sprintf("COMMIT ends %s's transaction before %s records the version: if that fails, the migration has run but counts as pending", title, title)
	}
	after, commits := fmt.Sprintf("the %d statements after it", rest), "commit one by one"
	if rest == 1 {
		after, commits = "the statement after it", "commits on its own"
	}
	if tx := stmts[1].Tx; tx != nil && tx.Kind == analyzer.ImplicitTx {
		commits = "run in another one, which PostgreSQL begins for the rest of the query"
		if rest == 1 {
			commits = "runs in another one, which PostgreSQL begins for the rest of the query"
		}
	}
	version := "the version is recorded outside it"
	if stmts[0].Shape == migration.PerRun {
		version = "so do the migrations after this one"
	}
	return fmt.Sprintf("COMMIT ends %s's transaction: %s %s, and %s", title, after, commits, version)
}

// transaction returns the transaction control command a statement is, or nil.
func transaction(s *analyzer.Stmt) *sqlast.Transaction {
	if len(s.Ops) != 1 || s.Within != nil {
		return nil // PL/pgSQL has its own COMMIT
	}
	t, _ := s.Ops[0].(*sqlast.Transaction)
	return t
}

// outside counts the statements that stand in no routine.
func outside(stmts []*analyzer.Stmt) int {
	n := 0
	for _, s := range stmts {
		if s.Within == nil {
			n++
		}
	}
	return n
}

func endsTransaction(t *sqlast.Transaction) bool {
	return t.Kind == sqlast.Commit || t.Kind == sqlast.Rollback
}
