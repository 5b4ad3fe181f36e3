package conformance

import (
	"context"
	"flag"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/miglint/miglint/internal/pgserver"
	"github.com/miglint/miglint/internal/pgserver/pgservertest"
)

var update = flag.Bool("update", false, "write what the server receives to the records")

// framework is a migration tool that is run for real.
type framework struct {
	name string // the records testdata/<name>-<case>.txt are its
	// version is the error that says what is missing if it cannot be run here.
	version func(ctx context.Context) (string, error)
	// up and down carry out every migration, and return the framework's error.
	up, down func(ctx context.Context, p project) error
}

// project is what a framework is run on.
type project struct {
	dir string // a copy of the folder of the case
	url string // the database, by way of the wire
}

// TestFrameworks runs each framework on its folders of testdata and holds what
// the server receives against the record beside the folder. `-update` writes the
// records anew; review them as what they are: measurements. A framework that is
// not on the machine is skipped, unless its name is in MIGLINT_REQUIRE_FRAMEWORKS.
func TestFrameworks(t *testing.T) {
	pgservertest.Each(t, func(t *testing.T, server *pgserver.Server) {
		for _, fw := range frameworks() {
			t.Run(fw.name, func(t *testing.T) { fw.test(t, server) })
		}
	})
}

func (fw framework) test(t *testing.T, server *pgserver.Server) {
	version, err := fw.version(t.Context())
	if err != nil && slices.Contains(strings.Fields(os.Getenv("MIGLINT_REQUIRE_FRAMEWORKS")), fw.name) {
		t.Fatal(err)
	}
	if err != nil {
		t.Skipf("not measured, for it is not on this machine; its records are those of another one: %v", err)
	}
	pattern := filepath.Join("testdata", fw.name+"-*.txt")
	records, err := filepath.Glob(pattern)
	if err != nil || len(records) == 0 {
		t.Fatalf("there are no records %s: %v", pattern, err)
	}
	for _, record := range records {
		dir := strings.TrimSuffix(record, ".txt")
		t.Run(filepath.Base(dir), func(t *testing.T) { fw.measure(t, server, version, dir, record) })
	}
}

// measurement is what a server receives because of one command.
type measurement struct {
	command string
	trips   []trip
	failure error // the framework's
}

// run carries out up, and down if there is one, on a copy of a folder and in a
// database of its own.
func (fw framework) run(t *testing.T, server *pgserver.Server, dir string) []measurement {
	t.Helper()
	ctx := t.Context()
	db, err := server.CreateDatabase(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := server.DropDatabase(context.WithoutCancel(ctx), db); err != nil {
			t.Error(err)
		}
	}()
	config, err := pgx.ParseConfig(db.URL)
	if err != nil {
		t.Fatal(err)
	}
	network, address := pgconn.NetworkAddress(config.Host, config.Port)
	w := listen(t, network, address)
	through := url.URL{
		Scheme:   "postgres",
		User:     url.UserPassword(config.User, config.Password),
		Host:     w.listener.Addr().String(),
		Path:     "/" + config.Database,
		RawQuery: "sslmode=disable",
	}
	p := project{dir: t.TempDir(), url: through.String()}
	if err := os.CopyFS(p.dir, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	var all []measurement
	for _, m := range []measurement{{command: "up"}, {command: "down"}} {
		run := fw.up
		if m.command == "down" {
			run = fw.down
		}
		if run == nil {
			continue
		}
		m.failure = run(ctx, p)
		if m.trips, err = w.take(); err != nil {
			t.Fatal(err)
		}
		all = append(all, m)
	}
	return all
}

func (fw framework) measure(t *testing.T, server *pgserver.Server, version, dir, record string) {
	var got strings.Builder
	fmt.Fprintf(&got, "%s %s\n", fw.name, version)
	for _, m := range fw.run(t, server, dir) {
		if m.failure != nil {
			t.Logf("%s: %v", m.command, m.failure)
		}
		m.write(&got)
	}
	if *update {
		if err := os.WriteFile(record, []byte(got.String()), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(record)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("the server received something else than %s says (-want +got):\n%s", record, diff)
	}
}

// module is the version of a module in go.mod.
func module(path string) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		return output(ctx, "", nil, "go", "list", "-m", "-f", "{{.Version}}", path)
	}
}

// output runs a program in a folder and returns what it prints. The error quotes
// what it says.
func output(ctx context.Context, dir string, env []string, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("running %s: %w\n%s%s", name, err, &stdout, &stderr)
	}
	return strings.TrimSpace(stdout.String()), nil
}
