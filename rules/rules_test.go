package rules

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/analyzer/analyzertest"
)

const fixtures = "../testdata/rules"

// switchOn makes an opt-in rule run.
func switchOn(c *analyzertest.Case, r *analyzer.Rule) {
	if r.OptIn {
		c.Options.Severities = map[string]analyzer.Severity{r.Name: r.Severity}
	}
	c.Options.Major = max(c.Options.Major, r.MinPG)
}

func TestBadExampleFires(t *testing.T) {
	for _, r := range All() {
		t.Run(r.Name, func(t *testing.T) {
			c := analyzertest.Example(r.Bad)
			switchOn(c, r)
			for _, d := range c.Judge(t, All()...).Diagnostics {
				if d.Rule == r {
					return
				}
			}
			t.Errorf("%s does not fire on its bad example:\n%s", r.Name, r.Bad)
		})
	}
}

func TestGoodExampleIsCleanUnderAllDefaultRules(t *testing.T) {
	for _, r := range All() {
		t.Run(r.Name, func(t *testing.T) {
			c := analyzertest.Example(r.Good)
			switchOn(c, r)
			for _, d := range c.Judge(t, All()...).Diagnostics {
				t.Errorf("%s: %s: %s", d.Span, d.Rule.Name, d.Message)
			}
		})
	}
}

func TestFixtures(t *testing.T) {
	for _, r := range All() {
		t.Run(r.Name, func(t *testing.T) {
			analyzertest.Run(t, filepath.Join(fixtures, r.Name+".txtar"), r, All()...)
		})
	}
}

func TestEveryFixtureBelongsToARule(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(fixtures, "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, r := range All() {
		names[r.Name] = true
	}
	for _, f := range files {
		if name := strings.TrimSuffix(filepath.Base(f), ".txtar"); !names[name] {
			t.Errorf("%s: there is no rule %s", f, name)
		}
	}
}

var kebab = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

func TestMetadata(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range All() {
		if !kebab.MatchString(r.Name) || seen[r.Name] {
			t.Errorf("%s: the name is not kebab-case, or taken", r.Name)
		}
		seen[r.Name] = true
		for field, text := range map[string]string{"Summary": r.Summary, "Why": r.Why, "Instead": r.Instead, "Bad": r.Bad, "Good": r.Good, "Since": r.Since} {
			if strings.TrimSpace(text) == "" {
				t.Errorf("%s: %s is empty", r.Name, field)
			}
		}
		if strings.HasSuffix(r.Summary, ".") {
			t.Errorf("%s: the summary ends with a period", r.Name)
		}
		if _, err := os.Stat(strings.ReplaceAll(r.Name, "-", "_") + ".go"); err != nil && !isIgnoreRule(r) {
			t.Errorf("%s: its page should be a file of its name: %v", r.Name, err)
		}
	}
}

// isIgnoreRule reports whether the rule lives in package analyzer, which applies
// the comments it is about.
func isIgnoreRule(r *analyzer.Rule) bool {
	return r == analyzer.InvalidDirective || r == analyzer.UnusedIgnore
}
