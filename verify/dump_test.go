package verify_test

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/internal/pgparse"
	"github.com/miglint/miglint/source"
	"github.com/miglint/miglint/verify"
)

// TestDumps replays what pg_dump wrote of one schema on several majors, data
// included, and holds the catalog against the facts that Session.Facts read from
// those servers. Constraints that are only NOT NULL are left out: a dump of
// 18 spells their names only where they are not the usual ones.
func TestDumps(t *testing.T) {
	dumps, err := filepath.Glob("testdata/dumps/*.sql")
	if err != nil || len(dumps) == 0 {
		t.Fatalf("no dumps: %v", err)
	}
	for _, dump := range dumps {
		name := strings.TrimSuffix(filepath.Base(dump), ".sql")
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(dump)
			if err != nil {
				t.Fatal(err)
			}
			want, err := os.ReadFile(strings.TrimSuffix(dump, ".sql") + ".facts")
			if err != nil {
				t.Fatal(err)
			}
			major, err := strconv.Atoi(name)
			if err != nil {
				t.Fatal(err)
			}
			f := source.NewFile(dump, text)
			c := catalog.NewFor(major)
			for _, stmt := range pgparse.Parse(source.FileFragment(f, 0, len(text)), pgparse.Options{PSQL: true}).Statements {
				if stmt.Problem != nil {
					t.Errorf("%s: %s", stmt.Problem.Span, stmt.Problem.Message)
				}
				c.Apply(stmt, catalog.Origin{Migration: catalog.StartingSchema})
			}
			facts := slices.DeleteFunc(verify.SchemaOf(c), func(l string) bool {
				return strings.HasPrefix(l, "constraint ") && strings.Contains(l, "_not_null: ")
			})
			got := strings.Join(facts, "\n") + "\n"
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("(-server +replay):\n%s", diff)
			}
		})
	}
}
