package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/effect"
	"github.com/miglint/miglint/internal/recipe"
	"github.com/miglint/miglint/sqlast"
)

var addColumnUnique = &analyzer.Rule{
	Name: "add-column-unique", Severity: analyzer.Error, Concern: analyzer.Locking, Since: "0.1.0",
	Aliases: []string{"disallowed-unique-constraint", "adding-serial-primary-key-field"},
	Summary: "UNIQUE or PRIMARY KEY written inside ADD COLUMN builds the index while reads and writes are blocked",
	Why:     "The index is built under the ACCESS EXCLUSIVE lock of ADD COLUMN: even SELECTs wait until it is done.",
	Instead: "Add the column, build a unique index concurrently, and adopt it with `ADD CONSTRAINT … USING INDEX`.",
	Bad:     "ALTER TABLE orders ADD COLUMN number text UNIQUE;\n",
	Good: "SET lock_timeout = '5s';\nALTER TABLE orders ADD COLUMN number text;\nRESET lock_timeout;\n" +
		"CREATE UNIQUE INDEX CONCURRENTLY orders_number_key ON orders (number);\nSET lock_timeout = '5s';\n" +
		"ALTER TABLE orders ADD CONSTRAINT orders_number_key UNIQUE USING INDEX orders_number_key;\nRESET lock_timeout;\n",
	Run: runAddColumnUnique,
}

func runAddColumnUnique(p *analyzer.Pass) {
	for op := range p.Ops() {
		add, ok := op.Op.(*sqlast.AddColumn)
		if !ok || !buildsOnExisting(op) {
			continue
		}
		if _, _, rewrites := rewritesExisting(op); rewrites {
			continue // add-column-rewrite has the greater harm
		}
		p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{
			Message: fmt.Sprintf("building the index of new column %s blocks reads and writes of %s %s",
				sqlast.QuoteIdent(add.Column.Name), add.Table.Name, op.Until()),
			Locks:      op.Locks(op.I, effect.AccessExclusive),
			Suggestion: recipe.NewColumn(p, op.Stmt, add, false),
		})
	}
}
