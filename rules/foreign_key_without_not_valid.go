package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/effect"
	"github.com/miglint/miglint/internal/recipe"
	"github.com/miglint/miglint/sqlast"
)

var foreignKeyWithoutNotValid = &analyzer.Rule{
	Name: "foreign-key-without-not-valid", Severity: analyzer.Error, Concern: analyzer.Locking, Since: "0.1.0",
	Aliases: []string{"adding-foreign-key-constraint", "constraint-missing-not-valid", "add_foreign_key", "E4", "PG306"},
	Summary: "a foreign key added without NOT VALID blocks writes to both tables while it checks every row",
	Why: "`ADD CONSTRAINT … FOREIGN KEY` takes SHARE ROW EXCLUSIVE on the table and on the one it references, then looks " +
		"up every existing row. Until it is done nobody can write to either. `ALTER CONSTRAINT … ENFORCED` (PostgreSQL 18) " +
		"does the same under ACCESS EXCLUSIVE.",
	Instead: "Add the constraint `NOT VALID`, which is quick, and `VALIDATE` it in a later transaction, whose scan blocks " +
		"nobody. On a partitioned table PostgreSQL accepts NOT VALID from 18 on; before, add it to each partition first.",
	Bad:  "ALTER TABLE orders ADD CONSTRAINT orders_customer_fk FOREIGN KEY (customer_id) REFERENCES customers (id);\n",
	Good: "SET lock_timeout = '5s';\nALTER TABLE orders ADD CONSTRAINT orders_customer_fk FOREIGN KEY (customer_id) REFERENCES customers (id) NOT VALID;\nRESET lock_timeout;\nALTER TABLE orders VALIDATE CONSTRAINT orders_customer_fk;\n",
	Run:  runForeignKeyWithoutNotValid,
}

func runForeignKeyWithoutNotValid(p *analyzer.Pass) {
	for op := range p.Ops() {
		if alter, ok := op.Op.(*sqlast.AlterConstraint); ok && alter.Enforced != nil && *alter.Enforced && scansExisting(op) {
			reportEnforced(p, op, alter)
		}
		add, ok := op.Op.(*sqlast.AddConstraint)
		if !ok || add.Constraint.Kind != sqlast.ForeignKey || add.Constraint.NotValid || !scansExisting(op) {
			continue
		}
		p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{
			Message: fmt.Sprintf("checking every row of %s against %s blocks writes to both %s",
				add.Table.Name, add.Constraint.RefTable, op.Until()),
			Locks:      op.Locks(op.I, effect.ShareRowExclusive),
			Suggestion: safeForeignKey(p, op, add),
		})
	}
}

// reportEnforced reports a NOT ENFORCED foreign key that becomes ENFORCED
// (PostgreSQL 18): all rows are looked up, under ACCESS EXCLUSIVE even.
func reportEnforced(p *analyzer.Pass, op analyzer.Op, alter *sqlast.AlterConstraint) {
	fk := op.Before.Table(alter.Table.Name).Constraint(alter.Constraint) // there, or nothing would be scanned
	p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{
		Message: fmt.Sprintf("checking every row of %s against %s blocks reads and writes of the one, and writes to the other, %s",
			alter.Table.Name, fk.Constraint.RefTable, op.Until()),
		Locks:      op.Locks(op.I, effect.ShareRowExclusive),
		Suggestion: recipe.EnforceLater(op.Stmt, alter.Table, &fk.Constraint),
	})
}

func safeForeignKey(p *analyzer.Pass, op analyzer.Op, add *sqlast.AddConstraint) string {
	t := op.Before.Table(add.Table.Name)
	if t == nil || t.PartitionBy == nil || p.Options.PostgresMajor() >= 18 {
		return recipe.ValidateLater(op.Stmt, add.Table, &add.Constraint)
	}
	return recipe.ForeignKeyByPartition(op.Stmt, add.Table, &add.Constraint)
}

// scansExisting reports whether the op certainly reads every row of a table that
// matters.
func scansExisting(op analyzer.Op) bool {
	for _, r := range op.Effect.Op(op.I).Scans {
		if !op.Cheap(r.Key) {
			return true
		}
	}
	return false
}
