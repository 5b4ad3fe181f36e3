package rules

import (
	"fmt"
	"slices"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/internal/recipe"
	"github.com/miglint/miglint/sqlast"
)

var foreignKeyWithoutIndex = &analyzer.Rule{
	Name: "foreign-key-without-index", Severity: analyzer.Info, Concern: analyzer.Convention, OptIn: true, Since: "0.1.0",
	Summary: "no index begins with a column of a foreign key: each DELETE in the referenced table reads the whole table",
	Why: "PostgreSQL makes no index for a foreign key. For every row deleted in the referenced table, or whose key changes, " +
		"it looks for the rows that refer to it; without an index it reads all of the table each time. Deleting a thousand " +
		"users takes a thousand scans, all in one transaction. Where nobody deletes such rows it costs nothing, and the " +
		"index would slow every INSERT down: the schema does not tell, hence opt-in.",
	Instead: "`CREATE INDEX CONCURRENTLY` on the columns.",
	Bad: `-- 0001_depots.sql --
CREATE TABLE depots (id bigint PRIMARY KEY);
CREATE TABLE parcels (id bigint PRIMARY KEY, depot_id bigint REFERENCES depots ON DELETE CASCADE);
`,
	Good: `-- 0001_depots.sql --
CREATE TABLE depots (id bigint PRIMARY KEY);
CREATE TABLE parcels (id bigint PRIMARY KEY, depot_id bigint REFERENCES depots ON DELETE CASCADE);
CREATE INDEX parcels_depot_id_idx ON parcels (depot_id);
`,
	RunStream: runForeignKeyWithoutIndex,
}

// runForeignKeyWithoutIndex looks at the schema that the last migration leaves:
// the index often comes later than the foreign key.
func runForeignKeyWithoutIndex(p *analyzer.StreamPass) {
	for t := range p.Final.Tables() {
		for _, c := range t.Constraints {
			if c.Kind != sqlast.ForeignKey || c.Parent != "" || p.Judged(c.Created) == nil || isIndexed(t, c.Columns) {
				continue
			}
			what := "refuse it where one is found"
			if c.OnDelete != "" && c.OnDelete != "restrict" {
				what = "apply ON DELETE"
			}
			p.Report(analyzer.Diagnostic{
				Span: c.Created.Span, Migration: p.Judged(c.Created),
				Message: fmt.Sprintf("no index of %s begins with %s: each DELETE in %s reads all its rows to %s",
					t.Key, recipe.Idents(c.Columns), c.RefTable, what),
				Suggestion: "-- outside any transaction\n" + recipe.Statement(fmt.Sprintf("CREATE INDEX CONCURRENTLY ON %s (%s)", t.Key, recipe.Idents(c.Columns))),
			})
		}
	}
}

// isIndexed reports whether an index leads to the rows of a foreign key: one of
// its columns comes first. A condition that leaves out NULLs alone does no harm.
func isIndexed(t *catalog.Table, columns []string) bool {
	return slices.ContainsFunc(t.Indexes, func(i *catalog.Index) bool {
		return len(i.Elements) > 0 && slices.Contains(columns, i.Elements[0].Column) && (i.Where == nil || isNotNullTest(i.Where, columns))
	})
}

func isNotNullTest(e sqlast.Expr, columns []string) bool {
	test, ok := e.(*sqlast.NullTestExpr)
	if !ok || !test.Not {
		return false
	}
	col, ok := test.Arg.(*sqlast.ColumnExpr)
	return ok && slices.Contains(columns, col.Column)
}
