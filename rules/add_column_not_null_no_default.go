package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/internal/recipe"
	"github.com/miglint/miglint/sqlast"
)

var addColumnNotNullNoDefault = &analyzer.Rule{
	Name: "add-column-not-null-no-default", Severity: analyzer.Error, Concern: analyzer.Failing, Since: "0.1.0",
	Aliases: []string{"adding-required-field", "add_column_not_null"},
	Summary: "a NOT NULL column without a default cannot be added to a table that holds rows",
	Why: "The existing rows have no value for the column, so PostgreSQL refuses: \"column contains null values\" (SQLSTATE " +
		"23502). It works on the empty table of a developer's machine and stops the deploy in production. Where the table " +
		"is empty there too, the running code's INSERTs, which do not know the column, fail from then on.",
	Instead: "Add the column with a constant default, which costs nothing; or nullable, fill it in batches, and make it " +
		"NOT NULL by a validated check.",
	Except: "The table is known to be empty everywhere and nothing writes to it yet.",
	Bad:    "ALTER TABLE orders ADD COLUMN currency text NOT NULL;\n",
	Good:   "SET lock_timeout = '5s';\nALTER TABLE orders ADD COLUMN currency text NOT NULL DEFAULT 'EUR';\nRESET lock_timeout;\n",
	Run:    runAddColumnNotNullNoDefault,
}

func runAddColumnNotNullNoDefault(p *analyzer.Pass) {
	for op := range p.Ops() {
		add, ok := op.Op.(*sqlast.AddColumn)
		fails := op.Effect.Op(op.I).Fails
		if !ok || fails == nil || !fails.IfRows || isEmpty(op, op.Before.Resolve(add.Table.Name)) {
			continue
		}
		p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{
			Message: fmt.Sprintf("adding required column %s fails if %s has rows; if it has none, running code that inserts without the column fails from then on",
				sqlast.QuoteIdent(add.Column.Name), add.Table.Name),
			Suggestion: recipe.RequiredColumn(p, op.Stmt, add),
		})
	}
}

// isEmpty reports whether the script made the table itself and has put no row
// into it, or has just emptied it.
func isEmpty(op analyzer.Op, key catalog.Key) bool {
	t := op.Before.TableAt(key)
	return op.Empty(key) && (t == nil || t.Filled == nil || t.Emptied != nil)
}
