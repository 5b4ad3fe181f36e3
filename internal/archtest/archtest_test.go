package archtest

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func TestProject(t *testing.T) {
	found, err := Check(os.DirFS(filepath.Join("..", "..")))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		t.Error(f)
	}
}

// The table must stay what it says it is: a graph without circles in which only
// the composition points know the rules.
func TestTable(t *testing.T) {
	knowRules := []string{}
	for pkg, allowed := range imports {
		for _, dep := range allowed {
			if _, known := imports[dep]; !known && dep != anything {
				t.Errorf("%s may import %s, which is not in the table", pkg, dep)
			}
			if slices.Contains(imports[dep], pkg) {
				t.Errorf("%s and %s may import each other", pkg, dep)
			}
			if dep == "rules" || dep == anything {
				knowRules = append(knowRules, pkg)
			}
		}
	}
	slices.Sort(knowRules)
	want := []string{"bench", "goanalysis", "internal/cli", "internal/gendocs"}
	if diff := cmp.Diff(want, knowRules); diff != "" {
		t.Errorf("packages that know the rules (-want +got):\n%s", diff)
	}
	for file, reason := range longFiles {
		if reason == "" {
			t.Errorf("longFiles: %s has no reason", file)
		}
		if _, err := os.Stat(filepath.Join("..", "..", filepath.FromSlash(file))); err != nil {
			t.Errorf("longFiles: %v", err)
		}
	}
}

func TestCheck(t *testing.T) {
	const home = "/ho" + "me/" // in two, so that this file is not found
	tests := []struct {
		name       string
		file, text string
		want       string // part of the one finding; "" for none
	}{
		{"allowed import", "sqlast/a.go", `package sqlast; import _ "github.com/miglint/miglint/source"`, ""},
		{"import backwards", "source/a.go", `package source; import _ "github.com/miglint/miglint/sqlast"`,
			"package source may not import sqlast: it may import nothing of the project"},
		{"rules outside the composition points", "report/a.go", `package report; import _ "github.com/miglint/miglint/rules"`,
			"package report may not import rules"},
		{"rules in the command line", "internal/cli/a.go", `package cli; import _ "github.com/miglint/miglint/rules"`, ""},
		{"test imports more", "catalog/a_test.go", `package catalog; import _ "github.com/miglint/miglint/internal/pgparse"`, ""},
		{"unknown package", "shiny/a.go", `package shiny`, "package shiny is not in the table of imports: add it"},
		{"parser in its place", "internal/pgparse/a.go", `package pgparse; import _ "github.com/pganalyze/pg_query_go/v5"`, ""},
		{"parser elsewhere, even in a test", "effect/a_test.go", `package effect; import _ "github.com/pganalyze/pg_query_go/v5"`,
			"which only internal/pgparse may import"},
		{"init", "source/a.go", "package source\nfunc init() {}", "source/a.go:2: func init"},
		{"method called init", "source/a.go", "package source\nfunc (File) init() {}", ""},
		{"vague file", "source/util.go", "package source", `"util" says nothing`},
		{"vague package", "source/a.go", "package helpers", `"helpers" says nothing`},
		{"400 lines", "source/a.go", "package source" + strings.Repeat("\n", 400), ""},
		{"401 lines", "source/a.go", "package source" + strings.Repeat("\n", 401), "401 lines, at most 400"},
		{"long test", "source/a_test.go", "package source" + strings.Repeat("\n", 600), ""},
		{"no Go in testdata", "testdata/projects/x/a.go", "package broken; import", ""},
		{"machine path", "docs/ci.md", "see " + home + "anna/x.sql", "docs/ci.md:1: an absolute path of one machine"},
		{"machine path in testdata", "testdata/a.txt", "\n" + home + "anna", "testdata/a.txt:2:"},
		{"path inside a URL", "README.md", "https://example.com" + home + "anna", ""},
		{"git's own files", ".git/config", home + "anna", ""},
		{"workflow", ".github/workflows/ci.yml", "run: " + home + "anna/go", ".github/workflows/ci.yml:1:"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Check(fstest.MapFS{tt.file: {Data: []byte(tt.text)}})
			if err != nil {
				t.Fatal(err)
			}
			switch {
			case tt.want == "" && len(got) > 0:
				t.Errorf("got %q, want nothing", got)
			case tt.want != "" && (len(got) != 1 || !strings.Contains(got[0], tt.want)):
				t.Errorf("got %q, want one finding with %q", got, tt.want)
			}
		})
	}
}
