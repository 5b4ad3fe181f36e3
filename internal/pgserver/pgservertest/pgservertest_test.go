package pgservertest

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/miglint/miglint/internal/pgserver"
)

func TestWanted(t *testing.T) {
	named := pgserver.Options{Pinned: true, DatabaseURL: "postgres://localhost", BinDir: "/bin", Repository: "https://mirror.example"}
	of := func(major int) pgserver.Options {
		return pgserver.Options{Major: major, Pinned: true, Download: true, Repository: "https://mirror.example"}
	}
	tests := []struct {
		name, majors string
		want         []pgserver.Options
		err          string
	}{
		{"not set", "", []pgserver.Options{named}, ""},
		{"only spaces", "  ", []pgserver.Options{named}, ""},
		{"one", "16", []pgserver.Options{of(16)}, ""},
		{"spaces", "14 15  18", []pgserver.Options{of(14), of(15), of(18)}, ""},
		{"commas", "14,15, 18", []pgserver.Options{of(14), of(15), of(18)}, ""},
		{"minor version", "16.3", nil, `MIGLINT_POSTGRES_MAJORS: "16.3" is no major version: expected a list such as 14 15 16 17 18`},
		{"word", "all", nil, `"all" is no major version`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := wanted(tt.majors, named)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("options (-want +got):\n%s", diff)
			}
			if (err != nil) != (tt.err != "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("got error %v, want %q", err, tt.err)
			}
		})
	}
}

// ending records how a test ends.
type ending struct {
	testing.TB
	how string
}

func (e *ending) Helper() {}

func (e *ending) Skip(args ...any) {
	e.how = "skipped: " + fmt.Sprint(args...)
	panic(e)
}

func (e *ending) Fatal(args ...any) {
	e.how = "failed: " + fmt.Sprint(args...)
	panic(e)
}

func TestMissing(t *testing.T) {
	none := fmt.Errorf("%w: looked everywhere", pgserver.ErrNotFound)
	tests := []struct {
		name     string
		err      error
		required string
		want     string
	}{
		{"none", none, "", "skipped: no PostgreSQL to be had: looked everywhere"},
		{"none, and required", none, "1", "failed: no PostgreSQL to be had: looked everywhere"},
		{"there, but broken", errors.New("wrong password"), "", "failed: wrong password"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("MIGLINT_REQUIRE_POSTGRES", tt.required)
			e := &ending{TB: t}
			func() {
				defer func() { _ = recover() }()
				missing(e, tt.err)
			}()
			if e.how != tt.want {
				t.Errorf("got %q, want %q", e.how, tt.want)
			}
		})
	}
}

// Tests of a binary share a server, and each gets the major in its name.
func TestEach(t *testing.T) {
	seen := map[int]*pgserver.Server{}
	for range 2 {
		Each(t, func(t *testing.T, s *pgserver.Server) {
			if want := fmt.Sprintf("/postgres=%d", s.Major); !strings.Contains(t.Name(), want) {
				t.Errorf("the test is called %s, want it to have %s", t.Name(), want)
			}
			if first := seen[s.Major]; first != nil && first != s && os.Getenv("MIGLINT_DATABASE_URL") == "" {
				t.Errorf("PostgreSQL %d was started twice", s.Major)
			}
			seen[s.Major] = s
		})
	}
}

// A running server that the user names is as it was after the tests.
func TestEachOnNamedServer(t *testing.T) {
	Each(t, func(t *testing.T, host *pgserver.Server) {
		home, err := host.CreateDatabase(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		left := func() (names string) {
			conn, err := pgx.Connect(t.Context(), home.AdminURL)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close(t.Context())
			err = conn.QueryRow(t.Context(), `SELECT string_agg(name, ' ' ORDER BY name)
				FROM (SELECT datname::text AS name FROM pg_database UNION ALL SELECT rolname::text FROM pg_roles) AS x`).Scan(&names)
			if err != nil {
				t.Fatal(err)
			}
			return names
		}
		before := left()
		t.Run("guest", func(t *testing.T) {
			t.Setenv("MIGLINT_POSTGRES_MAJORS", "")
			t.Setenv("MIGLINT_DATABASE_URL", home.AdminURL)
			Each(t, func(t *testing.T, s *pgserver.Server) {
				if _, err := s.CreateDatabase(t.Context()); err != nil {
					t.Fatal(err)
				}
			})
		})
		if after := left(); after != before {
			t.Errorf("databases and roles before:\n%s\nafter:\n%s", before, after)
		}
		if err := host.DropDatabase(t.Context(), home); err != nil {
			t.Error(err)
		}
	})
}
