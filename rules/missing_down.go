package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/migration"
)

var missingDown = &analyzer.Rule{
	Name: "missing-down", Severity: analyzer.Warning, Concern: analyzer.Reversing, Since: "0.1.0",
	Summary: "a migration has no down, or one that does nothing",
	Why: "When a deploy goes wrong at night, the down is the only tested way back. Without one, or with an empty one that " +
		"reports success, somebody writes DDL by hand against production.",
	Instead: "Write the down that undoes the up. If it cannot be undone, say so: `-- miglint:irreversible reason`.",
	Except:  "The project only rolls forward: set `down: never`.",
	Bad: `-- 000001_create_parcels.up.sql --
CREATE TABLE parcels (id bigint PRIMARY KEY);
-- 000001_create_parcels.down.sql --
DROP TABLE parcels;
-- 000002_create_labels.up.sql --
CREATE TABLE labels (id bigint PRIMARY KEY);
`,
	Good: `-- 000001_create_parcels.up.sql --
CREATE TABLE parcels (id bigint PRIMARY KEY);
-- 000001_create_parcels.down.sql --
DROP TABLE parcels;
-- 000002_create_labels.up.sql --
CREATE TABLE labels (id bigint PRIMARY KEY);
-- 000002_create_labels.down.sql --
DROP TABLE labels;
`,
	Run:       runMissingDown,
	RunStream: runNoDowns,
}

// minOldHabit is how many migrations without a single down show that a project
// only rolls forward, rather than that somebody forgot.
const minOldHabit = 3

func runMissingDown(p *analyzer.Pass) {
	m := p.Migration
	if p.Down || !wantsDowns(p.Options, p.Stream) || m.Up == nil || m.Repeatable || onlyRollsForward(p.HasDowns, p.Stream) {
		return
	}
	if len(m.Down.Statements()) > 0 || len(p.Stmts) == 0 || declaredIrreversible(m) {
		return
	}
	d := analyzer.Diagnostic{Span: p.Stmts[0].Span}
	if m.Down == nil {
		d.Message = fmt.Sprintf("migration %s has no down: %s cannot undo it", m.Version, p.Stream.Framework.Title)
	} else {
		d.Message = fmt.Sprintf("the down of migration %s has no statements: going back reports success and undoes nothing", m.Version)
		d.Related = []analyzer.Related{{Span: m.Down.Span, Message: "the empty down"}}
	}
	p.Report(d)
}

func runNoDowns(p *analyzer.StreamPass) {
	if !wantsDowns(p.Options, p.Stream) || !onlyRollsForward(p.HasDowns, p.Stream) {
		return
	}
	p.Report(analyzer.Diagnostic{Severity: analyzer.Info, Message: fmt.Sprintf(
		"none of the %d migrations in %s has a down; if the project only rolls forward, say so with `down: never` in miglint.yaml",
		len(p.Stream.Migrations), p.Stream.Root)})
}

func wantsDowns(o *analyzer.Options, s *migration.Stream) bool {
	return !o.NoDowns && s.Framework.Downs != migration.NoDowns
}

// onlyRollsForward reports whether the stream has several migrations and not one
// down with a statement in it.
func onlyRollsForward(hasDowns bool, s *migration.Stream) bool {
	return !hasDowns && len(s.Migrations) >= minOldHabit
}

// declaredIrreversible reports whether the up or the down says, with a reason,
// that there is no way back.
func declaredIrreversible(m *migration.Migration) bool {
	for _, script := range []*migration.Script{m.Up, m.Down} {
		for _, d := range analyzer.Directives(script) {
			if d.Verb == "irreversible" && d.Args != "" {
				return true
			}
		}
	}
	return false
}
