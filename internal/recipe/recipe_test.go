package recipe_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/miglint/miglint/analyzer/analyzertest"
	"github.com/miglint/miglint/internal/pgparse"
	"github.com/miglint/miglint/rules"
	"github.com/miglint/miglint/source"
)

var update = flag.Bool("update", false, "write what is suggested into the fixtures")

// Each case of a fixture is a folder of migrations. Its want-<rule>.sql holds
// what the rule suggests there; for several findings, one behind the other with
// an empty line between.
func TestSuggestions(t *testing.T) {
	fixtures, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(fixtures) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	for _, fixture := range fixtures {
		t.Run(strings.TrimSuffix(filepath.Base(fixture), ".txtar"), func(t *testing.T) { testFixture(t, fixture) })
	}
}

func testFixture(t *testing.T, fixture string) {
	archive, err := txtar.ParseFile(fixture)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range analyzertest.Cases(t, archive) {
		for name, file := range c.Files {
			rule, isWant := strings.CutPrefix(strings.TrimSuffix(name, ".sql"), "want-")
			if !isWant {
				continue
			}
			delete(c.Files, name)
			t.Run(c.Name+"/"+rule, func(t *testing.T) {
				got := suggested(t, c, rule)
				if *update {
					write(t, fixture, c.Name+"/"+name, got)
				} else if diff := cmp.Diff(string(file.Data), got); diff != "" {
					t.Errorf("suggestion of %s (-want +got):\n%s", rule, diff)
				}
			})
		}
	}
}

// suggested returns what a rule suggests in a case, and makes sure that it is
// SQL.
func suggested(t *testing.T, c *analyzertest.Case, rule string) string {
	t.Helper()
	var all []string
	for _, d := range c.Judge(t, rules.All()...).Diagnostics {
		if d.Rule.Name != rule {
			continue
		}
		all = append(all, d.Suggestion+"\n")
		f := source.NewFile("suggestion.sql", []byte(d.Suggestion))
		parsed := pgparse.Parse(source.FileFragment(f, 0, len(f.Text)), pgparse.Options{})
		for _, s := range parsed.Statements {
			if s.Problem != nil {
				t.Errorf("%s: the suggestion is not SQL: %s\n%s", s.Problem.Span, s.Problem.Message, d.Suggestion)
			}
		}
		if len(parsed.Statements) == 0 {
			t.Errorf("%s suggests no statement: %q", d.Span, d.Suggestion)
		}
	}
	return strings.Join(all, "\n")
}

func write(t *testing.T, fixture, name, text string) {
	t.Helper()
	archive, err := txtar.ParseFile(fixture)
	if err != nil {
		t.Fatal(err)
	}
	for i := range archive.Files {
		if archive.Files[i].Name == name {
			archive.Files[i].Data = []byte(text)
		}
	}
	if err := os.WriteFile(fixture, txtar.Format(archive), 0o644); err != nil {
		t.Fatal(err)
	}
}
