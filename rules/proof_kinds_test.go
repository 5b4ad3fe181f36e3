package rules_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/effect"
	"github.com/miglint/miglint/sqlast"
)

// kind is a claim that takes what it is about from the findings. Both functions
// return what is wrong, or "".
type kind struct {
	shown  func(bad *evidence) string        // Bad does it, where the finding is
	spared func(bad, other *evidence) string // Good and the suggestion do not
}

var kinds = map[string]kind{
	"rewrites":    {slowly("rewrite"), notSlowly},
	"scans":       {slowly("scan"), notSlowly},
	"builds":      {slowly("build"), notSlowly},
	"locks":       {locksAsSaid, locksLess},
	"keeps":       {keepsLock, keepsNoLock},
	"upgrades":    {upgradesLock, upgradesNoLock},
	"loses":       {losesSomething, losesLess},
	"takes along": {takesAlong, takesNothingAlong},
	"breaks":      {breaksProbe, breaksNoProbe},

	"does not invert": {leavesTraces, leavesNoTrace},
}

// judge returns what the claims say that the evidence does not show.
func (c *claims) judge(all map[string]*evidence) []string {
	var problems []string
	add := func(script, problem string) {
		if problem != "" {
			problems = append(problems, script+": "+problem)
		}
	}
	bad := all["bad"]
	if bad == nil { // it is not run
		bad = &evidence{plan: &plan{}}
	} else {
		add("bad", bad.failure(c.fails["bad"], c.nothing != ""))
		add("bad", bad.locksFound())
		for _, name := range c.kinds {
			if problem := kinds[name].shown(bad); problem != "" {
				add("bad", name+": "+problem)
			}
		}
	}
	for script, e := range all {
		for _, when := range []string{"runs", "never runs", "commits", "ends"} {
			if want, ok := c.values[script+" "+when]; ok {
				add(script, e.valueIs(when, want))
			}
		}
		if want, ok := c.again[script]; ok {
			add(script, e.again(want))
		}
		if script == "bad" {
			continue
		}
		add(script, e.failure(c.fails[script], false))
		if c.nothing == "" {
			add(script, e.differs(c.differs[script]))
		}
		if c.except[script] != "" {
			continue
		}
		for _, name := range c.kinds {
			if problem := kinds[name].spared(bad, e); problem != "" {
				add(script, name+": "+problem)
			}
		}
		if script == "suggestion" && (c.place == inPlace || c.place == related) {
			for _, d := range e.plan.findings {
				add(script, "the rule finds fault with what it suggests: "+d.Message)
			}
		}
	}
	return problems
}

// differs demands a reason for a schema that is not the same, and none for one
// that is.
func (e *evidence) differs(reason string) string {
	for _, s := range e.steps {
		if strings.HasPrefix(s.Text, "# "+unlike) {
			if reason != "" {
				return ""
			}
			return fmt.Sprintf("%s, and \"differs: \" does not say why:\n%s", strings.TrimPrefix(s.Text, "# "), strings.Join(s.Did, "\n"))
		}
	}
	if reason != "" {
		return "it leaves the same schema, whatever \"differs: \" says"
	}
	return ""
}

// ends is the SQLSTATE of the last statement that ran; "" for none.
func (e *evidence) ends() string {
	if len(e.order) == 0 {
		return ""
	}
	return failedWith(e.did[e.order[len(e.order)-1]])
}

// failure holds the end of the script against the SQLSTATE it should end with.
func (e *evidence) failure(want string, whatever bool) string {
	var last *planned
	if len(e.order) > 0 {
		last = e.order[len(e.order)-1]
	}
	got := e.ends()
	switch {
	case whatever && want == "":
	case got != want && got == "":
		return fmt.Sprintf("runs through, expected SQLSTATE %s", want)
	case got != want && want == "":
		return fmt.Sprintf("%s: %s", last.text(), strings.Join(e.did[last], "; "))
	case got != want:
		return fmt.Sprintf("%s: %s, expected SQLSTATE %s", last.text(), strings.Join(e.did[last], "; "), want)
	case want != "" && last.stmt != nil && len(e.plan.at(last)) == 0 && len(e.plan.findings) > 0 && !e.plan.findings[0].Span.IsZero():
		return fmt.Sprintf("%s: fails, but the finding is elsewhere", last.text())
	}
	return ""
}

// again holds the end of a second run against the SQLSTATE it should end with.
func (e *evidence) again(want string) string {
	second, got := false, ""
	for _, s := range e.steps {
		second = second || s.Text == secondRun
		if second {
			got += failedWith(s.Did)
		}
	}
	switch {
	case !second:
		return "it was not run again: record it"
	case got != want:
		return fmt.Sprintf("run again it ends with SQLSTATE %q, expected %q", got, want)
	}
	return ""
}

// locksFound holds the locks that findings name against those that were taken, by
// the statement or, where a setting is at fault, one after it.
func (e *evidence) locksFound() (problem string) {
	e.found(func(at *planned, d analyzer.Diagnostic) {
		for _, l := range d.Locks {
			if l.Kind != sqlast.Index && !e.locksFrom(at, l) {
				problem = fmt.Sprintf("%s: the finding names %s on %s, which was not taken", at.text(), l.Mode.SQL(), l.Relation)
			}
		}
	})
	return problem
}

// locksFrom reports whether a lock was held at a statement or one after it, or a
// statement failed.
func (e *evidence) locksFrom(at *planned, l effect.Lock) bool {
	for _, s := range e.order[slices.Index(e.order, at):] {
		if failedWith(e.did[s]) != "" || e.heldBy(s, true)[l.Relation.String()] == l.Mode {
			return true
		}
	}
	return false
}

// valueIs compares what watch.sql returned before the statement of a finding (of
// the rule's Bad; before any statement, of others) or before the framework's
// COMMIT, or what was returned at the end.
func (e *evidence) valueIs(when, want string) string {
	var got []string
	if when == "ends" {
		got = e.ending()
	} else {
		for _, s := range e.order {
			if when == "commits" && s.stmt != nil || when == "runs" && len(e.plan.findings) > 0 && !e.after(s) {
				continue
			}
			for _, text := range e.did[s] {
				if value, ok := strings.CutPrefix(text, "with "); ok {
					got = append(got, value)
				}
			}
		}
	}
	if slices.Contains(got, want) != (when == "never runs") {
		return ""
	}
	return fmt.Sprintf("runs or ends with %q, expected: %s with %q", got, when, want)
}

// ending is what was returned at the end.
func (e *evidence) ending() []string {
	var lines []string
	last := false
	for _, s := range e.steps {
		if s.IsHeading() {
			last = s.Text == "# afterwards"
		} else if last {
			lines = append(lines, s.Did...)
		}
	}
	return lines
}

// after reports whether a finding is at the statement, or before it.
func (e *evidence) after(s *planned) bool {
	for _, other := range e.order {
		if len(e.plan.at(other)) > 0 {
			return true
		}
		if other == s {
			return false
		}
	}
	return false
}

// slowly demands that a finding's statement does it under a lock that blocks
// writes at least.
func slowly(verb string) func(*evidence) string {
	return func(bad *evidence) string {
		seen := false
		bad.found(func(s *planned, _ analyzer.Diagnostic) {
			for _, text := range bad.slow(s) {
				seen = seen || strings.HasPrefix(text, verb+" ")
			}
		})
		if seen {
			return ""
		}
		return "no statement with a finding does so while writes are blocked"
	}
}

func notSlowly(_, other *evidence) string {
	for _, s := range other.order {
		if s.stmt == nil {
			continue
		}
		if lines := other.slow(s); len(lines) > 0 {
			return fmt.Sprintf("%s: %s", s.text(), strings.Join(lines, ", "))
		}
	}
	return ""
}

// named are the locks that the findings name, the strongest of each relation.
func (e *evidence) named() map[string]effect.Mode {
	named := map[string]effect.Mode{}
	e.found(func(_ *planned, d analyzer.Diagnostic) {
		for _, l := range d.Locks {
			named[l.Relation.String()] = max(named[l.Relation.String()], l.Mode)
		}
	})
	return named
}

// claimed are the locks that "locks" is about: those of the findings, or the
// strongest that a statement with a finding takes on the one table.
func (e *evidence) claimed() map[string]effect.Mode {
	if e.locked == "" {
		return e.named()
	}
	strongest := effect.Mode(0)
	e.found(func(s *planned, _ analyzer.Diagnostic) { strongest = max(strongest, e.heldBy(s, true)[e.locked]) })
	return map[string]effect.Mode{e.locked: strongest}
}

func locksAsSaid(bad *evidence) string {
	for _, mode := range bad.claimed() {
		if mode != 0 {
			return "" // locksFound has compared those that are named
		}
	}
	return "there is no such lock"
}

func locksLess(bad, other *evidence) string {
	claimed := bad.claimed()
	for _, s := range other.order {
		for _, text := range other.did[s] {
			if l := parseLine(text); l.verb == "lock" && claimed[l.on] > 0 && modeOf(l.rest) >= claimed[l.on] {
				return fmt.Sprintf("%s: %s", s.text(), text)
			}
		}
	}
	return ""
}

// keepsLock demands that the transaction has one of the locks that the finding
// names from an earlier statement.
func keepsLock(bad *evidence) string {
	seen := false
	bad.found(func(s *planned, d analyzer.Diagnostic) {
		held := bad.heldBy(s, false)
		for _, l := range d.Locks {
			seen = seen || held[l.Relation.String()] == l.Mode
		}
	})
	if seen {
		return ""
	}
	return "no statement with a finding runs under a lock of an earlier one"
}

func keepsNoLock(bad, other *evidence) string {
	named := bad.named()
	for _, s := range other.order {
		if s.stmt == nil || controls(s.stmt.Statement) {
			continue
		}
		for relation, mode := range other.heldBy(s, false) {
			if named[relation] > 0 && mode >= named[relation] {
				return fmt.Sprintf("%s: runs while %s is locked in %s", s.text(), relation, mode.SQL())
			}
		}
	}
	return ""
}

// upgradesLock demands that a finding's statement wants more of a relation than
// its transaction has.
func upgradesLock(bad *evidence) string {
	seen := false
	bad.found(func(s *planned, _ analyzer.Diagnostic) { seen = seen || bad.upgrade(s) != "" })
	if seen {
		return ""
	}
	return "no statement with a finding wants a stronger lock than its transaction has"
}

func upgradesNoLock(_, other *evidence) string {
	for _, s := range other.order {
		if relation := other.upgrade(s); relation != "" {
			return fmt.Sprintf("%s: upgrades its lock on %s", s.text(), relation)
		}
	}
	return ""
}

// upgrade names a relation whose lock the statement makes stronger.
func (e *evidence) upgrade(s *planned) string {
	held := e.heldBy(s, false)
	for _, text := range e.did[s] {
		if l := parseLine(text); l.verb == "lock" && held[l.on] >= effect.RowExclusive && modeOf(l.rest) > held[l.on] {
			return l.on
		}
	}
	return ""
}

// lost are the lines about losses of statements with a finding, or of all.
func (e *evidence) lost(findings bool) map[string]*planned {
	lost := map[string]*planned{}
	for _, s := range e.order {
		if findings && len(e.plan.at(s)) == 0 {
			continue
		}
		for _, text := range e.did[s] {
			if parseLine(text).verb == "lose" {
				lost[text] = s
			}
		}
	}
	return lost
}

func losesSomething(bad *evidence) string {
	if len(bad.lost(true)) == 0 {
		return "no statement with a finding loses anything"
	}
	return ""
}

func losesLess(bad, other *evidence) string {
	from := bad.lost(true)
	for text := range other.lost(false) {
		if from[text] != nil {
			return text
		}
	}
	return ""
}

func takesAlong(bad *evidence) string {
	for text, s := range bad.lost(true) {
		if !names(s, text) {
			return ""
		}
	}
	return "no statement with a finding loses what it does not name"
}

func takesNothingAlong(_, other *evidence) string {
	for text, s := range other.lost(false) {
		if !names(s, text) {
			return fmt.Sprintf("%s: %s", s.text(), text)
		}
	}
	return ""
}

// names reports whether the statement has the name of what is lost in it.
func names(s *planned, lost string) bool {
	l := parseLine(lost)
	name, _, _ := strings.Cut(l.rest[strings.LastIndex(l.rest, ".")+1:], " ")
	return strings.Contains(s.sql, name)
}

// probes are the outcomes of what running code sends, by statement.
func (e *evidence) probes(when string) map[string]string {
	outcomes := map[string]string{}
	on := false
	for _, s := range e.steps {
		if s.IsHeading() {
			on = s.Text == "# running code "+when
			continue
		}
		if on {
			outcomes[s.Text] = strings.Join(s.Did, "; ")
		}
	}
	return outcomes
}

const works = "works"

func breaksProbe(bad *evidence) string {
	before, after := bad.probes("before"), bad.probes("after")
	if len(before) == 0 {
		return "there is no probe.sql"
	}
	for _, q := range slices.Sorted(maps.Keys(before)) {
		if before[q] != works {
			return fmt.Sprintf("%s: does not work even before: %s", q, before[q])
		}
		if after[q] == works {
			return fmt.Sprintf("%s: still works", q)
		}
	}
	return ""
}

func breaksNoProbe(_, other *evidence) string {
	for _, when := range []string{"before", "after"} {
		outcomes := other.probes(when)
		for _, q := range slices.Sorted(maps.Keys(outcomes)) {
			if outcomes[q] != works {
				return fmt.Sprintf("%s: %s: %s", q, when, outcomes[q])
			}
		}
	}
	return ""
}

// traces are what the down has left, or not brought back.
func (e *evidence) traces() []string {
	for _, s := range e.steps {
		if s.Text == notAsBefore {
			return s.Did
		}
	}
	return nil
}

func leavesTraces(bad *evidence) string {
	if len(bad.traces()) == 0 {
		return "after up and down the schema is as before"
	}
	return ""
}

func leavesNoTrace(_, other *evidence) string {
	return strings.Join(other.traces(), "\n")
}
