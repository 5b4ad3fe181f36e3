package rules

import (
	"fmt"
	"strings"
	"time"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/internal/recipe"
	"github.com/miglint/miglint/sqlast"
)

var dropColumnNotDeprecated = &analyzer.Rule{
	Name: "drop-column-not-deprecated", Severity: analyzer.Error, Concern: analyzer.Losing, Since: "0.1.0",
	Aliases: []string{"ban-drop-column", "remove_column", "DS103"},
	Summary: "a column is dropped that no earlier migration announced as deprecated",
	Why: "The code that is running while the migration runs still selects and inserts the column: its statements fail from " +
		"this moment, and the values are gone for good. An announcement in an earlier migration is the proof that a " +
		"release without the column has been out.",
	Instead: "In an earlier migration, `COMMENT ON COLUMN … IS 'deprecated: …'` (or `-- miglint:deprecate table.column " +
		"reason`, or `deprecated:` in miglint.yaml); release the code that no longer uses it; drop it in a later migration.",
	Bad: "SET lock_timeout = '5s';\nALTER TABLE orders DROP COLUMN fax;\nRESET lock_timeout;\n",
	Good: `-- 0001_deprecate_fax.sql --
COMMENT ON COLUMN orders.fax IS 'deprecated: nobody sends faxes, dropped in the next release';
-- 0002_drop_fax.sql --
SET lock_timeout = '5s';
ALTER TABLE orders DROP COLUMN fax;
RESET lock_timeout;
`,
	Run: runDropColumnNotDeprecated,
}

func runDropColumnNotDeprecated(p *analyzer.Pass) {
	for op := range p.Ops() {
		drop, ok := op.Op.(*sqlast.DropColumn)
		if !ok || drop.Kind == sqlast.Type || op.Effect.Op(op.I).Fails != nil {
			continue
		}
		key := op.Before.Resolve(drop.Table.Name)
		table := op.Before.TableAt(key)
		missing := table != nil && op.Before.Certain(key) && table.Column(drop.Column) == nil // IF EXISTS, and it does not
		if missing || op.IsNew(key) || createdHere(op, table, drop.Column) || listed(p.Options.Deprecated, key, drop.Column) {
			continue
		}
		why, related := missingAnnouncement(p, op, table, key, drop.Column)
		if why == "" {
			continue
		}
		p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{
			Message: fmt.Sprintf("dropping column %s of %s loses its values and breaks code that still uses it; %s",
				sqlast.QuoteIdent(drop.Column), drop.Table.Name, why),
			Suggestion: announce(drop),
			Related:    related,
		})
	}
}

// createdHere reports whether the column was added earlier in this very script,
// so that no released code can know it.
func createdHere(op analyzer.Op, t *catalog.Table, column string) bool {
	if t == nil {
		return false
	}
	c := t.Column(column)
	return c != nil && c.Created.Same(op.Origin) && !c.Created.Span.IsZero()
}

// listed reports whether the configuration names the column.
func listed(columns []string, table catalog.Key, column string) bool {
	for _, entry := range columns {
		schema, name, col, ok := analyzer.SplitColumn(entry)
		if ok && col == column && name == table.Name && (schema == "" || schema == table.Schema) {
			return true
		}
	}
	return false
}

// missingAnnouncement says what keeps the column from being dropped; "" if
// nothing does.
func missingAnnouncement(p *analyzer.Pass, op analyzer.Op, t *catalog.Table, key catalog.Key, column string) (string, []analyzer.Related) {
	at, ok := announcedAt(p, t, key, column)
	if !ok {
		return "no earlier migration marks it as deprecated", nil
	}
	related := []analyzer.Related{{Span: at.Span, Message: "marked as deprecated here"}}
	if at.Migration == op.Origin.Migration {
		return "it is marked as deprecated in this same migration, so no release can have been without it", related
	}
	if p.Options.MinAge == 0 || at.Migration == catalog.StartingSchema {
		return "", nil
	}
	marked, now := p.Stream.Migrations[at.Migration].Time, p.Migration.Time
	if marked.IsZero() || now.IsZero() {
		return fmt.Sprintf("the mark must be at least %s older, and the versions %s and %s carry no time",
			days(p.Options.MinAge), at.Version, p.Migration.Version), related
	}
	if age := now.Sub(marked); age < p.Options.MinAge {
		return fmt.Sprintf("the mark is %s older than this migration, and min-age is %s", days(age), days(p.Options.MinAge)), related
	}
	return "", nil
}

// announcedAt returns where the column was first said to be deprecated.
func announcedAt(p *analyzer.Pass, t *catalog.Table, key catalog.Key, column string) (catalog.Origin, bool) {
	if at, _, ok := p.Deprecations.Of(key, column); ok {
		return at, true
	}
	if t == nil {
		return catalog.Origin{}, false
	}
	c := t.Column(column)
	if c == nil || c.CommentAt == nil || !strings.Contains(strings.ToLower(c.Comment), "deprecated") {
		return catalog.Origin{}, false
	}
	return *c.CommentAt, true
}

func days(d time.Duration) string {
	if n := int(d.Hours() / 24); n != 1 {
		return fmt.Sprintf("%d days", n)
	}
	return "1 day"
}

func announce(drop *sqlast.DropColumn) string {
	return "-- in an earlier migration, released before this one\n" + recipe.Statement(fmt.Sprintf(
		"COMMENT ON COLUMN %s.%s IS 'deprecated: why, and since which release'",
		drop.Table.Name, sqlast.QuoteIdent(drop.Column)))
}
