package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/effect"
	"github.com/miglint/miglint/internal/recipe"
	"github.com/miglint/miglint/sqlast"
)

var attachPartitionScan = &analyzer.Rule{
	Name: "attach-partition-scan", Severity: analyzer.Warning, Concern: analyzer.Locking, Since: "0.1.0",
	Aliases: []string{"attach_partition"},
	Summary: "ATTACH PARTITION reads all rows of the new partition, or of the DEFAULT partition, under ACCESS EXCLUSIVE",
	Why: "The server checks that every row of the new partition fits the bounds, and that no row of the DEFAULT partition " +
		"belongs to it. Each is locked ACCESS EXCLUSIVE during its scan. A valid CHECK that implies the bounds (with " +
		"`IS NOT NULL` on the key) spares the first scan; one on the DEFAULT partition that excludes them spares the second.",
	Instead: "Add the CHECK `NOT VALID` and `VALIDATE` it in earlier migrations, attach, then drop the CHECK.",
	Bad:     "ALTER TABLE readings ATTACH PARTITION readings_2025 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');\n",
	Good: "SET lock_timeout = '5s';\nCREATE TABLE readings_2026 (at timestamptz NOT NULL, value int);\n" +
		"ALTER TABLE readings ATTACH PARTITION readings_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');\nRESET lock_timeout;\n",
	Run: runAttachPartitionScan,
}

func runAttachPartitionScan(p *analyzer.Pass) {
	for op := range p.Ops() {
		attach, ok := op.Op.(*sqlast.AttachPartition)
		if !ok || attach.Kind == sqlast.Index {
			continue
		}
		for _, r := range op.Effect.Op(op.I).Scans {
			if op.Cheap(r.Key) {
				continue
			}
			d := analyzer.Diagnostic{
				Message: fmt.Sprintf("attaching %s reads all of %s while its reads and writes are blocked %s",
					attach.Partition, r.Key, op.Until()),
				Locks:      op.Locks(op.I, effect.AccessExclusive),
				Suggestion: recipe.ProvedAttach(op.Stmt, attach, r.Key),
			}
			if r.Key == op.Before.Resolve(attach.Partition) {
				d.Message = fmt.Sprintf("attaching %s reads all of it while its reads and writes are blocked %s", attach.Partition, op.Until())
			}
			if r.Why != "" {
				d.Message += ": " + r.Why
			}
			if r.Maybe && tableKnown(op.Before.TableAt(r.Key)) {
				d.Severity = analyzer.Info // it has a check that may be the proof
			}
			p.ReportStmt(op.Stmt, op.I, d)
		}
	}
}
