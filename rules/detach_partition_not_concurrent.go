package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/effect"
	"github.com/miglint/miglint/internal/recipe"
	"github.com/miglint/miglint/source"
	"github.com/miglint/miglint/sqlast"
)

var detachPartitionNotConcurrent = &analyzer.Rule{
	Name: "detach-partition-not-concurrent", Severity: analyzer.Warning, Concern: analyzer.Locking, Since: "0.1.0",
	Aliases: []string{"require-concurrent-partition-detach"},
	Summary: "DETACH PARTITION without CONCURRENTLY blocks reads and writes of the whole partitioned table",
	Why: "It takes ACCESS EXCLUSIVE on the partitioned table. It is quick once it has the lock, but waits for every query " +
		"on any partition, and everything queues behind it.",
	Instead: "`DETACH PARTITION … CONCURRENTLY`, outside a transaction. PostgreSQL refuses that while the table has a DEFAULT " +
		"partition; the rule is silent then.",
	Bad:  "SET lock_timeout = '5s';\nALTER TABLE readings DETACH PARTITION readings_2019;\nRESET lock_timeout;\n",
	Good: "ALTER TABLE readings DETACH PARTITION readings_2019 CONCURRENTLY;\n",
	Run:  runDetachPartitionNotConcurrent,
}

func runDetachPartitionNotConcurrent(p *analyzer.Pass) {
	for op := range p.Ops() {
		detach, ok := op.Op.(*sqlast.DetachPartition)
		if !ok || detach.Concurrently || detach.Finalize || op.Effect.Op(op.I).Fails != nil {
			continue
		}
		key := op.Before.Resolve(detach.Table.Name)
		if op.Minor(key) || hasDefaultPartition(op.Before, key) {
			continue
		}
		p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{
			Message: fmt.Sprintf("detaching %s blocks reads and writes of all of %s %s", detach.Partition, detach.Table.Name, op.Until()),
			Locks:   op.Locks(op.I, effect.AccessExclusive),
			Suggestion: recipe.LeaveTransaction(p, op.Stmt) + recipe.Statement(fmt.Sprintf(
				"ALTER TABLE %s DETACH PARTITION %s CONCURRENTLY", detach.Table.Name, detach.Partition)),
			Fixes: detachConcurrently(op, op.Before.TableAt(key)),
		})
	}
}

// detachConcurrently is the edit that is enough outside a transaction where
// history shows that the table has no DEFAULT partition.
func detachConcurrently(op analyzer.Op, t *catalog.Table) []analyzer.Fix {
	if timeout, _ := shortTimeout(op.Settings, true); op.InTx() || !tableKnown(t) || timeout != "" {
		return nil
	}
	end := op.Span.File.Span(op.Span.End, op.Span.End)
	return []analyzer.Fix{{Message: "detach the partition CONCURRENTLY", Safety: analyzer.Safe,
		Edits: []source.Edit{{Span: end, New: " CONCURRENTLY"}}}}
}

func hasDefaultPartition(c *catalog.Catalog, parent catalog.Key) bool {
	t := c.TableAt(parent)
	if t == nil {
		return false
	}
	for _, k := range t.Partitions {
		if part := c.TableAt(k); part != nil && part.Bound.Default {
			return true
		}
	}
	return false
}
