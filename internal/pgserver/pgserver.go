package pgserver

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// The majors of PostgreSQL that miglint knows.
const (
	MinMajor = 14
	MaxMajor = 18
)

// ErrNotFound is the error of Start when there is no server to be had, as opposed
// to one that is there and does not work.
var ErrNotFound = errors.New("no PostgreSQL to be had")

// Options say which server to take. The zero value is the first one found.
type Options struct {
	// Major is the PostgreSQL major version, 14 to 18; 0 is any of them.
	Major int
	// DatabaseURL names a running server to use instead of starting one. The role
	// in it must be a superuser.
	DatabaseURL string
	// BinDir is the folder that holds postgres and initdb.
	BinDir string
	// Pinned leaves out binaries on the machine of another minor release than the
	// embedded ones, for a minor release may lock differently (15.19 does).
	Pinned bool
	// Download allows embedded binaries to be fetched when none are on the machine.
	Download bool
	// Repository is the base URL of the Maven repository that the embedded binaries
	// come from; "" is Maven Central.
	Repository string
}

// FromEnvironment returns the options that the environment variables in the
// package comment set.
func FromEnvironment() Options {
	return Options{
		DatabaseURL: os.Getenv("MIGLINT_DATABASE_URL"),
		BinDir:      os.Getenv("MIGLINT_POSTGRES_BIN"),
		Repository:  os.Getenv("MIGLINT_POSTGRES_REPOSITORY"),
	}
}

// Server is a running PostgreSQL that nobody else uses. Its methods may be called
// from several goroutines.
type Server struct {
	Major int

	admin   *url.URL // a superuser
	role    *url.Userinfo
	process *process // nil if the server was running before
	// prefix begins the names of databases and of the role, so that two runs on the
	// same running server do not meet.
	prefix string

	mu        sync.Mutex // guards what follows
	conn      *pgx.Conn  // a superuser's, nil until it is needed
	made      int
	databases map[string]bool // those that are to be dropped
	closed    bool
}

// Start finds or starts a server. It returns an error that says what was looked
// for, where, and the one command that installs it. The context is for the start
// alone: the server runs until Close is called or the process ends.
func Start(ctx context.Context, o Options) (*Server, error) {
	if o.Major != 0 && !known(o.Major) {
		return nil, unsupported(o.Major, "the one asked for")
	}
	if o.DatabaseURL != "" {
		return attach(ctx, o)
	}
	b, err := find(ctx, o)
	if err != nil {
		return nil, err
	}
	return launch(ctx, b)
}

func known(major int) bool { return MinMajor <= major && major <= MaxMajor }

func unsupported(major int, which string) error {
	return fmt.Errorf("PostgreSQL %d (%s) is not supported: miglint knows %d to %d", major, which, MinMajor, MaxMajor)
}

// Close stops a server that Start started and removes its folder. On a server that
// was running before, it drops the databases and the role that were made there.
func (s *Server) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	var errs []error
	if s.process == nil {
		errs = append(errs, s.detach())
	}
	s.closed = true
	if s.conn != nil {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = s.conn.Close(ctx) // the server may be gone already
	}
	if s.process != nil {
		errs = append(errs, s.process.stop())
	}
	return errors.Join(errs...)
}

// Explain adds to the error of a connection that broke why the server has ended,
// with the end of its log, if it has and if Start started it. Any other error is
// returned as it is.
func (s *Server) Explain(err error) error {
	var answer *pgconn.PgError
	if err == nil || s.process == nil || errors.As(err, &answer) && !strings.HasPrefix(answer.Code, "57P") {
		return err // it answers (57P is a server that shuts down)
	}
	if why := s.process.death(); why != nil {
		return fmt.Errorf("%w: %w", err, why)
	}
	return err
}
