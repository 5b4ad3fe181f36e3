package bench

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func take(n int, seed uint64) []Migration {
	var out []Migration
	for m := range Migrations(seed) {
		if len(out) == n {
			break
		}
		out = append(out, m)
	}
	return out
}

func TestSameSeedSameHistory(t *testing.T) {
	long := take(200, 7)
	if diff := cmp.Diff(long[:50], take(50, 7)); diff != "" {
		t.Errorf("a shorter history differs from the start of a longer one (-longer +shorter):\n%s", diff)
	}
	if cmp.Equal(long[:50], take(50, 8)) {
		t.Error("two seeds gave the same history")
	}
}

func TestHistoryIsLikePeoplesOwn(t *testing.T) {
	var text strings.Builder
	lines := 0
	for _, m := range take(1000, 1) {
		up := m.Files(Plain)[0].Text
		lines += strings.Count(up, "\n")
		text.WriteString(up)
		if m.OutsideTx != strings.Contains(up, "CONCURRENTLY") {
			t.Errorf("%06d_%s: OutsideTx is %v for:\n%s", m.Number, m.Name, m.OutsideTx, up)
		}
		if m.OutsideTx && len(m.Up) != 1 {
			t.Errorf("%06d_%s: %d statements outside a transaction, want 1", m.Number, m.Name, len(m.Up))
		}
	}
	if mean := lines / 1000; mean < 16 || mean > 24 {
		t.Errorf("a file has %d lines on average, want about 20", mean)
	}
	for _, want := range []string{"CREATE TABLE ", "ADD COLUMN ", "CREATE INDEX CONCURRENTLY ", "NOT VALID;", "VALIDATE CONSTRAINT ",
		"UPDATE ", "DELETE FROM ", "COMMENT ON ", "CREATE OR REPLACE FUNCTION ", "DO $$", "CREATE VIEW ", "SET NOT NULL;", " TYPE ", "-- "} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("1,000 migrations hold no %q", want)
		}
	}
}

func TestWrite(t *testing.T) {
	tests := []struct {
		layout Layout
		first  []string
	}{
		{Plain, []string{"000001_create_ferry_visits0.sql", "000002_create_bakery_orders2.sql"}},
		{Goose, []string{"000001_create_ferry_visits0.sql", "000002_create_bakery_orders2.sql"}},
		{GolangMigrate, []string{"000001_create_ferry_visits0.down.sql", "000001_create_ferry_visits0.up.sql"}},
	}
	for _, tt := range tests {
		t.Run(string(tt.layout), func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "migrations")
			size, err := Write(dir, tt.layout, 40, 1)
			if err != nil {
				t.Fatal(err)
			}
			entries, err := os.ReadDir(dir)
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			var total int64
			for _, e := range entries {
				names = append(names, e.Name())
				info, err := e.Info()
				if err != nil {
					t.Fatal(err)
				}
				total += info.Size()
			}
			if len(names) != 40 {
				t.Errorf("wrote %d files, want 40", len(names))
			}
			if size != total {
				t.Errorf("reported %d bytes, wrote %d", size, total)
			}
			if diff := cmp.Diff(tt.first, names[:2]); diff != "" {
				t.Errorf("first files (-want +got):\n%s", diff)
			}
		})
	}
	t.Run("unknown layout", func(t *testing.T) {
		if _, err := Write(t.TempDir(), "rails", 1, 1); err == nil || !strings.Contains(err.Error(), `"rails"`) {
			t.Errorf("error %v does not name the layout", err)
		}
	})
}
