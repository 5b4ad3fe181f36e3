//go:build unix

package pgserver_test

import (
	"context"
	"errors"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/miglint/miglint/internal/pgserver"
)

// programs makes a folder with a postgres and an initdb that are scripts, which
// every user can read.
func programs(t *testing.T, postgres, initdb string) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "bin")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, script := range map[string]string{"postgres": postgres, "initdb": initdb} {
		if script == "" {
			continue
		}
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(file, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// version is a postgres that only says its version.
func version(v string) string { return `echo "postgres (PostgreSQL) ` + v + `"` }

// wantError checks that Start fails with an error that has all the parts, shows no
// password, and leaves no folder behind.
func wantError(t *testing.T, o pgserver.Options, parts ...string) error {
	t.Helper()
	temp := os.Getenv("TMPDIR")
	if temp == "" {
		temp = sharedTemp(t)
	}
	s, err := pgserver.Start(t.Context(), o)
	if err == nil {
		s.Close()
		t.Fatalf("Start has started a server, want an error with %q", parts)
	}
	for _, p := range parts {
		if !strings.Contains(err.Error(), p) {
			t.Errorf("got the error\n%v\nwant one with %q", err, p)
		}
	}
	for _, secret := range []string{"s3cret", "hush"} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("the error shows the password: %v", err)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(temp, "miglint-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	return err
}

func TestBadBinaries(t *testing.T) {
	const works = `mkdir -p "${1#--pgdata=}"`
	tests := []struct {
		name             string
		postgres, initdb string
		major            int
		want             []string
	}{
		{"no postgres", "", "exit", 0, []string{"the folder of PostgreSQL binaries", "it holds no postgres; expected the server's programs, postgres and initdb"}},
		{"no initdb", version("18.4"), "", 0, []string{"it holds no initdb beside postgres"}},
		{"too old", version("13.21 (Debian 13.21-1)"), works, 0, []string{"PostgreSQL 13 (", "is not supported: miglint knows 14 to 18"}},
		{"too new", version("19beta1"), works, 0, []string{"PostgreSQL 19 (", "is not supported: miglint knows 14 to 18"}},
		{"another major", version("15.2"), works, 17, []string{"holds PostgreSQL 15, not 17"}},
		{"no version", "echo hello", works, 0, []string{`gives its version as "hello\n"; expected a line such as postgres (PostgreSQL) 18.0`}},
		{"postgres cannot run", "exit 126", works, 0, []string{"asking", "for its version: exit status 126"}},
		{"initdb fails on a full disk", version("18.4"),
			"echo 'initdb: error: could not write file: No space left on device' >&2; exit 1", 0,
			[]string{"starting PostgreSQL 18 from", "initdb, run by", "has ended with exit status 1, saying:\ninitdb: error: could not write file: No space left on device"}},
		{"initdb is killed", version("18.4"), "kill -KILL $$", 0, []string{"has ended with exit status 137"}},
		{"postgres fails to start", `[ "$1" = --version ] && exec ` + version("18.4") + "\necho 'FATAL:  could not map shared memory' >&2; exit 1", works, 0,
			[]string{"the server has ended with exit status 1; the end of its log:\nFATAL:  could not map shared memory"}},
		{"postgres says very much", `[ "$1" = --version ] && exec ` + version("18.4") + "\nfor i in $(seq 5000); do echo \"LOG:  line $i\" >&2; done; exit 1", works, 0,
			[]string{"LOG:  line 4999\nLOG:  line 5000"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			sharedTemp(t)
			err := wantError(t, pgserver.Options{Major: tt.major, BinDir: programs(t, tt.postgres, tt.initdb)}, tt.want...)
			if errors.Is(err, pgserver.ErrNotFound) {
				t.Error("what the user named and what is broken must not pass as a missing server")
			}
			if len(err.Error()) > 6000 {
				t.Errorf("the error has %d bytes", len(err.Error()))
			}
		})
	}
}

// A start that takes too long is given up when the context ends.
func TestStartIsCancelled(t *testing.T) {
	temp := sharedTemp(t)
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	bin := programs(t, version("18.4"), "exec sleep 2")
	_, err := pgserver.Start(ctx, pgserver.Options{BinDir: bin})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want %v", err, context.DeadlineExceeded)
	}
	wantGone(t, filepath.Join(temp, "miglint-"), nil)
}

func TestNoTemp(t *testing.T) {
	bin := programs(t, version("18.4"), "exit 1")
	t.Run("missing", func(t *testing.T) {
		t.Setenv("TMPDIR", filepath.Join(sharedTemp(t), "missing"))
		wantError(t, pgserver.Options{BinDir: bin}, "it has no folder: set TMPDIR to a folder that", "can write: mkdir:", "missing")
	})
	t.Run("closed", func(t *testing.T) {
		dir := sharedTemp(t)
		if err := os.Chmod(dir, 0o500); err != nil {
			t.Fatal(err)
		}
		wantError(t, pgserver.Options{BinDir: bin}, "it has no folder: set TMPDIR to a folder that", "can write: mkdir:", dir)
	})
}

func TestUnknownMajor(t *testing.T) {
	for _, major := range []int{-1, 9, 13, 19} {
		wantError(t, pgserver.Options{Major: major}, "(the one asked for) is not supported: miglint knows 14 to 18")
	}
}

func TestBadDatabaseURL(t *testing.T) {
	const unreadable = "the database URL cannot be read: it must look like postgres://user:password@host:port/database"
	tests := []struct{ name, url, want string }{
		{"nobody listens", "postgres://u:s3cret@127.0.0.1:1/db", "no server answers at 127.0.0.1:1: connect: connection refused; check the host and port of the database URL"},
		{"no such host", "postgres://u:s3cret@db.invalid/db", "no server answers at db.invalid: "},
		{"no such socket", "postgres://u:s3cret@/db?host=/nowhere", "no server answers at /nowhere: connect: no such file or directory;"},
		{"not a URL", "host=localhost password=s3cret", unreadable},
		{"another database", "mysql://u:s3cret@localhost/db", unreadable},
		{"password with a hash", "postgres://u:12#s3cret@localhost/db", unreadable},
		{"password with a slash", "postgres://u:hush/s3cret@localhost/db", unreadable},
		{"password with a percent sign", "postgres://u:s3cret%zz@localhost/db", unreadable},
		{"bad option", "postgres://u:s3cret@localhost/db?sslmode=perhaps", "the database URL cannot be used: "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { wantError(t, pgserver.Options{DatabaseURL: tt.url}, tt.want) })
	}
}

// A server that the user names is judged by what it says of itself.
func TestUnsuitableServer(t *testing.T) {
	tests := []struct {
		name, version, super string
		major                int
		want                 string
	}{
		{"too old", "13.22 (Ubuntu 13.22-1)", "on", 0, "PostgreSQL 13 (127.0.0.1:"},
		{"ancient", "9.6.24", "on", 0, "PostgreSQL 9 (127.0.0.1:"},
		{"too new", "19beta1", "on", 0, "is not supported: miglint knows 14 to 18"},
		{"another major", "16.3", "on", 17, "is PostgreSQL 16, not 17: name one of that major"},
		{"no superuser", "16.3", "off", 0, "role u at 127.0.0.1:"},
		{"no PostgreSQL", "", "on", 0, `gives its version as "": expected one such as 18.4`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			at := pretend(t, map[string]string{"server_version": tt.version, "is_superuser": tt.super})
			wantError(t, pgserver.Options{DatabaseURL: at, Major: tt.major}, tt.want)
		})
	}
}

// pretend is a server that lets everybody in, and no more.
func pretend(t *testing.T, status map[string]string) (databaseURL string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			backend := pgproto3.NewBackend(conn, conn)
			if _, err := backend.ReceiveStartupMessage(); err != nil {
				return
			}
			backend.Send(&pgproto3.AuthenticationOk{})
			for name, value := range status {
				backend.Send(&pgproto3.ParameterStatus{Name: name, Value: value})
			}
			backend.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
			_ = backend.Flush() // the client says what it misses
		}
	}()
	return "postgres://u:s3cret@" + l.Addr().String() + "/db?sslmode=disable"
}

// What a real server refuses.
func TestRefused(t *testing.T) {
	s := start(t)
	db, err := s.CreateDatabase(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	change := func(how func(u *url.URL)) string {
		u, err := url.Parse(db.AdminURL)
		if err != nil {
			t.Fatal(err)
		}
		how(u)
		return u.String()
	}
	tests := []struct{ name, url, want string }{
		{"wrong password", change(func(u *url.URL) { u.User = url.UserPassword("postgres", "s3cret") }), `refuses the password of role "postgres": check the database URL`},
		{"no such role", change(func(u *url.URL) { u.User = url.UserPassword("nobody_here", "s3cret") }), `refuses the password of role "nobody_here"`},
		{"no such database", change(func(u *url.URL) { u.Path = "/missing" }), "has no such database"},
		{"no superuser", db.URL, "role miglint at"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { wantError(t, pgserver.Options{DatabaseURL: tt.url}, tt.want) })
	}
}

// A server that the user names is left as it was.
func TestNamedServer(t *testing.T) {
	host := start(t)
	home, err := host.CreateDatabase(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	const all = "SELECT string_agg(name, ' ' ORDER BY name) FROM (SELECT datname::text AS name FROM pg_database UNION ALL SELECT rolname::text FROM pg_roles) AS x"
	before := ask(t, home.AdminURL, all)
	var guests []*pgserver.Server
	for range 2 { // at the same time, as two packages' tests are
		s, err := pgserver.Start(t.Context(), pgserver.Options{DatabaseURL: home.AdminURL})
		if err != nil {
			t.Fatal(err)
		}
		if s.Major != host.Major {
			t.Errorf("got major %d, want %d", s.Major, host.Major)
		}
		guests = append(guests, s)
	}
	for _, s := range guests {
		for range 2 {
			db, err := s.CreateDatabase(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if got := ask(t, db.URL, "SELECT current_database() || current_setting('is_superuser') || current_setting('TimeZone')"); got != db.Name+"offEurope/Rome" {
				t.Errorf("got %s", got)
			}
			if got := ask(t, db.AdminURL, "SHOW is_superuser"); got != "on" {
				t.Errorf("AdminURL: is_superuser is %s", got)
			}
		}
	}
	for _, s := range guests {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if _, err := s.CreateDatabase(t.Context()); err == nil {
			t.Error("a closed server makes databases")
		}
	}
	if after := ask(t, home.AdminURL, all); after != before {
		t.Errorf("databases and roles before:\n%s\nafter:\n%s", before, after)
	}
}
