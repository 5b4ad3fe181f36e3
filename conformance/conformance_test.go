package conformance

import (
	"context"
	"flag"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
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
	name    string // the folders testdata/<name>-<case> are for it
	version func(t *testing.T) string
	// run carries out one command on a folder and returns the tool's error.
	up, down func(ctx context.Context, p project) error
}

// project is what a framework is run on.
type project struct {
	dir string // the folder of the case
	url string // the database, by way of the wire
}

// TestFrameworks runs each framework on its folders of testdata and holds what
// the server receives against the record beside the folder. `-update` writes the
// records anew; review them as what they are: measurements.
func TestFrameworks(t *testing.T) {
	server := oneServer(t)
	for _, fw := range frameworks() {
		t.Run(fw.name, func(t *testing.T) {
			folders, err := filepath.Glob(filepath.Join("testdata", fw.name+"-*.txt"))
			if err != nil || len(folders) == 0 {
				t.Fatalf("no records testdata/%s-*.txt: %v", fw.name, err)
			}
			for _, record := range folders {
				dir := strings.TrimSuffix(record, ".txt")
				t.Run(filepath.Base(dir), func(t *testing.T) { fw.measure(t, server, dir, record) })
			}
		})
	}
}

func oneServer(t *testing.T) *pgserver.Server {
	t.Helper()
	var server *pgserver.Server
	pgservertest.Each(t, func(t *testing.T, s *pgserver.Server) { server = s })
	if server == nil {
		t.SkipNow() // Each has said why
	}
	return server
}

func (fw framework) measure(t *testing.T, server *pgserver.Server, dir, record string) {
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
	p := project{dir: dir, url: through.String()}

	var got strings.Builder
	fmt.Fprintf(&got, "%s %s\n", fw.name, fw.version(t))
	for _, command := range []struct {
		name string
		run  func(context.Context, project) error
	}{{"up", fw.up}, {"down", fw.down}} {
		if command.run == nil {
			continue
		}
		failure := command.run(ctx, p)
		trips, err := w.take()
		if err != nil {
			t.Fatal(err)
		}
		if failure != nil {
			t.Logf("%s: %v", command.name, failure)
		}
		write(&got, command.name, trips, failure)
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
func module(path string) func(t *testing.T) string {
	return func(t *testing.T) string {
		t.Helper()
		out, err := exec.Command("go", "list", "-m", "-f", "{{.Version}}", path).Output()
		if err != nil {
			t.Fatalf("asking for the version of %s: %v", path, err)
		}
		return strings.TrimSpace(string(out))
	}
}
