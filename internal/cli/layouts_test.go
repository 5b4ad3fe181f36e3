package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// layoutExample is a section of docs/layouts.md: the folder of testdata/layouts it
// is about, its configuration, and what detect prints.
var layoutExample = regexp.MustCompile("(?s)\n## (\\w+):.*?```yaml\n(.*?)```.*?```text\n\\$ miglint detect\n(.*?)```")

// TestLayoutsPageShowsWhatDetectPrints runs the examples of docs/layouts.md.
func TestLayoutsPageShowsWhatDetectPrints(t *testing.T) {
	page, err := os.ReadFile("../../docs/layouts.md")
	if err != nil {
		t.Fatal(err)
	}
	examples := layoutExample.FindAllStringSubmatch(string(page), -1)
	if folders, err := filepath.Glob("../../testdata/layouts/*"); err != nil || len(folders) != len(examples) {
		t.Fatalf("docs/layouts.md has %d examples, testdata/layouts has %d folders (%v)", len(examples), len(folders), err)
	}
	for _, example := range examples {
		name, config, want := example[1], example[2], example[3]
		t.Run(name, func(t *testing.T) {
			files := os.DirFS(filepath.Join("..", "..", "testdata", "layouts", name))
			dir := t.TempDir()
			if err := os.CopyFS(dir, files); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, "miglint.yaml"), []byte(config), 0o666); err != nil {
				t.Fatal(err)
			}
			t.Chdir(dir)
			var out, errs bytes.Buffer
			if code := Main([]string{"detect"}, strings.NewReader(""), &out, &errs); code != 0 {
				t.Errorf("exit code %d; stderr: %s", code, errs.String())
			}
			if diff := cmp.Diff(want, out.String()); diff != "" {
				t.Errorf("detect (-docs/layouts.md +real):\n%s", diff)
			}
		})
	}
}

// TestReadmeLayoutsAreThoseOfTheirPage holds the README's layouts to those that are
// run.
func TestReadmeLayoutsAreThoseOfTheirPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/layouts.md")
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	shown := regexp.MustCompile("(?s)```yaml\nlayouts:.*?```").FindAll(readme, -1)
	if len(shown) < 3 {
		t.Errorf("the README shows %d layouts, want three at least", len(shown))
	}
	for _, layout := range shown {
		if !bytes.Contains(page, layout) {
			t.Errorf("docs/layouts.md does not have the README's\n%s", layout)
		}
	}
}
