package rules

import (
	"fmt"
	"slices"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/migration"
)

var missingDown = &analyzer.Rule{
	Name: "missing-down", Severity: analyzer.Warning, Concern: analyzer.Reversing, Since: "0.1.0",
	Summary: "a migration has no down, or one that does nothing",
	Why: "When a deploy goes wrong at night, the down is the only tested way back. Without one, or with an empty one that " +
		"reports success, somebody writes DDL by hand against production.",
	Instead: "Write the down that undoes the up. If it cannot be undone, say so: `-- miglint:irreversible reason`.",
	Except: "The project only rolls forward: set `down: never`. A migration that only adds values to enums, which " +
		"PostgreSQL cannot take away again, is not reported.",
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
	RunStream: runMissingDown,
}

// minOldHabit is how many migrations without a single down show that a project
// only rolls forward, rather than that somebody forgot.
const minOldHabit = 3

// runMissingDown judges all migrations at once, for it takes all of them to tell
// that a project has no downs at all.
func runMissingDown(p *analyzer.StreamPass) {
	if p.Options.NoDowns || p.Stream.Framework.Downs == migration.NoDowns {
		return
	}
	if onlyRollsForward(p.Outlines) {
		p.Report(analyzer.Diagnostic{Severity: analyzer.Info, Message: fmt.Sprintf(
			"none of the %d migrations in %s has a down; if the project only rolls forward, say so with `down: never` in miglint.yaml",
			len(p.Stream.Migrations), p.Stream.Root)})
		return
	}
	back := groupsWithDown(p)
	for i, o := range p.Outlines {
		m := p.Stream.Migrations[i]
		if m.Group != "" && back[m.Group] || !m.Judged || m.Repeatable || m.DownUnread || !does(o.Up) || o.Up.OnlyEnumValues || does(o.Down) || declaredIrreversible(o) {
			continue
		}
		d := analyzer.Diagnostic{Span: o.Up.First, Migration: m}
		if o.Down == nil {
			d.Message = fmt.Sprintf("migration %s has no down: %s cannot undo it", m.Version, p.Stream.Framework.Title)
		} else {
			d.Message = fmt.Sprintf("the down of migration %s has no statements: going back reports success and undoes nothing", m.Version)
			d.Related = []analyzer.Related{{Span: o.Down.Span, Message: "the empty down"}}
		}
		p.Report(d)
	}
}

// groupsWithDown are the groups of migrations of which one has a down.
func groupsWithDown(p *analyzer.StreamPass) map[string]bool {
	back := map[string]bool{}
	for i, o := range p.Outlines {
		if group := p.Stream.Migrations[i].Group; group != "" && does(o.Down) {
			back[group] = true
		}
	}
	return back
}

// does reports whether there is a script with a statement in it.
func does(o *analyzer.ScriptOutline) bool { return o != nil && o.Statements > 0 }

// onlyRollsForward reports whether there are several migrations and not one down
// with a statement in it.
func onlyRollsForward(outlines []analyzer.Outline) bool {
	return len(outlines) >= minOldHabit &&
		!slices.ContainsFunc(outlines, func(o analyzer.Outline) bool { return does(o.Down) })
}

// declaredIrreversible reports whether the up or the down says, with a reason,
// that there is no way back.
func declaredIrreversible(o analyzer.Outline) bool {
	for _, script := range []*analyzer.ScriptOutline{o.Up, o.Down} {
		if script != nil && slices.ContainsFunc(script.Directives, func(d analyzer.Directive) bool {
			return d.Verb == "irreversible" && d.Args != ""
		}) {
			return true
		}
	}
	return false
}
