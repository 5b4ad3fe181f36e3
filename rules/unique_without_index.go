package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/effect"
	"github.com/miglint/miglint/internal/recipe"
	"github.com/miglint/miglint/sqlast"
)

var uniqueWithoutIndex = &analyzer.Rule{
	Name: "unique-without-index", Severity: analyzer.Error, Concern: analyzer.Locking, Since: "0.1.0",
	Aliases: []string{"disallowed-unique-constraint", "add_unique_constraint", "adding-serial-primary-key-field", "E7", "PG104", "PG105"},
	Summary: "a UNIQUE or PRIMARY KEY constraint builds its index while reads and writes are blocked",
	Why: "`ADD UNIQUE` and `ADD PRIMARY KEY` build the index under ACCESS EXCLUSIVE, stronger than a plain CREATE INDEX: " +
		"SELECTs wait as well, for as long as the build takes.",
	Instead: "Build the index with `CREATE UNIQUE INDEX CONCURRENTLY`, then `ADD CONSTRAINT … USING INDEX`, which is quick. " +
		"A primary key needs its columns NOT NULL first, or it scans.",
	Bad: "ALTER TABLE orders ADD CONSTRAINT orders_number_key UNIQUE (number);\n",
	Good: "CREATE UNIQUE INDEX CONCURRENTLY orders_number_key ON orders (number);\nSET lock_timeout = '5s';\n" +
		"ALTER TABLE orders ADD CONSTRAINT orders_number_key UNIQUE USING INDEX orders_number_key;\nRESET lock_timeout;\n",
	Run: runUniqueWithoutIndex,
}

func runUniqueWithoutIndex(p *analyzer.Pass) {
	for op := range p.Ops() {
		add, ok := op.Op.(*sqlast.AddConstraint)
		if !ok || add.Constraint.Kind != sqlast.Unique && add.Constraint.Kind != sqlast.PrimaryKey {
			continue
		}
		if !buildsOnExisting(op) {
			continue
		}
		p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{
			Message: fmt.Sprintf("building the index of this %s constraint blocks reads and writes of %s %s",
				add.Constraint.Kind, add.Table.Name, op.Until()),
			Locks:      op.Locks(op.I, effect.AccessExclusive),
			Suggestion: safeUnique(p, op, add),
		})
	}
}

func safeUnique(p *analyzer.Pass, op analyzer.Op, add *sqlast.AddConstraint) string {
	c := &add.Constraint
	if t := op.Before.Table(add.Table.Name); t != nil && t.PartitionBy != nil || c.WithoutOverlaps {
		return "" // USING INDEX is refused there: no short recipe keeps the table readable
	}
	return recipe.UniqueUsingIndex(p, op.Stmt, add.Table, c)
}

// buildsOnExisting reports whether the op builds an index, not concurrently, on a
// table that matters.
func buildsOnExisting(op analyzer.Op) bool {
	for _, b := range op.Effect.Op(op.I).Builds {
		if !b.Concurrently && !op.Cheap(b.Table) {
			return true
		}
	}
	return false
}
