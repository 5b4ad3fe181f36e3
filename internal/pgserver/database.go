package pgserver

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/jackc/pgx/v5"
)

// Database is an empty database of a server.
type Database struct {
	Name string
	// URL connects as the role that runs migrations: it owns the database and is
	// no superuser. AdminURL connects as a superuser.
	URL, AdminURL string
}

// CreateDatabase makes an empty database with TimeZone Europe/Rome (so that
// nothing holds only because the session happens to be in UTC). It goes with the
// server, or when DropDatabase is called.
func (s *Server) CreateDatabase(ctx context.Context) (*Database, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.made++
	name := fmt.Sprintf("%s_%d", s.prefix, s.made)
	s.databases[name] = true // from here on, even if the answer gets lost
	err := s.exec(ctx,
		// template0: it refuses connections, so nobody can keep it busy.
		"CREATE DATABASE "+name+" OWNER "+s.role.Username()+" TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'",
		"ALTER DATABASE "+name+" SET timezone = 'Europe/Rome'")
	if err != nil {
		return nil, fmt.Errorf("creating database %s: %w", name, err)
	}
	return &Database{
		Name:     name,
		URL:      s.url(name, s.role),
		AdminURL: s.url(name, s.admin.User),
	}, nil
}

func (s *Server) url(database string, user *url.Userinfo) string {
	u := *s.admin
	u.User = user
	u.Path = "/" + database
	return u.String()
}

// DropDatabase drops a database that CreateDatabase made, with its connections.
func (s *Server) DropDatabase(ctx context.Context, db *Database) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.drop(ctx, db.Name); err != nil {
		return fmt.Errorf("dropping database %s: %w", db.Name, err)
	}
	return nil
}

func (s *Server) drop(ctx context.Context, name string) error {
	if err := s.exec(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)"); err != nil {
		return err
	}
	delete(s.databases, name)
	return nil
}

// exec runs statements one by one as the superuser, on a connection that is kept.
// The caller holds s.mu.
func (s *Server) exec(ctx context.Context, statements ...string) error {
	if s.closed {
		return errors.New("the server is closed")
	}
	if s.conn == nil || s.conn.IsClosed() {
		conn, err := pgx.Connect(ctx, s.admin.String())
		if err != nil {
			return s.Explain(err)
		}
		s.conn = conn
	}
	for _, sql := range statements {
		if _, err := s.conn.Exec(ctx, sql); err != nil {
			return s.Explain(err)
		}
	}
	return nil
}
