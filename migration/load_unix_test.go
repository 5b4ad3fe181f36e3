//go:build unix

package migration_test

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/miglint/miglint/migration"
)

// TestSpecialFiles uses a real folder: pipes, links and sizes.
func TestSpecialFiles(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write("1_a.up.sql", "SELECT 1;")
	write("5_large.up.sql", "")
	if err := os.WriteFile(filepath.Join(outside, "secret"), []byte("SELECT 1;"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{
		os.Truncate(filepath.Join(dir, "5_large.up.sql"), 200<<20),
		syscall.Mkfifo(filepath.Join(dir, "2_pipe.up.sql"), 0o666),
		os.Symlink("3_loop.up.sql", filepath.Join(dir, "3_loop.up.sql")),
		os.Symlink(filepath.Join(outside, "secret"), filepath.Join(dir, "4_out.up.sql")),
		os.Symlink("1_a.up.sql", filepath.Join(dir, "6_link.up.sql")),
		os.Symlink(".", filepath.Join(dir, "migrations")),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	set, err := migration.Load(root.FS(), ".", "", migration.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := set.Streams[0]
	var ignored []string
	for _, i := range s.Ignored {
		ignored = append(ignored, i.Path+": "+i.Why)
	}
	const badLink = "symbolic link that leads nowhere, in a circle or out of the folder under review"
	if diff := cmp.Diff([]string{"2_pipe.up.sql: named pipe, which is not read", "3_loop.up.sql: " + badLink, "4_out.up.sql: " + badLink,
		"migrations: symbolic link to a folder, which is not followed"}, ignored); diff != "" {
		t.Errorf("ignored (-want +got):\n%s", diff)
	}
	var read []string
	for i, scripts := range s.Scripts() {
		read = append(read, fmt.Sprintf("%s %d %d", s.Migrations[i].Version, len(scripts.Up.Statements()), len(scripts.Problems)))
	}
	if diff := cmp.Diff([]string{"1 1 0", "5 0 1", "6 1 0"}, read); diff != "" {
		t.Errorf("migrations (-want +got):\n%s", diff)
	}
}
