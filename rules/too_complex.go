package rules

import (
	"strings"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/sqlast"
)

var tooComplex = &analyzer.Rule{
	Name: "too-complex", Severity: analyzer.Warning, Concern: analyzer.Tidiness, Since: "0.1.0",
	Summary: "a statement is nested so deeply that it is not analysed",
	Why: "PostgreSQL's parser is recursive, and far enough down it overruns its stack. miglint stops well before that, so " +
		"what the statement does is not known.",
	Instead: "Split the statement, or write long chains of OR as `= ANY (ARRAY[…])`.",
	Bad:     "SELECT " + strings.Repeat("(", 3000) + "1" + strings.Repeat(")", 3000) + ";\n",
	Good:    "SELECT 1;\n",
	Run:     func(p *analyzer.Pass) { reportUnread(p, sqlast.TooComplex) },
}
