package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/sqlast"
)

var publicationForAllTables = &analyzer.Rule{
	Name: "publication-for-all-tables", Severity: analyzer.Warning, Concern: analyzer.Breaking, Since: "0.1.0",
	Summary: "a publication takes in every table there is and will be",
	Why: "Whoever adds a table months later does not know that its rows leave the database, and if it has no primary key its " +
		"UPDATE and DELETE fail at once (SQLSTATE 55000). Subscribers that lack the new table stop with an error, and " +
		"the slot keeps WAL until the publisher's disk is full. Only superusers may create one (42501), which managed " +
		"services do not give. Modelled on a work table of a batch job that filled a publisher's disk.",
	Instead: "`FOR TABLE` with the tables that are needed, extended by the migration that adds one.",
	Except:  "The subscriber is a full copy that is upgraded together with the publisher.",
	Bad:     "CREATE TABLE orders (id bigint PRIMARY KEY);\nCREATE PUBLICATION capture FOR ALL TABLES;\n",
	Good:    "CREATE TABLE orders (id bigint PRIMARY KEY);\nCREATE PUBLICATION capture FOR TABLE orders;\n",
	Run:     runPublicationForAllTables,
}

func runPublicationForAllTables(p *analyzer.Pass) {
	for op := range p.Ops() {
		pub, ok := op.Op.(*sqlast.CreatePublication)
		if !ok || !pub.AllTables {
			continue
		}
		p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{
			Message: fmt.Sprintf("publication %s takes in every table, also those that later migrations create", sqlast.QuoteIdent(pub.Name))})
	}
}
