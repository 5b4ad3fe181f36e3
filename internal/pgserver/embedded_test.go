//go:build unix

package pgserver

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var errMissing = fmt.Errorf("%w: looked everywhere", ErrNotFound)

// repository serves files by the end of their path, and records what was asked for.
type repository struct {
	files map[string][]byte
	asked []string
}

func (r *repository) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	name := filepath.Base(req.URL.Path)
	r.asked = append(r.asked, name)
	body, ok := r.files[name]
	switch {
	case ok && body == nil:
		http.Error(w, "out of order", http.StatusServiceUnavailable)
	case ok:
		_, _ = w.Write(body)
	default:
		http.NotFound(w, req)
	}
}

// jar returns an archive as the repositories have it, around a file of testdata.
// good.txz holds the scripts bin/postgres and bin/initdb, a file that only its owner
// may read, and a link; outside.txz a file ../evil; link.txz a link to / and a file
// behind it.
func jar(t *testing.T, txz string) []byte {
	t.Helper()
	inner, err := os.ReadFile(filepath.Join("testdata", txz))
	if err != nil {
		t.Fatal(err)
	}
	return zipped(t, "postgres-any.txz", inner)
}

func zipped(t *testing.T, name string, content []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range []struct {
		name    string
		content []byte
	}{{"META-INF/MANIFEST.MF", []byte("Manifest-Version: 1.0\n")}, {name, content}} {
		w, err := z.Create(f.name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(f.content); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func sum(b []byte) []byte { return fmt.Appendf(nil, "%x", sha256.Sum256(b)) }

// serve returns the archives of a repository for the platform any.
func serve(t *testing.T, files map[string][]byte) (archives, *repository) {
	t.Helper()
	r := &repository{files: files}
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	return archives{server.URL + "/maven2", t.TempDir(), "any"}, r
}

const any18 = "embedded-postgres-binaries-any-18.4.0.jar"

func TestFetch(t *testing.T) {
	good := jar(t, "good.txz")
	a, r := serve(t, map[string][]byte{any18: good, any18 + ".sha256": sum(good)})
	for range 2 { // the second time without the repository
		b, err := a.take(t.Context(), 18, errMissing)
		if err != nil {
			t.Fatal(err)
		}
		want := filepath.Join(a.cache, "any-18.4.0", "bin")
		if b.major != 18 || b.dir != want {
			t.Errorf("got PostgreSQL %d in %s, want 18 in %s", b.major, b.dir, want)
		}
	}
	if diff := cmp.Diff([]string{any18 + ".sha256", any18}, r.asked); diff != "" {
		t.Errorf("asked for (-want +got):\n%s", diff)
	}
	// Whoever the server runs as can read what was unpacked.
	for name, want := range map[string]os.FileMode{
		"": os.ModeDir | 0o755, "bin": os.ModeDir | 0o755, "bin/postgres": 0o755, "share": os.ModeDir | 0o755,
	} {
		if info, err := os.Stat(filepath.Join(a.cache, "any-18.4.0", name)); err != nil || info.Mode() != want {
			t.Errorf("%s: got mode %v (%v), want %v", name, info.Mode(), err, want)
		}
	}
	if got, err := os.Readlink(filepath.Join(a.cache, "any-18.4.0", "lib", "libx.so")); err != nil || got != "libx.so.1" {
		t.Errorf("the link leads to %q (%v)", got, err)
	}
}

// Not every version is there for every platform.
func TestFetchAnotherVersion(t *testing.T) {
	good := jar(t, "good.txz")
	const name = "embedded-postgres-binaries-any-14.22.0.jar"
	a, _ := serve(t, map[string][]byte{name: good, name + ".sha256": append(sum(good), "  a.jar\n"...)})
	b, err := a.take(t.Context(), 14, errMissing)
	if err != nil {
		t.Fatal(err)
	}
	if b.major != 14 {
		t.Errorf("got PostgreSQL %d", b.major)
	}
}

func TestFetchFails(t *testing.T) {
	good := jar(t, "good.txz")
	with := func(archive []byte) map[string][]byte {
		return map[string][]byte{any18: archive, any18 + ".sha256": sum(archive)}
	}
	tests := []struct {
		name     string
		files    map[string][]byte
		notFound bool // as good as no server: tests skip
		want     string
	}{
		{"no such version", nil, true, "looked everywhere; nor in the repository: http"},
		{"no checksum", map[string][]byte{any18: good}, true, any18 + ".sha256: it is not there"},
		{"another checksum", map[string][]byte{any18: good, any18 + ".sha256": sum([]byte("x"))}, false, "it is damaged or not what was published"},
		{"empty checksum", map[string][]byte{any18: good, any18 + ".sha256": {}}, false, "it is damaged or not what was published"},
		{"out of order", map[string][]byte{any18 + ".sha256": nil}, true, "the repository answers 503 Service Unavailable"},
		{"no archive", with([]byte("<html>sign in</html>")), false, "opening the archive: zip: not a valid zip file"},
		{"nothing in the archive", with(zipped(t, "a.txt", nil)), false, "the archive holds no file that ends in .txz"},
		{"not compressed", with(zipped(t, "a.txz", []byte("plain"))), false, "opening a.txz in the archive: xz:"},
		{"cut off", with(zipped(t, "a.txz", readTestdata(t, "good.txz")[:200])), false, "unpacking PostgreSQL 18.4.0 to"},
		{"a file outside", with(jar(t, "outside.txz")), false, "../evil"},
		{"a file behind a link", with(jar(t, "link.txz")), false, "root/evil-miglint"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, _ := serve(t, tt.files)
			a.repository = strings.Replace(a.repository, "http://", "http://me:hush@", 1)
			_, err := a.take(t.Context(), 18, errMissing)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("got %v, want an error with: %s", err, tt.want)
			}
			if errors.Is(err, ErrNotFound) != tt.notFound {
				t.Errorf("%v: is ErrNotFound: %v, want %v", err, !tt.notFound, tt.notFound)
			}
			if strings.Contains(err.Error(), "hush") {
				t.Errorf("the error shows the password: %v", err)
			}
			left, _ := filepath.Glob(filepath.Join(a.cache, "any*"))
			evil, _ := filepath.Glob(filepath.Join(filepath.Dir(a.cache), "evil*"))
			if len(left)+len(evil) > 0 {
				t.Errorf("left behind: %v %v", left, evil)
			}
			if _, err := os.Stat("/evil-miglint"); err == nil {
				t.Error("written outside of the folder")
			}
		})
	}
	t.Run("nobody answers", func(t *testing.T) {
		a := archives{"http://127.0.0.1:1", t.TempDir(), "any"}
		_, err := a.take(t.Context(), 18, errMissing)
		if !errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), "(behind a mirror, name it in MIGLINT_POSTGRES_REPOSITORY)") {
			t.Errorf("got %v", err)
		}
	})
}

func readTestdata(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// A process that was killed while it unpacked leaves a folder that is no good.
func TestFetchAfterKill(t *testing.T) {
	good := jar(t, "good.txz")
	a, _ := serve(t, map[string][]byte{any18: good, any18 + ".sha256": sum(good)})
	for _, name := range []string{"any-18.4.0.unpacking/bin", "any-18.4.0/lib"} {
		if err := os.MkdirAll(filepath.Join(a.cache, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := a.take(t.Context(), 18, errMissing); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(a.cache, "*.unpacking")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// Only one process fetches; the others wait for it as long as they want to.
func TestFetchWaits(t *testing.T) {
	good := jar(t, "good.txz")
	a, r := serve(t, map[string][]byte{any18: good, any18 + ".sha256": sum(good)})
	unlock, err := lock(t.Context(), a.cache)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := a.take(ctx, 18, errMissing); err == nil || !strings.Contains(err.Error(), "waiting for another process that fetches PostgreSQL") {
		t.Errorf("got %v, want an error about another process", err)
	}
	if len(r.asked) > 0 {
		t.Errorf("asked for %v in spite of the lock", r.asked)
	}
	unlock()
	if _, err := a.take(t.Context(), 18, errMissing); err != nil {
		t.Error(err)
	}
}

func TestVersions(t *testing.T) {
	for major := MinMajor; major <= MaxMajor; major++ {
		if len(versions[major]) == 0 {
			t.Errorf("there are no embedded binaries of PostgreSQL %d", major)
		}
		for _, v := range versions[major] {
			if !strings.HasPrefix(v, fmt.Sprint(major, ".")) {
				t.Errorf("%s is no PostgreSQL %d", v, major)
			}
		}
	}
}

// The library has no getter for its repository: this notices when it moves.
func TestDefaultRepository(t *testing.T) {
	u, err := url.Parse(defaultRepository())
	if err != nil || u.Scheme != "https" || u.Host == "" {
		t.Errorf("got %q, want a URL", defaultRepository())
	}
}
