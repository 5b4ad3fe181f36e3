package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/sqlast"
)

var serialType = &analyzer.Rule{
	Name: "serial-type", Severity: analyzer.Info, Concern: analyzer.Convention, OptIn: true, Since: "0.1.0",
	Aliases: []string{"prefer-identity"},
	Summary: "a column is numbered by serial instead of as an identity",
	Why:     "The sequence of a serial column has its own privileges and an awkward owner, and anybody may insert a number of their own that the sequence will hand out again.",
	Instead: "`bigint GENERATED ALWAYS AS IDENTITY`, when the table is created. On an existing table either copies it.",
	Bad:     "CREATE TABLE visits (id bigserial PRIMARY KEY);\n",
	Good:    "CREATE TABLE visits (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);\n",
	Run:     runSerialType,
}

func runSerialType(p *analyzer.Pass) {
	for op := range p.Ops() {
		for _, c := range newColumns(op.Op) {
			if t := c.Type; t.IsSerial() {
				p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{Span: c.At, Message: fmt.Sprintf("column %s is a serial: an identity column keeps its sequence to itself", sqlast.QuoteIdent(c.Name))})
			}
		}
	}
}
