package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/effect"
	"github.com/miglint/miglint/sqlast"
)

var exclusiveLocksPileUp = &analyzer.Rule{
	Name: "exclusive-locks-pile-up", Severity: analyzer.Info, Concern: analyzer.Locking, Since: "0.1.0",
	Aliases: []string{"multiple-table-locks"},
	Summary: "one transaction takes ACCESS EXCLUSIVE on several existing tables, one statement after the other",
	Why: "The first table stays locked while the transaction waits for the second. Code that uses both in the other order " +
		"deadlocks with the migration, and one long query on the last table keeps all of them blocked.",
	Instead: "One migration per table, or `LOCK TABLE a, b` at the start under a `lock_timeout`.",
	Bad:     "BEGIN;\nSET LOCAL lock_timeout = '5s';\nALTER TABLE orders ADD COLUMN note text;\nALTER TABLE customers ADD COLUMN note text;\nCOMMIT;\n",
	Good:    "SET lock_timeout = '5s';\nALTER TABLE orders ADD COLUMN note text;\nALTER TABLE customers ADD COLUMN note text;\nRESET lock_timeout;\n",
	Run:     runExclusiveLocksPileUp,
}

func runExclusiveLocksPileUp(p *analyzer.Pass) {
	reported := map[*analyzer.Tx]bool{}
	for _, s := range p.Stmts {
		if p.Down || s.Tx == nil || reported[s.Tx] {
			continue // a down is for an emergency: what it locks comes second
		}
		first, held := exclusiveHeld(s)
		if !held {
			continue
		}
		for _, l := range s.Effect.Locks {
			if l.Mode != effect.AccessExclusive || l.Kind != sqlast.Table || s.Minor(l.Relation) || heldAlready(s, l.Relation) {
				continue
			}
			reported[s.Tx] = true
			p.ReportStmt(s, 0, analyzer.Diagnostic{
				Span: s.Span,
				Message: fmt.Sprintf("%s stays locked since line %d while this waits for its lock on %s",
					first.Relation, first.By.Line(), l.Relation),
				Locks:   []effect.Lock{first.Lock, l},
				Until:   s.Until(),
				Related: []analyzer.Related{{Span: first.By.Span, Message: "the first lock is taken here"}},
			})
			break
		}
	}
}

// exclusiveHeld returns the first ACCESS EXCLUSIVE lock that the transaction
// holds on a table that matters.
func exclusiveHeld(s *analyzer.Stmt) (analyzer.HeldLock, bool) {
	for _, h := range s.Held {
		if h.Mode == effect.AccessExclusive && h.Kind == sqlast.Table && !s.Minor(h.Relation) && !h.By.Drops(h.Relation) {
			return h, true
		}
	}
	return analyzer.HeldLock{}, false
}

func heldAlready(s *analyzer.Stmt, key catalog.Key) bool {
	for _, h := range s.Held {
		if h.Relation == key && h.Mode == effect.AccessExclusive {
			return true
		}
	}
	return false
}
