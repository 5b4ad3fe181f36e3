package pgserver

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// connectTimeout is how long a server that the user names may take to answer.
const connectTimeout = 20 * time.Second

var versionNumber = regexp.MustCompile(`^\d+`)

// attach takes the running server that o.DatabaseURL names. No error of it shows
// the password.
func attach(ctx context.Context, o Options) (*Server, error) {
	u, err := url.Parse(o.DatabaseURL)
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" || u.User == nil && strings.Contains(o.DatabaseURL, "@") {
		// The parser's words quote the URL, and with it the password. A password
		// with # / ? as it is ends up in the host.
		return nil, errors.New("the database URL cannot be read: it must look like postgres://user:password@host:port/database, " +
			"with characters such as / # ? @ : in the password percent-encoded")
	}
	s := &Server{
		admin:     u,
		prefix:    "miglint_" + strings.ToLower(rand.Text()[:8]),
		databases: map[string]bool{},
	}
	s.role = url.UserPassword(s.prefix, rand.Text())
	dial, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	s.conn, err = pgx.Connect(dial, o.DatabaseURL)
	if err != nil {
		return nil, connectError(u, err)
	}
	// The superuser's name and password may come from the environment or a file.
	config := s.conn.Config()
	u.User = url.UserPassword(config.User, config.Password)
	query := u.Query()
	for _, name := range []string{"user", "password", "dbname", "database"} {
		query.Del(name) // they would win
	}
	u.RawQuery = query.Encode()
	if err := s.adopt(ctx, o.Major); err != nil {
		return nil, errors.Join(err, s.conn.Close(ctx))
	}
	return s, nil
}

// adopt checks that the server is one that miglint can use, and makes the role
// that runs migrations.
func (s *Server) adopt(ctx context.Context, major int) error {
	version := s.conn.PgConn().ParameterStatus("server_version")
	number := versionNumber.FindString(version)
	var err error
	if s.Major, err = strconv.Atoi(number); err != nil {
		return fmt.Errorf("the server at %s gives its version as %q: expected one such as 18.4", place(s.admin), version)
	}
	switch {
	case !known(s.Major):
		return unsupported(s.Major, place(s.admin))
	case major != 0 && major != s.Major:
		return fmt.Errorf("the server at %s is PostgreSQL %d, not %d: name one of that major", place(s.admin), s.Major, major)
	case s.conn.PgConn().ParameterStatus("is_superuser") != "on":
		return fmt.Errorf("role %s at %s is no superuser: miglint needs one to make databases and to read every lock; name one in the database URL",
			s.conn.Config().User, place(s.admin))
	}
	if err := s.createRole(ctx); err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, s.url(s.conn.Config().Database, s.role))
	if err != nil {
		return errors.Join(
			fmt.Errorf("the server at %s does not let a new role log in with a password, which miglint needs to run migrations as no superuser; "+
				"allow it in pg_hba.conf: %w", place(s.admin), err),
			s.detach())
	}
	return conn.Close(ctx)
}

// createRole makes the role that runs migrations.
func (s *Server) createRole(ctx context.Context) error {
	password, _ := s.role.Password()
	err := s.exec(ctx,
		// No password in the server's log.
		"SET log_statement = none",
		"SET log_min_duration_statement = -1",
		"SET log_min_error_statement = panic",
		"CREATE ROLE "+s.role.Username()+" LOGIN PASSWORD '"+password+"'")
	if err != nil {
		return fmt.Errorf("creating a role that runs migrations: %w", err)
	}
	return nil
}

// detach leaves a server that was running before as it was.
func (s *Server) detach() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var errs []error
	for name := range s.databases {
		if err := s.drop(ctx, name); err != nil {
			errs = append(errs, fmt.Errorf("dropping database %s at %s: %w", name, place(s.admin), err))
		}
	}
	if err := s.exec(ctx, "DROP ROLE IF EXISTS "+s.role.Username()); err != nil {
		errs = append(errs, fmt.Errorf("dropping role %s at %s: %w", s.role.Username(), place(s.admin), err))
	}
	return errors.Join(errs...)
}

// connectError says what is wrong with the URL, in words that fit what the server
// answered.
func connectError(u *url.URL, err error) error {
	var bad *pgconn.ParseConfigError
	if errors.As(err, &bad) {
		return fmt.Errorf("the database URL cannot be used: %w", err)
	}
	var answer *pgconn.PgError
	if !errors.As(err, &answer) {
		return fmt.Errorf("no server answers at %s: %s; check the host and port of the database URL", place(u), cause(err))
	}
	switch answer.Code {
	case "28P01": // invalid_password
		return fmt.Errorf("the server at %s refuses the password of role %q: check the database URL", place(u), u.User.Username())
	case "28000": // invalid_authorization_specification
		return fmt.Errorf("the server at %s does not let role %q in: %s", place(u), u.User.Username(), answer.Message)
	case "3D000": // invalid_catalog_name
		return fmt.Errorf("the server at %s has no such database: %s; name one that exists, such as postgres", place(u), answer.Message)
	}
	return fmt.Errorf("the server at %s refuses the connection: %s (SQLSTATE %s)", place(u), answer.Message, answer.Code)
}

// cause is what kept a connection from being made, without the list of all tries.
func cause(err error) string {
	var name *net.DNSError
	var dial *net.OpError
	switch {
	case errors.As(err, &name):
		return name.Err
	case errors.Is(err, context.DeadlineExceeded):
		return "it takes too long"
	case errors.As(err, &dial):
		return dial.Err.Error()
	}
	return strings.Join(strings.Fields(err.Error()), " ")
}

// place is the host and port of a URL, as far as it names them.
func place(u *url.URL) string {
	if u.Host != "" {
		return u.Host
	}
	if host := u.Query().Get("host"); host != "" {
		return host
	}
	return "the default place"
}
