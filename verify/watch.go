package verify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/miglint/miglint/effect"
)

// watcher sees what locks a statement takes while it runs, from other sessions.
// Its connections are used again for the next statement.
type watcher struct {
	eye    *pgconn.PgConn
	conns  []*pgconn.PgConn // for guards
	spare  *pgconn.PgConn
	guards []*guard
	locks  map[oid]effect.Mode
}

// watched measures a statement that refuses to run in a transaction. Every lock
// on a table, partitioned table or materialized view is seen; those on other
// relations, seen if they happen to last, are left out.
func (s *Session) watched(ctx context.Context, st *statement) (effect.Effect, error) {
	if err := s.Exec(ctx, "SET client_min_messages = debug1"); err != nil {
		return effect.Effect{}, err
	}
	before, err := read(ctx, s.conn, st.truncate)
	if err != nil {
		return effect.Effect{}, s.explain(st.sql, err)
	}
	w, err := s.watch(ctx, before)
	if err != nil {
		return effect.Effect{}, err
	}
	fails, err := s.runWatched(ctx, st, w)
	if err != nil {
		// The guards' transactions end with their connections.
		s.watcher = nil
		return effect.Effect{}, errors.Join(err, w.close(ctx))
	}
	if fails != nil {
		return effect.Effect{Fails: fails}, nil
	}
	notices := s.notices
	after, err := read(ctx, s.conn, st.truncate)
	if err != nil {
		return effect.Effect{}, s.explain(st.sql, err)
	}
	c := &change{before: before, after: after, locks: w.locks}
	e := c.effect(st, notices)
	e.Locks = slices.DeleteFunc(e.Locks, func(l effect.Lock) bool { return rungsOf(l.Kind) == nil })
	return e, nil
}

// runWatched runs the statement and follows it to its end.
func (s *Session) runWatched(ctx context.Context, st *statement, w *watcher) (*effect.Failure, error) {
	running, cancel := context.WithCancel(ctx)
	defer cancel()
	var fails *effect.Failure
	var err error
	done := make(chan struct{})
	go func() {
		defer close(done)
		fails, err = s.run(running, st)
	}()
	lost := w.follow(ctx, s.conn.PID(), done)
	if lost != nil {
		cancel() // the statement may be waiting for a guard
		<-done
		return nil, fmt.Errorf("watching %q: %w", abbreviate(st.sql), errors.Join(lost, err))
	}
	return fails, errors.Join(err, w.release(ctx))
}

// watch puts a guard before every relation that can have one.
func (s *Session) watch(ctx context.Context, before *state) (*watcher, error) {
	if s.watcher == nil {
		s.watcher = &watcher{}
	}
	w := s.watcher
	w.guards, w.locks = w.guards[:0], map[oid]effect.Mode{}
	for id, r := range before.relations {
		if rungs := rungsOf(r.kind); rungs != nil && r.key.Schema != temporarySchema {
			w.guards = append(w.guards, &guard{relation: id, name: r.key.String(), rungs: rungs})
		}
	}
	for len(w.conns) < len(w.guards)+2 {
		conn, err := connect(ctx, s.database, nil)
		if err != nil {
			return nil, err
		}
		w.conns = append(w.conns, conn)
	}
	w.eye, w.spare = w.conns[0], w.conns[1]
	for i, g := range w.guards {
		g.conn = w.conns[i+2]
		if err := g.hold(ctx, len(g.rungs)); err != nil {
			return nil, errors.Join(err, w.release(ctx))
		}
	}
	return w, nil
}

// pause is how long the watcher waits before it looks again. The statement cannot
// get past a guard in the meantime.
const pause = time.Millisecond

// follow looks at the session's locks until it is done, and lets it pass from
// guard to guard.
func (w *watcher) follow(ctx context.Context, pid uint32, done <-chan struct{}) error {
	ticker := time.NewTicker(pause)
	defer ticker.Stop()
	for {
		select {
		case <-done:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
			if err := w.look(ctx, pid); err != nil {
				return err
			}
		}
	}
}

const lookSQL = `SELECT l.relation, l.mode, l.granted, l.locktype, b.pid
FROM pg_locks l LEFT JOIN LATERAL unnest(pg_blocking_pids(l.pid)) b (pid) ON NOT l.granted
WHERE l.pid = %d AND (NOT l.granted OR l.locktype = 'relation'
 AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()))`

// look takes one look.
func (w *watcher) look(ctx context.Context, pid uint32) error {
	results, err := w.eye.Exec(ctx, fmt.Sprintf(lookSQL, pid)).ReadAll()
	if err != nil {
		return err
	}
	for _, row := range results[0].Rows {
		id, mode := toOID(row[0]), lockMode(string(row[1]))
		granted, relation, blocker := string(row[2]) == "t", string(row[3]) == "relation", toOID(row[4])
		if relation {
			w.locks[id] = max(w.locks[id], mode)
		}
		if granted {
			continue
		}
		for _, g := range w.guards {
			switch {
			case uint32(blocker) != g.conn.PID():
			case relation && g.relation == id:
				err = g.yield(ctx, mode)
			default: // it waits for the guard's transaction, or for what came with the lock
				w.spare, err = g.relieve(ctx, w.spare)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// release lets all guards go.
func (w *watcher) release(ctx context.Context) error {
	var errs []error
	for _, g := range w.guards {
		errs = append(errs, g.release(ctx))
	}
	w.guards = w.guards[:0]
	return errors.Join(errs...)
}

// close ends the connections.
func (w *watcher) close(ctx context.Context) error {
	var errs []error
	for _, c := range w.conns {
		errs = append(errs, c.Close(ctx))
	}
	return errors.Join(errs...)
}
