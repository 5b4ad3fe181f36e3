package analyzer

import (
	"fmt"
	"strings"

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
	rule    string // "": every rule
	at      source.Span
	stmt    *Stmt // nil: the whole file
	foreign bool  // another tool's comment: never reported as unused
	used    bool
}

func (ig *ignore) matches(d Diagnostic) bool {
	if ig.rule != "" && !d.Rule.Is(ig.rule) || d.Span.File != ig.at.File {
		return false
	}
	return ig.stmt == nil || ig.stmt.Span.Contains(d.Span)
}

// applyIgnores removes the findings that comments of the script silence and adds
// the findings about those comments.
func (r *runner) applyIgnores(p *Pass, found []Diagnostic) (kept []Diagnostic, ignored int) {
	ignores, own := r.ignores(p)
	if len(ignores) > 0 {
		for _, d := range found {
			silenced := false
			for _, ig := range ignores {
				if ig.matches(d) {
					ig.used, silenced = true, true
				}
			}
			if silenced {
				ignored++
			} else {
				kept = append(kept, d)
			}
		}
	} else {
		kept = found
	}
	for _, ig := range ignores {
		if !ig.used && !ig.foreign && r.runs(ig.rule) {
			own = append(own, Diagnostic{Rule: UnusedIgnore, Span: ig.at,
				Message: fmt.Sprintf("nothing here for rule %q to report: the ignore is not needed", ig.rule)})
		}
	}
	for _, d := range own {
		if r.isOn(d.Rule) {
			d.Migration, d.Down = p.Migration, p.Down
			d.Severity = r.severity(d.Rule, d.Severity, p.Down)
			kept = append(kept, d)
		}
	}
	return kept, ignored
}

// ignores reads the ignore comments of the script and reports the bad ones.
func (r *runner) ignores(p *Pass) (ignores []*ignore, bad []Diagnostic) {
	if p.Script == nil {
		return nil, nil
	}
	attached := map[int]*Stmt{} // comment's offset → the statement it stands on
	if len(p.Script.Comments) > 0 {
		for _, s := range p.Stmts {
			for _, c := range s.Comments {
				attached[c.Span.Start] = s
			}
		}
	}
	for _, c := range p.Script.Comments {
		stmt := attached[c.Span.Start]
		if rules, ok := squawkIgnore(c); ok {
			for _, name := range rules.names {
				ignores = append(ignores, &ignore{rule: name, at: c.Span, stmt: rules.scope(stmt), foreign: true})
			}
			continue
		}
		d, ok := parseDirective(c)
		if !ok {
			continue
		}
		igs, msg := r.directive(d, stmt)
		ignores = append(ignores, igs...)
		if msg != "" {
			bad = append(bad, Diagnostic{Rule: InvalidDirective, Span: d.Span, Message: msg})
		}
	}
	return ignores, bad
}

// directive turns one miglint comment into ignores; msg says what is wrong with
// it.
func (r *runner) directive(d Directive, stmt *Stmt) (igs []*ignore, msg string) {
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
	if d.Verb == "ignore" && stmt == nil {
		return nil, "miglint:ignore stands on no statement; write it on the line before or behind one, or use miglint:ignore-file"
	}
	if d.Verb == "ignore-file" {
		stmt = nil
	}
	names, reason := splitRules(d.Args)
	if len(names) == 0 {
		return nil, fmt.Sprintf("miglint:%s names no rule", d.Verb)
	}
	for _, name := range names {
		if !r.known(name) {
			return nil, fmt.Sprintf("miglint:%s names unknown rule %q%s", d.Verb, name, r.suggest(name))
		}
		igs = append(igs, &ignore{rule: name, at: d.Span, stmt: stmt})
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
		end := strings.IndexAny(args, ", \t")
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

type squawkComment struct {
	names []string
	file  bool
}

func (s squawkComment) scope(stmt *Stmt) *Stmt {
	if s.file {
		return nil
	}
	return stmt
}

// squawkIgnore reads Squawk's `squawk-ignore rule[, rule]` and
// `squawk-ignore-file [rule, …]`.
func squawkIgnore(c sqlast.Comment) (squawkComment, bool) {
	rest, ok := strings.CutPrefix(c.Text, "squawk-ignore")
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

func (r *runner) known(name string) bool {
	for _, rule := range r.all {
		if rule.Is(name) {
			return true
		}
	}
	return false
}

// runs reports whether a rule of that name is switched on.
func (r *runner) runs(name string) bool {
	for _, rule := range r.rules {
		if rule.Is(name) {
			return true
		}
	}
	return false
}

func (r *runner) isOn(rule *Rule) bool {
	for _, on := range r.rules {
		if on == rule {
			return true
		}
	}
	return false
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
