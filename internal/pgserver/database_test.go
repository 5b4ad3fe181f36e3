//go:build unix

package pgserver_test

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"github.com/miglint/miglint/internal/pgserver"
	"github.com/miglint/miglint/internal/pgserver/pgservertest"
)

// ask returns the one value that a query gives.
func ask(t *testing.T, databaseURL, query string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	var value string
	if err := conn.QueryRow(t.Context(), query).Scan(&value); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return value
}

func TestCreateDatabase(t *testing.T) {
	pgservertest.Each(t, func(t *testing.T, s *pgserver.Server) {
		db, err := s.CreateDatabase(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, tt := range []struct{ name, url, query, want string }{
			{"the role owns the database", db.URL, "SELECT (pg_get_userbyid(datdba) = current_user)::text FROM pg_database WHERE datname = current_database()", "true"},
			{"the role is no superuser", db.URL, "SHOW is_superuser", "off"},
			{"the role makes tables", db.URL, "WITH made AS (SELECT has_schema_privilege('public', 'CREATE')) SELECT has_schema_privilege::text FROM made", "true"},
			{"AdminURL is of a superuser", db.AdminURL, "SHOW is_superuser", "on"},
			{"it is empty", db.URL, "SELECT count(*)::text FROM pg_class WHERE oid >= 16384", "0"},
			{"sessions are not in UTC", db.URL, "SHOW TimeZone", "Europe/Rome"},
			{"text is UTF-8", db.URL, "SHOW server_encoding", "UTF8"},
			{"texts compare by bytes", db.URL, "SELECT datcollate FROM pg_database WHERE datname = current_database()", "C"},
			{"the database is the one of its name", db.URL, "SELECT current_database()", db.Name},
		} {
			if got := ask(t, tt.url, tt.query); got != tt.want {
				t.Errorf("%s: got %s, want %s", tt.name, got, tt.want)
			}
		}
		conn, err := pgx.Connect(t.Context(), db.URL) // DropDatabase does not wait for it
		if err != nil {
			t.Fatal(err)
		}
		if err := s.DropDatabase(t.Context(), db); err != nil {
			t.Fatal(err)
		}
		if err := conn.Ping(t.Context()); err == nil {
			t.Error("the database is still there")
		}
		if err := s.DropDatabase(t.Context(), db); err != nil {
			t.Errorf("dropping a second time: %v", err)
		}
	})
}

func TestCreateDatabaseConcurrently(t *testing.T) {
	pgservertest.Each(t, func(t *testing.T, s *pgserver.Server) {
		made := make([]*pgserver.Database, 8)
		var group errgroup.Group
		for i := range made {
			group.Go(func() (err error) {
				made[i], err = s.CreateDatabase(t.Context())
				return err
			})
		}
		if err := group.Wait(); err != nil {
			t.Fatal(err)
		}
		names := map[string]bool{}
		for _, db := range made {
			names[db.Name] = true
			group.Go(func() error { return s.DropDatabase(t.Context(), db) })
		}
		if err := group.Wait(); err != nil {
			t.Fatal(err)
		}
		if len(names) != len(made) {
			t.Errorf("%d databases have %d names", len(made), len(names))
		}
	})
}

// Nobody gets in without a password, and nobody else can reach the folder.
func TestPrivate(t *testing.T) {
	s := start(t)
	db, err := s.CreateDatabase(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, password := range []string{"", "postgres"} {
		u, err := url.Parse(db.AdminURL)
		if err != nil {
			t.Fatal(err)
		}
		u.User = url.UserPassword("postgres", password)
		conn, err := pgx.Connect(t.Context(), u.String())
		if err == nil {
			conn.Close(t.Context())
			t.Errorf("the password %q opens the server", password)
		}
	}
	info, err := os.Stat(folderOf(t, db.URL))
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o700 {
		t.Errorf("the folder has mode %v, want 0700", info.Mode())
	}
	if got := ask(t, db.AdminURL, "SHOW listen_addresses"); got != "" {
		t.Errorf("the server listens on %s", got)
	}
	if _, err := os.Stat(filepath.Join(folderOf(t, db.URL), "password")); err == nil {
		t.Error("the superuser's password is still in a file")
	}
}

// A path too long for a socket makes the server listen on the loopback interface.
func TestLongPath(t *testing.T) {
	temp := sharedTemp(t)
	long := filepath.Join(temp, strings.Repeat("long", 25))
	if err := os.Mkdir(long, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(long, 0o777); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", long)
	s := start(t)
	db, err := s.CreateDatabase(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := ask(t, db.AdminURL, "SHOW listen_addresses"); got != "127.0.0.1" {
		t.Errorf("the server listens on %q, want 127.0.0.1", got)
	}
	if got := ask(t, db.URL, "SELECT current_user"); got != "miglint" {
		t.Errorf("got user %s", got)
	}
}
