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

var indexNotConcurrent = &analyzer.Rule{
	Name: "index-not-concurrent", Severity: analyzer.Error, Concern: analyzer.Locking, Since: "0.1.0",
	Aliases: []string{"require-concurrent-index-creation", "add_index", "E6", "PG101"},
	Summary: "CREATE INDEX without CONCURRENTLY blocks writes while it builds",
	Why: "A plain `CREATE INDEX` takes a SHARE lock on the table and keeps it until the index is built: every INSERT, " +
		"UPDATE and DELETE waits, for minutes or hours on a large table, and the waiting writers fill the connection pool.",
	Instead: "`CREATE INDEX CONCURRENTLY` builds beside the traffic. It cannot run in a transaction block, so the " +
		"migration has to leave its framework's transaction. On a partitioned table, create the index `ON ONLY` the parent, " +
		"then one `CONCURRENTLY` on each partition, then `ALTER INDEX … ATTACH PARTITION`.",
	Except: "The table is known to be small (list it under `small-tables`), or writes are stopped during the migration.",
	Bad:    "CREATE INDEX orders_customer_id_idx ON orders (customer_id);\n",
	Good:   "CREATE INDEX CONCURRENTLY orders_customer_id_idx ON orders (customer_id);\n",
	Run:    runIndexNotConcurrent,
}

func runIndexNotConcurrent(p *analyzer.Pass) {
	for op := range p.Ops() {
		create, ok := op.Op.(*sqlast.CreateIndex)
		if !ok || create.Concurrently {
			continue
		}
		if !buildsOnExisting(op) || isView(op.Before, create.Table.Name) {
			continue // ON ONLY a partitioned table, or a table that nobody can be writing to
		}
		name := "an index"
		if create.Name != "" {
			name = "index " + sqlast.QuoteIdent(create.Name)
		}
		p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{
			Message:    fmt.Sprintf("building %s blocks writes to %s %s", name, create.Table.Name, op.Until()),
			Locks:      op.Locks(op.I, effect.Share),
			Suggestion: recipe.CreateIndex(p, op.Stmt, create),
			Fixes:      insertConcurrently(op, create),
		})
	}
}

// isView reports whether the relation is a materialized view, which only REFRESH
// writes to.
func isView(c *catalog.Catalog, name sqlast.Name) bool { return c.View(name) != nil }

// insertConcurrently is the edit that is enough when nothing is in the way of
// CONCURRENTLY: no transaction, no partitions, no short timeout, and no IF NOT
// EXISTS that would keep the remains of a failed build.
func insertConcurrently(op analyzer.Op, create *sqlast.CreateIndex) []analyzer.Fix {
	t := op.Before.Table(create.Table.Name)
	if timeout, _ := shortTimeout(op.Settings, true); op.InTx() || !tableKnown(t) || t.PartitionBy != nil || create.IfNotExists || timeout != "" {
		return nil
	}
	return insertWord(op, "index", "build the index CONCURRENTLY")
}

// insertWord is the fix that puts CONCURRENTLY behind a key word of the
// statement.
func insertWord(op analyzer.Op, keyword, message string) []analyzer.Fix {
	edit, ok := recipe.InsertWord(op.Span, keyword, "CONCURRENTLY")
	if !ok {
		return nil
	}
	return []analyzer.Fix{{Message: message, Edits: []source.Edit{edit}, Safety: analyzer.Safe}}
}
