package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/effect"
	"github.com/miglint/miglint/internal/recipe"
	"github.com/miglint/miglint/sqlast"
)

var addColumnRewrite = &analyzer.Rule{
	Name: "add-column-rewrite", Severity: analyzer.Error, Concern: analyzer.Locking, Since: "0.1.0",
	Aliases: []string{"adding-field-with-default", "adding-serial-primary-key-field", "add_column_default", "E11", "PG302", "PG309", "PG310"},
	Summary: "ADD COLUMN copies the whole table: volatile default, serial, identity, stored generated column or constrained domain",
	Why: "Each existing row needs its own value, so PostgreSQL copies the table and rebuilds all its indexes under ACCESS " +
		"EXCLUSIVE: nobody reads or writes until it is done. Constants and stable functions such as `now()` are " +
		"evaluated once and cost nothing; `random()`, `gen_random_uuid()`, `nextval()` and functions not marked stable " +
		"do not. A domain with a constraint rewrites even without a default.",
	Instead: "Add the column without the default, set the default for new rows, fill the old rows in batches.",
	Bad:     "ALTER TABLE orders ADD COLUMN public_id uuid DEFAULT gen_random_uuid();\n",
	Good:    "SET lock_timeout = '5s';\nALTER TABLE orders ADD COLUMN public_id uuid;\nALTER TABLE orders ALTER COLUMN public_id SET DEFAULT gen_random_uuid();\nRESET lock_timeout;\n",
	Run:     runAddColumnRewrite,
}

func runAddColumnRewrite(p *analyzer.Pass) {
	for op := range p.Ops() {
		add, ok := op.Op.(*sqlast.AddColumn)
		if !ok {
			continue
		}
		why, certain, ok := rewritesExisting(op)
		if !ok {
			continue
		}
		d := analyzer.Diagnostic{
			Message: fmt.Sprintf("adding column %s copies all of %s and blocks reads and writes %s: %s",
				sqlast.QuoteIdent(add.Column.Name), add.Table.Name, op.Until(), why),
			Locks:      op.Locks(op.I, effect.AccessExclusive),
			Suggestion: recipe.NewColumn(p, op.Stmt, add, true),
		}
		if !certain {
			d.Severity = analyzer.Warning
		}
		p.ReportStmt(op.Stmt, op.I, d)
	}
}

// rewritesExisting returns why the op copies a table that matters; certain is
// false when that depends on something history does not show.
func rewritesExisting(op analyzer.Op) (why string, certain, ok bool) {
	for _, r := range op.Effect.Op(op.I).Rewrites {
		if r.Kind != sqlast.Index && !op.Cheap(r.Key) {
			return r.Why, !r.Maybe, true
		}
	}
	return "", false, false
}
