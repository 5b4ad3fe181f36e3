package goanalysis_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestGoVet runs go vet with miglint-vet on a module of its own.
func TestGoVet(t *testing.T) {
	tool := filepath.Join(t.TempDir(), "miglint-vet.exe")
	if out, err := exec.Command("go", "build", "-o", tool, "github.com/miglint/miglint/cmd/miglint-vet").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", "module example.com/apiary\n\ngo 1.26\n\nrequire github.com/pressly/goose/v3 v3.0.0\n\nreplace github.com/pressly/goose/v3 => ./goose\n")
	write("miglint.yaml", "rules:\n  missing-down: off\n")
	write("goose/go.mod", "module github.com/pressly/goose/v3\n\ngo 1.26\n")
	write("goose/goose.go", "package goose\n\nfunc AddMigration(up, down any) {}\n")
	write("db/embed.go", "package db\n\nimport \"embed\"\n\n//go:embed migrations queries/*.sql\nvar Files embed.FS\n")
	write("db/migrations/00001_hives.sql", "-- +goose Up\nCREATE TABLE hives (id bigint PRIMARY KEY);\nDROP TABLE wasps;\n")
	write("db/queries/purge.sql", "DROP TABLE cache;\n")
	write("code/00001_drones.go", `package code

import "github.com/pressly/goose/v3"

type tx interface{ Exec(string, ...any) (any, error) }

func init() { goose.AddMigration(up, nil) }

func up(tx tx) error {
	_, err := tx.Exec("DROP TABLE drones")
	return err
}
`)
	vet := func() string {
		t.Helper()
		cmd := exec.Command("go", "vet", "-vettool="+tool, "./...")
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOWORK=off", "GOPROXY=off", "GOFLAGS=-mod=mod", "GOSUMDB=off")
		out, err := cmd.CombinedOutput()
		if failed := strings.Contains(string(out), "drop-table"); failed != (err != nil) {
			t.Errorf("go vet ended with %v and said\n%s", err, out)
		}
		return filepath.ToSlash(string(out))
	}
	const inGo, inSQL = "code/00001_drones.go:10:21: drop-table: dropping table drones", "db/migrations/00001_hives.sql:3:1: drop-table: dropping table wasps"
	for _, run := range []string{"first", "cached"} {
		out := vet()
		for _, want := range []string{inGo, inSQL} {
			if strings.Count(out, want) != 1 {
				t.Errorf("%s run: want once %q in\n%s", run, want, out)
			}
		}
		if strings.Contains(out, "cache") {
			t.Errorf("%s run: a file that is no migration was judged:\n%s", run, out)
		}
	}
	write("db/migrations/00001_hives.sql", "-- +goose Up\nCREATE TABLE hives (id bigint PRIMARY KEY);\n")
	if out := vet(); strings.Contains(out, ".sql") || !strings.Contains(out, inGo) {
		t.Errorf("after the SQL was mended: want %q alone in\n%s", inGo, out)
	}
}
