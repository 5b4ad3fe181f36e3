package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/sqlast"
)

var quotedName = &analyzer.Rule{
	Name: "quoted-name", Severity: analyzer.Info, Concern: analyzer.Convention, OptIn: true, Since: "0.1.0",
	Summary: "a new table or column has a name that must be quoted for ever after",
	Why:     "A name with capitals, blanks or a reserved word works only in double quotes: every query, tool and shell session must remember to write them.",
	Instead: "Lower-case words joined by underscores.",
	Except:  "The schema is written by an ORM that quotes everything.",
	Bad:     "CREATE TABLE \"Visits\" (id bigint PRIMARY KEY);\n",
	Good:    "CREATE TABLE visits (id bigint PRIMARY KEY);\n",
	Run:     runQuotedName,
}

func runQuotedName(p *analyzer.Pass) {
	for op := range p.Ops() {
		if create, ok := op.Op.(*sqlast.CreateTable); ok && mustQuote(create.Name.Name) {
			p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{Span: create.Name.Span, Message: fmt.Sprintf(
				"table %s must be quoted in every query", create.Name)})
		}
		for _, c := range newColumns(op.Op) {
			if mustQuote(c.Name) {
				p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{Span: c.NameSpan, Message: fmt.Sprintf(
					"column %s must be quoted in every query", sqlast.QuoteIdent(c.Name))})
			}
		}
	}
}

func mustQuote(name string) bool { return sqlast.QuoteIdent(name) != name }
