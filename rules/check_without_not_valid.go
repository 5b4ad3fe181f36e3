package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/effect"
	"github.com/miglint/miglint/internal/recipe"
	"github.com/miglint/miglint/sqlast"
)

var checkWithoutNotValid = &analyzer.Rule{
	Name: "check-without-not-valid", Severity: analyzer.Error, Concern: analyzer.Locking, Since: "0.1.0",
	Aliases: []string{"constraint-missing-not-valid", "add_check_constraint", "E1", "PG305"},
	Summary: "a CHECK added without NOT VALID blocks reads and writes while every row is checked",
	Why: "`ADD CONSTRAINT … CHECK` takes ACCESS EXCLUSIVE and reads the whole table under it: SELECTs wait too. The scan " +
		"happens even if another constraint already implies the check.",
	Instead: "Add the constraint `NOT VALID`, then `VALIDATE` it in a later transaction.",
	Bad:     "ALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total >= 0);\n",
	Good:    "SET lock_timeout = '5s';\nALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total >= 0) NOT VALID;\nRESET lock_timeout;\nALTER TABLE orders VALIDATE CONSTRAINT orders_total_check;\n",
	Run:     runCheckWithoutNotValid,
}

func runCheckWithoutNotValid(p *analyzer.Pass) {
	for op := range p.Ops() {
		add, ok := op.Op.(*sqlast.AddConstraint)
		if !ok || add.Constraint.Kind != sqlast.Check || add.Constraint.NotValid || !scansExisting(op) {
			continue
		}
		p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{
			Message:    fmt.Sprintf("checking every row of %s blocks reads and writes of it %s", add.Table.Name, op.Until()),
			Locks:      op.Locks(op.I, effect.AccessExclusive),
			Suggestion: recipe.ValidateLater(op.Stmt, add.Table, &add.Constraint),
		})
	}
}
