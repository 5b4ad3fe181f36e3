package pyparse

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/miglint/miglint/source"
)

func cases(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/cpython/*.py")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases in testdata/cpython: %v", err)
	}
	return files
}

func read(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The tree of each case is the one that CPython's ast gave, recorded beside it by
// testdata/dump.py; line ends and a byte order mark change nothing in it.
func TestSameTreeAsCPython(t *testing.T) {
	for _, name := range cases(t) {
		text := read(t, name)
		want := read(t, strings.TrimSuffix(name, ".py")+".ast")
		variants := []struct{ name, text string }{
			{"as it is", text},
			{"CRLF", strings.ReplaceAll(text, "\n", "\r\n")},
			{"byte order mark", byteOrderMark + text},
		}
		for _, v := range variants {
			t.Run(filepath.Base(name)+"/"+v.name, func(t *testing.T) {
				m := Parse(source.NewFile(name, []byte(v.text)))
				if diff := cmp.Diff(want, dump(m)); diff != "" {
					t.Errorf("tree (-CPython +got):\n%s", diff)
				}
			})
		}
	}
}

// MIGLINT_REQUIRE_PYTHON=1 asks the python3 of this machine again.
func TestRecordsOfCPython(t *testing.T) {
	if os.Getenv("MIGLINT_REQUIRE_PYTHON") != "1" {
		t.Skip("the recorded trees are not measured again: set MIGLINT_REQUIRE_PYTHON=1, with a python3 of 3.11 or later")
	}
	for _, name := range cases(t) {
		got, err := exec.Command("python3", "testdata/dump.py", name).Output()
		if err != nil {
			t.Fatalf("python3 testdata/dump.py %s: %v", name, err)
		}
		if diff := cmp.Diff(read(t, strings.TrimSuffix(name, ".py")+".ast"), string(got)); diff != "" {
			t.Errorf("%s (-recorded +python3):\n%s", name, diff)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	text := []byte(read(b, "testdata/cpython/revision.py"))
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		Parse(source.NewFile("revision.py", text))
	}
}
