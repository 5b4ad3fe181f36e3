package verify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/effect"
	"github.com/miglint/miglint/sqlast"
)

// SQLSTATEs (appendix A of the manual).
const (
	activeTransaction             = "25001"
	invalidTransactionTermination = "2D000"
)

// Measure runs one statement and reports what the server did.
//
//   - In a transaction that is open (after Exec of BEGIN): the locks that it held
//     before are left out unless they grew stronger. The transaction stays open.
//   - Outside of one: the statement gets a transaction of its own. If it refuses
//     that, it is watched while it runs. Locks on indexes are left out.
//
// A statement that the server refuses is no error: Effect.Fails says how, and the
// transaction is then in the failed state. The error is about the server: that it
// is gone, has no room, or cannot be asked.
func (s *Session) Measure(ctx context.Context, sql string) (effect.Effect, error) {
	st, err := newStatement(sql)
	if err != nil {
		return effect.Effect{}, err
	}
	s.held = nil
	switch {
	case s.conn.TxStatus() == 'T' && !st.transaction:
		return s.inside(ctx, st)
	case s.conn.TxStatus() == 'I' && !st.transaction && !st.needsOne:
		return s.outside(ctx, st)
	}
	// Transaction control, and whatever else can only fail.
	fails, err := s.run(ctx, st)
	return effect.Effect{Fails: fails}, err
}

// run sends the statement and keeps the notices that come.
func (s *Session) run(ctx context.Context, st *statement) (*effect.Failure, error) {
	s.notices = nil
	var err error
	if st.fromStdin {
		// No rows: the server is told at once that this was all.
		_, err = s.conn.CopyFrom(ctx, strings.NewReader(""), st.sql)
	} else {
		_, err = s.conn.Exec(ctx, st.sql).ReadAll()
	}
	return s.failure(st.sql, err)
}

// failure tells the errors that are an outcome from those about the server.
func (s *Session) failure(sql string, err error) (*effect.Failure, error) {
	var e *pgconn.PgError
	if err == nil {
		return nil, nil
	}
	if s.conn.IsClosed() {
		return nil, s.explain(sql, err)
	}
	if !errors.As(err, &e) {
		return nil, fmt.Errorf("running %q: %w", abbreviate(sql), err)
	}
	// 53: insufficient resources (disk, memory, connections). 58030: I/O error.
	if strings.HasPrefix(e.Code, "53") || e.Code == "58030" {
		return nil, fmt.Errorf("running %q: the server (PostgreSQL %d) has no room or a broken disk: %w", abbreviate(sql), s.server.Major, err)
	}
	return &effect.Failure{SQLState: e.Code, Message: e.Message}, nil
}

// inside measures in the open transaction.
func (s *Session) inside(ctx context.Context, st *statement) (effect.Effect, error) {
	// The level goes back by itself if the transaction is rolled back: by then it
	// has been set for the session.
	if err := s.Exec(ctx, "SET client_min_messages = debug1"); err != nil {
		return effect.Effect{}, err
	}
	before, err := read(ctx, s.conn, st.truncate)
	if err != nil {
		return effect.Effect{}, s.explain(st.sql, err)
	}
	s.held = map[catalog.Key]effect.Mode{}
	for id, mode := range before.held {
		if r := before.relations[id]; r != nil {
			s.held[r.key] = mode
		}
	}
	fails, err := s.run(ctx, st)
	if err != nil || fails != nil {
		return effect.Effect{Fails: fails}, err
	}
	notices := s.notices
	after, err := read(ctx, s.conn, st.truncate)
	if err != nil {
		return effect.Effect{}, s.explain(st.sql, err)
	}
	c := &change{before: before, after: after, locks: map[oid]effect.Mode{}}
	for id, mode := range after.held {
		if mode > before.held[id] {
			c.locks[id] = mode
		}
	}
	return c.effect(st, notices), nil
}

// outside measures in a transaction of the statement's own, or without any.
func (s *Session) outside(ctx context.Context, st *statement) (effect.Effect, error) {
	if err := s.Exec(ctx, "BEGIN"); err != nil {
		return effect.Effect{}, err
	}
	e, err := s.inside(ctx, st)
	if err != nil {
		return e, err
	}
	if f := e.Fails; f != nil {
		if err := s.Exec(ctx, "ROLLBACK"); err != nil {
			return effect.Effect{}, err
		}
		if f.SQLState == activeTransaction || f.SQLState == invalidTransactionTermination {
			return s.watched(ctx, st)
		}
		return e, nil
	}
	_, err = s.conn.Exec(ctx, "COMMIT").ReadAll()
	if f, err := s.failure(st.sql, err); f != nil || err != nil { // of a deferred constraint
		return effect.Effect{Fails: f}, err
	}
	e.Locks = withoutIndexes(e.Locks)
	return e, nil
}

func withoutIndexes(locks []effect.Lock) []effect.Lock {
	return slices.DeleteFunc(locks, func(l effect.Lock) bool { return l.Kind == sqlast.Index })
}
