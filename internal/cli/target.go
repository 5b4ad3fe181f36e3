package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// target is a folder or file to check.
type target struct {
	abs     string
	display string // as shown to the user, slash separated; "" for the current folder
	top     string // absolute folder that it is read through
	path    string // inside top, slash separated
	file    bool
}

// newTarget looks at a path. It is read through the repository around it, which
// links may cross and where go.mod and the like may stand; without a repository,
// through the folder itself. A folder that the user chose may be a link to
// anywhere (follow); one that the files under review name may not.
func newTarget(arg string, follow bool) (*target, error) {
	abs, err := filepath.Abs(arg)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", arg, err)
	}
	info, err := os.Stat(abs)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%s does not exist: expected a folder of migrations, a migration file, or - for standard input", arg)
	case err != nil:
		return nil, fmt.Errorf("%s: %w", arg, reason(err))
	case !info.IsDir() && !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is neither a folder nor a regular file: expected a folder of migrations, a migration file, or - for standard input", arg)
	}
	t := &target{abs: abs, file: !info.IsDir(), display: display(abs)}
	folder := t.folder()
	if follow {
		if folder, err = filepath.EvalSymlinks(folder); err != nil {
			return nil, fmt.Errorf("%s: %w", arg, reason(err))
		}
	}
	if t.top = repository(folder); t.top == "" {
		t.top = folder
	}
	rel, err := filepath.Rel(t.top, folder)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", arg, err)
	}
	t.path = filepath.ToSlash(rel)
	if t.file {
		t.path = path.Join(t.path, filepath.Base(abs))
	}
	return t, nil
}

// folder is the folder that the target is, or is in.
func (t *target) folder() string {
	if t.file {
		return filepath.Dir(t.abs)
	}
	return t.abs
}

// holds reports whether the target is o or a folder that o is in.
func (t *target) holds(o *target) bool {
	rel, err := filepath.Rel(t.abs, o.abs)
	return err == nil && filepath.IsLocal(rel)
}

// repository is the nearest folder at or above dir that holds .git, "" if none.
func repository(dir string) string {
	for {
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return ""
		}
		dir = parent
	}
}

// display is a path as it is shown: relative to the working directory if it is
// below it, else absolute.
func display(abs string) string {
	wd, err := os.Getwd()
	if err != nil {
		return filepath.ToSlash(abs)
	}
	rel, err := filepath.Rel(wd, abs)
	switch {
	case err != nil || !filepath.IsLocal(rel):
		return filepath.ToSlash(abs)
	case rel == ".":
		return ""
	}
	return filepath.ToSlash(rel)
}

// shown is a display path for a message.
func shown(display string) string {
	if display == "" {
		return "the current folder"
	}
	return display
}

// reason is an I/O error without the path, which the message around it has.
func reason(err error) error {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return pathErr.Err
	}
	return err
}

// rebase turns a pattern relative to the configuration's folder into the patterns
// that match display paths: those below the working directory are relative to
// it, the others absolute.
func rebase(pattern, configDir string) []string {
	if strings.HasPrefix(pattern, "**/") {
		return []string{pattern}
	}
	patterns := []string{escapeMeta(filepath.ToSlash(configDir)) + "/" + pattern}
	wd, err := os.Getwd()
	if err != nil {
		return patterns
	}
	if below, err := filepath.Rel(wd, configDir); err == nil && filepath.IsLocal(below) {
		if below == "." {
			return append(patterns, pattern)
		}
		return append(patterns, escapeMeta(filepath.ToSlash(below))+"/"+pattern)
	}
	above, err := filepath.Rel(configDir, wd)
	if err != nil || !filepath.IsLocal(above) {
		return patterns
	}
	rest := pattern
	for _, folder := range strings.Split(filepath.ToSlash(above), "/") {
		first, after, more := strings.Cut(rest, "/")
		if first == "**" {
			break
		}
		if !more || !matches(first, folder) {
			return patterns
		}
		rest = after
	}
	return append(patterns, rest)
}

// matches reports whether one segment of a pattern matches a folder name.
func matches(segment, name string) bool {
	ok, err := doublestar.Match(segment, name)
	return ok && err == nil
}

// escapeMeta makes a path match only itself.
func escapeMeta(p string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`, "{", `\{`).Replace(p)
}
