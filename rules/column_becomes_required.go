package rules

import (
	"fmt"
	"strings"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/internal/recipe"
	"github.com/miglint/miglint/sqlast"
)

var columnBecomesRequired = &analyzer.Rule{
	Name: "column-becomes-required", Severity: analyzer.Error, Concern: analyzer.Breaking, Since: "0.1.0",
	Summary: "a column that running code leaves out of its INSERTs ends up NOT NULL without a default",
	Why: "While a release rolls out, the code before it goes on inserting rows without the column that it does not know. " +
		"Once the column is NOT NULL and has no default, each of these INSERTs fails: \"null value in column … violates " +
		"not-null constraint\" (SQLSTATE 23502). It is what Django writes for a new field with a default (ADD COLUMN … " +
		"DEFAULT … NOT NULL, then DROP DEFAULT), and what add, fill, SET NOT NULL comes to in one migration.",
	Instead: "Keep a default on the column, or leave it nullable, until no running code is older than the column; take it " +
		"away in a later release.",
	Except: "The application is stopped while migrations run, or nothing but the new release writes the table.",
	Bad: "-- 0001_parcels.sql --\nCREATE TABLE parcels (id bigint PRIMARY KEY, weight int);\n-- 0002_priority.sql --\n" +
		"SET lock_timeout = '5s';\nALTER TABLE parcels ADD COLUMN priority int NOT NULL DEFAULT 0;\n" +
		"ALTER TABLE parcels ALTER COLUMN priority DROP DEFAULT;\nRESET lock_timeout;\n",
	Good: "-- 0001_parcels.sql --\nCREATE TABLE parcels (id bigint PRIMARY KEY, weight int);\n-- 0002_priority.sql --\n" +
		"SET lock_timeout = '5s';\nALTER TABLE parcels ADD COLUMN priority int NOT NULL DEFAULT 0;\nRESET lock_timeout;\n",
	Run: runColumnBecomesRequired,
}

func runColumnBecomesRequired(p *analyzer.Pass) {
	if len(p.Stmts) == 0 {
		return
	}
	start := p.Stmts[0].Before
	last := requiringOps(p)
	if last == nil {
		return
	}
	var unknown, defaulted requiredTables
	for op := range p.Ops() {
		key, column, ok := requires(op)
		if !ok || last[catalog.ColumnRef{Table: key, Column: column}] != place(op) || !required(p.After, key, column) {
			continue
		}
		switch old, isNew := columnBefore(op, start.TableAt(key), column); {
		case isNew:
			unknown.add(key, op, column)
		case old != nil && isDefault(op.Op) && old.Default != nil && old.NotNull:
			defaulted.add(key, op, column)
		}
	}
	for _, r := range unknown.list {
		r.report(p, analyzer.Error, "running code does not know %s of %s, and none of its INSERTs works from here on: NOT NULL, no default")
	}
	for _, r := range defaulted.list {
		r.report(p, analyzer.Warning, "running code that leaves %s of %s to the default cannot insert rows from here on: NOT NULL, no default")
	}
}

// requiredColumns are those of one table, with the ops that make them so.
type requiredColumns struct {
	first   analyzer.Op
	names   []string
	actions []string
}

// requiredTables are the tables that have such columns, in order of appearance.
type requiredTables struct {
	list  []*requiredColumns
	byKey map[catalog.Key]*requiredColumns
}

func (t *requiredTables) add(key catalog.Key, op analyzer.Op, column string) {
	r := t.byKey[key]
	if r == nil {
		if t.byKey == nil {
			t.byKey = map[catalog.Key]*requiredColumns{}
		}
		r = &requiredColumns{first: op}
		t.byKey[key] = r
		t.list = append(t.list, r)
	}
	r.names = append(r.names, sqlast.QuoteIdent(column))
	r.actions = append(r.actions, op.Op.Pos().Text())
}

func (r *requiredColumns) report(p *analyzer.Pass, severity analyzer.Severity, format string) {
	table := r.first.Op.(sqlast.AlterAction).Target().Table
	p.ReportStmt(r.first.Stmt, r.first.I, analyzer.Diagnostic{
		Severity: severity,
		Message:  fmt.Sprintf(format, listed3(r.names), table.Name),
		Suggestion: "-- in a later release, once no running code inserts without it\n" +
			recipe.Statement(recipe.Alter(table)+" "+strings.Join(r.actions, ", ")),
	})
}

// at is the place of an op in a script.
type at struct{ stmt, op int }

func place(op analyzer.Op) at { return at{op.Index, op.I} }

// requires tells an op that takes away what a row without the column gets.
func requires(op analyzer.Op) (key catalog.Key, column string, ok bool) {
	switch o := op.Op.(type) {
	case *sqlast.SetDefault:
		return op.Before.Resolve(o.Table.Name), o.Column, o.Default == nil
	case *sqlast.SetNotNull:
		return op.Before.Resolve(o.Table.Name), o.Column, true
	case *sqlast.AddConstraint:
		if o.Constraint.Kind == sqlast.NotNullConstraint && len(o.Constraint.Columns) == 1 {
			return op.Before.Resolve(o.Table.Name), o.Constraint.Columns[0], true
		}
	}
	return key, "", false
}

// requiringOps returns the last such op of each column.
func requiringOps(p *analyzer.Pass) map[catalog.ColumnRef]at {
	var last map[catalog.ColumnRef]at
	for op := range p.Ops() {
		if key, column, ok := requires(op); ok {
			if last == nil {
				last = map[catalog.ColumnRef]at{}
			}
			last[catalog.ColumnRef{Table: key, Column: column}] = place(op)
		}
	}
	return last
}

// isDefault reports whether the op drops a default.
func isDefault(op sqlast.Op) bool {
	_, ok := op.(*sqlast.SetDefault)
	return ok
}

// columnBefore returns the column as it was when the script began. isNew is set
// if the script adds it to a table that was there before; one that the migrations
// themselves fill with literal rows counts for one that nobody else writes.
func columnBefore(op analyzer.Op, start *catalog.Table, column string) (old *catalog.Column, isNew bool) {
	t := op.Before.TableAt(op.Before.Resolve(op.Op.(sqlast.AlterAction).Target().Table.Name))
	if t == nil || !t.Partial && t.Created.Same(op.Origin) || t.FilledRows > 0 {
		return nil, false
	}
	if start != nil {
		old = start.Column(column)
	}
	return old, old == nil && createdHere(op, t, column)
}

// required reports whether a row without the column is refused: it is NOT NULL,
// has no value of its own, and no trigger of the table names it.
func required(cat *catalog.Catalog, key catalog.Key, column string) bool {
	t := cat.TableAt(key)
	if t == nil {
		return false
	}
	c := t.Column(column)
	if c == nil || !c.NotNull && !refusesNull(t, column) || c.Default != nil || c.Identity != sqlast.NoIdentity || c.Generated != sqlast.NotGenerated {
		return false
	}
	if d := cat.TypeAt(c.UserType); d != nil && d.Default != nil {
		return false
	}
	for _, tr := range t.Triggers {
		for _, f := range cat.Functions(tr.Function) {
			if strings.Contains(f.Body, column) {
				return false
			}
		}
	}
	return true
}

// refusesNull reports whether the table has a NOT NULL constraint on the column:
// one that is NOT VALID is enforced for new rows.
func refusesNull(t *catalog.Table, column string) bool {
	for _, c := range t.Constraints {
		if c.Kind == sqlast.NotNullConstraint && len(c.Columns) == 1 && c.Columns[0] == column {
			return true
		}
	}
	return false
}
