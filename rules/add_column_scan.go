package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/effect"
	"github.com/miglint/miglint/internal/recipe"
	"github.com/miglint/miglint/sqlast"
)

var addColumnScan = &analyzer.Rule{
	Name: "add-column-scan", Severity: analyzer.Error, Concern: analyzer.Locking, Since: "0.1.0",
	Summary: "a constraint written inside ADD COLUMN is checked against every row while reads and writes are blocked",
	Why: "`ADD COLUMN … CHECK (…)` reads the whole table under ACCESS EXCLUSIVE, although the new column is NULL in every " +
		"row. So does `REFERENCES` together with a default; without a default it costs nothing.",
	Instead: "Add the column alone; then the constraint `NOT VALID`; then `VALIDATE` it in a later transaction.",
	Bad:     "ALTER TABLE orders ADD COLUMN discount int CHECK (discount >= 0);\n",
	Good: "SET lock_timeout = '5s';\nALTER TABLE orders ADD COLUMN discount int;\n" +
		"ALTER TABLE orders ADD CONSTRAINT orders_discount_check CHECK (discount >= 0) NOT VALID;\nRESET lock_timeout;\n" +
		"ALTER TABLE orders VALIDATE CONSTRAINT orders_discount_check;\n",
	Run: runAddColumnScan,
}

func runAddColumnScan(p *analyzer.Pass) {
	for op := range p.Ops() {
		add, ok := op.Op.(*sqlast.AddColumn)
		if !ok || op.Effect.Op(op.I).Fails != nil || !scansExisting(op) {
			continue
		}
		if _, _, rewrites := rewritesExisting(op); rewrites {
			continue // add-column-rewrite says it, and the copy includes the check
		}
		p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{
			Message: fmt.Sprintf("the constraint on new column %s is checked against every row of %s, which blocks reads and writes %s",
				sqlast.QuoteIdent(add.Column.Name), add.Table.Name, op.Until()),
			Locks:      op.Locks(op.I, effect.ShareRowExclusive),
			Suggestion: recipe.NewColumn(p, op.Stmt, add, false),
		})
	}
}
