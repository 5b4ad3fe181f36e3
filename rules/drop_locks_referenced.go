package rules

import (
	"fmt"
	"slices"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/effect"
	"github.com/miglint/miglint/internal/recipe"
	"github.com/miglint/miglint/sqlast"
)

var dropLocksReferenced = &analyzer.Rule{
	Name: "drop-locks-referenced", Severity: analyzer.Warning, Concern: analyzer.Locking, Since: "0.1.0",
	Summary: "dropping a foreign key, or its column, blocks reads and writes of the table it refers to, without a lock_timeout",
	Why: "A foreign key has triggers on both tables, so `DROP CONSTRAINT` and `DROP COLUMN` take ACCESS EXCLUSIVE on the " +
		"referenced table too, which the statement does not name. Mostly that is the busiest one: users, accounts, orders. " +
		"One long query on it, and every later query of the application queues behind the migration. Modelled on an outage " +
		"of several minutes that began with the removal of an unused table with a foreign key to the users.",
	Instead: "Drop each foreign key alone, in a short transaction under a `lock_timeout`, and try again when it fails. What is " +
		"left then names all it locks.",
	Except: "The role that runs migrations sets lock_timeout: say so with `lock-timeout: {set-by-role: true}`. DROP TABLE, " +
		"which does the same, is reported by drop-table.",
	Bad: `-- 0001_parcels.sql --
CREATE TABLE depots (id bigint PRIMARY KEY);
CREATE TABLE parcels (id bigint PRIMARY KEY, depot bigint CONSTRAINT parcels_depot_fk REFERENCES depots);
-- 0002_drop_depot_fk.sql --
ALTER TABLE parcels DROP CONSTRAINT parcels_depot_fk;
`,
	Good: `-- 0001_parcels.sql --
CREATE TABLE depots (id bigint PRIMARY KEY);
CREATE TABLE parcels (id bigint PRIMARY KEY, depot bigint CONSTRAINT parcels_depot_fk REFERENCES depots);
-- 0002_drop_depot_fk.sql --
SET lock_timeout = '5s';
ALTER TABLE parcels DROP CONSTRAINT parcels_depot_fk;
RESET lock_timeout;
`,
	Run: runDropLocksReferenced,
}

// runDropLocksReferenced reports the first such statement of a migration only, as
// lock-timeout-missing does: one lock_timeout is enough for all.
func runDropLocksReferenced(p *analyzer.Pass) {
	if p.Down || p.Options.LockTimeoutByRole {
		return
	}
	var first *analyzer.Diagnostic
	for _, s := range p.Stmts {
		keys, others := droppedForeignKeys(s)
		if d, _ := s.Settings.Duration("lock_timeout"); d > 0 || len(others) == 0 {
			continue
		}
		names := make([]string, len(keys))
		for i, fk := range keys {
			names[i] = sqlast.QuoteIdent(fk.Name)
		}
		if first != nil {
			first.Related = append(first.Related, analyzer.Related{Span: s.Span, Message: "so does this of " + relations(others)})
			continue
		}
		first = &analyzer.Diagnostic{
			Span: s.Span,
			Message: fmt.Sprintf("dropping foreign key %s blocks reads and writes of %s too, %s, and without a lock_timeout all that uses it queues up",
				listed3(names), relations(others), s.Until()),
			Locks:      others,
			Suggestion: dropKeysFirst(p, s, keys),
			Until:      s.Until(),
		}
	}
	if first != nil {
		p.Report(*first)
	}
}

// droppedForeignKeys returns the foreign keys that an ALTER TABLE drops, by name
// or with a column, and its locks on the tables they refer to.
func droppedForeignKeys(s *analyzer.Stmt) (keys []*catalog.Constraint, others []effect.Lock) {
	if s.Effect.Fails != nil && !s.Effect.Fails.IfRows {
		return nil, nil
	}
	for i, op := range s.Ops {
		var drops func(*catalog.Constraint) bool
		switch o := op.(type) {
		case *sqlast.DropConstraint:
			drops = func(c *catalog.Constraint) bool { return c.Name == o.Constraint }
		case *sqlast.DropColumn:
			drops = func(c *catalog.Constraint) bool { return slices.Contains(c.Columns, o.Column) }
		default:
			continue
		}
		t := s.Before.Table(op.(sqlast.AlterAction).Target().Table.Name)
		if t == nil || s.Minor(t.Key) {
			return nil, nil
		}
		for _, c := range t.Constraints {
			if c.Kind != sqlast.ForeignKey || c.RefTable == t.Key || !drops(c) {
				continue
			}
			for _, l := range s.Locks(i, effect.AccessExclusive) {
				if l.Relation == c.RefTable && !lockedBefore(s, l) {
					keys = append(keys, c)
					if !slices.ContainsFunc(others, func(o effect.Lock) bool { return o.Relation == l.Relation }) {
						others = append(others, l)
					}
				}
			}
		}
	}
	return keys, others
}

// dropKeysFirst is the statement under a lock_timeout, behind the foreign keys
// that columns take along.
func dropKeysFirst(p *analyzer.Pass, s *analyzer.Stmt, keys []*catalog.Constraint) string {
	if drop, ok := s.Ops[0].(*sqlast.DropColumn); ok {
		return recipe.DropForeignKeys(p, s, drop.Table, keys, s.Text)
	}
	var steps recipe.Steps
	return steps.AddText(setLockTimeout(s)).Add("", s.Text).String()
}
