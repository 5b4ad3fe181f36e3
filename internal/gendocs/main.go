// Command gendocs writes docs/rules: a page for each rule and their list, from
// the rules themselves and what was measured for them. Run it from the root of the repository.
package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/miglint/miglint/rules"
)

const (
	folder = "docs/rules"
	proofs = "testdata/proofs"
)

func main() {
	if err := write(folder, os.DirFS(proofs)); err != nil {
		fmt.Fprintln(os.Stderr, "gendocs:", err)
		os.Exit(1)
	}
}

// write writes the pages into the folder and removes those of rules that are
// gone.
func write(folder string, proofs fs.FS) error {
	pages, err := pages(rules.All(), proofs)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	old, err := filepath.Glob(filepath.Join(folder, "*.md"))
	if err != nil {
		return err
	}
	for _, file := range old {
		if _, ok := pages[filepath.Base(file)]; !ok {
			if err := os.Remove(file); err != nil {
				return err
			}
		}
	}
	for name, text := range pages {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}
