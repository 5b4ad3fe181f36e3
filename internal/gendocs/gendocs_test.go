package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/miglint/miglint/rules"
)

// TestDocsAreCurrent fails when a rule was changed and its page was not written
// again: go run ./internal/gendocs.
func TestDocsAreCurrent(t *testing.T) {
	want, err := pages(rules.All(), os.DirFS(filepath.Join("..", "..", filepath.FromSlash(proofs))))
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join("..", "..", filepath.FromSlash(folder))
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if _, ok := want[e.Name()]; !ok {
			t.Errorf("%s/%s belongs to no rule", folder, e.Name())
		}
	}
	for name, text := range want {
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Error(err)
			continue
		}
		if diff := cmp.Diff(text, string(got)); diff != "" {
			t.Errorf("%s/%s is not what the rules say: run `go run ./internal/gendocs` (-want +got):\n%s", folder, name, diff)
		}
	}
}
