package rules

import (
	"fmt"
	"slices"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/internal/recipe"
	"github.com/miglint/miglint/source"
	"github.com/miglint/miglint/sqlast"
)

var foreignKeyTypeMismatch = &analyzer.Rule{
	Name: "foreign-key-type-mismatch", Severity: analyzer.Warning, Concern: analyzer.Failing, Since: "0.1.0",
	Aliases: []string{"foreign_key_type_mismatch"},
	Summary: "a foreign key column cannot hold every value of the key that it refers to",
	Why: "PostgreSQL compares integer with bigint, and varchar(20) with text, so the foreign key is accepted and works for " +
		"years. When the referenced key passes 2147483647, every INSERT of a row that refers to it fails: \"integer out of " +
		"range\" (SQLSTATE 22003). Then the column has to become bigint at once, which copies the table while nobody can " +
		"use it. Modelled on primary keys that were moved to bigint in time while the columns that refer to them were forgotten.",
	Instead: "Give the column the type of the key it refers to, now that the table is new or small; when a key becomes wider, " +
		"so do all that refer to it, first.",
	Except: "The referenced table will never have that many rows, such as a list of countries.",
	Bad: `-- 0001_depots.sql --
CREATE TABLE depots (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
-- 0002_parcels.sql --
SET lock_timeout = '5s';
CREATE TABLE parcels (id bigint PRIMARY KEY, depot_id integer REFERENCES depots);
RESET lock_timeout;
`,
	Good: `-- 0001_depots.sql --
CREATE TABLE depots (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
-- 0002_parcels.sql --
SET lock_timeout = '5s';
CREATE TABLE parcels (id bigint PRIMARY KEY, depot_id bigint REFERENCES depots);
RESET lock_timeout;
`,
	Run: runForeignKeyTypeMismatch,
}

func runForeignKeyTypeMismatch(p *analyzer.Pass) {
	if p.Down {
		return
	}
	for op := range p.Ops() {
		switch o := op.Op.(type) {
		case *sqlast.CreateTable:
			if hasForeignKey(o) {
				tooNarrow(p, op, o.Name)
			}
		case *sqlast.AddConstraint:
			if o.Constraint.Kind == sqlast.ForeignKey {
				tooNarrow(p, op, o.Table.Name)
			}
		case *sqlast.AddColumn:
			if len(o.Column.Constraints) > 0 {
				tooNarrow(p, op, o.Table.Name)
			}
		case *sqlast.AlterColumnType:
			leftNarrow(p, op, o)
		}
	}
}

func hasForeignKey(o *sqlast.CreateTable) bool {
	foreign := func(c sqlast.Constraint) bool { return c.Kind == sqlast.ForeignKey }
	return slices.ContainsFunc(o.Constraints, foreign) ||
		slices.ContainsFunc(o.Columns, func(col sqlast.ColumnDef) bool { return slices.ContainsFunc(col.Constraints, foreign) })
}

// tooNarrow reports the foreign keys that the op adds to a table, as they are at
// the end of the script.
func tooNarrow(p *analyzer.Pass, op analyzer.Op, table sqlast.Name) {
	t := p.After.Table(table)
	if t == nil {
		return
	}
	for _, c := range t.Constraints {
		if c.Kind != sqlast.ForeignKey || c.Parent != "" || !op.Op.Pos().Contains(c.Created.Span) {
			continue
		}
		ref := p.After.TableAt(c.RefTable)
		eachPair(t, ref, c, func(col, key *catalog.Column, limit string) {
			p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{
				Span: c.Created.Span,
				Message: fmt.Sprintf("%s.%s is %s, but %s.%s that it refers to is %s: %s",
					table, sqlast.QuoteIdent(col.Name), col.Type, c.Constraint.RefTable, sqlast.QuoteIdent(key.Name), key.Type, limit),
				Suggestion: widen(op, t, table, col, key),
			})
		})
	}
}

// widen is the change of the type where the table is new, and costs nothing.
func widen(op analyzer.Op, t *catalog.Table, table sqlast.Name, col, key *catalog.Column) string {
	if !t.Created.Same(op.Origin) || t.Partial {
		return ""
	}
	return recipe.Statement(fmt.Sprintf("ALTER TABLE %s ALTER COLUMN %s TYPE %s", table, sqlast.QuoteIdent(col.Name), key.Type))
}

// leftNarrow reports columns that still have the type which the key they refer to
// had.
func leftNarrow(p *analyzer.Pass, op analyzer.Op, alter *sqlast.AlterColumnType) {
	ref := p.After.Table(alter.Table.Name)
	if ref == nil {
		return
	}
	for _, k := range referencing(ref) {
		t := p.After.TableAt(k)
		if t == nil {
			continue
		}
		for _, c := range t.Constraints {
			if c.Kind != sqlast.ForeignKey || c.Parent != "" || c.RefTable != ref.Key {
				continue
			}
			eachPair(t, ref, c, func(col, key *catalog.Column, limit string) {
				if key.Name != alter.Column {
					return
				}
				p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{
					Message: fmt.Sprintf("%s.%s becomes %s, but %s.%s, which refers to it, stays %s: %s",
						alter.Table.Name, sqlast.QuoteIdent(key.Name), key.Type, t.Key, sqlast.QuoteIdent(col.Name), col.Type, limit),
					Related: related(c.Created.Span, "the foreign key"),
				})
			})
		}
	}
}

func related(at source.Span, message string) []analyzer.Related {
	if at.IsZero() {
		return nil
	}
	return []analyzer.Related{{Span: at, Message: message}}
}

// eachPair calls f with the columns of a foreign key that are too narrow, the
// columns they refer to, and what will go wrong.
func eachPair(t, ref *catalog.Table, c *catalog.Constraint, f func(col, key *catalog.Column, limit string)) {
	if ref == nil || len(c.Columns) != len(c.RefColumns) {
		return
	}
	for i, name := range c.Columns {
		col, key := t.Column(name), ref.Column(c.RefColumns[i])
		if col == nil || key == nil {
			continue
		}
		if limit := narrower(col.Type, key.Type); limit != "" {
			f(col, key, limit)
		}
	}
}

// intBytes and mostOf are the sizes and greatest values of the integer types.
var (
	intBytes = map[string]int{"int2": 2, "int4": 4, "int8": 8}
	mostOf   = map[string]string{"int2": "32767", "int4": "2147483647"}
)

// narrower says what happens to values of the key that the column cannot hold;
// "" if it holds all. A shorter varchar counts only beside one with a length: text
// is what people write who do not think of one.
func narrower(col, key sqlast.TypeName) string {
	if col.Schema != "" || key.Schema != "" || col.ArrayDims > 0 || key.ArrayDims > 0 {
		return ""
	}
	a, b := intBytes[col.Name.Name], intBytes[key.Name.Name]
	switch {
	case a != 0 && b != 0 && a < b:
		return fmt.Sprintf("rows that refer to a value above %s cannot be inserted (SQLSTATE 22003)", mostOf[col.Name.Name])
	case col.Name.Name == "varchar" && key.Name.Name == "varchar" && len(col.Mods) == 1 && len(key.Mods) == 1 && col.Mods[0] < key.Mods[0]:
		return fmt.Sprintf("rows that refer to a value of more than %d characters cannot be inserted (SQLSTATE 22001)", col.Mods[0])
	}
	return ""
}
