package verify

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/miglint/miglint/effect"
	"github.com/miglint/miglint/sqlast"
)

// A guard stands before one relation, so that no lock on it can be taken without
// being seen. It is a transaction that begins by locking out everybody; when the
// statement waits for it, it steps back just as far as the statement's mode
// demands, and goes on locking out every stronger one.
type guard struct {
	conn     *pgconn.PgConn
	relation oid
	name     string
	rungs    []rung
	taken    int // how many of the rungs it holds, from the lowest
}

// rung is a lock that a guard can hold: each conflicts with more modes than the
// one below it.
type rung struct {
	mode effect.Mode
	sql  string // %s is the relation
}

var tableRungs = []rung{
	{effect.AccessShare, "LOCK TABLE ONLY %s IN ACCESS SHARE MODE"},
	{effect.RowShare, "LOCK TABLE ONLY %s IN ROW SHARE MODE"},
	{effect.RowExclusive, "LOCK TABLE ONLY %s IN ROW EXCLUSIVE MODE"},
	{effect.ShareUpdateExclusive, "LOCK TABLE ONLY %s IN SHARE UPDATE EXCLUSIVE MODE"},
	{effect.ShareRowExclusive, "LOCK TABLE ONLY %s IN SHARE ROW EXCLUSIVE MODE"},
	{effect.Exclusive, "LOCK TABLE ONLY %s IN EXCLUSIVE MODE"},
	{effect.AccessExclusive, "LOCK TABLE ONLY %s IN ACCESS EXCLUSIVE MODE"},
}

// LOCK TABLE takes no materialized views; these statements change nothing, and
// are rolled back.
var viewRungs = []rung{
	{effect.AccessShare, "EXPLAIN SELECT FROM %s"},
	{effect.ShareUpdateExclusive, "COMMENT ON MATERIALIZED VIEW %s IS NULL"},
	{effect.AccessExclusive, "ALTER MATERIALIZED VIEW %s OWNER TO CURRENT_USER"},
}

// rungsOf returns nil for the kinds of relation that cannot be guarded.
func rungsOf(kind sqlast.ObjectKind) []rung {
	switch kind {
	case sqlast.Table:
		return tableRungs
	case sqlast.MaterializedView:
		return viewRungs
	}
	return nil
}

// hold begins a transaction with the first n rungs.
func (g *guard) hold(ctx context.Context, n int) error {
	sql := []string{"BEGIN", "SET LOCAL client_min_messages = error"}
	for i, r := range g.rungs[:n] {
		sql = append(sql, fmt.Sprintf("SAVEPOINT rung%d", i), fmt.Sprintf(r.sql, g.name))
	}
	g.taken = n
	return g.exec(ctx, strings.Join(sql, "; "))
}

// yield steps back until a lock of the mode can be granted.
func (g *guard) yield(ctx context.Context, mode effect.Mode) error {
	n := g.taken
	for n > 0 && g.rungs[n-1].mode.Conflicts(mode) {
		n--
	}
	if n == g.taken {
		return nil
	}
	if n == 0 {
		return g.release(ctx)
	}
	g.taken = n
	return g.exec(ctx, fmt.Sprintf("ROLLBACK TO SAVEPOINT rung%d", n))
}

// release gives everything back.
func (g *guard) release(ctx context.Context) error {
	g.taken = 0
	if g.conn.TxStatus() == 'I' {
		return nil
	}
	return g.exec(ctx, "ROLLBACK")
}

// relieve ends the transaction of a guard that the statement waits for to end.
// Another takes over first, as far as two can stand side by side.
func (g *guard) relieve(ctx context.Context, spare *pgconn.PgConn) (*pgconn.PgConn, error) {
	n := 0
	for n < g.taken && !g.rungs[n].mode.Conflicts(g.rungs[n].mode) {
		n++
	}
	next := *g
	next.conn = spare
	if n > 0 {
		if err := next.hold(ctx, n); err != nil {
			return spare, err
		}
	}
	if err := g.release(ctx); err != nil {
		return spare, err
	}
	g.conn, g.taken, spare = spare, n, g.conn
	return spare, nil
}

func (g *guard) exec(ctx context.Context, sql string) error {
	if _, err := g.conn.Exec(ctx, sql).ReadAll(); err != nil {
		return fmt.Errorf("guarding %s: %w", g.name, err)
	}
	return nil
}
