package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/effect"
	"github.com/miglint/miglint/internal/recipe"
	"github.com/miglint/miglint/sqlast"
)

var partitionCreatedInPlace = &analyzer.Rule{
	Name: "partition-created-in-place", Severity: analyzer.Warning, Concern: analyzer.Locking, Since: "0.1.0",
	Summary: "CREATE TABLE … PARTITION OF blocks reads and writes of the partitioned table while it waits for its lock",
	Why: "It looks like creating a table, but takes ACCESS EXCLUSIVE on the existing parent, and on the DEFAULT partition, " +
		"which it reads as well. Everything queues behind it until the last running query on the parent is done.",
	Instead: "Create the table on its own, `LIKE` the parent, and `ATTACH` it: that takes only SHARE UPDATE EXCLUSIVE on the parent.",
	Bad:     "SET lock_timeout = '5s';\nCREATE TABLE readings_2027 PARTITION OF readings FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');\nRESET lock_timeout;\n",
	Good: "SET lock_timeout = '5s';\nCREATE TABLE readings_2027 (LIKE readings INCLUDING DEFAULTS INCLUDING CONSTRAINTS);\n" +
		"ALTER TABLE readings ATTACH PARTITION readings_2027 FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');\nRESET lock_timeout;\n",
	Run: runPartitionCreatedInPlace,
}

func runPartitionCreatedInPlace(p *analyzer.Pass) {
	for op := range p.Ops() {
		create, ok := op.Op.(*sqlast.CreateTable)
		if !ok || create.PartitionOf.IsZero() {
			continue
		}
		parent := op.Before.Resolve(create.PartitionOf)
		if lock, _ := op.LockOn(parent); lock.Mode != effect.AccessExclusive || op.Minor(parent) {
			continue
		}
		d := analyzer.Diagnostic{
			Message: fmt.Sprintf("creating partition %s blocks reads and writes of all of %s %s", create.Name, create.PartitionOf, op.Until()),
			Locks:   op.Locks(op.I, effect.AccessExclusive),
		}
		if create.PartitionBy == nil {
			d.Suggestion = recipe.CreateThenAttach(create)
		}
		p.ReportStmt(op.Stmt, op.I, d)
	}
}
