package rules

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/internal/recipe"
	"github.com/miglint/miglint/migration"
	"github.com/miglint/miglint/sqlast"
)

var unfinishedRecipe = &analyzer.Rule{
	Name: "unfinished-recipe", Severity: analyzer.Warning, Concern: analyzer.Failing, Since: "0.1.0",
	Summary: "the last step of a change in several steps never came: NOT VALID is not validated, ON ONLY not attached, a helper CHECK stays",
	Why: "The first step of a careful change is all that the schema has, and the next person reads it as done. A constraint " +
		"that is still NOT VALID holds for new rows only: old ones may break it, the planner does not use it, and with a " +
		"CHECK even the UPDATE of another column of such a row fails. An index made ON ONLY a partitioned table is INVALID " +
		"until every partition has one attached; those without are read from end to end. A CHECK that was to prove NOT NULL costs " +
		"every INSERT and UPDATE a second test once the column is NOT NULL. Modelled on a backfill that stopped at rows " +
		"from before a CHECK which had been NOT VALID for years (SQLSTATE 23514).",
	Instead: "The missing step, in a migration of its own: `VALIDATE CONSTRAINT`, `ALTER INDEX … ATTACH PARTITION` for each " +
		"partition, `DROP CONSTRAINT`.",
	Except: "Old rows are meant to break the constraint: `-- miglint:ignore unfinished-recipe` with the reason. What the " +
		"last three migrations began is not reported: the rest may be on its way.",
	Bad: `-- 0001_orders.sql --
CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, total numeric);
-- 0002_customer_fk.sql --
SET lock_timeout = '5s';
ALTER TABLE orders ADD CONSTRAINT orders_customer_fk FOREIGN KEY (customer_id) REFERENCES customers (id) NOT VALID;
RESET lock_timeout;
-- 0003_a.sql --
CREATE TABLE a (id bigint PRIMARY KEY);
-- 0004_b.sql --
CREATE TABLE b (id bigint PRIMARY KEY);
-- 0005_c.sql --
CREATE TABLE c (id bigint PRIMARY KEY);
`,
	Good: `-- 0001_orders.sql --
CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, total numeric);
-- 0002_customer_fk.sql --
SET lock_timeout = '5s';
ALTER TABLE orders ADD CONSTRAINT orders_customer_fk FOREIGN KEY (customer_id) REFERENCES customers (id) NOT VALID;
RESET lock_timeout;
-- 0003_validate_customer_fk.sql --
ALTER TABLE orders VALIDATE CONSTRAINT orders_customer_fk;
-- 0004_a.sql --
CREATE TABLE a (id bigint PRIMARY KEY);
-- 0005_b.sql --
CREATE TABLE b (id bigint PRIMARY KEY);
-- 0006_c.sql --
CREATE TABLE c (id bigint PRIMARY KEY);
`,
	RunStream: runUnfinishedRecipe,
}

// stepsBehind is how many migrations must have followed the first step before the
// last one counts as forgotten.
const stepsBehind = 3

func runUnfinishedRecipe(p *analyzer.StreamPass) {
	notValid := map[*migration.Migration][]constraintOf{}
	for t := range p.Final.Tables() {
		if t.Doubtful {
			continue
		}
		for _, c := range t.Constraints {
			switch {
			case c.Parent != "" || c.NotEnforced:
			case !c.Valid && forgotten(p, c.Created) && !madeEmpty(t, c):
				m := p.Judged(c.Created)
				notValid[m] = append(notValid[m], constraintOf{t, c})
			case c.Valid && c.Validated != (catalog.Origin{}) && provesRequired(t, c):
				reportHelper(p, t, c)
			}
		}
		for _, i := range t.Indexes {
			if i.Only && !i.Valid {
				reportNotAttached(p, t, i)
			}
		}
	}
	for m, constraints := range notValid {
		reportNotValidated(p, m, constraints)
	}
}

// forgotten reports whether the migration under judgement that did a step is so
// far back that the next would have come.
func forgotten(p *analyzer.StreamPass, step catalog.Origin) bool {
	return p.Judged(step) != nil && step.Migration+stepsBehind < len(p.Stream.Migrations)
}

// constraintOf is a constraint and its table.
type constraintOf struct {
	*catalog.Table
	*catalog.Constraint
}

// madeEmpty reports whether the constraint came with the table, before anybody
// could put a row into it.
func madeEmpty(t *catalog.Table, c *catalog.Constraint) bool {
	return t.Created.Same(c.Created) && t.Filled == nil
}

// reportNotValidated reports the constraints of one migration together: whoever
// leaves one NOT VALID mostly leaves them all.
func reportNotValidated(p *analyzer.StreamPass, m *migration.Migration, constraints []constraintOf) {
	slices.SortFunc(constraints, func(a, b constraintOf) int {
		return cmp.Compare(a.Constraint.Created.Span.Start, b.Constraint.Created.Span.Start)
	})
	names := make([]string, len(constraints))
	var validate recipe.Steps
	for i, c := range constraints {
		names[i] = fmt.Sprintf("%s of %s", sqlast.QuoteIdent(c.Constraint.Name), c.Table.Key)
		validate.Add("", fmt.Sprintf("ALTER TABLE %s VALIDATE CONSTRAINT %s", c.Table.Key, sqlast.QuoteIdent(c.Constraint.Name)))
	}
	d := analyzer.Diagnostic{
		Span: constraints[0].Constraint.Created.Span, Migration: m,
		Message:    fmt.Sprintf("%s stays NOT VALID: no later migration validates it, and rows from before may break it", listed3(names)),
		Suggestion: validate.String(),
	}
	doubt(p, constraints[0].Constraint.Created, &d)
	p.Report(d)
}

// doubt says so where code that history cannot read may have done the step.
func doubt(p *analyzer.StreamPass, since catalog.Origin, d *analyzer.Diagnostic) {
	if !p.Final.Shown(since) {
		d.Severity = analyzer.Info
		d.Message += " (unless code that miglint cannot read does it)"
	}
}

// provesRequired reports whether a CHECK says no more than that a column, which
// is NOT NULL by now, is not NULL.
func provesRequired(t *catalog.Table, c *catalog.Constraint) bool {
	test, isTest := c.Expr.(*sqlast.NullTestExpr)
	if c.Kind != sqlast.Check || !isTest || !test.Not {
		return false
	}
	column, isColumn := test.Arg.(*sqlast.ColumnExpr)
	if !isColumn {
		return false
	}
	col := t.Column(column.Column)
	return col != nil && col.NotNull
}

func reportHelper(p *analyzer.StreamPass, t *catalog.Table, c *catalog.Constraint) {
	if !forgotten(p, c.Validated) || p.Judged(c.Created) == nil {
		return
	}
	p.Report(analyzer.Diagnostic{
		Severity: analyzer.Info, Span: c.Created.Span, Migration: p.Judged(c.Created),
		Message: fmt.Sprintf("CHECK %s of %s repeats that the column is NOT NULL, and no later migration drops it: each INSERT and UPDATE tests it twice",
			sqlast.QuoteIdent(c.Name), t.Key),
		Suggestion: recipe.Statement(fmt.Sprintf("ALTER TABLE %s DROP CONSTRAINT %s", t.Key, sqlast.QuoteIdent(c.Name))),
	})
}

func reportNotAttached(p *analyzer.StreamPass, t *catalog.Table, i *catalog.Index) {
	missing := recipe.NotAttached(p.Final, t, i)
	if !forgotten(p, i.Created) || len(missing) == 0 {
		return
	}
	names := make([]string, len(missing))
	for n, k := range missing {
		names[n] = k.String()
	}
	d := analyzer.Diagnostic{
		Span: i.Created.Span, Migration: p.Judged(i.Created),
		Message: fmt.Sprintf("index %s stays INVALID: no later migration attaches a valid index of %s",
			sqlast.QuoteIdent(i.Name), listed3(names)),
		Suggestion: recipe.AttachIndexes(p.Final, i, missing),
	}
	doubt(p, i.Created, &d)
	p.Report(d)
}
