package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/sqlast"
)

var dropSchema = &analyzer.Rule{
	Name: "drop-schema", Severity: analyzer.Error, Concern: analyzer.Losing, Since: "0.1.0",
	Aliases: []string{"ban-drop-database", "DS101"},
	Summary: "DROP SCHEMA CASCADE, DROP DATABASE or DROP OWNED takes everything in it",
	Why:     "Every table in it goes, with all rows, in one statement that names none of them.",
	Instead: "Drop the objects by name in migrations that can be reviewed, then the empty schema.",
	Bad:     "DROP SCHEMA reporting CASCADE;\n",
	Good:    "DROP SCHEMA reporting;\n",
	Run:     runDropSchema,
}

func runDropSchema(p *analyzer.Pass) {
	created := map[string]bool{}
	for op := range p.Ops() {
		switch o := op.Op.(type) {
		case *sqlast.CreateSchema:
			created[o.Name] = true
		case *sqlast.Drop:
			whole := o.Object == sqlast.Schema && o.Cascade && !created[o.Name.Name] || o.Object == sqlast.Database
			if whole {
				p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{
					Message: fmt.Sprintf("dropping %s %s loses every table in it", o.Object, o.Name)})
			}
		case *sqlast.Other:
			if o.Tag == "DROP OWNED" {
				p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{
					Message: "DROP OWNED drops every object of the role, whatever they are in the database it runs in"})
			}
		}
	}
}
