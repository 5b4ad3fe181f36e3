package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/sqlast"
)

var jsonType = &analyzer.Rule{
	Name: "json-type", Severity: analyzer.Warning, Concern: analyzer.Convention, OptIn: true, Since: "0.1.0",
	Aliases: []string{"prefer-jsonb", "add_column_json", "E3"},
	Summary: "a column is json, which has no equality",
	Why:     "`SELECT DISTINCT`, `GROUP BY` and `UNION` over a table with a json column fail, and it cannot be indexed.",
	Instead: "`jsonb`.",
	Except:  "The exact text, with its blanks and the order of its keys, must be kept.",
	Bad:     "CREATE TABLE visits (id bigint PRIMARY KEY, details json);\n",
	Good:    "CREATE TABLE visits (id bigint PRIMARY KEY, details jsonb);\n",
	Run:     runJsonType,
}

func runJsonType(p *analyzer.Pass) {
	for op := range p.Ops() {
		for _, c := range newColumns(op.Op) {
			if t := c.Type; isBuiltin(t, "json") {
				p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{Span: c.At, Message: fmt.Sprintf("column %s is json: DISTINCT and GROUP BY over the table fail, and it cannot be indexed", sqlast.QuoteIdent(c.Name))})
			}
		}
	}
}
