package rules

import (
	"fmt"
	"strings"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/internal/recipe"
	"github.com/miglint/miglint/sqlast"
)

var leftDisabled = &analyzer.Rule{
	Name: "left-disabled", Severity: analyzer.Warning, Concern: analyzer.Losing, Since: "0.1.0",
	Summary: "a migration switches the triggers or the autovacuum of a table off and not on again",
	Why: "What is switched off for a backfill stays off for good: nobody sees it in the code. Without its triggers the table " +
		"stops writing its audit log, its counters and its updated_at; after DISABLE TRIGGER ALL its foreign keys check " +
		"nothing any more. Without autovacuum it bloats until queries crawl. Modelled on a backfill that ended with an " +
		"error message between DISABLE and ENABLE, and on tables found years later with autovacuum off.",
	Instead: "Switch it on again in the same transaction as the work: then a failure undoes both.",
	Except:  "The trigger or the autovacuum is not wanted any more; better drop the trigger then.",
	Bad: `-- 0001_parcels.sql --
CREATE TABLE parcels (id bigint PRIMARY KEY, weight int);
-- 0002_fix_weights.sql --
BEGIN;
SET LOCAL lock_timeout = '5s';
ALTER TABLE parcels DISABLE TRIGGER USER;
UPDATE parcels SET weight = 1 WHERE id = 7;
COMMIT;
`,
	Good: `-- 0001_parcels.sql --
CREATE TABLE parcels (id bigint PRIMARY KEY, weight int);
-- 0002_fix_weights.sql --
BEGIN;
SET LOCAL lock_timeout = '5s';
ALTER TABLE parcels DISABLE TRIGGER USER;
UPDATE parcels SET weight = 1 WHERE id = 7;
ALTER TABLE parcels ENABLE TRIGGER USER;
COMMIT;
`,
	Run: runLeftDisabled,
}

// switchedOff is something of a table that a statement has switched off.
type switchedOff struct {
	table catalog.Key
	what  string // "triggers" or "autovacuum"
}

func runLeftDisabled(p *analyzer.Pass) {
	off := map[switchedOff]analyzer.Op{}
	var order []switchedOff
	for op := range p.Ops() {
		what, on, ok := switches(op.Op)
		if !ok {
			continue
		}
		table := op.Op.(sqlast.AlterAction).Target().Table
		of := switchedOff{op.Before.Resolve(table.Name), what}
		switch {
		case on:
			delete(off, of)
		case !op.IsNew(of.table) && op.Effect.Op(op.I).Fails == nil:
			off[of] = op
			order = append(order, of)
		}
	}
	for _, of := range order {
		op, still := off[of]
		if still && (p.After.TableAt(of.table) != nil || op.Before.TableAt(of.table) == nil) {
			reportLeftDisabled(p, op)
			delete(off, of)
		}
	}
}

// switches tells whether an action switches all triggers of a table, its own
// ones, or its autovacuum on or off. A single trigger that is named is left off
// for good by intention.
func switches(op sqlast.Op) (what string, on, ok bool) {
	switch op := op.(type) {
	case *sqlast.EnableTrigger:
		return "triggers", !op.Disable, op.Trigger == "" && !op.Rule
	case *sqlast.SetStorageParameters:
		value, set := op.Parameters["autovacuum_enabled"]
		return "autovacuum", op.Reset || !isOff(value), set
	}
	return "", false, false
}

// isOff reports whether a boolean parameter is false (parse_bool in bool.c).
func isOff(value string) bool {
	switch strings.ToLower(value) {
	case "false", "off", "no", "0", "f", "n":
		return true
	}
	return false
}

func reportLeftDisabled(p *analyzer.Pass, op analyzer.Op) {
	var d analyzer.Diagnostic
	switch o := op.Op.(type) {
	case *sqlast.EnableTrigger:
		group := "USER"
		d.Message = fmt.Sprintf("the triggers of %s stay disabled after the migration", o.Table.Name)
		if o.All {
			group, d.Severity = "ALL", analyzer.Error
			d.Message = fmt.Sprintf("the triggers of %s stay disabled after the migration, and its foreign keys check nothing", o.Table.Name)
		}
		d.Suggestion = recipe.Statement(fmt.Sprintf("%s ENABLE TRIGGER %s", recipe.Alter(o.Table), group))
	case *sqlast.SetStorageParameters:
		d.Message = fmt.Sprintf("autovacuum stays off for %s after the migration: dead rows pile up", o.Table.Name)
		d.Suggestion = recipe.Statement(recipe.Alter(o.Table) + " RESET (autovacuum_enabled)")
	}
	p.ReportStmt(op.Stmt, op.I, d)
}
