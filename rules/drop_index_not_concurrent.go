package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/effect"
	"github.com/miglint/miglint/internal/recipe"
	"github.com/miglint/miglint/sqlast"
)

var dropIndexNotConcurrent = &analyzer.Rule{
	Name: "drop-index-not-concurrent", Severity: analyzer.Warning, Concern: analyzer.Locking, Since: "0.1.0",
	Aliases: []string{"require-concurrent-index-deletion", "remove_index", "PG102"},
	Summary: "DROP INDEX without CONCURRENTLY blocks reads and writes while it waits for its lock",
	Why: "`DROP INDEX` takes ACCESS EXCLUSIVE on the table. It is quick once it has the lock, but until then it waits " +
		"for every running query on the table, and every later query, plain SELECTs included, queues behind it.",
	Instead: "`DROP INDEX CONCURRENTLY`, outside a transaction, one index a statement.",
	Except:  "The index is on a partitioned table: PostgreSQL has no concurrent form for that, and the rule is silent.",
	Bad:     "SET lock_timeout = '5s';\nDROP INDEX orders_customer_id_idx;\nRESET lock_timeout;\n",
	Good:    "DROP INDEX CONCURRENTLY orders_customer_id_idx;\n",
	Run:     runDropIndexNotConcurrent,
}

func runDropIndexNotConcurrent(p *analyzer.Pass) {
	for op := range p.Ops() {
		drop, ok := op.Op.(*sqlast.Drop)
		if !ok || drop.Object != sqlast.Index || drop.Concurrently {
			continue
		}
		key := op.Before.Resolve(drop.Name)
		table := "its table"
		i := op.Before.IndexAt(key)
		if i != nil {
			t := op.Before.TableAt(i.Table)
			if i.Constraint != "" || t != nil && t.PartitionBy != nil {
				continue
			}
			table = i.Table.String()
		}
		if op.Minor(key) || op.Effect.Op(op.I).Fails != nil {
			continue
		}
		statement := "DROP INDEX CONCURRENTLY "
		if drop.IfExists {
			statement += "IF EXISTS "
		}
		p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{
			Message:    fmt.Sprintf("dropping index %s blocks reads and writes of %s %s", drop.Name, table, op.Until()),
			Locks:      op.Locks(op.I, effect.AccessExclusive),
			Suggestion: recipe.LeaveTransaction(p, op.Stmt) + recipe.Statement(statement+drop.Name.String()),
			Fixes:      dropConcurrently(op, i != nil),
		})
	}
}

// dropConcurrently is the edit that is enough for one known index outside a
// transaction.
func dropConcurrently(op analyzer.Op, known bool) []analyzer.Fix {
	drop := op.Op.(*sqlast.Drop)
	if timeout, _ := shortTimeout(op.Settings, true); op.InTx() || !known || len(op.Ops) > 1 || drop.Cascade || timeout != "" {
		return nil
	}
	return insertWord(op, "index", "drop the index CONCURRENTLY")
}
