package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/effect"
	"github.com/miglint/miglint/sqlast"
)

var lockTimeoutMissing = &analyzer.Rule{
	Name: "lock-timeout-missing", Severity: analyzer.Info, Concern: analyzer.Locking, Since: "0.1.0",
	Aliases: []string{"require-timeout-settings", "require-lock-timeout", "E9"},
	Summary: "a lock that blocks writes is awaited without a lock_timeout",
	Why: "Even an instant `ALTER TABLE` waits for every transaction that uses the table, and everything that comes later " +
		"queues behind it: one forgotten session turns it into an outage. With `lock_timeout` the migration gives up and " +
		"can be tried again. It bounds the wait for the lock, not how long the lock is then held.",
	Instead: "`SET lock_timeout = '5s'` before the first such statement (`SET LOCAL` in a transaction), or set it for the " +
		"role that runs migrations and say so: `lock-timeout: {set-by-role: true}`.",
	Except: "The role, the connection string or the database already sets it.",
	Bad:    "ALTER TABLE orders ADD COLUMN note text;\n",
	Good:   "SET lock_timeout = '5s';\nALTER TABLE orders ADD COLUMN note text;\nRESET lock_timeout;\n",
	Run:    runLockTimeoutMissing,
}

// runLockTimeoutMissing reports the first such statement of a migration only.
func runLockTimeoutMissing(p *analyzer.Pass) {
	if p.Options.LockTimeoutByRole || p.Down {
		return
	}
	for _, s := range p.Stmts {
		lock, ok := blockingLock(s)
		if !ok {
			continue
		}
		if d, set := s.Settings.Duration("lock_timeout"); set && d > 0 || set && lockedBefore(s, lock) {
			continue
		}
		p.ReportStmt(s, 0, analyzer.Diagnostic{
			Span: s.Span,
			Message: fmt.Sprintf("waits for %s on %s without a lock_timeout: whatever else wants the table queues behind it",
				lock.Mode.SQL(), lock.Relation),
			Suggestion: setLockTimeout(s),
			Locks:      []effect.Lock{lock},
			Until:      s.Until(),
		})
		return
	}
}

// blockingLock returns the strongest lock of the statement that stops writes to
// an existing table which stays; statements that run CONCURRENTLY and DML have
// none.
func blockingLock(s *analyzer.Stmt) (strongest effect.Lock, ok bool) {
	if s.Effect.Fails != nil && !s.Effect.Fails.IfRows {
		return effect.Lock{}, false
	}
	for _, l := range s.Effect.Locks {
		if l.Mode > strongest.Mode && l.Mode.BlocksWrites() && l.Kind == sqlast.Table && !s.Minor(l.Relation) {
			strongest, ok = l, true
		}
	}
	if ok {
		for _, op := range s.Ops {
			if _, concurrent := concurrently(op); concurrent {
				return effect.Lock{}, false
			}
		}
	}
	return strongest, ok
}

// lockedBefore reports whether the transaction already has the lock, so that
// nothing is awaited.
func lockedBefore(s *analyzer.Stmt, lock effect.Lock) bool {
	for _, h := range s.Held {
		if h.Relation == lock.Relation && h.Mode >= lock.Mode {
			return true
		}
	}
	return false
}

func setLockTimeout(s *analyzer.Stmt) string {
	if s.InTx() {
		return "SET LOCAL lock_timeout = '5s';"
	}
	return "SET lock_timeout = '5s';"
}
