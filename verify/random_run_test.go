package verify_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

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
	session *verify.Session
	major   int
	cat     *catalog.Catalog
	tx      int  // ordinal of the running or last transaction
	inTx    bool // in an explicit transaction
	begun   *catalog.Catalog
	marks   []mark

	statements, failed int
	missed             map[string][]string // statements whose failure was not predicted, by what the server says
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

func newRun(ctx context.Context, session *verify.Session, major int) (*run, error) {
	r := &run{session: session, major: major, cat: catalog.NewFor(major), missed: map[string][]string{}}
	return r, session.Reset(ctx)
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
	measured, err := r.execute(ctx, sql)
	if err != nil {
		return nil, err
	}
	failure := measured.Fails
	var lines []string
	if stmt.Problem != nil && failure == nil {
		lines = append(lines, "cannot read: "+stmt.Problem.Message)
	}
	lines = append(lines, r.judgeFailure(&predicted, stmt, failure)...)
	if failure == nil && (predicted.Fails == nil || predicted.Fails.IfRows) {
		lines = append(lines, r.judgeEffect(&predicted, stmt, &measured)...)
	}
	if failure == nil {
		r.cat.Apply(stmt, catalog.Origin{Migration: index, Tx: r.tx, Span: stmt.Span})
		if !r.inTx {
			r.cat.EndTransaction()
		}
	}
	return r.compare(ctx, index, sql, lines)
}

// execute measures a statement in the running transaction, else by itself. The
// session forgets the bounds of partitions before: it reads them from the parents,
// locking them, only once.
func (r *run) execute(ctx context.Context, sql string) (effect.Effect, error) {
	if err := r.session.Exec(ctx, "UPDATE pg_class SET reltuples = reltuples WHERE relispartition"); err != nil {
		return effect.Effect{}, err
	}
	if !r.inTx {
		return r.session.Measure(ctx, sql)
	}
	if err := r.session.Exec(ctx, "SAVEPOINT _step"); err != nil {
		return effect.Effect{}, err
	}
	e, err := r.session.Measure(ctx, sql)
	if err != nil {
		return e, err
	}
	if e.Fails != nil {
		err = r.session.Exec(ctx, "ROLLBACK TO _step")
	}
	return e, errors.Join(err, r.session.Exec(ctx, "RELEASE _step"))
}

// judgeEffect compares what a statement did with what was predicted.
func (r *run) judgeEffect(predicted *effect.Effect, stmt *sqlast.Statement, measured *effect.Effect) []string {
	real := verify.Lines(measured)
	in := verify.Context{Before: r.cat, Held: r.session.Held(), Autocommit: !r.inTx}
	shown := in.Comparable(predicted, real)
	var lines []string
	diff := strings.Split(verify.Diff(real, verify.Lines(&shown)), "\n")
	diff = slices.DeleteFunc(sameBuilds(diff), func(l string) bool {
		return slices.Contains(diff, "predicted "+strings.TrimPrefix(l, "measured  ")+" maybe")
	})
	for _, l := range diff {
		if !r.unseen(stmt, l) {
			lines = append(lines, l)
		}
	}
	return lines
}

var builtIn = regexp.MustCompile(`build ("[^"]*"|[a-z0-9_]+)\.`)

// sameBuilds takes out the builds that differ only in the schema: the server's
// messages do not name it.
func sameBuilds(diff []string) []string {
	balance := map[string]int{} // of what was measured and what was predicted
	bare := func(l string) string {
		_, build, _ := strings.Cut(builtIn.ReplaceAllString(l, "build "), "build ")
		return build[:min(len(build), 50)] // _ccnew leaves less of a long name
	}
	for _, l := range diff {
		if strings.HasPrefix(l, "measured  build ") {
			balance[bare(l)]++
		} else if strings.HasPrefix(l, "predicted build ") {
			balance[bare(l)]--
		}
	}
	return slices.DeleteFunc(slices.Clone(diff), func(l string) bool { return strings.Contains(l, " build ") && balance[bare(l)] == 0 })
}

// unseen reports whether a difference is due to what a prediction cannot know or a
// measurement cannot show.
func (r *run) unseen(stmt *sqlast.Statement, difference string) bool {
	if difference == "" || strings.HasPrefix(difference, "predicted ") && strings.HasSuffix(difference, " maybe") {
		return true
	}
	if !r.inTx && strings.HasPrefix(difference, "predicted lock pg_temp.") {
		return true // from another session
	}
	switch stmt.Ops[0].(type) {
	case *sqlast.Truncate: // of an empty table, or of rows that were rolled back
		return strings.Contains(difference, " lose table ")
	case *sqlast.Insert, *sqlast.Update, *sqlast.Delete, *sqlast.Merge:
		// Foreign keys are looked up and partitions found for rows.
		if strings.HasPrefix(difference, "predicted lock ") {
			return true
		}
		for t := range r.cat.Tables() {
			if t.PartitionOf != (catalog.Key{}) && strings.HasPrefix(difference, "measured  lock "+t.Key.String()+" ") {
				return true
			}
		}
	case *sqlast.AddColumn: // a sequence is drawn from for rows
		for q := range r.cat.Sequences() {
			if difference == "measured  lock "+q.Key.String()+" RowExclusiveLock" {
				return true
			}
		}
	case *sqlast.OwnerTo: // who is the owner already
		return strings.HasPrefix(difference, "predicted lock ")
	case *sqlast.CreateTable: // a new table of the name of one in another schema
		return strings.HasPrefix(difference, "measured  build ")
	}
	return false
}

var quoted = regexp.MustCompile(`"[^"]*"`)

func (r *run) judgeFailure(e *effect.Effect, stmt *sqlast.Statement, failure *effect.Failure) []string {
	certain := e.Fails != nil && !e.Fails.IfRows
	switch {
	case failure == nil && certain:
		return []string{"predicted failure that did not come: " + e.Fails.SQLState + " " + e.Fails.Message}
	case failure == nil:
		return nil
	case certain && (failure.SQLState == "42P01" || failure.SQLState == "42704" || failure.SQLState == "3F000"):
		// Of what the catalog has not seen it believes that it is there.
	case failure.SQLState == "55006" && r.inTx:
		// Before anything else is looked at, rows written earlier in the transaction
		// have triggers to fire, which depends on the rows.
	case certain && e.Fails.SQLState != failure.SQLState && !manifold(stmt):
		return []string{"predicted failure " + e.Fails.SQLState + " " + e.Fails.Message, "measured failure " + failure.SQLState + " " + failure.Message}
	case e.Fails == nil:
		kind := failure.SQLState + " " + quoted.ReplaceAllString(failure.Message, `"…"`)
		r.missed[kind] = append(r.missed[kind], stmt.Text)
	}
	r.failed++
	return nil
}

// manifold reports whether a statement does several things, any of which may be
// what it fails of first.
func manifold(stmt *sqlast.Statement) bool {
	if len(stmt.Ops) != 1 {
		return true
	}
	switch stmt.Ops[0].(type) {
	case *sqlast.CreateTable, *sqlast.AddColumn:
		return true
	}
	return false
}

// control follows transaction control, as far as the server accepted it.
func (r *run) control(ctx context.Context, t *sqlast.Transaction, sql string) {
	if err := r.session.Exec(ctx, sql); err != nil {
		// An unknown savepoint leaves a transaction that can only be rolled back, a
		// COMMIT that failed none.
		if r.inTx {
			_ = r.session.Exec(ctx, "ROLLBACK")
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

// nameless names NOT NULL constraints after their columns. PostgreSQL 18 has one
// for every NOT NULL, whose name the catalog does not follow.
func nameless(s verify.Schema) verify.Schema {
	named := map[string]string{}
	for _, l := range s {
		if name, fact, _ := strings.Cut(l, ": "); strings.HasPrefix(l, "constraint ") && strings.HasPrefix(fact, "not-null ") {
			table, _, _ := strings.Cut(strings.TrimPrefix(name, "constraint "), ".")
			rest := strings.TrimPrefix(name, "constraint "+table+".")
			relation, _, _ := strings.Cut(rest, ".")
			named[name] = "constraint " + table + "." + relation + "." + fact
		}
	}
	s = slices.Clone(s)
	for i, l := range s {
		if name, fact, ok := strings.Cut(l, ": "); ok && named[name] != "" {
			s[i] = named[name] + ": " + fact
		}
	}
	slices.Sort(s)
	return s
}

// compare compares the catalogs after a statement.
func (r *run) compare(ctx context.Context, index int, sql string, lines []string) (*disagreement, error) {
	measured, err := r.session.Facts(ctx)
	if err != nil {
		return nil, err
	}
	lines = append(lines, nameless(verify.SchemaOf(r.cat)).Diff(nameless(measured))...)
	lines = slices.DeleteFunc(lines, func(l string) bool { return strings.HasPrefix(l, "+constraint ") && strings.Contains(l, ".not-null (") })
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
		kind, rest, _ := strings.Cut(l, " ")
		if kind == "measured" || kind == "predicted" {
			facts = append(facts, kind+" "+strings.Fields(rest)[0])
			continue
		}
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
func replay(ctx context.Context, session *verify.Session, major int, sequence []string) (*disagreement, error) {
	r, err := newRun(ctx, session, major)
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
func shrink(ctx context.Context, session *verify.Session, major int, sequence []string, d *disagreement) ([]string, *disagreement) {
	want := d.signature()
	sequence = slices.Clone(sequence[:d.statement+1])
	for size := len(sequence) / 2; size > 0; {
		before := len(sequence)
		for at := len(sequence) - size; at >= 0; at -= size {
			if at+size > len(sequence) {
				continue
			}
			shorter := slices.Delete(slices.Clone(sequence), at, at+size)
			got, err := replay(ctx, session, major, shorter)
			if err != nil || got == nil || got.signature() != want {
				continue
			}
			sequence, d = shorter[:got.statement+1], got
		}
		if size > 1 || len(sequence) == before {
			size /= 2
		}
	}
	return sequence, d
}
