package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/internal/recipe"
	"github.com/miglint/miglint/sqlast"
)

var rlsDisabled = &analyzer.Rule{
	Name: "rls-disabled", Severity: analyzer.Error, Concern: analyzer.Losing, Since: "0.1.0",
	Summary: "row level security is disabled: every role with privileges on the table gets every row",
	Why: "`DISABLE ROW LEVEL SECURITY` leaves the policies in the catalog and stops applying them; `NO FORCE` does so for the " +
		"owner, which is the role that many applications connect as. Nothing fails and no query returns less: one tenant sees " +
		"the rows of all. Modelled on a backfill that switched it off and never on again.",
	Instead: "Run the backfill as a role with BYPASSRLS, or add a policy for the role that runs it. If it must be off, " +
		"disable and enable in one transaction: the lock keeps others out in between.",
	Except: "The table is public, or goes behind another protection.",
	Bad: `-- 0001_notes.sql --
CREATE TABLE notes (id bigint PRIMARY KEY, tenant bigint NOT NULL);
CREATE POLICY own ON notes USING (tenant = current_setting('app.tenant')::bigint);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
-- 0002_backfill.sql --
SET lock_timeout = '5s';
ALTER TABLE notes DISABLE ROW LEVEL SECURITY;
RESET lock_timeout;
`,
	Good: `-- 0001_notes.sql --
CREATE TABLE notes (id bigint PRIMARY KEY, tenant bigint NOT NULL);
CREATE POLICY own ON notes USING (tenant = current_setting('app.tenant')::bigint);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
-- 0002_open_to_support.sql --
SET lock_timeout = '5s';
CREATE POLICY support ON notes FOR SELECT TO pg_monitor USING (true);
RESET lock_timeout;
`,
	Run: runRLSDisabled,
}

func runRLSDisabled(p *analyzer.Pass) {
	for op := range p.Ops() {
		off, ok := op.Op.(*sqlast.RowSecurity)
		if !ok || off.Action != "disable" && off.Action != "no force" || op.Effect.Op(op.I).Fails != nil {
			continue
		}
		t := op.Before.Table(off.Table.Name)
		key := op.Before.Resolve(off.Table.Name)
		wasOff := t != nil && (off.Action == "disable" && !t.RLS || off.Action == "no force" && !t.ForceRLS)
		if op.IsNew(key) || wasOff && op.Before.Certain(key) || p.After.TableAt(key) == nil {
			continue
		}
		d := analyzer.Diagnostic{Message: fmt.Sprintf("every role with privileges on %s gets all of its rows from now on", key)}
		on := "ENABLE"
		if off.Action == "no force" {
			on, d.Severity = "FORCE", analyzer.Warning
			d.Message = fmt.Sprintf("the owner of %s gets all of its rows from now on, whatever the policies say", key)
		}
		if again := enabledAgain(p, op, off.Action, key); again != nil {
			if again.Tx != nil && again.Tx == op.Tx {
				continue
			}
			d.Severity = analyzer.Warning
			d.Message = fmt.Sprintf("row level security of %s is off until line %d: whoever queries it in between gets all of its rows",
				key, again.Line())
			d.Suggestion = recipe.Together(op.Text, again.Text)
		} else {
			d.Suggestion = recipe.Statement(fmt.Sprintf("ALTER TABLE %s %s ROW LEVEL SECURITY", key, on))
		}
		p.ReportStmt(op.Stmt, op.I, d)
	}
}

// enabledAgain returns the later statement of the script that takes the action
// back, or nil.
func enabledAgain(p *analyzer.Pass, off analyzer.Op, action string, key catalog.Key) *analyzer.Stmt {
	for _, s := range p.Stmts[off.Index+1:] {
		for _, op := range s.Ops {
			on, ok := op.(*sqlast.RowSecurity)
			if !ok || s.Before.Resolve(on.Table.Name) != key {
				continue
			}
			if action == "disable" && on.Action == "enable" || action == "no force" && on.Action == "force" {
				return s
			}
		}
	}
	return nil
}
