package verify_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/effect"
	"github.com/miglint/miglint/internal/pgserver"
	"github.com/miglint/miglint/internal/pgserver/pgservertest"
	"github.com/miglint/miglint/verify"
)

func open(t *testing.T, server *pgserver.Server) *verify.Session {
	t.Helper()
	s, err := verify.Open(t.Context(), server)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return s
}

func mustExec(t *testing.T, s *verify.Session, sql string) {
	t.Helper()
	if err := s.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}

const measureSetup = `CREATE TABLE t (id int PRIMARY KEY, a int, b text);
CREATE INDEX t_a ON t (a);
INSERT INTO t VALUES (1, 1, 'x');
CREATE TABLE o (id int PRIMARY KEY, t_id int);
CREATE MATERIALIZED VIEW m AS SELECT id, a FROM t;
CREATE UNIQUE INDEX m_id ON m (id);
CREATE DOMAIN d AS int;
CREATE TABLE u (d d);
CREATE TABLE p (k int, v text) PARTITION BY RANGE (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (10);
CREATE SCHEMA s;
CREATE TABLE s.t (id int);
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();
`

// TestMeasure: one statement for each thing that can be seen, with each way to
// see it.
func TestMeasure(t *testing.T) {
	tests := []struct {
		name, before, statement string
		want                    []string
	}{
		{"lock", "BEGIN", "ALTER TABLE t ADD c int", []string{"lock public.t AccessExclusiveLock"}},
		{"lock on a table not named", "ALTER TABLE o ADD FOREIGN KEY (t_id) REFERENCES t; BEGIN", "DROP TABLE o",
			[]string{"lock public.o AccessExclusiveLock", "lock public.t AccessExclusiveLock", "lose table public.o data"}},
		{"lock that is held", "BEGIN; LOCK TABLE t", "ALTER TABLE t ADD c int", nil},
		{"lock that grows", "BEGIN; LOCK TABLE t IN SHARE MODE", "ALTER TABLE t ADD c int", []string{"lock public.t AccessExclusiveLock"}},
		{"lock on what is new", "BEGIN; CREATE TABLE n ()", "ALTER TABLE n ADD c int", nil},
		{"lock on an index", "BEGIN", "ALTER INDEX t_a RENAME TO t_b", []string{"lock public.t_a ShareUpdateExclusiveLock"}},
		{"lock on a temporary table", "CREATE TEMP TABLE x (); BEGIN", "DROP TABLE x",
			[]string{"lock pg_temp.x AccessExclusiveLock", "lose table pg_temp.x data"}},
		{"lock for a moment", "", "ALTER TABLE t ADD c int", []string{"lock public.t AccessExclusiveLock"}},
		{"rewrite", "BEGIN", "ALTER TABLE o ALTER t_id TYPE bigint", []string{"lock public.o AccessExclusiveLock", "rewrite public.o"}},
		{"scan for a check", "BEGIN", "ALTER TABLE t ADD CHECK (a > 0)",
			[]string{"lock public.t AccessExclusiveLock", "scan public.t"}},
		{"scan of the one that is meant", "BEGIN", "ALTER TABLE s.t ADD CHECK (id > 0)",
			[]string{"lock s.t AccessExclusiveLock", "scan s.t"}},
		{"scan for a foreign key", "BEGIN", "ALTER TABLE o ADD FOREIGN KEY (t_id) REFERENCES t",
			[]string{"lock public.o ShareRowExclusiveLock", "lock public.t ShareRowExclusiveLock", "scan public.o"}},
		{"scan for a domain", "BEGIN", "ALTER DOMAIN d ADD CHECK (VALUE > 0)",
			[]string{"lock public.u ShareLock", "scan public.u"}},
		{"build", "BEGIN", "CREATE INDEX ON t (b)", []string{"lock public.t ShareLock", "build public.t t_b_idx"}},
		{"build, watched", "", "CREATE INDEX CONCURRENTLY t_b ON t (b)",
			[]string{"lock public.t ShareUpdateExclusiveLock", "build public.t t_b concurrently"}},
		{"build on a materialized view, watched", "", "REINDEX INDEX CONCURRENTLY m_id",
			[]string{"lock public.m ShareUpdateExclusiveLock", "build public.m m_id concurrently"}},
		{"rewrite, watched", "", "VACUUM FULL t", []string{"lock public.t AccessExclusiveLock", "rewrite public.t"}},
		{"lock that grows, watched", "", "ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY",
			[]string{"lock public.p ShareUpdateExclusiveLock", "lock public.p1 AccessExclusiveLock"}},
		{"index lost, watched", "", "DROP INDEX CONCURRENTLY t_a",
			[]string{"lock public.t ShareUpdateExclusiveLock", "lose index public.t_a"}},
		{"loss of many things", "BEGIN", "DROP SCHEMA s CASCADE",
			[]string{"lock s.t AccessExclusiveLock", "lose schema s", "lose table s.t data"}},
		{"loss of a column", "BEGIN", "ALTER TABLE p DROP v",
			[]string{"lock public.p AccessExclusiveLock", "lock public.p1 AccessExclusiveLock", "lose column public.p.v data"}},
		{"loss of rows", "BEGIN", "TRUNCATE t, o", []string{"lock public.o AccessExclusiveLock",
			"lock public.t AccessExclusiveLock", "lose table public.t data"}},
		{"failure", "BEGIN", "ALTER TABLE t ADD a int", []string{`fail 42701 column "a" of relation "t" already exists`}},
		{"failure at the end", "ALTER TABLE o ADD FOREIGN KEY (t_id) REFERENCES t DEFERRABLE INITIALLY DEFERRED", "INSERT INTO o VALUES (1, 7)",
			[]string{`fail 23503 insert or update on table "o" violates foreign key constraint "o_t_id_fkey"`}},
		{"failure, watched", "INSERT INTO t VALUES (2, 1)", "CREATE UNIQUE INDEX CONCURRENTLY t_u ON t (a)",
			[]string{`fail 23505 could not create unique index "t_u"`}},
		{"failure outside of a transaction", "", "LOCK TABLE t", []string{"fail 25P01 LOCK TABLE can only be used in transaction blocks"}},
		{"in a failed transaction", "BEGIN; SELECT 1", "SELECT 1/0", []string{"fail 22012 division by zero"}},
		{"rows that never come", "BEGIN", "COPY o FROM STDIN", []string{"lock public.o RowExclusiveLock"}},
		{"end of a transaction", "BEGIN; CREATE TABLE n ()", "ROLLBACK", nil},
		{"messages turned off", "SET client_min_messages = error; SET search_path = ''; BEGIN", "CREATE INDEX x ON public.t (b)",
			[]string{"lock public.t ShareLock", "build public.t x"}},
	}
	pgservertest.Each(t, func(t *testing.T, server *pgserver.Server) {
		s := open(t, server)
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				if err := s.Reset(t.Context()); err != nil {
					t.Fatal(err)
				}
				mustExec(t, s, measureSetup)
				for _, sql := range strings.Split(tt.before, ";") {
					mustExec(t, s, sql)
				}
				e, err := s.Measure(t.Context(), tt.statement)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tt.want, verify.Lines(&e)); diff != "" {
					t.Errorf("%s (-want +got):\n%s", tt.statement, diff)
				}
			})
		}
	})
}

// TestHeld: a session tells what its transaction held before the statement.
func TestHeld(t *testing.T) {
	pgservertest.Each(t, func(t *testing.T, server *pgserver.Server) {
		s := open(t, server)
		mustExec(t, s, "CREATE TABLE t (a int)")
		mustExec(t, s, "BEGIN")
		for _, want := range []map[catalog.Key]effect.Mode{
			{},
			{{Schema: "public", Name: "t"}: effect.Share},
		} {
			if _, err := s.Measure(t.Context(), "LOCK TABLE t IN SHARE MODE"); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, s.Held()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		}
		if !s.InTransaction() {
			t.Error("the transaction is over")
		}
	})
}

// TestReset: nothing that was made in the database is left, and no setting.
func TestReset(t *testing.T) {
	pgservertest.Each(t, func(t *testing.T, server *pgserver.Server) {
		s := open(t, server)
		mustExec(t, s, measureSetup+`CREATE PUBLICATION b FOR TABLE t;
CREATE FUNCTION e() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION e();
CREATE FOREIGN DATA WRAPPER w; CREATE SERVER v FOREIGN DATA WRAPPER w;
CREATE ACCESS METHOD h TYPE TABLE HANDLER heap_tableam_handler;
SET search_path = s`)
		mustExec(t, s, "BEGIN")
		if err := s.Reset(t.Context()); err != nil {
			t.Fatal(err)
		}
		mustExec(t, s, measureSetup)
		e, err := s.Measure(t.Context(), "DROP TABLE t, s.t CASCADE")
		if err != nil || e.Fails != nil {
			t.Errorf("not as it was opened: %v %v", e.Fails, err)
		}
	})
}

// TestServerGone: a server that dies is an error, not an outcome, and ends the
// measurement at once.
func TestServerGone(t *testing.T) {
	const slow = "CREATE FUNCTION slow(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(600); RETURN 1; END'"
	tests := []struct{ name, before, statement string }{
		{"in a transaction", "BEGIN", "SELECT pg_sleep(600)"},
		{"outside of one", "", "SELECT pg_sleep(600)"},
		{"watched", "", "CREATE INDEX CONCURRENTLY slow_index ON t (slow(a))"},
	}
	pgservertest.Each(t, func(t *testing.T, server *pgserver.Server) {
		killer := open(t, server)
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				s := open(t, server)
				mustExec(t, s, "CREATE TABLE t AS SELECT 1 AS a")
				mustExec(t, s, slow)
				mustExec(t, s, tt.before)
				done := make(chan error, 1)
				go func() {
					_, err := s.Measure(t.Context(), tt.statement)
					done <- err
				}()
				for {
					mustExec(t, killer, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
						WHERE pid <> pg_backend_pid() AND state = 'active' AND wait_event = 'PgSleep'`)
					select {
					case err := <-done:
						if err == nil || !strings.Contains(err.Error(), "ended the connection while running") {
							t.Errorf("got %v", err)
						}
						return
					case <-time.After(10 * time.Millisecond):
					}
				}
			})
		}
	})
}
