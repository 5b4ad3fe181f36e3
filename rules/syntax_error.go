package rules

import (
	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/sqlast"
)

var syntaxError = &analyzer.Rule{
	Name: "syntax-error", Severity: analyzer.Error, Concern: analyzer.Failing, Since: "0.1.0",
	Summary: "PostgreSQL's grammar rejects the statement",
	Why:     "The statement fails with SQLSTATE 42601 when the migration runs. The other statements of the file are still judged.",
	Instead: "Look at the place the caret points to.",
	Except:  "The file is for another database: leave it out with `exclude:`.",
	Bad:     "CREATE TABEL parcels (id bigint);\n",
	Good:    "CREATE TABLE parcels (id bigint PRIMARY KEY);\n",
	Run:     func(p *analyzer.Pass) { reportUnread(p, sqlast.SyntaxError) },
}

// reportUnread reports the statements that could not be read, for one reason.
func reportUnread(p *analyzer.Pass, kind sqlast.ProblemKind) {
	for _, s := range p.Stmts {
		if s.Problem != nil && s.Problem.Kind == kind {
			p.ReportStmt(s, 0, analyzer.Diagnostic{Span: s.Problem.Span, Message: s.Problem.Message})
		}
	}
}
