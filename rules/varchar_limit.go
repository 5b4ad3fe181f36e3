package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/sqlast"
)

var varcharLimit = &analyzer.Rule{
	Name: "varchar-limit", Severity: analyzer.Info, Concern: analyzer.Convention, OptIn: true, Since: "0.1.0",
	Aliases: []string{"prefer-text-field"},
	Summary: "a column is varchar(n)",
	Why:     "The limit buys no speed or space. Shrinking it later copies the table; growing it is free.",
	Instead: "`text`, unless the limit is a rule of the business.",
	Except:  "The limit is one.",
	Bad:     "CREATE TABLE visits (id bigint PRIMARY KEY, page varchar(200));\n",
	Good:    "CREATE TABLE visits (id bigint PRIMARY KEY, page text);\n",
	Run:     runVarcharLimit,
}

func runVarcharLimit(p *analyzer.Pass) {
	for op := range p.Ops() {
		for _, c := range newColumns(op.Op) {
			if t := c.Type; isBuiltin(t, "varchar") && len(t.Mods) > 0 {
				p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{Span: c.At, Message: fmt.Sprintf("column %s is %s: the limit costs a table copy to shrink and saves nothing", sqlast.QuoteIdent(c.Name), t)})
			}
		}
	}
}
