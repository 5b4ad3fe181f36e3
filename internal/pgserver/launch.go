//go:build unix

package pgserver

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// startTimeout is how long a server may take to come up on a slow machine.
const startTimeout = 2 * time.Minute

// maxSocketPath is the length of the longest path of a socket, on the platform
// where it is shortest (sun_path is 104 bytes on macOS, 108 on Linux, with the 0).
const maxSocketPath = 103

const socketPort = "5432" // it only names the socket

// settings are those of a server that holds little, for a short time, and that
// nobody misses: quick to start, and quiet between statements.
var settings = []string{
	"fsync=off",
	"synchronous_commit=off",
	"full_page_writes=off",
	"autovacuum=off", // it takes locks that no migration took
	"wal_level=logical",
	"max_wal_size=256MB",
	"jit=off",
	"max_parallel_maintenance_workers=0", // workers hold locks of their own
	"max_parallel_workers_per_gather=0",
	"shared_buffers=16MB",
	"huge_pages=off",
	"max_connections=50",
	"unix_socket_permissions=0700",
	"cluster_name=miglint",
}

// launch starts a private server on the binaries.
func launch(ctx context.Context, b binaries) (*Server, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, startTimeout, fmt.Errorf("it did not come up within %v", startTimeout))
	defer cancel()
	dir, err := filepath.Abs(filepath.Join(os.TempDir(), "miglint-"+strings.ToLower(rand.Text()[:10])))
	if err != nil {
		return nil, fmt.Errorf("choosing a folder for the server: %w", err)
	}
	admin, args, err := address(dir)
	if err != nil {
		return nil, err
	}
	admin.User = url.UserPassword("postgres", rand.Text())
	for _, s := range settings {
		args = append(args, "-c", s)
	}
	p, err := supervise(dir, b.dir, admin, args)
	if err != nil {
		return nil, err
	}
	s := &Server{
		Major:     b.major,
		admin:     admin,
		role:      url.UserPassword("miglint", rand.Text()),
		process:   p,
		prefix:    "miglint_" + strconv.Itoa(b.major),
		databases: map[string]bool{},
	}
	if s.conn, err = p.await(ctx, admin.String()); err == nil {
		err = s.createRole(ctx)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("starting PostgreSQL %d from %s in %s: %w", b.major, b.dir, dir, err), p.stop())
	}
	return s, nil
}

// address returns where the server in dir listens, and the options that make it do
// so: a socket in its own folder, or the loopback interface if the path is too
// long for a socket.
func address(dir string) (*url.URL, []string, error) {
	u := &url.URL{Scheme: "postgres", Path: "/postgres"}
	if len(filepath.Join(dir, ".s.PGSQL."+socketPort)) <= maxSocketPath {
		u.RawQuery = url.Values{"host": {dir}, "port": {socketPort}, "sslmode": {"disable"}}.Encode()
		return u, []string{
			"-c", "listen_addresses=",
			"-c", `unix_socket_directories="` + strings.ReplaceAll(dir, `"`, `""`) + `"`,
			"-c", "port=" + socketPort,
		}, nil
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, fmt.Errorf("finding a free port on the loopback interface (the path %s is too long for a socket): %w", dir, err)
	}
	defer func() { _ = l.Close() }() // the server takes the port over
	host, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return nil, nil, fmt.Errorf("reading the address %s: %w", l.Addr(), err)
	}
	u.Host = l.Addr().String()
	u.RawQuery = "sslmode=disable" // whatever PGSSLMODE says
	return u, []string{"-c", "listen_addresses=" + host, "-c", "unix_socket_directories=", "-c", "port=" + port}, nil
}

// await returns a connection to the server once it takes one.
func (p *process) await(ctx context.Context, url string) (*pgx.Conn, error) {
	select {
	case <-p.initialised:
	case <-p.ended:
		return nil, p.death()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	var last error
	for {
		conn, err := pgx.Connect(ctx, url)
		if err == nil {
			return conn, nil
		}
		if ctx.Err() == nil {
			last = err
		}
		select {
		case <-p.ended:
			return nil, p.death()
		case <-ctx.Done():
			cause := context.Cause(ctx)
			if last != nil {
				cause = fmt.Errorf("%w (%w)", cause, last)
			}
			return nil, fmt.Errorf("%w; the end of its log:\n%s", cause, p.log)
		case <-time.After(10 * time.Millisecond):
		}
	}
}
