package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/effect"
	"github.com/miglint/miglint/sqlast"
)

var lockUpgrade = &analyzer.Rule{
	Name: "lock-upgrade", Severity: analyzer.Warning, Concern: analyzer.Locking, Since: "0.1.0",
	Summary: "a transaction that has written to a table then asks for ACCESS EXCLUSIVE on it",
	Why: "The transaction holds row locks, or a lock that stops writers, and now waits for everybody who uses the table. A " +
		"client that has read the table in its own transaction and wants to write a row waits for the migration: the two " +
		"wait for each other, and PostgreSQL kills one (SQLSTATE 40P01).",
	Instead: "Take the strongest lock first, or put the two statements into different transactions.",
	Bad:     "BEGIN;\nSET LOCAL lock_timeout = '5s';\nUPDATE orders SET note = '' WHERE id = 1;\nALTER TABLE orders ADD COLUMN currency text;\nCOMMIT;\n",
	Good:    "UPDATE orders SET note = '' WHERE id = 1;\nSET lock_timeout = '5s';\nALTER TABLE orders ADD COLUMN currency text;\nRESET lock_timeout;\n",
	Run:     runLockUpgrade,
}

func runLockUpgrade(p *analyzer.Pass) {
	for _, s := range p.Stmts {
		if s.Tx == nil {
			continue
		}
		for _, l := range s.Effect.Locks {
			if l.Mode != effect.AccessExclusive || l.Kind != sqlast.Table || s.Minor(l.Relation) {
				continue
			}
			h, ok := weakerHeld(s, l)
			if !ok {
				continue
			}
			p.ReportStmt(s, 0, analyzer.Diagnostic{
				Span: s.Span,
				Message: fmt.Sprintf("asking for ACCESS EXCLUSIVE on %s while line %d already holds %s can deadlock with running code",
					l.Relation, h.By.Line(), h.Mode.SQL()),
				Locks:   []effect.Lock{l},
				Until:   s.Until(),
				Related: []analyzer.Related{{Span: h.By.Span, Message: "the weaker lock is taken here"}},
			})
			break
		}
	}
}

// weakerHeld returns the lock the transaction holds on the relation if it is one
// that running code can wait for, and not the strongest: a lock that stops
// writers, or the row locks of an UPDATE or DELETE. Nobody waits for SHARE UPDATE
// EXCLUSIVE but other DDL, nor for rows that only this transaction can see.
func weakerHeld(s *analyzer.Stmt, l effect.Lock) (weaker analyzer.HeldLock, ok bool) {
	for _, h := range s.Held {
		switch {
		case h.Relation != l.Relation:
		case h.Mode == effect.AccessExclusive:
			return analyzer.HeldLock{}, false
		case h.Mode.BlocksWrites() || h.Mode == effect.RowExclusive && locksRows(h.By):
			weaker, ok = h, true
		}
	}
	return weaker, ok
}

// locksRows reports whether the statement changes rows that others can see.
func locksRows(s *analyzer.Stmt) bool {
	for _, op := range s.Ops {
		switch o := op.(type) {
		case *sqlast.Update, *sqlast.Delete, *sqlast.Merge:
			return true
		case *sqlast.Insert:
			if o.OnConflict {
				return true
			}
		case *sqlast.Select:
			if len(o.Query.Writes) > 0 {
				return true
			}
		}
	}
	return false
}
