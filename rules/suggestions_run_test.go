package rules_test

import (
	"context"
	"fmt"
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
	files, err := filepath.Glob("../testdata/rules/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	recipes, err := filepath.Glob("../internal/recipe/testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	pgservertest.Each(t, func(t *testing.T, server *pgserver.Server) {
		s, err := verify.Open(t.Context(), server)
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := s.Close(context.WithoutCancel(t.Context())); err != nil {
				t.Error(err)
			}
		}()
		r := &suggestionRun{s: s, major: server.Major, seen: map[string]bool{}}
		for _, file := range append(files, recipes...) {
			r.fixture(t, file)
		}
		t.Logf("%d suggestions of %d cases were run", r.suggestions, r.cases)
	})
}

// notHere are cases in which a suggestion cannot take its place in the file.
var notHere = map[string]string{
	"down-does-not-invert/partitions": "the partition that is to be indexed later is detached in the same file",
}

type suggestionRun struct {
	s                  *verify.Session
	major              int
	cases, suggestions int
	seen               map[string]bool
}

func (r *suggestionRun) fixture(t *testing.T, file string) {
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range analyzertest.Cases(t, archive) {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar") + "/" + c.Name
		for f := range c.Files {
			if strings.HasPrefix(f, "want-") {
				delete(c.Files, f)
			}
		}
		var found []*analyzer.Rule
		c.Options.Major = max(c.Options.Major, r.major)
		if c.Options.Major != r.major {
			continue
		}
		set, err := migration.Load(c.Files, ".", "", c.Load)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range analyzer.Run(set, rules.All(), c.Options).Diagnostics {
			if d.Suggestion != "" && !d.Down && !slices.Contains(found, d.Rule) {
				found = append(found, d.Rule)
			}
		}
		if len(found) > 0 && notHere[name] == "" {
			t.Run(name, func(t *testing.T) { r.run(t, c, found) })
		}
	}
}

// run tries the case as it is, and then with each thing that is suggested.
func (r *suggestionRun) run(t *testing.T, c *analyzertest.Case, found []*analyzer.Rule) {
	bad := planCase(t, copyCase(c), "", found[0], r.major)
	if err := r.try(t.Context(), bad, ""); err != nil {
		return // it is about tables that are not there
	}
	r.cases++
	for _, rule := range found {
		p := readProof(t, rule)
		if p == nil || p.claims.place == nowhere || p.claims.inverts() {
			continue
		}
		bad := planCase(t, copyCase(c), "", rule, r.major)
		all := bad.findings
		for i := range all {
			bad.findings = all[i : i+1]
			text := bad.suggested(p.claims.place)
			if text == "" || r.seen[text] || strings.HasPrefix(all[i].Suggestion, "-- needs ") {
				continue // it is only for those who have what it needs
			}
			r.seen[text] = true
			r.suggestions++
			suggestion := planCase(t, suggestionCase(text), "", rule, r.major)
			suggestion.history = bad.history
			if err := r.try(t.Context(), suggestion, runnable(all[i].Suggestion)); err != nil {
				t.Errorf("PostgreSQL %d: %s: %v\n%s", r.major, rule.Name, err, text)
			}
		}
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
func (r *suggestionRun) try(ctx context.Context, p *plan, suggestion string) error {
	if err := r.s.Reset(ctx); err != nil {
		return err
	}
	for i, u := range p.units {
		if i <= p.history {
			if err := fill(ctx, r.s); err != nil {
				return nil // rows of this shape cannot be made up
			}
		}
		for k := range u.steps {
			err := r.s.Exec(ctx, u.steps[k].sql)
			switch {
			case err == nil:
			case suggestion == "" || strings.Contains(suggestion, strings.TrimRight(u.steps[k].sql, "; \n")):
				return fmt.Errorf("%s: %s: %w", u.name, u.steps[k].text(), err)
			case r.s.InTransaction():
				return nil
			}
		}
	}
	return nil
}
