package verify_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/effect"
	"github.com/miglint/miglint/internal/pgparse"
	"github.com/miglint/miglint/source"
	"github.com/miglint/miglint/sqlast"
	"github.com/miglint/miglint/verify"
)

func parse(sql string) []*sqlast.Statement {
	f := source.NewFile("random.sql", []byte(sql))
	return pgparse.Parse(source.FileFragment(f, 0, len(f.Text)), pgparse.Options{}).Statements
}

// run is one sequence of statements, on the server and in the catalog.
type run struct {
	conn  *pgconn.PgConn
	major int
	cat   *catalog.Catalog
	tx    int  // ordinal of the running or last transaction
	inTx  bool // in an explicit transaction
	begun *catalog.Catalog
	marks []mark

	statements, failed int
	missed             map[string]int // failures that were not predicted, by what the server says
}

type mark struct {
	name string
	cat  *catalog.Catalog
}

// disagreement is what the replay or the prediction has otherwise than the
// server.
type disagreement struct {
	statement int // index in the sequence
	sql       string
	lines     []string
}

// emptyDatabase drops everything in a database.
var emptyDatabase = []string{"ROLLBACK", "DISCARD ALL", "SET client_min_messages = error", `DO $$
DECLARE r record;
BEGIN
  FOR r IN SELECT pubname FROM pg_publication LOOP EXECUTE format('DROP PUBLICATION %I', r.pubname); END LOOP;
  FOR r IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP EXECUTE format('DROP SCHEMA %I CASCADE', r.nspname); END LOOP;
  CREATE SCHEMA public;
END $$`}

func exec(ctx context.Context, conn *pgconn.PgConn, sql string) error {
	_, err := conn.Exec(ctx, sql).ReadAll()
	return err
}

func newRun(ctx context.Context, conn *pgconn.PgConn, major int) (*run, error) {
	r := &run{conn: conn, major: major, cat: catalog.NewFor(major), missed: map[string]int{}}
	for _, sql := range emptyDatabase {
		if err := exec(ctx, conn, sql); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// step runs one statement and compares. The error is about the machinery.
func (r *run) step(ctx context.Context, index int, sql string) (d *disagreement, err error) {
	defer func() {
		if p := recover(); p != nil {
			d = &disagreement{index, sql, []string{fmt.Sprint("panic: ", p)}}
		}
	}()
	stmts := parse(sql)
	if len(stmts) != 1 {
		return nil, fmt.Errorf("%d statements in %q", len(stmts), sql)
	}
	stmt := stmts[0]
	r.statements++
	if !r.inTx {
		r.tx++
	}
	if len(stmt.Ops) == 1 {
		if t, ok := stmt.Ops[0].(*sqlast.Transaction); ok {
			r.control(ctx, t, sql)
			return r.compare(ctx, index, sql, nil)
		}
	}
	env := effect.Env{Major: r.major, InTransaction: r.inTx, Tx: r.tx}
	predicted := effect.Of(stmt, r.cat, env)
	failure, err := r.execute(ctx, sql)
	if err != nil {
		return nil, err
	}
	var lines []string
	if stmt.Problem != nil && failure == nil {
		lines = append(lines, "cannot read: "+stmt.Problem.Message)
	}
	lines = append(lines, r.judgeFailure(&predicted, len(stmt.Ops), failure)...)
	if failure == nil {
		r.cat.Apply(stmt, catalog.Origin{Migration: index, Tx: r.tx, Span: stmt.Span})
		if !r.inTx {
			r.cat.EndTransaction()
		}
	}
	return r.compare(ctx, index, sql, lines)
}

// execute runs a statement in the running transaction, else in one of its own,
// else, if the server demands it, in none. failure is the server's refusal.
func (r *run) execute(ctx context.Context, sql string) (failure *pgconn.PgError, err error) {
	before, after, undo := "BEGIN", "COMMIT", "ROLLBACK"
	if r.inTx {
		before, after, undo = "SAVEPOINT _step", "RELEASE _step", "ROLLBACK TO _step; RELEASE _step"
	}
	if err := exec(ctx, r.conn, before); err != nil {
		return nil, err
	}
	err = exec(ctx, r.conn, sql)
	if err == nil {
		err = exec(ctx, r.conn, after)
		if err == nil {
			return nil, nil
		}
	} else if err := exec(ctx, r.conn, undo); err != nil {
		return nil, err
	}
	if errors.As(err, &failure) && failure.Code == "25001" && !r.inTx {
		failure = nil
		if err = exec(ctx, r.conn, sql); err == nil {
			return nil, nil
		}
	}
	if errors.As(err, &failure) {
		return failure, nil
	}
	return nil, err
}

var quoted = regexp.MustCompile(`"[^"]*"`)

func (r *run) judgeFailure(e *effect.Effect, ops int, failure *pgconn.PgError) []string {
	certain := e.Fails != nil && !e.Fails.IfRows
	switch {
	case failure == nil && certain:
		return []string{"predicted failure that did not come: " + e.Fails.SQLState + " " + e.Fails.Message}
	case failure == nil:
		return nil
	case certain && e.Fails.SQLState != failure.Code && ops == 1:
		// Of several actions, another may fail first.
		return []string{"predicted failure " + e.Fails.SQLState + " " + e.Fails.Message, "measured failure " + failure.Code + " " + failure.Message}
	case e.Fails == nil:
		r.missed[failure.Code+" "+quoted.ReplaceAllString(failure.Message, `"…"`)]++
	}
	r.failed++
	return nil
}

// control follows transaction control, as far as the server accepted it.
func (r *run) control(ctx context.Context, t *sqlast.Transaction, sql string) {
	if err := exec(ctx, r.conn, sql); err != nil {
		switch r.conn.TxStatus() {
		case 'I': // a COMMIT that failed
			if r.inTx {
				r.end(true)
			}
		case 'E':
			// An unknown savepoint: the harness cannot go on but by ROLLBACK.
			_ = exec(ctx, r.conn, "ROLLBACK")
			r.end(true)
		}
		return
	}
	switch t.Kind {
	case sqlast.Begin:
		if !r.inTx {
			r.inTx, r.begun, r.marks = true, r.cat.Snapshot(), nil
		}
	case sqlast.Commit, sqlast.Rollback:
		if r.inTx {
			r.end(t.Kind == sqlast.Rollback)
		}
	case sqlast.Savepoint:
		r.marks = append(r.marks, mark{t.Savepoint, r.cat.Snapshot()})
	case sqlast.RollbackToSavepoint, sqlast.ReleaseSavepoint:
		for i := len(r.marks) - 1; i >= 0; i-- {
			if r.marks[i].name != t.Savepoint {
				continue
			}
			if t.Kind == sqlast.ReleaseSavepoint {
				r.marks = r.marks[:i]
			} else {
				r.cat.Restore(r.marks[i].cat)
				r.marks = r.marks[:i+1]
			}
			return
		}
	}
}

func (r *run) end(rollback bool) {
	if rollback {
		r.cat.Restore(r.begun)
	}
	r.cat.EndTransaction()
	r.inTx, r.marks = false, nil
}

// compare compares the catalogs after a statement.
func (r *run) compare(ctx context.Context, index int, sql string, lines []string) (*disagreement, error) {
	measured, err := verify.ReadSchema(ctx, r.conn)
	if err != nil {
		return nil, err
	}
	diff := verify.SchemaOf(r.cat).Diff(measured)
	implicit := map[string]bool{}
	for _, l := range diff {
		if name, _, ok := strings.Cut(l, ": not-null"); ok && strings.HasPrefix(l, "+constraint ") {
			implicit[name] = true // PostgreSQL 18 has one for every NOT NULL
		}
	}
	for _, l := range diff {
		if name, _, _ := strings.Cut(l, ": "); !implicit[name] {
			lines = append(lines, l)
		}
	}
	if len(lines) == 0 {
		return nil, nil
	}
	return &disagreement{index, sql, lines}, nil
}

// signature is what is left of a disagreement without names: two with the same
// one have the same cause, probably.
func (d *disagreement) signature() string {
	var parts []string
	if stmts := parse(d.sql); len(stmts) == 1 {
		for _, op := range stmts[0].Ops {
			parts = append(parts, strings.TrimPrefix(fmt.Sprintf("%T", op), "*sqlast."))
		}
	}
	var facts []string
	for _, l := range d.lines {
		kind, _, _ := strings.Cut(l, " ")
		if _, fact, ok := strings.Cut(l, ": "); ok {
			word, _, _ := strings.Cut(fact, " ")
			kind += " " + word
		}
		facts = append(facts, kind)
	}
	slices.Sort(facts)
	return strings.Join(append(slices.Compact(parts), slices.Compact(facts)...), ", ")
}

// replay runs a sequence from an empty database until something disagrees.
func replay(ctx context.Context, conn *pgconn.PgConn, major int, sequence []string) (*disagreement, error) {
	r, err := newRun(ctx, conn, major)
	if err != nil {
		return nil, err
	}
	for i, sql := range sequence {
		if d, err := r.step(ctx, i, sql); d != nil || err != nil {
			return d, err
		}
	}
	return nil, nil
}

// shrink leaves out statements as long as the same thing disagrees.
func shrink(ctx context.Context, conn *pgconn.PgConn, major int, sequence []string, d *disagreement) ([]string, *disagreement) {
	want := d.signature()
	sequence = slices.Clone(sequence[:d.statement+1])
	for size := len(sequence) / 2; size > 0; size /= 2 {
		for at := len(sequence) - size; at >= 0; at -= size {
			shorter := slices.Delete(slices.Clone(sequence), at, at+size)
			got, err := replay(ctx, conn, major, shorter)
			if err != nil || got == nil || got.signature() != want {
				continue
			}
			sequence, d = shorter[:got.statement+1], got
			at = min(at, len(sequence))
		}
	}
	return sequence, d
}
