package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/effect"
	"github.com/miglint/miglint/sqlast"
)

var slowStatementUnderLock = &analyzer.Rule{
	Name: "slow-statement-under-lock", Severity: analyzer.Error, Concern: analyzer.Locking, Since: "0.1.0",
	Aliases: []string{"statement-after-access-exclusive"},
	Summary: "a statement that takes as long as a table is large runs while its transaction holds an ACCESS EXCLUSIVE lock",
	Why: "Locks are kept to the end of the transaction. An `ALTER TABLE` that is instant by itself blocks every read and " +
		"write of its table for as long as the UPDATE, index build or scan that follows it takes.",
	Instead: "Put the long statement into a migration of its own, before or after; or at least before the lock is taken.",
	Bad: "BEGIN;\nSET LOCAL lock_timeout = '5s';\nALTER TABLE orders ADD COLUMN currency text;\n" +
		"UPDATE orders SET currency = 'EUR' WHERE currency IS NULL;\nCOMMIT;\n",
	Good: "SET lock_timeout = '5s';\nALTER TABLE orders ADD COLUMN currency text;\nRESET lock_timeout;\n",
	Run:  runSlowStatementUnderLock,
}

func runSlowStatementUnderLock(p *analyzer.Pass) {
	for op := range p.Ops() {
		if op.Tx == nil || op.Effect.Op(op.I).Fails != nil {
			continue
		}
		what, on, ok := slow(op)
		if !ok {
			continue
		}
		_, validates := op.Op.(*sqlast.ValidateConstraint)
		for _, h := range op.Held {
			if h.Mode != effect.AccessExclusive || h.Kind != sqlast.Table || op.Minor(h.Relation) {
				continue
			}
			if validates && h.Relation == op.Before.Resolve(on) {
				break // validate-under-lock says it
			}
			p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{
				Message: fmt.Sprintf("%s takes its time while %s is locked: line %d blocks its reads and writes %s",
					what, h.Relation, h.By.Line(), op.Until()),
				Locks:   []effect.Lock{h.Lock},
				Related: []analyzer.Related{{Span: h.By.Span, Message: "the lock is taken here"}},
			})
			break
		}
	}
}

// slow names what makes the op take long, and the table. Statements that block
// writers themselves while they scan or build have rules of their own.
func slow(op analyzer.Op) (what string, on sqlast.Name, ok bool) {
	if validate, isValidate := op.Op.(*sqlast.ValidateConstraint); isValidate {
		return "the validation of " + validate.Table.String(), validate.Table.Name, scansExisting(op)
	}
	for _, call := range calls(op.Op) {
		switch call.Name.Name {
		case "pg_sleep", "pg_sleep_for", "pg_sleep_until":
			return call.Name.Name + "()", sqlast.Name{}, true
		}
	}
	change, whole := wholeTableDML(op)
	key := op.Before.Resolve(change.table)
	return fmt.Sprintf("the %s of %s", change.verb, change.table), change.table, whole && !op.Empty(key) && !op.Small(key)
}
