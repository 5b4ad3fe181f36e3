//go:build unix

package pgserver

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"syscall"
	"time"

	embedded "github.com/fergusstrange/embedded-postgres"
)

// versions are those of the embedded binaries to take for each major, in this
// order: not every version has been published for every platform. They are those
// that testdata/effects was recorded on, for minor releases differ too: from 16.15
// and 17.11 on, ADD COLUMN … DEFAULT nextval('s') takes ACCESS SHARE on the sequence.
var versions = map[int][]string{
	14: {"14.23.0", "14.22.0"},
	15: {"15.18.0"},
	16: {"16.14.0"},
	17: {"17.10.0"},
	18: {"18.4.0"},
}

const (
	fetchTimeout = 10 * time.Minute // on a slow line; an archive has 15 MB
	maxArchive   = 200 << 20
)

var (
	errNotPublished = errors.New("it is not there")
	errDamaged      = errors.New("it is damaged or not what was published")
)

// download returns the embedded binaries of o.Major or, if that is 0, of the newest
// major. They are fetched the first time. missing is the error of the search
// before, which stands if they cannot be had.
//
// The library offers no way to fetch without starting, its start does not work as
// root, it takes an archive unchecked where the repository has no checksum, and it
// unpacks while others may look. So only what it knows about repositories is used.
func download(ctx context.Context, o Options, missing error) (binaries, error) {
	major := o.Major
	if major == 0 {
		major = MaxMajor
	}
	repository := strings.TrimSuffix(o.Repository, "/")
	if repository == "" {
		repository = defaultRepository()
	}
	cache, err := cacheDir()
	if err != nil {
		return binaries{}, err
	}
	return archives{repository, cache, platform()}.take(ctx, major, missing)
}

// archives are the embedded binaries of a repository for a platform, and the
// folder where those that were fetched are unpacked.
type archives struct{ repository, cache, platform string }

func (a archives) take(ctx context.Context, major int, missing error) (binaries, error) {
	if b, ok := a.cached(ctx, major); ok {
		return b, nil
	}
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	unlock, err := lock(ctx, a.cache)
	if err != nil {
		return binaries{}, err
	}
	defer unlock()
	if b, ok := a.cached(ctx, major); ok {
		return b, nil // another process has fetched them meanwhile
	}
	for _, version := range versions[major] {
		archive, err := a.fetch(ctx, version)
		if errors.Is(err, errNotPublished) {
			missing = fmt.Errorf("%w; nor in the repository: %w", missing, err)
			continue
		}
		if errors.Is(err, errDamaged) {
			return binaries{}, err // no reason to go on quietly without a server
		}
		if err != nil {
			return binaries{}, fmt.Errorf("%w; the embedded one cannot be fetched (behind a mirror, name it in MIGLINT_POSTGRES_REPOSITORY): %w", missing, err)
		}
		if err := add(archive, a.dir(version)); err != nil {
			return binaries{}, fmt.Errorf("unpacking PostgreSQL %s to %s: %w", version, a.dir(version), err)
		}
		b, err := inspect(ctx, filepath.Join(a.dir(version), "bin"))
		if err != nil {
			return binaries{}, fmt.Errorf("the embedded PostgreSQL %s in %s: %w", version, a.dir(version), err)
		}
		return b, nil
	}
	return binaries{}, missing
}

// cached returns binaries that were fetched before.
func (a archives) cached(ctx context.Context, major int) (binaries, bool) {
	for _, version := range versions[major] {
		if b, err := inspect(ctx, filepath.Join(a.dir(version), "bin")); err == nil {
			return b, true
		}
	}
	return binaries{}, false
}

func (a archives) dir(version string) string { return filepath.Join(a.cache, a.platform+"-"+version) }

// defaultRepository is where the library fetches from. It has no getter for that.
func defaultRepository() string {
	return reflect.ValueOf(embedded.DefaultConfig()).FieldByName("binaryRepositoryURL").String()
}

// cacheDir returns the folder that holds the unpacked binaries of each version.
// The cache of root's own is closed to the user that the server then runs as.
func cacheDir() (string, error) {
	base := "/var/cache"
	if os.Geteuid() != 0 {
		var err error
		if base, err = os.UserCacheDir(); err != nil {
			return "", fmt.Errorf("finding a folder for PostgreSQL's binaries: %w", err)
		}
	}
	dir := filepath.Join(base, "miglint", "postgres")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("making a folder for PostgreSQL's binaries: %w", err)
	}
	return dir, nil
}

// lock waits until no other process fetches binaries to the cache, so that ten test
// binaries do not fetch the same ten times.
func lock(ctx context.Context, cache string) (unlock func(), err error) {
	f, err := os.OpenFile(filepath.Join(cache, "lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("locking the cache of PostgreSQL's binaries: %w", err)
	}
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { _ = f.Close() }, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			return nil, errors.Join(fmt.Errorf("locking %s: %w", f.Name(), err), f.Close())
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(fmt.Errorf("waiting for another process that fetches PostgreSQL (it holds %s): %w", f.Name(), ctx.Err()), f.Close())
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// platform names this machine as the archives do
// (https://github.com/zonkyio/embedded-postgres-binaries).
func platform() string {
	arch := runtime.GOARCH
	if arch == "arm64" {
		arch = "arm64v8"
	}
	if _, err := os.Stat("/etc/alpine-release"); err == nil {
		arch += "-alpine"
	}
	return runtime.GOOS + "-" + arch
}

// fetch returns the archive of a version, checked against the SHA-256 that the
// repository has beside it. An archive without one is not used.
func (a archives) fetch(ctx context.Context, version string) ([]byte, error) {
	name := "embedded-postgres-binaries-" + a.platform
	at, err := url.JoinPath(a.repository, "io/zonky/test/postgres", name, version, name+"-"+version+".jar")
	if err != nil {
		return nil, fmt.Errorf("reading the URL of the repository: %w", err)
	}
	sum, err := get(ctx, at+".sha256", 1<<10)
	if err != nil {
		return nil, err
	}
	archive, err := get(ctx, at, maxArchive)
	if err != nil {
		return nil, err
	}
	// Some repositories write the name of the file after the sum.
	want, _, _ := strings.Cut(strings.TrimSpace(string(sum)), " ")
	got := sha256.Sum256(archive)
	if !strings.EqualFold(want, hex.EncodeToString(got[:])) {
		return nil, fmt.Errorf("%s: its SHA-256 is %x, but the repository says %q: %w", redacted(at), got, want, errDamaged)
	}
	return archive, nil
}

// get returns what is at a URL.
func get(ctx context.Context, at string, limit int64) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return nil, fmt.Errorf("asking for %s: %w", redacted(at), err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err // says what it asked for
	}
	defer resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusOK:
	case http.StatusNotFound:
		return nil, fmt.Errorf("%s: %w", redacted(at), errNotPublished)
	default:
		return nil, fmt.Errorf("%s: the repository answers %s", redacted(at), resp.Status)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", redacted(at), err)
	}
	if int64(len(body)) > limit {
		return nil, fmt.Errorf("%s has more than %d bytes: it is not what it should be", redacted(at), limit)
	}
	return body, nil
}

func redacted(at string) string {
	u, err := url.Parse(at)
	if err != nil {
		return "the repository"
	}
	return u.Redacted()
}

// add unpacks an archive to a folder that appears complete or not at all. The
// caller holds the lock.
func add(archive []byte, dir string) error {
	tmp := dir + ".unpacking"
	for _, old := range []string{tmp, dir} { // of a process that was killed; of no use
		if err := os.RemoveAll(old); err != nil {
			return err
		}
	}
	err := os.Mkdir(tmp, 0o755)
	if err == nil {
		err = os.Chmod(tmp, 0o755) // whatever the umask
	}
	if err == nil {
		err = unpack(archive, tmp)
	}
	if err == nil {
		err = os.Rename(tmp, dir)
	}
	if err != nil {
		return errors.Join(err, os.RemoveAll(tmp))
	}
	return nil
}
