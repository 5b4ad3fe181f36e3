package rules_test

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/effect"
	"github.com/miglint/miglint/internal/proof"
	"github.com/miglint/miglint/sqlast"
	"github.com/miglint/miglint/verify"
)

// claims are the first lines of a proof: what the server must be seen to do.
type claims struct {
	kinds   []string            // keys of kinds
	locked  string              // the relation that "locks" is about; "" for all of the findings
	fails   map[string]string   // of a script: the SQLSTATE that it ends with
	again   map[string]string   // of a script: the SQLSTATE of a second run; "" if it works
	values  map[string]string   // "bad ends", "good runs", …: what watch.sql or shows.sql returns
	beside  map[string][]string // of a script: what becomes of it beside another session
	nothing string              // why the rule says nothing about the server
	unseen  string              // why the set-up is not part of the history
	unknown string              // why the prediction cannot be exact
	skips   map[string]string   // of a script: why it is not run
	except  map[string]string   // "good", "suggestion": why it does as Bad does
	differs map[string]string   // "good", "suggestion": why it ends in another schema
	place   string              // where the suggestion goes
}

var besideClaim = regexp.MustCompile(`^(bad|good|suggestion) (` + strings.Join(outcomes, "|") + `)$`)

var failClaim = regexp.MustCompile(`^(?:(bad|good|suggestion) )?(again )?(?:fails ([0-9A-Z]{5})|runs)$`)

var valueClaim = regexp.MustCompile(`^((?:bad|good|suggestion) (?:(?:never )?runs|ends|commits)) with (.*)$`)

func parseClaims(lines []string) (*claims, error) {
	c := &claims{fails: map[string]string{}, again: map[string]string{}, values: map[string]string{}, beside: map[string][]string{}, skips: map[string]string{}, except: map[string]string{}, differs: map[string]string{}, place: inPlace}
	for _, line := range lines {
		head, reason, _ := strings.Cut(line, ": ")
		subject, what, _ := strings.Cut(head, " ")
		switch {
		case kinds[line].shown != nil:
			c.kinds = append(c.kinds, line)
		case subject == "locks" && what != "":
			c.kinds, c.locked = append(c.kinds, subject), what
		case failClaim.MatchString(line):
			m := failClaim.FindStringSubmatch(line)
			script := cmp.Or(m[1], "bad")
			if m[2] != "" {
				c.again[script] = m[3]
			} else {
				c.fails[script] = m[3]
			}
		case valueClaim.MatchString(line):
			m := valueClaim.FindStringSubmatch(line)
			c.values[m[1]] = m[2]
		case besideClaim.MatchString(line):
			c.beside[subject] = append(c.beside[subject], what)
		case reason == "":
			return nil, fmt.Errorf("%q is no claim, or gives no reason: see README.md beside it", line)
		case head == "nothing":
			c.nothing = reason
		case head == "unpredicted":
			c.unknown = reason
		case head == "unseen":
			c.unseen = reason
		case what == "not run":
			c.skips[subject] = reason
		case what == "too" && (subject == "good" || subject == "suggestion"):
			c.except[subject] = reason
		case what == "differs" && (subject == "good" || subject == "suggestion"):
			c.differs[subject] = reason
		case subject == "suggestion" && slices.Contains([]string{related, before, behind, atEnd, earlier, last, nowhere}, what):
			c.place = what
		default:
			return nil, fmt.Errorf("%q is no claim: see README.md beside it", line)
		}
	}
	if len(c.kinds)+len(c.beside)+len(c.fails)+len(c.again) == 0 && len(c.values) == 0 && c.nothing == "" {
		return nil, fmt.Errorf("nothing is claimed: see README.md beside it, or say \"nothing: \" and why")
	}
	return c, nil
}

// inverts reports whether downs are run too.
func (c *claims) inverts() bool { return slices.Contains(c.kinds, "does not invert") }

// check holds the record of one major against the prediction and the claims.
func (p *rulesProof) check(t *testing.T, major int) {
	t.Helper()
	plans := p.plans(t, major)
	if bad := plans["bad"]; bad != nil && len(bad.findings) == 0 {
		t.Errorf("PostgreSQL %d: the rule finds nothing in bad, with the set-up as history", major)
	}
	all := map[string]*evidence{}
	for script, plan := range plans {
		steps, ok := p.Steps(script, major)
		if !ok {
			t.Errorf("PostgreSQL %d: %s is not recorded: run TestProofsOnServer with -record", major, script)
			return
		}
		e, err := newEvidence(plan, steps)
		if err != nil {
			t.Errorf("PostgreSQL %d: %s: %v: run TestProofsOnServer with -record", major, script, err)
			return
		}
		if differences := e.predicted(); len(differences) > 0 && p.claims.unseen == "" {
			p.inexact = true
			if p.claims.unknown == "" {
				t.Errorf("PostgreSQL %d: %s: %s", major, script, strings.Join(differences, "\n"))
			}
		}
		e.locked = p.claims.locked
		all[script] = e
	}
	problems := p.claims.judge(all)
	for script, claimed := range p.claims.beside {
		steps, _ := p.Steps(script+beside, major)
		problems = append(problems, judgeBeside(script, steps, claimed)...)
	}
	for _, problem := range problems {
		t.Errorf("PostgreSQL %d: %s", major, problem)
	}
}

// evidence is a plan with what was measured.
type evidence struct {
	plan  *plan
	did   map[*planned][]string // of the commands that ran
	order []*planned
	steps []proof.Step // all of the record

	locked string // the relation that "locks" is about
}

// newEvidence matches the record with the plan.
func newEvidence(p *plan, steps []proof.Step) (*evidence, error) {
	e := &evidence{plan: p, did: map[*planned][]string{}, steps: steps}
	next := 0
	for i := range p.units {
		for k := range p.units[i].steps {
			s := &p.units[i].steps[k]
			for next < len(steps) && steps[next].Text != s.text() {
				next++
			}
			if next == len(steps) {
				if len(e.order) == 0 || failedWith(e.did[e.order[len(e.order)-1]]) == "" {
					return nil, fmt.Errorf("the record does not have %q", s.text())
				}
				return e, nil
			}
			e.did[s] = steps[next].Did
			e.order = append(e.order, s)
			next++
		}
	}
	return e, nil
}

// predicted compares what was predicted for each statement with what it did, and
// returns the differences.
func (e *evidence) predicted() (differences []string) {
	for _, s := range e.order {
		if s.stmt == nil || s.stmt.Problem != nil || controls(s.stmt.Statement) || isDo(s.stmt.Statement) {
			continue
		}
		measured := slices.DeleteFunc(slices.Clone(e.did[s]), func(l string) bool { return strings.HasPrefix(l, "with ") })
		if failedWith(measured) == "42501" {
			continue // nobody's privileges are predicted
		}
		c := verify.Context{Before: s.stmt.Before, Held: heldNow(s.stmt), Autocommit: s.stmt.Tx == nil}
		comparable := c.Comparable(&s.stmt.Effect, measured)
		if diff := verify.Diff(measured, verify.Lines(&comparable)); diff != "" {
			differences = append(differences, s.text()+"\n"+diff)
		}
	}
	return differences
}

// isDo reports whether the statement is a DO block, of which nothing is predicted.
func isDo(s *sqlast.Statement) bool {
	for _, op := range s.Ops {
		if _, ok := op.(*sqlast.Do); ok {
			return true
		}
	}
	return false
}

// heldNow are the locks that the statement's transaction has.
func heldNow(s *analyzer.Stmt) map[catalog.Key]effect.Mode {
	held := map[catalog.Key]effect.Mode{}
	for _, h := range s.Held {
		held[h.Relation] = max(held[h.Relation], h.Mode)
	}
	if s.Tx == nil || len(s.Tx.Stmts) == 0 {
		return held
	}
	// What the transaction made, or gave another name, it has locked.
	first := s.Tx.Stmts[0].Before
	for _, l := range s.Effect.Locks {
		if _, there := first.RelationKind(l.Relation); !there {
			held[l.Relation] = effect.AccessExclusive
		}
	}
	return held
}

// line is a line of the record taken apart.
type line struct {
	verb, on, rest string
}

func parseLine(text string) line {
	verb, rest, _ := strings.Cut(text, " ")
	on, rest, _ := strings.Cut(rest, " ")
	return line{verb, on, rest}
}

// heldBy returns the strongest lock on each relation that the transaction of a
// statement has taken up to it; with it, its own too.
func (e *evidence) heldBy(s *planned, own bool) map[string]effect.Mode {
	held := map[string]effect.Mode{}
	for _, other := range e.order {
		if other == s && !own {
			break
		}
		if other == s || s.stmt != nil && other.stmt != nil && other.stmt.Tx != nil && other.stmt.Tx == s.stmt.Tx {
			for _, text := range e.did[other] {
				if l := parseLine(text); l.verb == "lock" {
					held[l.on] = max(held[l.on], modeOf(l.rest))
				}
			}
		}
		if other == s {
			break
		}
	}
	return held
}

func modeOf(name string) effect.Mode {
	for m := effect.AccessShare; m <= effect.AccessExclusive; m++ {
		if m.String() == name {
			return m
		}
	}
	return 0
}

// slow are the lines of a statement that say it took time for every row of a
// relation while writes to it were blocked.
func (e *evidence) slow(s *planned) []string {
	held := e.heldBy(s, true)
	var lines []string
	for _, text := range e.did[s] {
		l := parseLine(text)
		if !slices.Contains([]string{"rewrite", "scan", "build"}, l.verb) || isNew(s, l.on) {
			continue
		}
		mode := held[l.on]
		if mode.BlocksWrites() {
			lines = append(lines, fmt.Sprintf("%s under %s", text, mode.SQL()))
		}
	}
	return lines
}

func isNew(s *planned, relation string) bool {
	schema, name, _ := strings.Cut(relation, ".")
	return s.stmt.IsNew(catalog.Key{Schema: schema, Name: name})
}

// found are the commands that findings begin in, with them.
func (e *evidence) found(f func(s *planned, d analyzer.Diagnostic)) {
	for _, s := range e.order {
		for _, d := range e.plan.at(s) {
			f(s, d)
		}
	}
}
