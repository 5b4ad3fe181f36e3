package rules_test

import (
	"context"
	"errors"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/internal/pgserver"
	"github.com/miglint/miglint/internal/pgserver/pgservertest"
	"github.com/miglint/miglint/internal/proof"
	"github.com/miglint/miglint/rules"
	"github.com/miglint/miglint/verify"
)

// Every rule has a file in testdata/proofs: what it claims, and what real servers
// did with its examples and with what its findings suggest. TestProofs holds the
// records against the prediction and the claims; it needs no server.
// TestProofsOnServer measures again. To record:
//
//	MIGLINT_DATABASE_URL=… go test ./rules -run TestProofsOnServer -record

var record = flag.Bool("record", false, "write what the server does with the examples to testdata/proofs")

const proofs = "../testdata/proofs"

func proofFile(r *analyzer.Rule) string { return filepath.Join(proofs, r.Name+".txtar") }

const majorFirst, majorLast = 14, 18

// about reports whether the rule is about a major.
func about(r *analyzer.Rule, major int) bool {
	return (r.MinPG == 0 || major >= r.MinPG) && (r.MaxPG == 0 || major <= r.MaxPG)
}

// readProof reads the rule's file. If there is none it says what to write, and
// returns nil.
func readProof(t *testing.T, r *analyzer.Rule) *rulesProof {
	t.Helper()
	data, err := os.ReadFile(proofFile(r))
	if os.IsNotExist(err) {
		t.Errorf(`nothing proves what %s says. Write testdata/proofs/%s.txtar:

scans
-- setup.sql --
CREATE TABLE … -- what the examples need; rows are made up where it inserts none

The first lines are the claims: what the server must be seen to do with Bad, and not with Good and the suggestion.
testdata/proofs/README.md lists them. Then record what it does:

MIGLINT_DATABASE_URL=… go test ./rules -run 'TestProofsOnServer/.*/%s$' -record`, r.Name, r.Name, r.Name)
		return nil
	}
	if err != nil {
		t.Error(err)
		return nil
	}
	p, err := proof.Parse(data)
	if err != nil {
		t.Errorf("%s: %v", proofFile(r), err)
		return nil
	}
	claims, err := parseClaims(p.Claims)
	if err != nil {
		t.Errorf("%s: %v", proofFile(r), err)
		return nil
	}
	return &rulesProof{Proof: p, rule: r, claims: claims}
}

// rulesProof is the proof of a rule with its claims understood.
type rulesProof struct {
	*proof.Proof
	rule   *analyzer.Rule
	claims *claims

	inexact bool // a prediction was not what was measured
}

// plans are the scripts to run on a major, by name: bad, good, and suggestion if
// there is one.
func (p *rulesProof) plans(t *testing.T, major int) map[string]*plan {
	t.Helper()
	known := p.Files["setup.sql"]
	if p.claims.unseen != "" {
		known = ""
	}
	plans := map[string]*plan{
		"bad":  newPlan(t, p.rule.Bad, known, p.rule, major),
		"good": newPlan(t, p.rule.Good, known, p.rule, major),
	}
	if queries := p.Files["sends.sql"]; queries != "" {
		plans["bad"].sent(t, p.rule.Bad, queries)
	}
	text := plans["bad"].suggested(p.claims.place)
	if p.claims.inverts() {
		text = plans["bad"].completed()
	}
	if text != "" && p.claims.place != nowhere {
		plans["suggestion"] = planCase(t, suggestionCase(text), known, p.rule, major)
		plans["suggestion"].history = plans["bad"].history
	}
	for script := range p.claims.skips {
		delete(plans, script)
	}
	return plans
}

func TestProofs(t *testing.T) {
	for _, r := range rules.All() {
		t.Run(r.Name, func(t *testing.T) {
			p := readProof(t, r)
			if p == nil {
				return
			}
			for major := majorFirst; major <= majorLast; major++ {
				if about(r, major) {
					p.check(t, major)
				}
			}
			if p.claims.unknown != "" && !p.inexact {
				t.Error("now predicted: remove the line \"unpredicted: \"")
			}
		})
	}
}

func TestEveryProofBelongsToARule(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(proofs, "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, r := range rules.All() {
		names[r.Name] = true
	}
	for _, f := range files {
		if name := strings.TrimSuffix(filepath.Base(f), ".txtar"); !names[name] {
			t.Errorf("%s: there is no rule %s", f, name)
		}
	}
}

func TestProofsOnServer(t *testing.T) {
	pgservertest.Each(t, func(t *testing.T, server *pgserver.Server) {
		ctx := t.Context()
		s, err := verify.Open(ctx, server)
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := s.Close(context.WithoutCancel(ctx)); err != nil {
				t.Error(err)
			}
		}()
		var all []*rulesProof
		for _, r := range rules.All() {
			if _, err := os.Stat(proofFile(r)); err != nil || !about(r, server.Major) {
				continue // TestProofs says that there is none
			}
			if p := readProof(t, r); p != nil {
				all = append(all, p)
			}
		}
		results := measureBeside(t, server, all)
		for _, p := range all {
			t.Run(p.rule.Name, func(t *testing.T) { p.measure(t, s, server.Major, results) })
		}
	})
}

// measure runs all scripts of the proof and compares, or records.
func (p *rulesProof) measure(t *testing.T, s *verify.Session, major int, results map[string]<-chan besideResult) {
	plans := p.plans(t, major)
	schemas := &reference{}
	for _, script := range []string{"bad", "good", "suggestion"} {
		plan := plans[script]
		if plan == nil {
			p.Forget(script, major)
			p.Forget(script+beside, major)
			continue
		}
		steps, schema, err := runPlan(t.Context(), s, plan, p.Files, p.claims)
		if err != nil {
			t.Errorf("%s: %v", script, err)
			continue
		}
		if p.claims.nothing == "" {
			steps = append(steps, schemas.unlike(script, schema)...)
		}
		p.compare(t, script, major, steps)
		if plan.sendsBatches() {
			state, err := asSent(t.Context(), s, plan, p.Files)
			if err != nil {
				t.Errorf("%s: %v", script, err)
			} else if e, err := newEvidence(plan, steps); err == nil && state != e.ends() {
				t.Errorf("%s: sent as one query it ends with SQLSTATE %q, statement by statement with %q", script, state, e.ends())
			}
		}
	}
	for _, script := range slices.Sorted(maps.Keys(p.claims.beside)) {
		result := <-results[p.rule.Name+" "+script]
		if result.err != nil {
			t.Errorf("%s: %v", script+beside, result.err)
			continue
		}
		p.compare(t, script+beside, major, result.steps)
	}
	if *record {
		if err := os.WriteFile(proofFile(p.rule), p.Format(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// besideResult is what was measured beside another session.
type besideResult struct {
	steps []proof.Step
	err   error
}

// measureBeside starts all the scripts that are to run beside another session:
// most of the time they wait. The results come by rule and script.
func measureBeside(t *testing.T, server *pgserver.Server, all []*rulesProof) map[string]<-chan besideResult {
	results := map[string]<-chan besideResult{}
	few := make(chan struct{}, 5) // each has three connections
	for _, p := range all {
		for script := range p.claims.beside {
			plan := p.plans(t, server.Major)[script]
			result := make(chan besideResult, 1)
			results[p.rule.Name+" "+script] = result
			if plan == nil {
				result <- besideResult{err: errors.New("there is none to claim anything of")}
				continue
			}
			go func() {
				few <- struct{}{}
				defer func() { <-few }()
				steps, err := runBeside(t.Context(), server, plan, p.Files)
				result <- besideResult{steps, err}
			}()
		}
	}
	return results
}

// compare holds what was measured against the record, or records it.
func (p *rulesProof) compare(t *testing.T, script string, major int, steps []proof.Step) {
	t.Helper()
	was, ok := p.Steps(script, major)
	switch {
	case *record:
		p.Record(script, major, steps)
	case !ok:
		t.Errorf("%s is not recorded for PostgreSQL %d: run this test with -record", script, major)
	default:
		if diff := cmp.Diff(was, steps); diff != "" {
			t.Errorf("%s (-recorded +measured):\n%s", script, diff)
		}
	}
}

// reference is the schema that the scripts should leave: that of Bad, or of Good
// if Bad fails.
type reference struct {
	script string
	schema verify.Schema
}

const unlike = "it leaves another schema than "

// unlike returns how the schema differs, as a heading with lines. Scripts that
// fail leave none to compare.
func (r *reference) unlike(script string, schema verify.Schema) []proof.Step {
	switch {
	case schema == nil:
		return nil
	case r.schema == nil:
		r.script, r.schema = script, schema
		return nil
	}
	diff := r.schema.Diff(schema)
	if len(diff) == 0 {
		return nil
	}
	heading := proof.Heading(unlike + r.script)
	heading.Did = onLines(diff)
	return []proof.Step{heading}
}
