package pgserver

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// binaries is a folder that holds postgres and initdb.
type binaries struct {
	dir     string
	major   int
	version string // "15.18"
}

// find returns the binaries that the options name or allow.
func find(ctx context.Context, o Options) (binaries, error) {
	if o.BinDir != "" {
		return named(ctx, o)
	}

	var others []string
	for _, dir := range machine(ctx, o.Major) {
		b, err := inspect(ctx, dir)
		if err != nil {
			continue // most places do not exist
		}
		if known(b.major) && (o.Major == 0 || b.major == o.Major) && (!o.Pinned || b.isPinned()) {
			return b, nil
		}
		if other := fmt.Sprintf("PostgreSQL %s in %s", b.version, b.dir); !slices.Contains(others, other) {
			others = append(others, other) // PATH has links
		}
	}
	missing := notFound(o, others)
	if !o.Download {
		return binaries{}, missing
	}
	return download(ctx, o, missing)
}

// isPinned reports whether the binaries are of a minor release that the embedded
// ones of their major have.
func (b binaries) isPinned() bool {
	return slices.Contains(versions[b.major], b.version+".0")
}

// named returns the binaries in the folder that the user names.
func named(ctx context.Context, o Options) (binaries, error) {
	b, err := inspect(ctx, o.BinDir)
	switch {
	case err != nil:
		return binaries{}, fmt.Errorf("the folder of PostgreSQL binaries %s: %w", o.BinDir, err)
	case !known(b.major):
		return binaries{}, unsupported(b.major, o.BinDir)
	case o.Major != 0 && b.major != o.Major:
		return binaries{}, fmt.Errorf("the folder of PostgreSQL binaries %s holds PostgreSQL %d, not %d", o.BinDir, b.major, o.Major)
	}
	return b, nil
}

var versionLine = regexp.MustCompile(`\(PostgreSQL\) ((\d+)[^\s]*)`)

// inspect looks at a folder that may hold postgres and initdb. Links are followed,
// since PostgreSQL looks for its other files beside the real ones.
func inspect(ctx context.Context, dir string) (binaries, error) {
	path, err := filepath.Abs(filepath.Join(dir, "postgres"))
	if err != nil {
		return binaries{}, err
	}
	if path, err = filepath.EvalSymlinks(path); errors.Is(err, os.ErrNotExist) {
		return binaries{}, errors.New("it holds no postgres; expected the server's programs, postgres and initdb")
	} else if err != nil {
		return binaries{}, err
	}
	b := binaries{dir: filepath.Dir(path)}
	if _, err := os.Stat(filepath.Join(b.dir, "initdb")); err != nil {
		return binaries{}, fmt.Errorf("it holds no initdb beside postgres: %w", err)
	}
	out, err := exec.CommandContext(ctx, path, "--version").Output()
	if err != nil {
		return binaries{}, fmt.Errorf("asking %s for its version: %w", path, err)
	}
	m := versionLine.FindSubmatch(out)
	if m == nil {
		return binaries{}, fmt.Errorf("%s gives its version as %q; expected a line such as postgres (PostgreSQL) 18.0", path, out)
	}
	if b.major, err = strconv.Atoi(string(m[2])); err != nil {
		return binaries{}, fmt.Errorf("reading the version of %s: %w", path, err)
	}
	b.version = string(m[1])
	return b, nil
}

// distributions are the folders that packages put a major's binaries in, with %d
// for the major.
var distributions = []string{
	"/usr/lib/postgresql/%d/bin",                          // Debian, Ubuntu
	"/usr/pgsql-%d/bin",                                   // PostgreSQL's own RPMs
	"/usr/lib/postgresql%d/bin",                           // SUSE
	"/usr/libexec/postgresql%d",                           // Alpine
	"/usr/lib64/postgresql-%d/bin",                        // Gentoo
	"/opt/homebrew/opt/postgresql@%d/bin",                 // Homebrew
	"/usr/local/opt/postgresql@%d/bin",                    // Homebrew on Intel
	"/opt/local/lib/postgresql%d/bin",                     // MacPorts
	"/Applications/Postgres.app/Contents/Versions/%d/bin", // Postgres.app
	"/Library/PostgreSQL/%d/bin",                          // EDB's installer
	"/usr/local/pgsql/bin",                                // make install
}

// machine returns the folders where this machine may have the binaries, of one
// major or of all, newest first.
func machine(ctx context.Context, major int) []string {
	dirs := filepath.SplitList(os.Getenv("PATH"))
	// Distributions leave postgres itself out of PATH, but not pg_config.
	if out, err := exec.CommandContext(ctx, "pg_config", "--bindir").Output(); err == nil {
		dirs = append(dirs, strings.TrimSpace(string(out)))
	}
	patterns := distributions
	if prefix := os.Getenv("HOMEBREW_PREFIX"); prefix != "" {
		patterns = append(slices.Clip(patterns), filepath.Join(prefix, "opt", "postgresql@%d", "bin"))
	}
	for n := MaxMajor; n >= MinMajor; n-- {
		if major != 0 && n != major {
			continue
		}
		for _, p := range patterns {
			dirs = append(dirs, strings.ReplaceAll(p, "%d", strconv.Itoa(n)))
		}
	}
	seen := map[string]bool{}
	return slices.DeleteFunc(dirs, func(dir string) bool {
		drop := seen[dir] || !filepath.IsAbs(dir) // a relative PATH is anybody's folder
		seen[dir] = true
		return drop
	})
}
