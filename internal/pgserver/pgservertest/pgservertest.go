// Package pgservertest gives tests the PostgreSQL servers they ask for.
package pgservertest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/miglint/miglint/internal/pgserver"
)

// servers are those that tests of this binary use together: starting one takes
// longer than most tests. Nobody closes them: they go with the process.
var servers struct {
	sync.Mutex
	started map[pgserver.Options]*started
}

type started struct {
	once   sync.Once
	server *pgserver.Server
	err    error
}

// Each runs f as a subtest postgres=N on each PostgreSQL that is to be had: one of
// each major in MIGLINT_POSTGRES_MAJORS, which may be downloaded, else the first
// that pgserver finds. All tests of the binary use the server: f makes databases of
// its own in it, drops them, and does not close it.
//
// Servers that are started are of the minor releases that the records were made on.
//
// The test is skipped under -short, and if there is no server, unless
// MIGLINT_REQUIRE_POSTGRES=1 makes that a failure.
func Each(t *testing.T, f func(t *testing.T, s *pgserver.Server)) {
	t.Helper()
	if testing.Short() {
		t.Skip("a PostgreSQL server is too slow for -short")
	}
	options, err := wanted(os.Getenv("MIGLINT_POSTGRES_MAJORS"), pgserver.FromEnvironment())
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range options {
		s, err := start(t, o)
		if err != nil && o.Major == 0 {
			missing(t, err)
		}
		major := o.Major
		if err == nil {
			major = s.Major
		}
		t.Run(fmt.Sprintf("postgres=%d", major), func(t *testing.T) {
			if err != nil {
				missing(t, err)
			}
			f(t, s)
		})
	}
}

// missing ends a test that has no server. One that is there and does not work is a
// failure.
func missing(t testing.TB, err error) {
	t.Helper()
	if errors.Is(err, pgserver.ErrNotFound) && os.Getenv("MIGLINT_REQUIRE_POSTGRES") != "1" {
		t.Skip(err)
	}
	t.Fatal(err)
}

// wanted returns the options of each server that a list of majors asks for. Named
// majors are started for the test: a running server or one folder of binaries is
// of one major only.
func wanted(majors string, o pgserver.Options) ([]pgserver.Options, error) {
	list := strings.FieldsFunc(majors, func(r rune) bool { return r == ',' || r == ' ' })
	if len(list) == 0 {
		o.Pinned = true
		return []pgserver.Options{o}, nil
	}
	var all []pgserver.Options
	for _, m := range list {
		major, err := strconv.Atoi(m)
		if err != nil {
			return nil, fmt.Errorf("MIGLINT_POSTGRES_MAJORS: %q is no major version: expected a list such as 14 15 16 17 18", m)
		}
		all = append(all, pgserver.Options{Major: major, Pinned: true, Download: true, Repository: o.Repository})
	}
	return all, nil
}

// start returns the server that the tests of this binary share. One that runs
// anyway is not shared: it must be left as it was, and nobody else closes it.
func start(t *testing.T, o pgserver.Options) (*pgserver.Server, error) {
	t.Helper()
	if o.DatabaseURL != "" {
		s, err := pgserver.Start(t.Context(), o)
		if err == nil {
			t.Cleanup(func() {
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			})
		}
		return s, err
	}
	servers.Lock()
	if servers.started == nil {
		servers.started = map[pgserver.Options]*started{}
	}
	s := servers.started[o]
	if s == nil {
		s = &started{}
		servers.started[o] = s
	}
	servers.Unlock()
	s.once.Do(func() { s.server, s.err = pgserver.Start(context.Background(), o) })
	return s.server, s.err
}
