package rules

import (
	"fmt"
	"time"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/internal/recipe"
	"github.com/miglint/miglint/sqlast"
)

var timeoutAroundConcurrently = &analyzer.Rule{
	Name: "timeout-around-concurrently", Severity: analyzer.Error, Concern: analyzer.Failing, Since: "0.1.0",
	Summary: "a short timeout is in force for a statement that runs CONCURRENTLY or validates, and cancels it",
	Why: "CREATE INDEX CONCURRENTLY waits for every transaction that can see the table, and lock_timeout applies to those " +
		"waits; statement_timeout applies to the whole build. A cancelled build leaves an INVALID index that slows every " +
		"write and that `IF NOT EXISTS` then takes for a finished one.",
	Instead: "Switch the timeouts off around the statement: it blocks nobody while it waits.",
	Bad:     "SET lock_timeout = '2s';\nCREATE INDEX CONCURRENTLY orders_note_idx ON orders (note);\nRESET lock_timeout;\n",
	Good:    "SET lock_timeout = 0;\nCREATE INDEX CONCURRENTLY orders_note_idx ON orders (note);\nRESET lock_timeout;\n",
	Run:     runTimeoutAroundConcurrently,
}

// patience is how long a statement timeout must be to let a build finish.
const patience = 10 * time.Minute

func runTimeoutAroundConcurrently(p *analyzer.Pass) {
	for op := range p.Ops() {
		what, ok := concurrently(op.Op)
		var statement string
		if ok {
			statement = alone(op)
		} else {
			validate, isValidate := op.Op.(*sqlast.ValidateConstraint)
			if !isValidate || !scansExisting(op) {
				continue
			}
			what = "VALIDATE CONSTRAINT " + sqlast.QuoteIdent(validate.Constraint)
			statement = recipe.Alter(validate.Table) + " " + what
		}
		name, setting := shortTimeout(op.Settings, ok)
		if name == "" || op.Effect.Op(op.I).Fails != nil {
			continue
		}
		var steps recipe.Steps
		p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{
			Message:    fmt.Sprintf("%s of %s cancels %s before it is done", name, setting.Value, what),
			Suggestion: steps.Add("", fmt.Sprintf("SET %s = 0", name), statement, "RESET "+name).String(),
			Related:    []analyzer.Related{{Span: setting.At, Message: "the timeout is set here"}},
		})
	}
}

// shortTimeout returns a timeout in force that is too short; lock_timeout counts
// only for what waits for other transactions.
func shortTimeout(s analyzer.Settings, waits bool) (string, analyzer.Setting) {
	if d, set := s.Duration("lock_timeout"); waits && set && d > 0 && d < patience {
		return "lock_timeout", s["lock_timeout"]
	}
	if d, set := s.Duration("statement_timeout"); set && d > 0 && d < patience {
		return "statement_timeout", s["statement_timeout"]
	}
	return "", analyzer.Setting{}
}
