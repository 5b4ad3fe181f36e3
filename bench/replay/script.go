package main

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/effect"
	"github.com/miglint/miglint/sqlast"
	"github.com/miglint/miglint/verify"
)

// replay follows one stream on a server.
type replay struct {
	session *verify.Session
	open    *analyzer.Tx // the transaction that is open in the session
	counts  counts
}

// counts are of statements, but for lines: the locks on tables, rewrites and
// scans that were predicted or measured.
type counts struct {
	migrations, statements, equal int
	lines, equalLines             int
	needRows                      int // lines about rows that the tables here do not hold
	unsure                        int // rewrites and scans predicted as possible that did not come
	unseen                        int // lines about tables that code made under names that are only known when it runs
	refused                       int // that the server refused, as predicted
	afterFailure, unmeasured      int
}

func (c counts) String() string {
	return fmt.Sprintf("%d scripts, %d statements measured, %d equal (%.2f %%), %d of %d locks, rewrites and scans equal (%.2f %%); "+
		"%d refused as predicted, %d lines need rows, %d are about tables that unreadable code made, %d only possible, %d statements after a failure, %d unmeasured",
		c.migrations, c.statements, c.equal, percent(c.equal, c.statements), c.equalLines, c.lines, percent(c.equalLines, c.lines),
		c.refused, c.needRows, c.unseen, c.unsure, c.afterFailure, c.unmeasured)
}

func percent(part, whole int) float64 {
	if whole == 0 {
		return 100
	}
	return 100 * float64(part) / float64(whole)
}

// script runs one script. A down is rolled back, whatever transactions it asks
// for: what refuses to run in one is not measured then.
func (r *replay) script(ctx context.Context, p *analyzer.Pass) error {
	r.counts.migrations++
	if p.Down {
		if err := r.session.Exec(ctx, "BEGIN"); err != nil {
			return err
		}
	}
	failed := false
	for _, s := range p.Stmts {
		if s.Within != nil {
			continue // measured with the statement that runs it
		}
		if failed {
			r.counts.afterFailure++
		}
		if err := r.enter(ctx, p, s); err != nil {
			return err
		}
		ok, err := r.statement(ctx, p, s, failed)
		if err != nil {
			return err
		}
		failed = failed || !ok
	}
	end := "COMMIT"
	if p.Down {
		end = "ROLLBACK"
	}
	return r.leave(ctx, end)
}

// enter brings the session into the transaction that the statement runs in.
func (r *replay) enter(ctx context.Context, p *analyzer.Pass, s *analyzer.Stmt) error {
	if p.Down {
		return nil
	}
	if r.session.InTransaction() && r.open != s.Tx {
		if err := r.leave(ctx, "COMMIT"); err != nil {
			return err
		}
	}
	if s.Tx == nil || r.session.InTransaction() || control(s) {
		r.open = s.Tx
		return nil
	}
	r.open = s.Tx
	return r.session.Exec(ctx, "BEGIN")
}

// leave ends the transaction that is open. A COMMIT that the server refuses is
// told: it is the end of that migration.
func (r *replay) leave(ctx context.Context, end string) error {
	r.open = nil
	if !r.session.InTransaction() {
		return nil
	}
	err := r.session.Exec(ctx, end)
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		fmt.Println("COMMIT refused:", refused.Message)
		return nil
	}
	return err
}

func control(s *analyzer.Stmt) bool {
	if len(s.Ops) != 1 {
		return false
	}
	_, ok := s.Ops[0].(*sqlast.Transaction)
	return ok
}

// statement runs and compares one statement; ok is false if the server refused it.
func (r *replay) statement(ctx context.Context, p *analyzer.Pass, s *analyzer.Stmt, afterFailure bool) (ok bool, err error) {
	if control(s) {
		if p.Down {
			return true, nil
		}
		err := r.session.Exec(ctx, s.Text)
		var refused *pgconn.PgError
		if errors.As(err, &refused) {
			return false, nil
		}
		return err == nil, err
	}
	marked := r.session.InTransaction()
	if marked {
		if err := r.session.Exec(ctx, "SAVEPOINT before_statement"); err != nil {
			return false, err
		}
	}
	e, err := r.session.Measure(ctx, s.Text)
	if err != nil {
		r.counts.unmeasured++
		r.differs(s, "not measured", err.Error())
		if marked {
			return false, nil
		}
		return r.session.Exec(ctx, s.Text) == nil, nil // for what comes after
	}
	if marked {
		back := "RELEASE before_statement"
		if e.Fails != nil {
			back = "ROLLBACK TO before_statement"
		}
		if err := r.session.Exec(ctx, back); err != nil {
			return false, err
		}
	}
	switch {
	case afterFailure:
	case p.Down && s.Tx == nil && e.Fails != nil && e.Fails.SQLState == "25001": // active_sql_transaction
		r.counts.unmeasured++
		return true, nil
	default:
		r.compare(p, s, e)
	}
	return e.Fails == nil, nil
}

// compare counts the lines of one statement and prints where they differ.
func (r *replay) compare(p *analyzer.Pass, s *analyzer.Stmt, measured effect.Effect) {
	r.counts.statements++
	certain, possible := whole(p, s)
	around := verify.Context{Before: s.Before, Held: r.session.Held(), Autocommit: !r.session.InTransaction()}
	got := verify.Lines(onTables(measured))
	predicted := around.Comparable(&certain, verify.Lines(&measured))
	want := verify.Lines(onTables(predicted))
	mayBe := around.Comparable(&possible, verify.Lines(&measured))
	perhaps := verify.Lines(onTables(mayBe))
	if measured.Fails != nil && slices.Equal(got, want) {
		r.counts.refused++
	}
	if s.Problem != nil && measured.Fails != nil { // reported as a syntax error
		r.counts.refused++
		want = got
	}
	equal := true
	for _, l := range got {
		switch {
		case slices.Contains(want, l):
			r.counts.lines++
			r.counts.equalLines++
		case needsRows(s, l):
			r.counts.needRows++
		case unseen(s, l):
			r.counts.unseen++
		case slices.Contains(perhaps, l):
			r.counts.lines++
			r.counts.equalLines++
		default:
			r.counts.lines++
			equal = false
			r.differs(s, "only measured", l)
		}
	}
	for _, l := range want {
		switch {
		case slices.Contains(got, l):
		case strings.HasSuffix(l, " maybe"), stronger(l, perhaps, got):
			r.counts.unsure++
		case needsRows(s, l):
			r.counts.needRows++
		default:
			r.counts.lines++
			equal = false
			r.differs(s, "only predicted", l)
		}
	}
	for _, l := range perhaps {
		if !slices.Contains(got, l) {
			r.counts.unsure++
		}
	}
	if equal {
		r.counts.equal++
	}
}

func (r *replay) differs(s *analyzer.Stmt, who, line string) {
	at := s.Span.StartPos()
	fmt.Printf("%s:%d: %s: %s\n    %s\n", path.Base(s.Span.File.Path), at.Line, who, line, abbreviate(s.Text))
}

// onTables leaves of an effect what it does to tables and views: their locks,
// rewrites and scans, or the failure.
func onTables(e effect.Effect) *effect.Effect {
	kept := effect.Effect{Rewrites: e.Rewrites, Scans: e.Scans, Fails: e.Fails}
	for _, l := range e.Locks {
		if l.Kind != sqlast.Index && l.Kind != sqlast.Sequence {
			kept.Locks = append(kept.Locks, l)
		}
	}
	return &kept
}

// needsRows reports whether the line is about a table that a change of rows drags
// in through a foreign key: without rows PostgreSQL does not look there.
func needsRows(s *analyzer.Stmt, line string) bool {
	changesRows := slices.ContainsFunc(s.Ops, func(op sqlast.Op) bool {
		switch op.(type) {
		case *sqlast.Insert, *sqlast.Update, *sqlast.Delete, *sqlast.Merge:
			return true
		}
		return false
	})
	return changesRows && slices.ContainsFunc(s.Effect.Locks, func(l effect.Lock) bool {
		return strings.HasPrefix(line, "lock "+l.Relation.String()+" ") && strings.Contains(l.Cause, "foreign key")
	})
}

// stronger reports whether a lock that is predicted came in the stronger mode that
// a condition allows.
func stronger(line string, perhaps, got []string) bool {
	lock, _, ok := strings.Cut(strings.TrimPrefix(line, "lock "), " ")
	return ok && slices.ContainsFunc(perhaps, func(l string) bool {
		return strings.HasPrefix(l, "lock "+lock+" ") && slices.Contains(got, l)
	})
}

// unseen reports whether the line is about a relation that history did not see made,
// where code has run that could not be read: a partition named after the date.
func unseen(s *analyzer.Stmt, line string) bool {
	words := strings.Fields(line)
	schema, name, ok := strings.Cut(words[1], ".")
	if !ok || words[0] == "fail" {
		return false
	}
	key := catalog.Key{Schema: strings.Trim(schema, `"`), Name: strings.Trim(name, `"`)}
	_, known := s.Before.RelationKind(key)
	t := s.Before.TableAt(key)
	return !s.Before.Shows(key) && (!known || t != nil && t.Partial)
}

func abbreviate(sql string) string {
	const most = 160
	text := strings.Join(strings.Fields(sql), " ")
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}
