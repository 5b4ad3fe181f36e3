package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/sqlast"
)

var charType = &analyzer.Rule{
	Name: "char-type", Severity: analyzer.Warning, Concern: analyzer.Convention, OptIn: true, Since: "0.1.0",
	Aliases: []string{"ban-char-field"},
	Summary: "a column is char(n), which pads with blanks",
	Why:     "`char(n)` pads every value and ignores trailing blanks in comparisons but not in LIKE; it is no faster than text, and every later change of its length copies the table.",
	Instead: "`text`, with a CHECK where the length is a rule.",
	Bad:     "CREATE TABLE countries (id bigint PRIMARY KEY, code char(2));\n",
	Good:    "CREATE TABLE countries (id bigint PRIMARY KEY, code text CHECK (length(code) = 2));\n",
	Run:     runCharType,
}

// isBuiltin reports whether a type is PostgreSQL's own of that internal name.
func isBuiltin(t sqlast.TypeName, name string) bool {
	return t.Name.Name == name && (t.Schema == "" || t.Schema == "pg_catalog")
}

func runCharType(p *analyzer.Pass) {
	for op := range p.Ops() {
		for _, c := range newColumns(op.Op) {
			if t := c.Type; isBuiltin(t, "bpchar") {
				p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{Span: c.At, Message: fmt.Sprintf("column %s is %s, which pads values with blanks", sqlast.QuoteIdent(c.Name), t)})
			}
		}
	}
}
