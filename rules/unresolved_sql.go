package rules

import (
	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/sqlast"
)

var unresolvedSQL = &analyzer.Rule{
	Name: "unresolved-sql", Severity: analyzer.Info, Concern: analyzer.Tidiness, Since: "0.1.0",
	Summary: "what a statement will do is not known: a DO block, or a placeholder in the way",
	Why: "Silence must not be mistaken for safety. The SQL inside a DO block, or behind a placeholder that has no value, is " +
		"not judged, and may lock or lose as much as any other.",
	Instead: "Plain SQL where it will do; a value for the placeholder under `placeholders:`. Review the rest by hand.",
	Bad:     "DO $$ BEGIN EXECUTE 'ALTER TABLE orders ADD COLUMN note text'; END $$;\n",
	Good:    "CREATE TABLE parcels (id bigint PRIMARY KEY);\n",
	Run:     runUnresolvedSQL,
}

func runUnresolvedSQL(p *analyzer.Pass) {
	reportUnread(p, sqlast.UnresolvedSQL)
	for op := range p.Ops() {
		if do, ok := op.Op.(*sqlast.Do); ok {
			p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{
				Message: "the SQL in this DO block (language " + do.Language + ") is not judged"})
		}
	}
}
