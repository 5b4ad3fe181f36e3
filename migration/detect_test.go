package migration

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

// countedFS counts the bytes read from each file.
type countedFS struct {
	fs.FS
	read map[string]int
}

func (c countedFS) Open(name string) (fs.File, error) {
	f, err := c.FS.Open(name)
	if info, statErr := fs.Stat(c.FS, name); err == nil && statErr == nil && info.Mode().IsRegular() {
		return countedFile{f, name, c.read}, nil
	}
	return f, err
}

type countedFile struct {
	fs.File
	name string
	read map[string]int
}

func (f countedFile) Read(b []byte) (int, error) {
	n, err := f.File.Read(b)
	f.read[f.name] += n
	return n, err
}

// detectionReads is how much of a migration the search for its framework may read.
const detectionReads = 8 << 10

// TestDetectionReadsLittle: whatever a folder looks like, its framework is found
// from the listing and the beginnings of its files.
func TestDetectionReadsLittle(t *testing.T) {
	for _, names := range []string{
		"%d_a.up.sql", "%d_a.sql", "V%d__a.sql", "%d_a/up.sql", "%d_a/migration.sql", "a_%d.sql", "%d_a.mysql.up.sql", "deploy/%d.sql", "%d_a.tx.up.sql",
	} {
		t.Run(names, func(t *testing.T) {
			files := fstest.MapFS{}
			text := []byte("SELECT 1;\n" + strings.Repeat("-- "+strings.Repeat("x", 60)+"\n", 1000))
			for i := range 100 {
				files[path.Join("migrations", fmt.Sprintf(names, i))] = &fstest.MapFile{Data: text}
			}
			c := countedFS{files, map[string]int{}}
			d, err := openDir(c, "migrations", "migrations", nil)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = judge(d, Options{}) // which one it is, or that two are as likely, does not matter here
			for name, n := range c.read {
				if n > detectionReads {
					t.Errorf("read %d bytes of %s, at most %d expected", n, name, detectionReads)
				}
			}
		})
	}
}

// BenchmarkDetect: the framework of a folder of 10,000 files.
func BenchmarkDetect(b *testing.B) {
	dir := b.TempDir()
	for i := range 10_000 {
		name := filepath.Join(dir, fmt.Sprintf("%06d_change.up.sql", i))
		if err := os.WriteFile(name, []byte("ALTER TABLE books ADD COLUMN a int;\n"), 0o666); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		d, err := openDir(os.DirFS(dir), ".", "", nil)
		if err != nil {
			b.Fatal(err)
		}
		if v, err := judge(d, Options{}); err != nil || v.fw.Name != "golang-migrate" {
			b.Fatal(v, err)
		}
	}
}
