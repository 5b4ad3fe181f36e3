package rules

import (
	"fmt"
	"strings"
	"time"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/sqlast"
)

var timeoutWithoutUnit = &analyzer.Rule{
	Name: "timeout-without-unit", Severity: analyzer.Error, Concern: analyzer.Failing, Since: "0.1.0",
	Summary: "a timeout is given in milliseconds where seconds must have been meant",
	Why: "`SET lock_timeout = 5` is five milliseconds: the migration is cancelled whenever anybody at all uses the table. " +
		"A value with an unknown unit is an error.",
	Instead: "Write the unit: `'5s'`.",
	Bad:     "SET lock_timeout = 5;\nALTER TABLE orders ADD COLUMN note text;\nRESET lock_timeout;\n",
	Good:    "SET lock_timeout = '5s';\nALTER TABLE orders ADD COLUMN note text;\nRESET lock_timeout;\n",
	Run:     runTimeoutWithoutUnit,
}

// suspiciouslyShort is below any timeout that somebody could mean.
const suspiciouslyShort = 100 * time.Millisecond

func runTimeoutWithoutUnit(p *analyzer.Pass) {
	for op := range p.Ops() {
		set, ok := op.Op.(*sqlast.Set)
		if !ok || set.Reset || len(set.Values) != 1 || !isTimeout(set.Name) {
			continue
		}
		value := set.Values[0]
		d, valid := analyzer.ParseDuration(value)
		switch {
		case !valid:
			p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{Message: fmt.Sprintf(
				"%s does not accept %q: the units are us, ms, s, min, h and d", set.Name, value)})
		case d > 0 && d < suspiciouslyShort && !strings.HasSuffix(value, "s"):
			p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{
				Message:    fmt.Sprintf("%s = %s is %s milliseconds: the statements it guards are cancelled at the first wait", set.Name, value, value),
				Suggestion: fmt.Sprintf("SET %s = '%ss';", set.Name, value)})
		}
	}
}

func isTimeout(name string) bool {
	switch name {
	case "lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout", "transaction_timeout", "idle_session_timeout":
		return true
	}
	return false
}
