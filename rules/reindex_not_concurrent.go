package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/effect"
	"github.com/miglint/miglint/internal/recipe"
	"github.com/miglint/miglint/sqlast"
)

var reindexNotConcurrent = &analyzer.Rule{
	Name: "reindex-not-concurrent", Severity: analyzer.Error, Concern: analyzer.Locking, Since: "0.1.0",
	Aliases: []string{"require-concurrent-reindex"},
	Summary: "REINDEX without CONCURRENTLY blocks writes, and in effect reads, while it builds",
	Why: "`REINDEX` takes SHARE on the table, which stops writes, and ACCESS EXCLUSIVE on the index. Planning any query " +
		"of the table opens all its indexes, so reads stop as well, for as long as the build takes.",
	Instead: "`REINDEX … CONCURRENTLY` (PostgreSQL 12 or newer), outside a transaction.",
	Bad:     "REINDEX INDEX orders_customer_id_idx;\n",
	Good:    "REINDEX INDEX CONCURRENTLY orders_customer_id_idx;\n",
	Run:     runReindexNotConcurrent,
}

func runReindexNotConcurrent(p *analyzer.Pass) {
	for op := range p.Ops() {
		reindex, ok := op.Op.(*sqlast.Reindex)
		if !ok || reindex.Concurrently || op.Effect.Op(op.I).Fails != nil {
			continue
		}
		switch reindex.Object {
		case sqlast.Index, sqlast.Table:
			if op.Minor(op.Before.Resolve(reindex.Name)) {
				continue
			}
		case sqlast.OtherObject:
			continue // REINDEX SYSTEM has no concurrent form
		}
		p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{
			Message: fmt.Sprintf("rebuilding %s %s blocks writes, and planning of reads, %s",
				reindex.Object, reindex.Name, op.Until()),
			Locks:      op.Locks(op.I, effect.Share),
			Suggestion: recipe.LeaveTransaction(p, op.Stmt) + recipe.Statement(recipe.InsertAfter(op.Text, reindex.Object.String(), "CONCURRENTLY")),
			Fixes:      reindexConcurrently(op, reindex),
		})
	}
}

// reindexConcurrently is the edit that is enough outside a transaction. An index
// that history does not know may be of an exclusion constraint, which has no
// concurrent form.
func reindexConcurrently(op analyzer.Op, reindex *sqlast.Reindex) []analyzer.Fix {
	i := op.Before.Index(reindex.Name)
	unsure := reindex.Object == sqlast.Index && (i == nil || i.Constraint != "" && !i.Unique)
	if timeout, _ := shortTimeout(op.Settings, true); op.InTx() || unsure || timeout != "" {
		return nil
	}
	return insertWord(op, reindex.Object.String(), "rebuild CONCURRENTLY")
}
