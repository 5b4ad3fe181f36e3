package migration_test

import (
	"testing"
	"testing/fstest"

	"github.com/miglint/miglint/migration"
)

// TestChangedGoFiles: a migration written in Go is judged with its folder as
// history, and Go code elsewhere is left out without a word.
func TestChangedGoFiles(t *testing.T) {
	fsys := fstest.MapFS{
		"db/00001_hives.sql": {Data: []byte("-- +goose Up\nCREATE TABLE hives (id bigint);\n")},
		"db/00002_queen.go":  {Data: []byte("package db\n\nimport \"github.com/pressly/goose/v3\"\n\nfunc init() { goose.AddMigration(up, nil) }\n\nfunc up(tx *sql.Tx) error { return nil }\n")},
		"app/main.go":        {Data: []byte("package main\n")},
	}
	set, err := migration.LoadChanged(fsys, []migration.NamedFile{
		{Name: "db/00002_queen.go", Display: "db/00002_queen.go"},
		{Name: "app/main.go", Display: "app/main.go"},
	}, migration.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(set.Streams) != 1 || len(set.Streams[0].Migrations) != 2 {
		t.Fatalf("streams %v, want the one with two migrations", set.Streams)
	}
	if ms := set.Streams[0].Migrations; ms[0].Judged || !ms[1].Judged {
		t.Errorf("judged: %v and %v, want the second alone", ms[0].Judged, ms[1].Judged)
	}
}
