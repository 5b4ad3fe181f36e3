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
	Aliases: []string{"adding-field-with-default", "adding-serial-primary-key-field", "add_column_default", "E11"},
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
			Suggestion: fillColumn(p, add),
		}
		if !certain {
			d.Severity = analyzer.Warning
		}
		p.ReportStmt(op.Stmt, op.I, d)
	}
}

// fillColumn writes the steps that avoid the rewrite.
func fillColumn(p *analyzer.Pass, add *sqlast.AddColumn) string {
	c := &add.Column
	switch {
	case c.Generated == sqlast.Stored && p.Options.PostgresMajor() >= 18:
		return fmt.Sprintf("-- a virtual column costs nothing\nALTER TABLE %s ADD COLUMN %s %s GENERATED ALWAYS AS (%s) VIRTUAL;",
			add.Table.Name, sqlast.QuoteIdent(c.Name), c.Type, c.Expression.Pos().Text())
	case c.Generated == sqlast.Stored:
		return recipe.FillThenRequire(add.Table.Name, c, c.Expression.Pos().Text(), "", p.Options.PostgresMajor()) +
			"\n-- and a trigger BEFORE INSERT OR UPDATE that keeps it in step"
	case c.Default != nil:
		def := c.Default.Pos().Text()
		return recipe.FillThenRequire(add.Table.Name, c, def, def, p.Options.PostgresMajor())
	case c.Type.IsSerial() || c.Identity != sqlast.NoIdentity:
		return serialInSteps(p, add)
	}
	return ""
}

// serialInSteps adds a column numbered by a sequence without a rewrite.
func serialInSteps(p *analyzer.Pass, add *sqlast.AddColumn) string {
	table, c := add.Table.Name, add.Column
	sequence := recipe.ObjectName(table.Name, []string{c.Name}, "seq")
	c.NotNull = true
	next := fmt.Sprintf("nextval(%s)", sqlast.QuoteLiteral(sequence))
	owned := fmt.Sprintf("CREATE SEQUENCE %s;\n", sequence)
	return owned + recipe.FillThenRequire(table, &c, next, next, p.Options.PostgresMajor()) +
		fmt.Sprintf("\nALTER SEQUENCE %s OWNED BY %s.%s;", sequence, table, sqlast.QuoteIdent(c.Name))
}

// rewritesExisting returns why the op copies a table that matters; certain is
// false when that depends on something history does not show.
func rewritesExisting(op analyzer.Op) (why string, certain, ok bool) {
	for _, r := range op.Effect.Op(op.I).Rewrites {
		if r.Kind != sqlast.Index && !op.Minor(r.Key) {
			return r.Why, !r.Maybe, true
		}
	}
	return "", false, false
}
