package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/sqlast"
)

var unclosedTransaction = &analyzer.Rule{
	Name: "unclosed-transaction", Severity: analyzer.Error, Concern: analyzer.Failing, Since: "0.1.0",
	Aliases: []string{"uncommitted-transaction"},
	Summary: "BEGIN without COMMIT, or COMMIT without BEGIN",
	Why: "A transaction that the file never ends is rolled back when the connection closes, so the migration reports " +
		"success and changes nothing; or the connection goes on with its locks held. A `COMMIT` without a transaction " +
		"only warns: what it was meant to bind together has already committed one by one.",
	Instead: "Write `BEGIN` and `COMMIT` in pairs, in the same file.",
	Bad:     "BEGIN;\nCREATE TABLE parcels (id bigint PRIMARY KEY);\n",
	Good:    "BEGIN;\nCREATE TABLE parcels (id bigint PRIMARY KEY);\nCOMMIT;\n",
	Run:     runUnclosedTransaction,
}

func runUnclosedTransaction(p *analyzer.Pass) {
	for i, s := range p.Stmts {
		t := transaction(s)
		switch {
		case t == nil:
		case t.Kind == sqlast.Begin && s.Tx != nil && s.Tx.Begin == s && s.Tx.End == nil && !s.RunnerCommits():
			what := "what comes after BEGIN is"
			if rest := outside(p.Stmts[i+1:]); rest > 1 {
				what = fmt.Sprintf("the %d statements after BEGIN are", rest)
			}
			p.ReportStmt(s, 0, analyzer.Diagnostic{Span: s.Span, Message: fmt.Sprintf(
				"this transaction is never committed: %s rolled back when the connection closes, or left open with all locks", what)})
		case endsTransaction(t) && s.Tx != nil && s.Tx.Kind == analyzer.ImplicitTx:
			p.Report(endOfImplicitTx(p, t, s, len(p.Stmts)-i-1))
		case endsTransaction(t) && s.Tx == nil:
			p.ReportStmt(s, 0, analyzer.Diagnostic{Span: s.Span, Severity: analyzer.Warning, Message: fmt.Sprintf(
				"%s has no transaction to end: everything before it has already committed", s.Text)})
		}
	}
}

// endOfImplicitTx is what a COMMIT or ROLLBACK without BEGIN does in a query of
// several statements (EndTransactionBlock and UserAbortTransactionBlock in
// xact.c); rest is the number of statements after it.
func endOfImplicitTx(p *analyzer.Pass, t *sqlast.Transaction, s *analyzer.Stmt, rest int) analyzer.Diagnostic {
	d := analyzer.Diagnostic{Span: s.Span, Severity: analyzer.Warning}
	switch before := len(s.Tx.Stmts) - 1; {
	case before == 0:
		d.Message = fmt.Sprintf("%s has no transaction to end: nothing comes before it", s.Text)
	case t.Kind == sqlast.Rollback:
		d.Severity = analyzer.Error
		what := "the statement"
		if before > 1 {
			what = fmt.Sprintf("the %d statements", before)
		}
		d.Message = fmt.Sprintf("ROLLBACK undoes %s before it, although there is no BEGIN: %s sends the file as one query, which PostgreSQL runs as one transaction",
			what, p.Stream.Framework.Title)
	case rest == 0:
		d.Message = fmt.Sprintf("%s has no BEGIN and only warns: PostgreSQL commits at the end of the query anyway", s.Text)
	default:
		d.Message = fmt.Sprintf("%s commits what comes before it, although there is no BEGIN: what comes after runs in another transaction, and if it fails, half of the file stays done", s.Text)
	}
	return d
}
