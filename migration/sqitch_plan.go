package migration

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/miglint/miglint/source"
)

// sqitchPlan is a plan file as Sqitch's lib/App/Sqitch/Plan.pm reads it.
type sqitchPlan struct {
	file     *source.File
	project  string
	changes  []*sqitchChange // in the order they are deployed
	problems []Problem

	tags    map[string]int           // the line of each tag, with its @
	tagged  []string                 // all tags in order
	latest  map[string]*sqitchChange // the newest change of each name
	section map[string]*sqitchChange // those since the last tag
}

// sqitchChange is a line of the plan that names a change.
type sqitchChange struct {
	name     string
	line     int
	at       source.Span // its name
	time     time.Time
	requires []source.Span
	refuses  []source.Span // the changes that must not be deployed, with their !
	before   int           // how many tags are before it
	// reworked are the tags one of which is in the name of its scripts, newest
	// last, since a later change has the same name; empty for the newest of a name.
	reworked []string
}

var (
	sqitchTime    = regexp.MustCompile(`\b(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z)[ \t]*`)
	sqitchPlanner = regexp.MustCompile(`^[^<]+[ \t]+<[^>]+>$`)
	sqitchSHA     = regexp.MustCompile(`^[0-9a-f]{40}`)
	sqitchPragma  = regexp.MustCompile(`^[ \t]*%[ \t]*([^ \t=]+)(?:[ \t]*=[ \t]*(.+))?$`)
)

const (
	sqitchPunctuation = "-!\"#$%&'()*+,./:;<=>?@[\\]^`{|}~"
	sqitchNameRule    = "a name has no blank, @, :, # or backslash, and neither begins nor ends with punctuation"
)

// isSqitchName is the $name_re of Plan.pm.
func isSqitchName(s string) bool {
	if s == "" || strings.ContainsAny(s, " \t:@#\\") ||
		strings.IndexByte(sqitchPunctuation, s[0]) >= 0 || strings.IndexByte(sqitchPunctuation, s[len(s)-1]) >= 0 {
		return false
	}
	stem := strings.TrimRight(s, "0123456789")
	return stem == s || stem == "" || strings.IndexByte("~/=%^[]", stem[len(stem)-1]) < 0
}

// parseSqitchPlan reads a plan. Sqitch stops at the first mistake; here a line
// that is wrong is reported and the next one read.
func parseSqitchPlan(f *source.File) *sqitchPlan {
	p := &sqitchPlan{file: f, tags: map[string]int{}, latest: map[string]*sqitchChange{}, section: map[string]*sqitchChange{}}
	header, n := true, 0
	for l := range lines(f) {
		n++
		text, _, noted := strings.Cut(l.text, "#")
		blank := strings.Trim(text, " \t") == ""
		switch {
		case blank:
			header = header && noted
		case header:
			p.pragma(l, strings.TrimRight(text, " \t"))
		default:
			p.entry(l, strings.TrimRight(text, " \t"), n)
		}
	}
	if p.project == "" {
		p.problem(f.Span(0, 0), "there is no `%%project=<name>` line, so Sqitch refuses the plan")
	}
	return p
}

func (p *sqitchPlan) problem(at source.Span, format string, args ...any) *Problem {
	p.problems = append(p.problems, Problem{Rule: "sqitch-plan", Span: at, Message: fmt.Sprintf(format, args...)})
	return &p.problems[len(p.problems)-1]
}

func (p *sqitchPlan) pragma(l line, text string) {
	m := sqitchPragma.FindStringSubmatch(text)
	switch {
	case m == nil:
		p.problem(l.span(p.file), "Sqitch refuses the plan: a blank line must stand between the %% lines and the first change")
	case m[1] != "project":
	case !isSqitchName(m[2]):
		p.problem(l.span(p.file), "Sqitch refuses the project name %q: %s", m[2], sqitchNameRule)
		p.project = m[2]
	default:
		p.project = m[2]
	}
}

// entry reads a change or a tag.
func (p *sqitchPlan) entry(l line, text string, n int) {
	at := len(text) - len(strings.TrimLeft(text, " \t"))
	tag := text[at] == '@'
	if tag {
		at++
	} else if text[at] == '+' || text[at] == '-' {
		at++
		at += len(text[at:]) - len(strings.TrimLeft(text[at:], " \t"))
	}
	end := at + strings.IndexAny(text[at:]+" ", " \t")
	if i := strings.IndexByte(text[at:end], '['); i > 0 {
		end = at + i
	}
	name, span := text[at:end], p.file.Span(l.start+at, l.start+end)
	if !isSqitchName(name) {
		p.problem(span, "Sqitch refuses the name %q: %s", name, sqitchNameRule)
		return
	}
	deps, rest := p.dependencies(l, text, end)
	when := p.signature(span, rest)
	switch {
	case name == "ROOT" || name == "HEAD":
		p.problem(span, "Sqitch refuses the name %s, which it keeps for itself", name)
	case sqitchSHA.MatchString(name):
		p.problem(span, "Sqitch refuses the name %s, which looks like one of its own identifiers", name)
	case tag:
		p.tag("@"+name, span, deps, n)
	default:
		p.change(&sqitchChange{name: name, line: n, at: span, time: when}, deps)
	}
}

// dependencies are the words in brackets behind a name.
func (p *sqitchPlan) dependencies(l line, text string, at int) (deps []source.Span, rest string) {
	rest = strings.TrimLeft(text[at:], " \t")
	if !strings.HasPrefix(rest, "[") {
		return nil, rest
	}
	at = len(text) - len(rest) + 1
	closing := strings.IndexByte(text[at:], ']')
	if closing < 0 {
		p.problem(p.file.Span(l.start+at-1, l.start+len(text)), "Sqitch refuses the plan: the list of required changes has no closing bracket")
		return nil, ""
	}
	end := at + closing
	for word := range strings.FieldsSeq(text[at:end]) {
		at += strings.Index(text[at:end], word)
		deps = append(deps, p.file.Span(l.start+at, l.start+at+len(word)))
		at += len(word)
	}
	return deps, strings.TrimLeft(text[end+1:], " \t")
}

// signature reads the time and the planner.
func (p *sqitchPlan) signature(at source.Span, rest string) time.Time {
	if rest == "" && len(p.problems) > 0 && p.problems[len(p.problems)-1].Span.Start >= at.Start {
		return time.Time{} // reported already
	}
	m := sqitchTime.FindStringSubmatchIndex(rest)
	switch {
	case m == nil || m[0] > 0:
		p.problem(at, "Sqitch refuses the plan: there is no time such as 2026-03-01T09:00:00Z behind this name")
		return time.Time{}
	case !sqitchPlanner.MatchString(rest[m[1]:]):
		p.problem(at, "Sqitch refuses the plan: there is no planner such as `DB <db@example.com>` behind the time")
	}
	when, _ := time.Parse(time.RFC3339, rest[m[2]:m[3]])
	return when
}

func (p *sqitchPlan) tag(name string, at source.Span, deps []source.Span, n int) {
	switch {
	case strings.Contains(name, "/"):
		p.problem(at, "Sqitch refuses the plan: a tag has no slash")
	case len(p.changes) == 0:
		p.problem(at, "Sqitch refuses the plan: the tag %s has no change before it", name)
		return
	case p.tags[name] > 0:
		p.problem(at, "Sqitch refuses the plan: there is a tag %s on line %d already", name, p.tags[name])
	case len(deps) > 0:
		p.problem(deps[0], "Sqitch refuses the plan: a tag requires nothing")
	}
	clear(p.section)
	if p.tags[name] == 0 {
		p.tags[name] = n
		p.tagged = append(p.tagged, name)
	}
}

func (p *sqitchPlan) change(c *sqitchChange, deps []source.Span) {
	if first := p.section[c.name]; first != nil {
		problem := p.problem(c.at, "Sqitch refuses the plan: %s is planned twice without a tag between; to rework a change, tag the plan first", c.name)
		problem.Related, problem.RelatedMsg = first.at, "the first time"
		return
	}
	seen := map[string]bool{}
	for _, dep := range deps {
		word := dep.Text()
		switch {
		case !isSqitchDependency(word):
			p.problem(dep, "Sqitch refuses the plan: %q names no change; write `change`, `@tag`, `change@tag` or `project:change`, with a ! before it for a conflict", word)
		case seen[word]:
			p.problem(dep, "Sqitch refuses the plan: %s stands here twice", word)
		case strings.HasPrefix(word, "!"):
			c.refuses = append(c.refuses, dep)
		default:
			c.requires = append(c.requires, dep)
		}
		seen[word] = true
	}
	c.before = len(p.tagged)
	if first := p.latest[c.name]; first != nil {
		first.reworked = p.tagged[first.before:]
	}
	p.section[c.name], p.latest[c.name] = c, c
	p.changes = append(p.changes, c)
}

// isSqitchDependency is the grammar of lib/App/Sqitch/Plan/Depend.pm.
func isSqitchDependency(s string) bool {
	s = strings.TrimPrefix(s, "!")
	if project, rest, found := strings.Cut(s, ":"); found {
		if !isSqitchName(project) {
			return false
		}
		s = rest
	}
	change, tag, tagged := strings.Cut(s, "@")
	return (change != "" || tagged) && (change == "" || isSqitchName(change)) && (!tagged || isSqitchName(tag))
}

// checkOrder reports required changes that the plan does not deploy before, and
// conflicting ones that it does.
func (p *sqitchPlan) checkOrder() {
	first := map[string]int{} // the first place of each name in the order
	for i, c := range p.changes {
		if _, ok := first[c.name]; !ok {
			first[c.name] = i
		}
	}
	for i, c := range p.changes {
		for _, dep := range c.requires {
			if name, tag, tagged, ours := p.dependency(dep.Text()); ours && !p.before(i, name, tag, tagged, first) {
				p.unsatisfied(i, dep, name, tagged, first)
			}
		}
		for _, dep := range c.refuses {
			word := dep.Text()[1:]
			if name, tag, tagged, ours := p.dependency(word); ours && name != c.name && p.before(i, name, tag, tagged, first) {
				p.problem(dep, "Sqitch refuses to deploy %s: it conflicts with %s, which the plan deploys before", c.name, word)
			}
		}
	}
}

// dependency takes a dependency apart; ours is false for those on other projects,
// which this plan does not order.
func (p *sqitchPlan) dependency(dep string) (name, tag string, tagged, ours bool) {
	if project, key, other := strings.Cut(dep, ":"); other {
		if project != p.project {
			return "", "", false, false
		}
		dep = key
	} else if len(dep) == 40 && sqitchSHA.MatchString(dep) {
		return "", "", false, false
	}
	name, tag, tagged = strings.Cut(dep, "@")
	return name, tag, tagged, true
}

// before reports whether a change, a tag, or a change before a tag is planned
// before change i.
func (p *sqitchPlan) before(i int, name, tag string, tagged bool, first map[string]int) bool {
	tagLine := p.tags["@"+tag]
	if tagged && (tagLine == 0 || tagLine > p.changes[i].line) {
		return false
	}
	k, planned := first[name]
	return name == "" || planned && k < i && (!tagged || p.changes[k].line < tagLine)
}

func (p *sqitchPlan) unsatisfied(i int, dep source.Span, name string, tagged bool, first map[string]int) {
	c := p.changes[i]
	k, planned := first[name]
	switch {
	case name == c.name && !tagged:
		p.problem(dep, "Sqitch refuses the plan: %s requires itself", name)
	case !planned || tagged:
		p.problem(dep, "Sqitch refuses the plan: %s, which %s requires, is not planned before it", dep.Text(), c.name)
	default:
		message := "Sqitch refuses the plan: %s requires %s, which is planned after it"
		if p.leadsTo(p.changes[k], c.name, first) {
			message = "Sqitch refuses the plan: %s and %s require each other, so neither can be deployed"
		}
		problem := p.problem(dep, message, c.name, name)
		problem.Related, problem.RelatedMsg = p.changes[k].at, "the required change"
	}
}

// maxCircle is how many changes are asked for a way back to where a circle began.
const maxCircle = 200

// leadsTo reports whether a change requires another, directly or through others.
func (p *sqitchPlan) leadsTo(from *sqitchChange, name string, first map[string]int) bool {
	seen := map[string]bool{from.name: true}
	todo := []*sqitchChange{from}
	for n := 0; n < len(todo) && n < maxCircle; n++ {
		for _, dep := range todo[n].requires {
			key, _, _, ours := p.dependency(dep.Text())
			if ours && key == name {
				return true
			}
			if k, planned := first[key]; ours && planned && !seen[key] {
				seen[key] = true
				todo = append(todo, p.changes[k])
			}
		}
	}
	return false
}

// isSqitchPlan reports whether a file begins as a plan does.
func isSqitchPlan(head []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(head, " \t\r\n"), []byte("%")) && bytes.Contains(head, []byte("%project"))
}
