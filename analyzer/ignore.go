package analyzer

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/miglint/miglint/migration"
	"github.com/miglint/miglint/source"
	"github.com/miglint/miglint/sqlast"
)

// IgnoreRules are the findings about ignore comments themselves. They are made
// while the comments are applied, so they have no check of their own.
func IgnoreRules() []*Rule { return []*Rule{InvalidDirective, UnusedIgnore} }

// InvalidDirective is a `miglint:` comment that does not do what it says.
var InvalidDirective = &Rule{
	Name: "invalid-directive", Severity: Error, Concern: Tidiness, Since: "0.1.0",
	Summary: "a miglint comment is misspelled, names no known rule, or gives no reason",
	Why: "A comment that silences nothing looks as if it did. Whoever reads the migration later needs the reason " +
		"why a hazard was accepted, so an ignore without one is refused.",
	Instead: "Write `-- miglint:ignore rule[, rule] reason` before or behind the statement, or " +
		"`-- miglint:ignore-file rule[, rule] reason` anywhere in the file. `miglint rules` lists the names.",
	Bad:  "-- miglint:ignore drop-table\nDROP TABLE invoices_2019;\n",
	Good: "SET lock_timeout = '5s';\n-- miglint:ignore drop-table exported to the archive bucket on 2026-03-01\nDROP TABLE invoices_2019;\nRESET lock_timeout;\n",
}

// UnusedIgnore is an ignore comment that nothing needs any more.
var UnusedIgnore = &Rule{
	Name: "unused-ignore", Severity: Warning, Concern: Tidiness, Since: "0.1.0",
	Summary: "an ignore comment matches no finding",
	Why: "An ignore that outlives its finding hides the next one. Rules that are switched off do not count: their " +
		"ignores are left alone.",
	Instead: "Delete the comment, or the rule's name from it.",
	Bad:     "-- miglint:ignore truncate seed data only\nCREATE TABLE colours (name text PRIMARY KEY);\n",
	Good:    "CREATE TABLE colours (name text PRIMARY KEY);\n",
}

// ignore is one rule that one comment silences.
type ignore struct {
	rule     string // "": every rule
	at       source.Span
	stmt     source.Span // nowhere: the whole file
	foreign  bool        // another tool's comment: never reported as unused
	silences []*silence  // one for each rule of that name
}

// silence is a rule that is silenced in one place.
type silence struct{ used bool }

// ignores are those of one script. They are looked up, for there may be as many
// of them as findings.
type ignores struct {
	file      *source.File
	migration *migration.Migration
	down      bool
	all       []ignore
	stmts     []attached // the statements they stand on, in order
	silences  map[place]*silence
}

// attached is a statement that ignores stand on. One in a routine lies inside
// another: outer is that one's position in the list, -1 for none.
type attached struct {
	source.Span
	outer int
}

// place is what a silence is about: a rule, nil for every one, in the statement
// that starts at stmt, -1 for the whole file.
type place struct {
	stmt int
	rule *Rule
}

// add takes an ignore in; rules are those of its name.
func (igs *ignores) add(ig ignore, rules []*Rule) {
	at := place{stmt: -1}
	if !ig.stmt.IsZero() {
		at.stmt = ig.stmt.Start
		igs.stmts = append(igs.stmts, attached{Span: ig.stmt})
	}
	for _, at.rule = range rules {
		s := igs.silences[at]
		if s == nil {
			s = &silence{}
			igs.silences[at] = s
		}
		ig.silences = append(ig.silences, s)
	}
	igs.all = append(igs.all, ig)
}

// order puts the statements in order once all ignores are in.
func (igs *ignores) order() {
	slices.SortFunc(igs.stmts, func(a, b attached) int { return cmp.Or(a.Start-b.Start, b.End-a.End) })
	igs.stmts = slices.Compact(igs.stmts)
	for i := range igs.stmts {
		outer := i - 1
		for outer >= 0 && !igs.stmts[outer].Contains(igs.stmts[i].Span) {
			outer = igs.stmts[outer].outer
		}
		igs.stmts[i].outer = outer
	}
}

// silence reports whether a comment silences the finding.
func (igs *ignores) silence(d Diagnostic) bool {
	if d.Span.File != igs.file {
		return false
	}
	silenced := false
	try := func(stmt int) {
		for _, rule := range []*Rule{d.Rule, nil} {
			if s := igs.silences[place{stmt, rule}]; s != nil {
				s.used, silenced = true, true
			}
		}
	}
	try(-1)
	i, found := slices.BinarySearchFunc(igs.stmts, d.Span.Start, func(s attached, start int) int { return s.Start - start })
	if !found {
		i--
	}
	for ; i >= 0; i = igs.stmts[i].outer {
		if igs.stmts[i].Contains(d.Span) {
			try(igs.stmts[i].Start)
		}
	}
	return silenced
}

// silenced reports whether a comment in one of the scripts of a file silences a
// finding about the stream.
func silenced(scripts []*ignores, d Diagnostic) bool {
	silenced := false
	for _, igs := range scripts {
		silenced = igs.silence(d) || silenced
	}
	return silenced
}

// unused reports the ignores that silenced nothing, once all rules have run.
func (r *runner) unused(igs *ignores) []Diagnostic {
	if !r.isOn[UnusedIgnore] {
		return nil
	}
	var found []Diagnostic
	for _, ig := range igs.all {
		used := slices.ContainsFunc(ig.silences, func(s *silence) bool { return s.used })
		if !used && !ig.foreign && slices.ContainsFunc(r.byName[ig.rule], func(rule *Rule) bool { return r.isOn[rule] }) {
			found = append(found, Diagnostic{Rule: UnusedIgnore, Span: ig.at, Migration: igs.migration, Down: igs.down,
				Severity: r.severity(UnusedIgnore, 0, igs.down),
				Message:  fmt.Sprintf("nothing here for rule %q to report: the ignore is not needed", ig.rule)})
		}
	}
	return found
}

// ignores reads the ignore comments of the script, nil if there are none, and
// reports the bad ones.
func (r *runner) ignores(p *Pass) (igs *ignores, bad []Diagnostic) {
	if p.Script == nil {
		return nil, nil
	}
	comments := p.comments()
	if !slices.ContainsFunc(comments, speaks) {
		return nil, nil
	}
	attached := map[int]source.Span{} // comment's offset → the statement it stands on
	for _, list := range [...][]*Stmt{p.Stmts, p.Skipped} {
		for _, s := range list {
			at := s.Span.Original()
			if at.File != p.Script.File {
				continue
			}
			for _, c := range s.Comments {
				attached[c.Span.Start] = at
			}
		}
	}
	igs = &ignores{file: p.Script.File, migration: p.Migration, down: p.Down, silences: map[place]*silence{}}
	for _, c := range comments {
		stmt := attached[c.Span.Start]
		if rules, ok := squawkIgnore(c); ok {
			for _, name := range rules.names {
				known := r.byName[name]
				if name == "" {
					known = []*Rule{nil}
				}
				igs.add(ignore{rule: name, at: c.Span, stmt: rules.scope(stmt), foreign: true}, known)
			}
			continue
		}
		if names, scope, ok := atlasIgnore(c, stmt); ok {
			for _, name := range names {
				known := r.byName[name]
				if name == "" {
					known = []*Rule{nil}
				}
				igs.add(ignore{rule: name, at: c.Span, stmt: scope, foreign: true}, known)
			}
			continue
		}
		d, ok := parseDirective(c)
		if !ok {
			continue
		}
		found, msg := r.directive(d, stmt)
		for _, ig := range found {
			igs.add(ig, r.byName[ig.rule])
		}
		if msg != "" && r.isOn[InvalidDirective] {
			bad = append(bad, Diagnostic{Rule: InvalidDirective, Span: d.Span, Message: msg, Migration: p.Migration, Down: p.Down,
				Severity: r.severity(InvalidDirective, 0, p.Down)})
		}
	}
	if len(igs.all) == 0 {
		return nil, bad
	}
	igs.order()
	return igs, bad
}

// comments returns the comments of the script and of the routines in its file that
// it runs, in order.
func (p *Pass) comments() []sqlast.Comment {
	comments := p.Script.Comments
	for _, r := range p.Routines {
		if r.Span.File == p.Script.File {
			comments = append(slices.Clip(comments), r.Comments...)
		}
	}
	if len(p.Routines) == 0 {
		return comments
	}
	comments = slices.Clone(comments)
	slices.SortStableFunc(comments, func(a, b sqlast.Comment) int { return a.Span.Start - b.Span.Start })
	return slices.CompactFunc(comments, func(a, b sqlast.Comment) bool { return a.Span == b.Span })
}

// speaks reports whether a comment is for a linter.
func speaks(c sqlast.Comment) bool {
	return strings.HasPrefix(c.Text, directivePrefix) || strings.HasPrefix(c.Text, squawkPrefix) || strings.HasPrefix(c.Text, atlasPrefix)
}

// directive turns one miglint comment into ignores; msg says what is wrong with
// it.
func (r *runner) directive(d Directive, stmt source.Span) (igs []ignore, msg string) {
	switch d.Verb {
	case "irreversible":
		if d.Args == "" {
			return nil, "miglint:irreversible needs a reason: say why this migration cannot be undone"
		}
		return nil, ""
	case "deprecate":
		target, reason, _ := strings.Cut(d.Args, " ")
		if _, _, _, ok := SplitColumn(target); !ok {
			return nil, fmt.Sprintf("miglint:deprecate expects table.column and a reason, not %q", d.Args)
		}
		if strings.TrimSpace(reason) == "" {
			return nil, fmt.Sprintf("miglint:deprecate %s needs a reason", target)
		}
		return nil, ""
	case "ignore", "ignore-file":
	default:
		return nil, fmt.Sprintf("unknown directive miglint:%s; miglint knows ignore, ignore-file, irreversible and deprecate", d.Verb)
	}
	if d.Verb == "ignore" && stmt.IsZero() {
		return nil, "miglint:ignore stands on no statement; write it on the line before or behind one, or use miglint:ignore-file"
	}
	if d.Verb == "ignore-file" {
		stmt = source.Span{}
	}
	names, reason := splitRules(d.Args)
	if len(names) == 0 {
		return nil, fmt.Sprintf("miglint:%s names no rule", d.Verb)
	}
	for _, name := range names {
		if r.byName[name] == nil {
			return nil, fmt.Sprintf("miglint:%s names unknown rule %q%s", d.Verb, name, r.suggest(name))
		}
		igs = append(igs, ignore{rule: name, at: d.Span, stmt: stmt})
	}
	if reason == "" {
		return nil, fmt.Sprintf("miglint:%s %s gives no reason, so it is not honoured: add why it is safe here", d.Verb, strings.Join(names, ", "))
	}
	return igs, ""
}

// splitRules reads "a, b reason …": names are separated by commas, and the first
// word that follows a name without a comma begins the reason.
func splitRules(args string) (names []string, reason string) {
	for {
		args = strings.TrimSpace(args)
		end := strings.IndexAny(args, ",: \t")
		if end < 0 {
			if args != "" {
				names = append(names, args)
			}
			return names, ""
		}
		names = append(names, args[:end])
		rest := strings.TrimLeft(args[end:], " \t")
		next, comma := strings.CutPrefix(rest, ",")
		if !comma {
			return names, strings.TrimLeft(rest, "-: \t")
		}
		args = next
	}
}

const squawkPrefix = "squawk-ignore"

type squawkComment struct {
	names []string
	file  bool
}

func (s squawkComment) scope(stmt source.Span) source.Span {
	if s.file {
		return source.Span{}
	}
	return stmt
}

// squawkIgnore reads Squawk's `squawk-ignore rule[, rule]` and
// `squawk-ignore-file [rule, …]`.
func squawkIgnore(c sqlast.Comment) (squawkComment, bool) {
	rest, ok := strings.CutPrefix(c.Text, squawkPrefix)
	if !ok {
		return squawkComment{}, false
	}
	rest, file := strings.CutPrefix(rest, "-file")
	var names []string
	for _, n := range strings.Split(rest, ",") {
		if n = strings.TrimSpace(n); n != "" {
			names = append(names, n)
		}
	}
	if file && len(names) == 0 {
		names = []string{""}
	}
	return squawkComment{names: names, file: file}, true
}

func (r *runner) suggest(name string) string {
	names := make([]string, 0, len(r.all))
	for _, rule := range r.all {
		names = append(names, rule.Name)
	}
	if n := Nearest(name, names); n != "" {
		return fmt.Sprintf("; did you mean %q?", n)
	}
	return ""
}
