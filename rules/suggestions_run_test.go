package rules_test

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/tools/txtar"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/analyzer/analyzertest"
	"github.com/miglint/miglint/internal/pgserver"
	"github.com/miglint/miglint/internal/pgserver/pgservertest"
	"github.com/miglint/miglint/migration"
	"github.com/miglint/miglint/rules"
	"github.com/miglint/miglint/verify"
)

// TestSuggestionsOnServer runs what is suggested in the fixtures whose own
// migrations a server accepts from the start: then it must accept the suggestion
// in the place of what it is for. What is not SQL to be run as it is, and where a
// suggestion goes, is known from the proofs.
func TestSuggestionsOnServer(t *testing.T) {
	pgservertest.Each(t, func(t *testing.T, server *pgserver.Server) {
		session, err := verify.Open(t.Context(), server)
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := session.Close(context.WithoutCancel(t.Context())); err != nil {
				t.Error(err)
			}
		}()
		runs := map[*plan]error{}
		n := 0
		eachSuggestion(t, server.Major, func(t *testing.T, s suggestionCaseOf) {
			if _, known := runs[s.bad]; !known {
				runs[s.bad] = try(t.Context(), session, s.bad, "")
			}
			if runs[s.bad] != nil {
				return // it is about tables that are not there, or whose rows cannot be made up
			}
			n++
			if err := try(t.Context(), session, s.plan, s.suggestion); err != nil {
				t.Errorf("PostgreSQL %d: %s: %v\n%s", server.Major, s.rule.Name, err, s.text)
			}
		})
		t.Logf("%d suggestions were run", n)
	})
}

// TestSuggestionsBlockNobodyForLong looks at what is predicted of them.
func TestSuggestionsBlockNobodyForLong(t *testing.T) {
	for _, major := range []int{majorFirst, majorLast} {
		eachSuggestion(t, major, func(t *testing.T, s suggestionCaseOf) {
			if !slices.ContainsFunc(s.claims.kinds, func(k string) bool { return k == "rewrites" || k == "scans" || k == "builds" || k == "locks" }) {
				return
			}
			e := &evidence{plan: s.plan, did: map[*planned][]string{}}
			for i := range s.plan.units {
				for k := range s.plan.units[i].steps {
					step := &s.plan.units[i].steps[k]
					if step.stmt == nil {
						continue
					}
					e.order, e.did[step] = append(e.order, step), verify.Lines(&step.stmt.Effect)
				}
			}
			for _, step := range e.order {
				lines := slices.DeleteFunc(e.slow(step), func(l string) bool {
					// Of what history does not show it is only possible: how to avoid it is up to
					// the reader. What the migration itself makes is empty.
					return strings.Contains(l, " maybe under ") || s.plan.makes(parseLine(l).on)
				})
				if len(lines) > 0 && strings.Contains(s.suggestion, strings.TrimRight(step.sql, "; \n")) {
					t.Errorf("PostgreSQL %d: %s: %s: %s\n%s", major, s.rule.Name, step.text(), strings.Join(lines, ", "), s.text)
				}
			}
		})
	}
}

// notHere are cases in which a suggestion cannot take its place in the file.
var notHere = map[string]string{
	"down-does-not-invert/partitions": "the partition that is to be indexed later is detached in the same file",
}

// eachSuggestion calls f with what rules suggest in the fixtures on a major: the
// case, as a plan, and the case with one suggestion in its place.
func eachSuggestion(t *testing.T, major int, f func(t *testing.T, s suggestionCaseOf)) {
	var files []string
	for _, pattern := range []string{"../testdata/rules/*.txtar", "../internal/recipe/testdata/*.txtar"} {
		some, err := filepath.Glob(pattern)
		if err != nil || len(some) == 0 {
			t.Fatalf("%s: no fixtures: %v", pattern, err)
		}
		files = append(files, some...)
	}
	seen := map[string]bool{}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range analyzertest.Cases(t, archive) {
			name := strings.TrimSuffix(filepath.Base(file), ".txtar") + "/" + c.Name
			maps.DeleteFunc(c.Files, func(f string, _ *fstest.MapFile) bool { return strings.HasPrefix(f, "want-") })
			if c.Options.Major > major || notHere[name] != "" {
				continue
			}
			c.Options.Major = major
			for _, rule := range suggesting(t, c) {
				eachOf(t, c, rule, seen, func(s suggestionCaseOf) { t.Run(name, func(t *testing.T) { f(t, s) }) })
			}
		}
	}
}

// suggestionCaseOf is a finding that suggests something.
type suggestionCaseOf struct {
	rule       *analyzer.Rule
	claims     *claims
	bad        *plan
	text       string // the project with the suggestion
	suggestion string // alone, ready to run
	plan       *plan  // of the project with the suggestion
}

// suggesting are the rules that suggest something for the ups of a case.
func suggesting(t *testing.T, c *analyzertest.Case) []*analyzer.Rule {
	set, err := migration.Load(c.Files, ".", "", c.Load)
	if err != nil {
		t.Fatal(err)
	}
	var found []*analyzer.Rule
	for _, d := range analyzer.Run(set, rules.All(), c.Options).Diagnostics {
		if d.Suggestion != "" && !d.Down && !slices.Contains(found, d.Rule) {
			found = append(found, d.Rule)
		}
	}
	return found
}

func eachOf(t *testing.T, c *analyzertest.Case, rule *analyzer.Rule, seen map[string]bool, f func(suggestionCaseOf)) {
	p := readProof(t, rule)
	if p == nil || p.claims.place == nowhere || p.claims.inverts() {
		return
	}
	bad := planCase(t, copyCase(c), "", rule, c.Options.Major)
	all := bad.findings
	for i := range all {
		bad.findings = all[i : i+1]
		text := bad.suggested(p.claims.place)
		if text == "" || seen[text] || strings.HasPrefix(all[i].Suggestion, "-- needs ") {
			continue // it is only for those who have what it needs
		}
		seen[text] = true
		with := planCase(t, suggestionCase(text), "", rule, c.Options.Major)
		with.history = bad.history
		f(suggestionCaseOf{rule, p.claims, bad, text, runnable(all[i].Suggestion), with})
	}
}

func copyCase(c *analyzertest.Case) *analyzertest.Case {
	again := *c
	again.Files = fstest.MapFS{}
	for name, f := range c.Files {
		again.Files[name] = f
	}
	return &again
}

// try runs a plan, and returns the first error; of a plan with a suggestion only
// those of its statements: what stands beside it may need what now comes later.
func try(ctx context.Context, session *verify.Session, p *plan, suggestion string) error {
	if err := session.Reset(ctx); err != nil {
		return err
	}
	for i, u := range p.units {
		if i <= p.history {
			if err := fill(ctx, session); err != nil {
				return fmt.Errorf("%s: making up rows: %w", u.name, err)
			}
		}
		for k := range u.steps {
			err := session.Exec(ctx, u.steps[k].sql)
			switch {
			case err == nil:
			case suggestion == "" || strings.Contains(suggestion, strings.TrimRight(u.steps[k].sql, "; \n")):
				return fmt.Errorf("%s: %s: %w", u.name, u.steps[k].text(), err)
			case session.InTransaction():
				return nil
			}
		}
	}
	return nil
}
