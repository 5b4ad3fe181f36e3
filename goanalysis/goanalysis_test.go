package goanalysis_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/miglint/miglint/goanalysis"
)

// TestAnalyzer runs all packages at once: each run reads database/sql anew.
func TestAnalyzer(t *testing.T) {
	analysistest.Run(t, analysistest.TestData(), goanalysis.Analyzer, "migrations", "configured", "broken", "none", "runner")
}

func TestFinding(t *testing.T) {
	results := analysistest.RunWithSuggestedFixes(t, analysistest.TestData(), goanalysis.Analyzer, "fixed")
	if len(results) != 1 || len(results[0].Diagnostics) != 1 {
		t.Fatalf("%d results, want one with one finding", len(results))
	}
	d, pass := results[0].Diagnostics[0], results[0].Pass
	if d.Category != "index-not-concurrent" || !strings.HasSuffix(d.URL, "/docs/rules/index-not-concurrent.md") {
		t.Errorf("category %q, URL %q", d.Category, d.URL)
	}
	text, err := os.ReadFile(pass.Fset.File(d.Pos).Name())
	if err != nil {
		t.Fatal(err)
	}
	const want = "CREATE INDEX hives_place ON hives (place)"
	if got := string(text[pass.Fset.Position(d.Pos).Offset:pass.Fset.Position(d.End).Offset]); got != want {
		t.Errorf("it is at %q, want %q", got, want)
	}
}

func TestCodeThatDoesNotParse(t *testing.T) {
	folder, cleanup, err := analysistest.WriteFiles(map[string]string{
		"github.com/pressly/goose/v3/goose.go": "package goose\n\nfunc AddMigration(up, down any) {}\n",
		"unfinished/00001_workers.go": `package unfinished

import "github.com/pressly/goose/v3"

func init() { goose.AddMigration(upWorkers, nil) }

func upWorkers(tx Tx) error {
	_, err := tx.Exec("DROP TABLE workers") // want "drop-table" "missing-down"
	if err != { // want "unreadable-file"
		return err // want "unreadable-file"
	}
	return nil
}
`,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer cleanup()
	analysistest.Run(t, folder, goanalysis.Analyzer, "unfinished")
}

func TestOtherRegistries(t *testing.T) {
	folder, cleanup, err := analysistest.WriteFiles(map[string]string{
		"miglint.yaml": "rules:\n  missing-down: off\n",
		"github.com/uptrace/bun/bun.go": `package bun

type DB struct{}

func (*DB) ExecContext(ctx any, query string) error { return nil }
`,
		"github.com/uptrace/bun/migrate/migrate.go": `package migrate

type Migrations struct{}

func NewMigrations() *Migrations { return nil }

func (*Migrations) MustRegister(up, down any) {}
`,
		"hives/main.go": `package hives

import "github.com/uptrace/bun/migrate"

var Migrations = migrate.NewMigrations()
`,
		"hives/20260401090000_drones.go": `package hives

import (
	"context"

	"github.com/uptrace/bun"
)

func init() {
	Migrations.MustRegister(func(ctx context.Context, db *bun.DB) error {
		return db.ExecContext(ctx, "DROP TABLE drones") // want "drop-table"
	}, nil)
}
`,
		"github.com/go-pg/migrations/v8/migrations.go": `package migrations

type DB interface{ Exec(query string) (any, error) }

func MustRegisterTx(fns ...func(DB) error) error { return nil }
`,
		"frames/1_frames.go": `package frames

import "github.com/go-pg/migrations/v8"

func init() {
	migrations.MustRegisterTx(func(db migrations.DB) error {
		_, err := db.Exec("DROP TABLE combs") // want "drop-table"
		return err
	})
}
`,
		"gopkg.in/gormigrate.v1/gormigrate.go": `package gormigrate

type Migration struct {
	ID                string
	Migrate, Rollback func(*DB) error
}

type DB struct{ Error error }

func (*DB) Exec(query string) *DB { return nil }

func New(migrations []*Migration) error { return nil }
`,
		"queens/queens.go": `package queens

import "gopkg.in/gormigrate.v1"

func migrations() []*gormigrate.Migration {
	return []*gormigrate.Migration{{
		ID: "00001-Queens",
		Migrate: func(db *gormigrate.DB) error {
			return db.Exec("DROP TABLE queens").Error // want "drop-table"
		},
	}}
}
`,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer cleanup()
	analysistest.Run(t, folder, goanalysis.Analyzer, "hives", "frames", "queens")
}

// errors collects what analysistest would fail a test with.
type errors []string

func (e *errors) Errorf(format string, args ...any) { *e = append(*e, fmt.Sprintf(format, args...)) }

func TestWhatCannotBeDoneIsAnError(t *testing.T) {
	tests := map[string]struct {
		pkg, config string
		want        string
	}{
		"unknown rule in miglint.yaml": {"badconfig", "", `miglint.yaml:2:`},
		"no such configuration":        {"configured", filepath.Join(t.TempDir(), "no.yaml"), "no.yaml: no such file"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			set(t, "config", tt.config)
			var got errors
			analysistest.Run(&got, analysistest.TestData(), goanalysis.Analyzer, tt.pkg)
			if !strings.Contains(strings.Join(got, "\n"), tt.want) {
				t.Errorf("errors %q, want one with %q", got, tt.want)
			}
		})
	}
}

func TestConfigFlag(t *testing.T) {
	set(t, "config", filepath.Join(analysistest.TestData(), "src", "configured", "lax.yaml"))
	var ignored errors // the expectations are those of the other configuration
	var rules []string
	for _, res := range analysistest.Run(&ignored, analysistest.TestData(), goanalysis.Analyzer, "configured") {
		for _, d := range res.Diagnostics {
			rules = append(rules, d.Category)
		}
	}
	if got, want := strings.Join(rules, " "), "drop-table statement-fails"; got != want {
		t.Errorf("findings of %q, want %q", got, want)
	}
}

// set sets a flag of the analyzer for one test.
func set(t *testing.T, flag, value string) {
	t.Helper()
	flags := &goanalysis.Analyzer.Flags
	old := flags.Lookup(flag).Value.String()
	if err := flags.Set(flag, value); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = flags.Set(flag, old) })
}
