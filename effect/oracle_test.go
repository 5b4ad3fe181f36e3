package effect_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"golang.org/x/sync/errgroup"

	"github.com/miglint/miglint/internal/pgserver"
	"github.com/miglint/miglint/internal/pgserver/pgservertest"
	"github.com/miglint/miglint/verify"
)

var (
	record = flag.Bool("record", false, "write what TestOracle measures to testdata/effects")
	only   = flag.String("case", "", "measure only the cases whose name contains this")
)

// TestOracle runs every case of testdata/effects on the servers to be had: they
// do what is recorded, and what Of predicts.
func TestOracle(t *testing.T) {
	all := families(t)
	pgservertest.Each(t, func(t *testing.T, server *pgserver.Server) {
		results := measureAll(t, server, all)
		for _, f := range all {
			for _, c := range f.cases {
				r := results[c]
				if r == nil {
					continue
				}
				t.Run(c.name, func(t *testing.T) { c.check(t, server.Major, r) })
			}
		}
	})
	if !*record {
		return
	}
	for _, f := range all {
		if err := f.write(); err != nil {
			t.Error(err)
		}
	}
}

// measurement is what came out of a case on one server.
type measurement struct {
	lines  []string
	lacks  string // the extension that the server lacks
	broken error  // of the case itself
}

// measureAll runs the cases of the server's major in two sessions. One of them
// takes all those outside of a transaction: they need a connection for each table.
func measureAll(t *testing.T, server *pgserver.Server, all []*family) map[*recorded]*measurement {
	t.Helper()
	autocommit, inside := make(chan *recorded), make(chan *recorded)
	results := map[*recorded]*measurement{}
	var mu sync.Mutex
	group, ctx := errgroup.WithContext(t.Context())
	queue := func(to chan *recorded) func() error {
		return func() error {
			defer close(to)
			for _, f := range all {
				for _, c := range f.cases {
					if !strings.Contains(c.name, *only) || server.Major < c.first || server.Major > c.last || c.autocommit != (to == autocommit) {
						continue
					}
					select {
					case to <- c:
					case <-ctx.Done():
						return ctx.Err()
					}
				}
			}
			return nil
		}
	}
	group.Go(queue(autocommit))
	group.Go(queue(inside))
	for _, queues := range [][]chan *recorded{{autocommit, inside}, {inside}} {
		s, err := verify.Open(t.Context(), server)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := s.Close(context.Background()); err != nil {
				t.Error(err)
			}
		})
		group.Go(func() error {
			loaded := ""
			for _, queue := range queues {
				for c := range queue {
					m, err := c.measure(ctx, s, &loaded)
					if err != nil {
						return fmt.Errorf("%s: %w", c.name, err)
					}
					mu.Lock()
					results[c] = m
					mu.Unlock()
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	return results
}

// measure runs a case. The error is about the server. loaded is the set-up that
// the session's database is in: a transaction that is rolled back leaves it so.
func (c *recorded) measure(ctx context.Context, s *verify.Session, loaded *string) (*measurement, error) {
	// A session reads the bounds of a partition from its parents, locking them,
	// once; a change of the partition's entry makes it read them again.
	scripts := []string{"UPDATE pg_class SET reltuples = reltuples WHERE relispartition"}
	if *loaded != c.setup {
		if err := s.Reset(ctx); err != nil {
			return nil, err
		}
		scripts = []string{c.setup}
	}
	*loaded = ""
	if !c.autocommit {
		scripts = append(scripts, "BEGIN", c.before)
	}
	for _, sql := range scripts {
		err := s.Exec(ctx, sql)
		var refused *pgconn.PgError
		switch {
		case err == nil:
		case !errors.As(err, &refused):
			return nil, err
		case missingExtension(refused):
			return &measurement{lacks: refused.Message}, nil
		default:
			return &measurement{broken: fmt.Errorf("%w in: %s", err, sql)}, nil
		}
	}
	e, err := s.Measure(ctx, c.statement)
	if err != nil {
		return nil, err
	}
	if !c.autocommit && s.InTransaction() {
		if err := s.Exec(ctx, "ROLLBACK"); err != nil {
			return nil, err
		}
		*loaded = c.setup
	}
	return &measurement{lines: verify.Lines(&e)}, nil
}

// missingExtension reports whether the server was not built with an extension:
// undefined_file before 16, feature_not_supported since
// (parse_extension_control_file in extension.c).
func missingExtension(e *pgconn.PgError) bool {
	return e.Code == "58P01" && strings.Contains(e.Message, "extension") ||
		e.Code == "0A000" && strings.HasSuffix(e.Message, "is not available")
}

// check holds a measurement against the record and the prediction.
func (c *recorded) check(t *testing.T, major int, m *measurement) {
	switch {
	case m.lacks != "" && os.Getenv("MIGLINT_REQUIRE_POSTGRES") == "1":
		t.Fatal("not measured: " + m.lacks)
	case m.lacks != "":
		t.Skip("not measured: " + m.lacks)
	case m.broken != nil:
		t.Fatal(m.broken)
	}
	if *record {
		c.want[major] = m.lines
		return
	}
	if diff := verify.Diff(m.lines, c.want[major]); diff != "" {
		t.Errorf("%s(predicted: what is recorded)\n%s", c.statement, diff)
	}
	c.compare(t, map[int][]string{major: m.lines})
}
