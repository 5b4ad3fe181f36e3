package rules

import (
	"fmt"
	"time"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/effect"
)

var lockTimeoutTooLong = &analyzer.Rule{
	Name: "lock-timeout-too-long", Severity: analyzer.Warning, Concern: analyzer.Locking, Since: "0.1.0",
	Summary: "lock_timeout is off or so long that the queue behind the lock is an outage anyway",
	Why: "While the migration waits for its lock, all later queries on the table wait behind it. A timeout of a minute " +
		"allows a minute of outage.",
	Instead: "A few seconds, and try again. `lock-timeout: {max: 10s}` in miglint.yaml sets the limit.",
	Bad:     "SET lock_timeout = '5min';\nALTER TABLE orders ADD COLUMN note text;\nRESET lock_timeout;\n",
	Good:    "SET lock_timeout = '5s';\nALTER TABLE orders ADD COLUMN note text;\nRESET lock_timeout;\n",
	Run:     runLockTimeoutTooLong,
}

// longestLockTimeout is the limit when the configuration has none.
const longestLockTimeout = 10 * time.Second

func runLockTimeoutTooLong(p *analyzer.Pass) {
	limit := p.Options.MaxLockTimeout
	if limit == 0 {
		limit = longestLockTimeout
	}
	reported := map[int]bool{} // by where the SET stands
	for _, s := range p.Stmts {
		d, set := s.Settings.Duration("lock_timeout")
		lock, blocks := blockingLock(s)
		setting := s.Settings["lock_timeout"]
		if !set || !blocks || d > 0 && d <= limit || reported[setting.At.Start] || lockedBefore(s, lock) {
			continue
		}
		reported[setting.At.Start] = true
		message := fmt.Sprintf("lock_timeout of %s lets everybody else wait that long for %s", setting.Value, lock.Relation)
		if d <= 0 {
			message = fmt.Sprintf("lock_timeout is switched off: everybody else waits for %s as long as this does", lock.Relation)
		}
		p.Report(analyzer.Diagnostic{Span: setting.At, Message: message, Locks: []effect.Lock{lock}, Until: s.Until(),
			Related: []analyzer.Related{{Span: s.Span, Message: "the statement that waits"}}})
	}
}
