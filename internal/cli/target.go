package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/miglint/miglint/internal/config"
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
	if t.top = config.Repository(folder); t.top == "" {
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

// display is a path as it is shown: relative to the working directory if it is
// below it, else absolute.
func display(abs string) string { return config.Display(abs, workingDir()) }

// workingDir is "" if it is not known: every path is absolute then.
func workingDir() string {
	wd, err := os.Getwd()
	if err != nil {
		return ""
	}
	return wd
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
