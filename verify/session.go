// Package verify runs migrations and single statements on a real PostgreSQL and
// measures the same effect.Effect that package effect predicts.
package verify

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/effect"
	"github.com/miglint/miglint/internal/pgserver"
)

// Session is a connection to a database of its own. It is not safe for
// concurrent use; several sessions on one server are.
type Session struct {
	server   *pgserver.Server
	database *pgserver.Database
	conn     *pgconn.PgConn
	notices  []*pgconn.Notice // since the statement being measured began
	held     map[catalog.Key]effect.Mode
	watcher  *watcher // made when it is needed first
}

// Open connects to a new, empty database of the server as its superuser. The
// database goes when the session is closed.
func Open(ctx context.Context, server *pgserver.Server) (*Session, error) {
	db, err := server.CreateDatabase(ctx)
	if err != nil {
		return nil, err
	}
	s := &Session{server: server, database: db}
	s.conn, err = connect(ctx, db, func(n *pgconn.Notice) { s.notices = append(s.notices, n) })
	if err != nil {
		return nil, errors.Join(err, server.DropDatabase(ctx, db))
	}
	return s, nil
}

func connect(ctx context.Context, db *pgserver.Database, notice func(*pgconn.Notice)) (*pgconn.PgConn, error) {
	config, err := pgconn.ParseConfig(db.AdminURL)
	if err != nil {
		return nil, fmt.Errorf("reading the address of database %s: %w", db.Name, err)
	}
	config.OnNotice = func(_ *pgconn.PgConn, n *pgconn.Notice) {
		if notice != nil {
			notice(n)
		}
	}
	conn, err := pgconn.ConnectConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("connecting to database %s: %w", db.Name, err)
	}
	return conn, nil
}

// Close drops the database.
func (s *Session) Close(ctx context.Context) error {
	var err error
	if s.watcher != nil {
		err = s.watcher.close(ctx)
	}
	return errors.Join(err, s.conn.Close(ctx), s.server.DropDatabase(ctx, s.database))
}

// emptySQL drops all that a user can have made in a database. What belongs to
// the whole cluster (roles, tablespaces) stays.
const emptySQL = `SET client_min_messages = error;
DO $$ DECLARE r record; BEGIN
FOR r IN SELECT format('DROP EVENT TRIGGER %I', evtname) AS q FROM pg_event_trigger
UNION ALL SELECT format('DROP PUBLICATION %I', pubname) FROM pg_publication
UNION ALL SELECT format('DROP SCHEMA %I CASCADE', nspname) FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
LOOP EXECUTE r.q; END LOOP;
FOR r IN SELECT format('DROP EXTENSION %I CASCADE', extname) AS q FROM pg_extension WHERE extname <> 'plpgsql'
UNION ALL SELECT format('DROP FOREIGN DATA WRAPPER %I CASCADE', fdwname) FROM pg_foreign_data_wrapper
LOOP EXECUTE r.q; END LOOP;
FOR r IN SELECT format('DROP ACCESS METHOD %I CASCADE', amname) AS q FROM pg_am WHERE oid >= 16384
UNION ALL SELECT format('DROP CAST (%s AS %s)', castsource::regtype, casttarget::regtype) FROM pg_cast WHERE oid >= 16384
LOOP EXECUTE r.q; END LOOP;
CREATE SCHEMA public AUTHORIZATION pg_database_owner;
GRANT USAGE ON SCHEMA public TO PUBLIC;
IF current_setting('server_version_num')::int < 150000 THEN GRANT CREATE ON SCHEMA public TO PUBLIC; END IF;
END $$`

// Reset empties the database and the session's settings: as if just opened, only
// quicker. A transaction that is open is rolled back.
func (s *Session) Reset(ctx context.Context) error {
	s.held = nil
	for _, sql := range []string{"ROLLBACK", "DISCARD ALL", emptySQL, "RESET client_min_messages"} {
		if err := s.Exec(ctx, sql); err != nil {
			return fmt.Errorf("emptying database %s: %w", s.database.Name, err)
		}
	}
	return nil
}

// Exec runs SQL as one simple query, unmeasured: several statements outside of a
// transaction are one, as PostgreSQL has it. The error is the server's
// (*pgconn.PgError), or says that the server is gone.
func (s *Session) Exec(ctx context.Context, sql string) error {
	_, err := s.conn.Exec(ctx, sql).ReadAll()
	s.notices = nil
	return s.explain(sql, err)
}

// InTransaction reports whether a transaction is open, failed or not.
func (s *Session) InTransaction() bool { return s.conn.TxStatus() != 'I' }

// Held returns the locks that the open transaction held before the statement
// that was measured last, by the names the relations had then. It is empty for
// the first statement of a transaction, and outside of one.
func (s *Session) Held() map[catalog.Key]effect.Mode { return s.held }

// explain says what was being run when the connection broke; errors about the
// SQL are returned as they are.
func (s *Session) explain(sql string, err error) error {
	if err == nil || !s.conn.IsClosed() {
		return err
	}
	return s.server.Explain(fmt.Errorf("the server (PostgreSQL %d, database %s) ended the connection while running %q: %w",
		s.server.Major, s.database.Name, abbreviate(sql), err))
}

// abbreviate is the beginning of a statement, for messages.
func abbreviate(sql string) string {
	const most = 80
	sql = strings.Join(strings.Fields(sql), " ")
	if r := []rune(sql); len(r) > most {
		return string(r[:most]) + "…"
	}
	return sql
}
