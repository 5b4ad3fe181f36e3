package rules

import (
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/tools/txtar"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/analyzer/analyzertest"
	"github.com/miglint/miglint/internal/pgparse"
	"github.com/miglint/miglint/migration"
	"github.com/miglint/miglint/source"
)

// notSQL are the rules that suggest a line of the framework's own.
var notSQL = map[string]bool{
	"goose-directive": true, "dbmate-directive": true, "diesel-metadata": true, "sql-migrate-directive": true,
	"statement-cut-in-two": true, "node-pg-migrate-directive": true, "liquibase-changelog": true, "drizzle-journal": true,
	"prisma-lock": true,
}

// everyFinding calls f with what all rules find in all fixtures and examples.
func everyFinding(t *testing.T, f func(*testing.T, analyzer.Diagnostic)) {
	var cases []*analyzertest.Case
	for _, r := range All() {
		archive, err := txtar.ParseFile(filepath.Join(fixtures, r.Name+".txtar"))
		if err != nil {
			t.Fatal(err)
		}
		cases = append(cases, analyzertest.Cases(t, archive)...)
		cases = append(cases, analyzertest.Example(r.Bad))
	}
	on := map[string]analyzer.Severity{}
	for _, r := range All() {
		on[r.Name] = r.Severity
	}
	for _, c := range cases {
		c.Options.Severities = on
		for _, d := range c.Judge(t, All()...).Diagnostics {
			f(t, d)
		}
	}
}

func TestEverySuggestionIsSQL(t *testing.T) {
	everyFinding(t, func(t *testing.T, d analyzer.Diagnostic) {
		if d.Suggestion == "" || notSQL[d.Rule.Name] {
			return
		}
		f := source.NewFile("suggestion.sql", []byte(d.Suggestion))
		for _, s := range pgparse.Parse(source.FileFragment(f, 0, len(f.Text)), pgparse.Options{}).Statements {
			if s.Problem != nil {
				t.Errorf("%s: %s suggests what is not SQL: %s: %s\n%s", d.Span, d.Rule.Name, s.Problem.Span, s.Problem.Message, d.Suggestion)
			}
		}
	})
}

// properNames are the frameworks whose users write them with a capital.
var properNames = func() map[string]bool {
	names := map[string]bool{}
	for _, fw := range migration.Frameworks() {
		names[fw.Title] = true
	}
	return names
}()

// breaksConvention holds a message to the house style: it begins in lower case or
// with an SQL word, has no final period, and is one line.
func breaksConvention(message string) string {
	word, _, _ := strings.Cut(message, " ")
	switch capital := word != "" && unicode.IsUpper([]rune(word)[0]); {
	case message == "":
		return "is empty"
	case capital && strings.ToUpper(word) != word && word != "PostgreSQL" && !properNames[word]:
		return "begins with a capital"
	case strings.HasSuffix(message, "."):
		return "ends with a period"
	case strings.ContainsAny(message, "\r\n"):
		return "is not one line"
	}
	return ""
}

func TestEveryMessageKeepsTheConvention(t *testing.T) {
	everyFinding(t, func(t *testing.T, d analyzer.Diagnostic) {
		if problem := breaksConvention(d.Message); problem != "" {
			t.Errorf("%s: %s: %q %s", d.Span, d.Rule.Name, d.Message, problem)
		}
	})
}

// TestEveryFixEndsTheFinding applies each safe fix: what is left must be SQL that
// the rule no longer finds fault with.
func TestEveryFixEndsTheFinding(t *testing.T) {
	fixed := map[string]bool{}
	everyFinding(t, func(t *testing.T, d analyzer.Diagnostic) {
		for _, fix := range d.Fixes {
			if fix.Safety != analyzer.Safe || len(fix.Edits) != 1 {
				continue
			}
			fixed[d.Rule.Name] = true
			at, file := fix.Edits[0].Span, d.Span.File
			text := string(file.Text[:at.Start]) + fix.Edits[0].New + string(file.Text[at.End:])
			for _, again := range analyzertest.Example(text).Judge(t, All()...).Diagnostics {
				same := again.Rule == d.Rule && again.Span.Start == d.Span.Start
				if same || again.Rule == syntaxError || again.Rule == concurrentlyInTransaction {
					t.Errorf("%s: after its fix %s says %s: %s\n%s", d.Span, d.Rule.Name, again.Rule.Name, again.Message, text)
				}
			}
		}
	})
	for _, r := range []*analyzer.Rule{detachPartitionNotConcurrent, dropIndexNotConcurrent, indexNotConcurrent, refreshNotConcurrent, reindexNotConcurrent} {
		if !fixed[r.Name] {
			t.Errorf("no fixture of %s has a fix", r.Name)
		}
	}
}
