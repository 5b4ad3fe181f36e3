package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

var foreignKeysBypassed = &analyzer.Rule{
	Name: "foreign-keys-bypassed", Severity: analyzer.Warning, Concern: analyzer.Losing, Since: "0.1.0",
	Summary: "rows are written while foreign keys are switched off, and nothing ever checks them",
	Why: "Foreign keys are triggers. `session_replication_role = replica` and `DISABLE TRIGGER ALL` switch them off, together " +
		"with ON DELETE CASCADE. Switching them on again checks none of the rows written meanwhile, yet the constraint " +
		"still counts as valid: the orphans show up as an application error, or when a dump cannot be restored. Both need a " +
		"superuser, which a managed database does not give. Modelled on an import whose orphans made the restore of a backup fail.",
	Instead: "`DISABLE TRIGGER USER` leaves foreign keys on. To load rows in any order, declare the foreign key DEFERRABLE and " +
		"`SET CONSTRAINTS ALL DEFERRED`; or drop it, load, add it again NOT VALID and VALIDATE it.",
	Bad: `-- 0001_parcels.sql --
CREATE TABLE depots (id bigint PRIMARY KEY);
CREATE TABLE parcels (id bigint PRIMARY KEY, depot bigint REFERENCES depots);
-- 0002_import.sql --
BEGIN;
SET LOCAL session_replication_role = replica;
INSERT INTO parcels VALUES (1, 1);
COMMIT;
`,
	Good: `-- 0001_parcels.sql --
CREATE TABLE depots (id bigint PRIMARY KEY);
CREATE TABLE parcels (id bigint PRIMARY KEY, depot bigint REFERENCES depots DEFERRABLE);
-- 0002_import.sql --
BEGIN;
SET CONSTRAINTS ALL DEFERRED;
INSERT INTO parcels VALUES (1, 1);
INSERT INTO depots VALUES (1);
COMMIT;
`,
	Run: runForeignKeysBypassed,
}

func runForeignKeysBypassed(p *analyzer.Pass) {
	off := map[catalog.Key]bool{}
	for op := range p.Ops() {
		if e, ok := op.Op.(*sqlast.EnableTrigger); ok && e.Trigger == "" && !e.Rule {
			off[op.Before.Resolve(e.Table.Name)] = e.Disable && e.All
			continue
		}
		table, verb := writes(op.Op)
		if verb == "" {
			continue
		}
		t := op.Before.Table(table)
		switch replica := strings.EqualFold(op.Settings["session_replication_role"].Value, "replica"); {
		case !replica && (t == nil || !off[t.Key]):
		case t == nil || !enforced(t, verb):
		default:
			how := "session_replication_role is replica"
			if !replica {
				how = "triggers are disabled"
			}
			p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{Message: fmt.Sprintf(
				"%s while %s: no foreign key of %s sees these rows, now or later", verb, how, table)})
			return
		}
	}
}

// writes returns the table whose rows the op changes, and its verb.
func writes(op sqlast.Op) (table sqlast.Name, verb string) {
	switch op := op.(type) {
	case *sqlast.Insert:
		return op.Table.Name, "INSERT"
	case *sqlast.Update:
		return op.Table.Name, "UPDATE"
	case *sqlast.Delete:
		return op.Table.Name, "DELETE"
	case *sqlast.Merge:
		return op.Table.Name, "MERGE"
	case *sqlast.Copy:
		if op.From {
			return op.Table.Name, "COPY"
		}
	}
	return table, ""
}

// enforced reports whether a foreign key would look at what is written: one of
// the table, or one that refers to rows that go or change.
func enforced(t *catalog.Table, verb string) bool {
	own := verb != "DELETE" && slices.ContainsFunc(t.Constraints, func(c *catalog.Constraint) bool {
		return c.Kind == sqlast.ForeignKey
	})
	return own || (verb == "DELETE" || verb == "UPDATE") && len(t.ReferencedBy) > 0
}
