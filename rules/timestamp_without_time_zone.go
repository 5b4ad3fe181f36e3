package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/sqlast"
)

var timestampWithoutTimeZone = &analyzer.Rule{
	Name: "timestamp-without-time-zone", Severity: analyzer.Warning, Concern: analyzer.Convention, OptIn: true, Since: "0.1.0",
	Aliases: []string{"prefer-timestamp-tz", "prefer-timestamptz"},
	Summary: "a column holds a time of day somewhere, but not where",
	Why:     "`timestamp` drops the offset it is given without a word, so two clients in two zones store two different times for one moment. Changing the type later copies the table unless the session is in UTC.",
	Instead: "`timestamptz` stores the moment and shows it in the session's zone.",
	Except:  "The value really is a wall-clock time, such as an opening hour.",
	Bad:     "CREATE TABLE visits (id bigint PRIMARY KEY, seen_at timestamp);\n",
	Good:    "CREATE TABLE visits (id bigint PRIMARY KEY, seen_at timestamptz);\n",
	Run:     runTimestampWithoutTimeZone,
}

func runTimestampWithoutTimeZone(p *analyzer.Pass) {
	for op := range p.Ops() {
		for _, c := range newColumns(op.Op) {
			if t := c.Type; isBuiltin(t, "timestamp") {
				p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{Span: c.At, Message: fmt.Sprintf("column %s is a timestamp without time zone: the offset of what is stored is lost", sqlast.QuoteIdent(c.Name))})
			}
		}
	}
}
