package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/internal/recipe"
)

var viewBypassesRLS = &analyzer.Rule{
	Name: "view-bypasses-rls", Severity: analyzer.Warning, Concern: analyzer.Losing, Since: "0.1.0", MinPG: 15,
	Summary: "a view shows every row of a table with row level security",
	Why: "A view reads its tables with the rights of its owner, who is mostly the owner of the tables too, and policies do not " +
		"hold for a table's owner: whoever may read the view sees all rows. CREATE OR REPLACE VIEW that does not repeat the " +
		"option takes `security_invoker` away without a word. Measured on PostgreSQL 15 to 18. Modelled on tenants that saw " +
		"each other's rows after a view was extended by a column.",
	Instead: "`WITH (security_invoker = true)`, in every CREATE OR REPLACE of it.",
	Except:  "The view is there to show what the policies hide, such as a count.",
	Bad: `-- 0001_notes.sql --
CREATE TABLE notes (id bigint PRIMARY KEY, author text NOT NULL, body text);
CREATE POLICY own ON notes USING (author = current_user);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
-- 0002_list.sql --
CREATE VIEW note_list AS SELECT id, author FROM notes;
`,
	Good: `-- 0001_notes.sql --
CREATE TABLE notes (id bigint PRIMARY KEY, author text NOT NULL, body text);
CREATE POLICY own ON notes USING (author = current_user);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
-- 0002_list.sql --
CREATE VIEW note_list WITH (security_invoker = true) AS SELECT id, author FROM notes;
`,
	RunStream: runViewBypassesRLS,
}

// runViewBypassesRLS judges the views that there are at the end of history. With
// FORCE the policies hold for the owner too.
func runViewBypassesRLS(p *analyzer.StreamPass) {
	said := map[catalog.Key]bool{}
	for t := range p.Final.Secured() {
		if !t.RLS || t.ForceRLS {
			continue
		}
		for _, k := range t.ReferencedViews {
			v := p.Final.ViewAt(k)
			if v == nil || v.Materialized || v.SecurityInvoker || said[k] {
				continue
			}
			since := v.Created
			if since.Migration < t.RLSAt.Migration {
				since = *t.RLSAt
			}
			m := p.Judged(since)
			if m == nil {
				continue
			}
			said[k] = true
			d := analyzer.Diagnostic{
				Span: since.Span, Migration: m,
				Message:    fmt.Sprintf("whoever may read view %s sees every row of %s that it selects: its policies do not hold for the owner, as whom the view reads", k, t.Key),
				Suggestion: recipe.Statement(fmt.Sprintf("ALTER VIEW %s SET (security_invoker = true)", k)),
			}
			doubt(p, v.Created, &d)
			p.Report(d)
		}
	}
}
