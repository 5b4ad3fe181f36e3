package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/sqlast"
)

var dropNotNull = &analyzer.Rule{
	Name: "drop-not-null", Severity: analyzer.Warning, Concern: analyzer.Breaking, OptIn: true, Since: "0.1.0",
	Aliases: []string{"ban-drop-not-null"},
	Summary: "a column may be NULL from here on, and running code does not expect it",
	Why: "Code that reads the column was written for a value: scanning NULL into a string or an integer fails in Go and Java, " +
		"and comparisons with NULL leave rows out. The way back needs every row to be filled again.",
	Instead: "Let the code that reads the column accept NULL in an earlier release.",
	Except:  "It does, or the column is on its way out.",
	Bad: "-- 0001_parcels.sql --\nCREATE TABLE parcels (id bigint PRIMARY KEY, weight int NOT NULL);\n-- 0002_weight.sql --\n" +
		"SET lock_timeout = '5s';\nALTER TABLE parcels ALTER COLUMN weight DROP NOT NULL;\nRESET lock_timeout;\n",
	Good: "-- 0001_parcels.sql --\nCREATE TABLE parcels (id bigint PRIMARY KEY, weight int NOT NULL);\n-- 0002_weight.sql --\n" +
		"SET lock_timeout = '5s';\nALTER TABLE parcels ALTER COLUMN weight SET DEFAULT 0;\nRESET lock_timeout;\n",
	Run: runDropNotNull,
}

func runDropNotNull(p *analyzer.Pass) {
	for op := range p.Ops() {
		drop, ok := op.Op.(*sqlast.DropNotNull)
		if !ok || op.Effect.Op(op.I).Fails != nil {
			continue
		}
		t, after := op.Before.Table(drop.Table.Name), p.After.Table(drop.Table.Name)
		if after == nil || createdHere(op, t, drop.Column) {
			continue
		}
		if t != nil && !t.Partial {
			if col := t.Column(drop.Column); t.Created.Same(op.Origin) || col != nil && !col.NotNull {
				continue
			}
		}
		if left := after.Column(drop.Column); left == nil || left.NotNull {
			continue
		}
		p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{
			Message: fmt.Sprintf("%s of %s may be NULL from here on: running code that reads it does not expect that", sqlast.QuoteIdent(drop.Column), drop.Table.Name),
		})
	}
}
