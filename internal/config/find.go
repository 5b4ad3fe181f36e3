package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/miglint/miglint/analyzer"
)

// maxSize bounds the file: a configuration is short, and it comes with the
// repository under review.
const maxSize = 64 << 10

// Find looks for miglint.yaml in dir and the folders above it, up to the root of
// the file system or the first folder that holds .git. It returns "" if there is
// none.
func Find(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("looking for %s: %w", FileName, err)
	}
	for {
		if _, err := os.Lstat(filepath.Join(dir, FileName)); err == nil {
			return filepath.Join(dir, FileName), nil
		}
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
			return "", nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", nil
		}
		dir = parent
	}
}

// Read reads the configuration file at path. Errors in it name display as the
// file. rules are all rules there are. A file that was found rather than named by
// the user (found) belongs to the repository under review: it may point only at
// files in its own folder and below.
func Read(path, display string, rules []*analyzer.Rule, found bool) (*Config, error) {
	text, err := readFile(path, found)
	if err != nil {
		return nil, fmt.Errorf("reading the configuration %s: %w", display, err)
	}
	c, err := parse(display, text, rules, found)
	if err != nil {
		return nil, err
	}
	c.Dir = filepath.Dir(path)
	return c, nil
}

// readFile reads the file without following a link out of its folder, unless the
// user named it.
func readFile(path string, found bool) ([]byte, error) {
	open := func() (fs.File, error) { return os.Open(path) }
	if found {
		root, err := os.OpenRoot(filepath.Dir(path))
		if err != nil {
			return nil, err
		}
		defer root.Close()
		open = func() (fs.File, error) { return root.Open(filepath.Base(path)) }
		// Opening a FIFO would wait for a writer.
		if info, err := root.Stat(filepath.Base(path)); err != nil {
			return nil, pathError(err)
		} else if !info.Mode().IsRegular() {
			return nil, errors.New("it is not a regular file")
		}
	}
	f, err := open()
	if err != nil {
		return nil, pathError(err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	if err != nil {
		return nil, pathError(err)
	}
	if len(text) > maxSize {
		return nil, fmt.Errorf("it is larger than %d kB", maxSize>>10)
	}
	return text, nil
}

// pathError leaves out the path, which the message around it has.
func pathError(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}
