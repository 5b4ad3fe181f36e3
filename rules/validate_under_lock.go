package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/effect"
	"github.com/miglint/miglint/internal/recipe"
	"github.com/miglint/miglint/sqlast"
)

var validateUnderLock = &analyzer.Rule{
	Name: "validate-under-lock", Severity: analyzer.Error, Concern: analyzer.Locking, Since: "0.1.0",
	Aliases: []string{"constraint-missing-not-valid", "validate_constraint", "validate_foreign_key"},
	Summary: "VALIDATE CONSTRAINT scans while its transaction still holds a stronger lock on the table",
	Why: "`VALIDATE CONSTRAINT` alone blocks neither reads nor writes. In the transaction that added the constraint NOT " +
		"VALID, or in one ALTER TABLE with another action, the earlier lock is still held: the scan blocks just what the " +
		"two steps were meant to spare.",
	Instead: "Validate in a later migration. In one transaction, validate first and take strong locks after.",
	Bad: "BEGIN;\nALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total >= 0) NOT VALID;\n" +
		"ALTER TABLE orders VALIDATE CONSTRAINT orders_total_check;\nCOMMIT;\n",
	Good: "SET lock_timeout = '5s';\nALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total >= 0) NOT VALID;\nRESET lock_timeout;\n" +
		"ALTER TABLE orders VALIDATE CONSTRAINT orders_total_check;\n",
	Run: runValidateUnderLock,
}

func runValidateUnderLock(p *analyzer.Pass) {
	for op := range p.Ops() {
		validate, ok := op.Op.(*sqlast.ValidateConstraint)
		if !ok || !scansExisting(op) {
			continue
		}
		lock, by, ok := strongerLock(op, validate)
		if !ok {
			continue
		}
		d := analyzer.Diagnostic{
			Locks: []effect.Lock{lock},
			Suggestion: "-- in a migration of its own\n" + recipe.Statement(fmt.Sprintf("ALTER TABLE %s VALIDATE CONSTRAINT %s",
				validate.Table.Name, sqlast.QuoteIdent(validate.Constraint))),
		}
		if by == op.Stmt {
			d.Message = fmt.Sprintf("the scan of %s runs under the %s lock of this statement's other actions %s",
				validate.Table.Name, lock.Mode.SQL(), op.Until())
		} else {
			d.Message = fmt.Sprintf("the scan of %s runs under the %s lock that line %d took and the transaction still holds %s",
				validate.Table.Name, lock.Mode.SQL(), by.Line(), op.Until())
			d.Related = []analyzer.Related{{Span: by.Span, Message: "the lock is taken here"}}
		}
		p.ReportStmt(op.Stmt, op.I, d)
	}
}

// strongerLock returns a lock on the validated table that blocks writes, held
// before the statement or taken by its other actions.
func strongerLock(op analyzer.Op, validate *sqlast.ValidateConstraint) (effect.Lock, *analyzer.Stmt, bool) {
	key := op.Before.Resolve(validate.Table.Name)
	for _, h := range op.Held {
		if h.Relation == key && h.Mode.BlocksWrites() {
			return h.Lock, h.By, true
		}
	}
	if lock, ok := op.LockOn(key); ok && lock.Mode.BlocksWrites() {
		return lock, op.Stmt, true
	}
	return effect.Lock{}, nil, false
}
