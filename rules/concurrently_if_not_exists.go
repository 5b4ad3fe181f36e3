package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/internal/recipe"
	"github.com/miglint/miglint/sqlast"
)

var concurrentlyIfNotExists = &analyzer.Rule{
	Name: "concurrently-if-not-exists", Severity: analyzer.Warning, Concern: analyzer.Failing, Since: "0.1.0",
	Summary: "CREATE INDEX CONCURRENTLY IF NOT EXISTS keeps the INVALID index of a failed attempt",
	Why: "A concurrent build that fails or is cancelled leaves an INVALID index: no query uses it, every write maintains it, " +
		"and a unique one still rejects rows. The second attempt finds the name taken and reports success.",
	Instead: "`DROP INDEX CONCURRENTLY IF EXISTS` first, then create it without `IF NOT EXISTS`.",
	Except:  "A later step checks pg_index.indisvalid.",
	Bad:     "CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_note_idx ON orders (note);\n",
	Good:    "DROP INDEX CONCURRENTLY IF EXISTS orders_note_idx;\nCREATE INDEX CONCURRENTLY IF NOT EXISTS orders_note_idx ON orders (note);\n",
	Run:     runConcurrentlyIfNotExists,
}

func runConcurrentlyIfNotExists(p *analyzer.Pass) {
	dropped := map[string]bool{}
	for op := range p.Ops() {
		if drop, ok := op.Op.(*sqlast.Drop); ok && drop.Object == sqlast.Index {
			dropped[drop.Name.Name] = true
		}
		create, ok := op.Op.(*sqlast.CreateIndex)
		if !ok || !create.Concurrently || !create.IfNotExists || dropped[create.Name] || op.Effect.Op(op.I).Fails != nil ||
			op.Minor(op.Before.Resolve(create.Table.Name)) {
			continue
		}
		drop := "DROP INDEX CONCURRENTLY IF EXISTS " +
			sqlast.Name{Schema: create.Table.Schema, Name: create.Name}.String()
		p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{
			Message:    fmt.Sprintf("after a failed attempt this keeps the INVALID index %s and reports success", sqlast.QuoteIdent(create.Name)),
			Suggestion: dropRemains(p, drop, op.Text),
		})
	}
}

// dropRemains drops what a failed attempt may have left before the statement.
func dropRemains(p *analyzer.Pass, drop, create string) string {
	var steps recipe.Steps
	if p.Stream.Framework.AloneInFile {
		return steps.Add("in a migration file of its own, before this one", drop).Add("in this one", create).String()
	}
	return steps.Add("", drop, create).String()
}
