package migration_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/miglint/miglint/internal/cli"
	"github.com/miglint/miglint/internal/record"
)

const records = "../conformance/testdata"

// TestRecords holds what `miglint detect --format json` says of a folder against
// what a server received when the framework itself ran it: the order of the
// statements, which go together in one round trip, and whether a transaction is
// open behind each. The records are made by package conformance.
func TestRecords(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(records, "*.txt"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no records in %s: %v", records, err)
	}
	for _, file := range files {
		folder := strings.TrimSuffix(file, ".txt")
		t.Run(filepath.Base(folder), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			framework, commands := readRecord(t, string(text))
			s := detect(t, folder)
			if s.Framework != framework {
				t.Fatalf("detected as %s, but it is of %s", s.Framework, framework)
			}
			for _, c := range commands {
				var want []string
				for _, e := range s.Sent(c.name == "down") {
					want = append(want, e.Line())
				}
				if c.stops {
					want = want[:min(len(want), len(c.lines))]
				}
				if diff := cmp.Diff(c.lines, want); diff != "" {
					t.Errorf("%s: the server received, and miglint says (-server +miglint):\n%s", c.name, diff)
				}
			}
		})
	}
}

// command is what a server received because of one.
type command struct {
	name  string // up or down
	lines []string
	stops bool // the framework does not come to its end
}

// readRecord reads what package conformance writes: the framework and its
// version, then for each command its lines, of which the server's status and the
// text matter here and the kind of message does not.
func readRecord(t *testing.T, text string) (framework string, commands []command) {
	t.Helper()
	head, rest, _ := strings.Cut(text, "\n")
	framework, _, _ = strings.Cut(head, " ")
	for l := range strings.Lines(rest) {
		l = strings.TrimSuffix(l, "\n")
		if l == "up" || l == "down" {
			commands = append(commands, command{name: l})
			continue
		}
		if l == "" {
			continue
		}
		if len(commands) == 0 {
			t.Fatalf("the record begins with %q, want up or down", l)
		}
		switch c := &commands[len(commands)-1]; {
		case l == "the framework stops":
			c.stops = true
		case len(l) < 12:
			t.Fatalf("the record has a line that is none: %q", l)
		default:
			c.lines = append(c.lines, l[:2]+l[11:])
		}
	}
	return framework, commands
}

func detect(t *testing.T, folder string) record.Stream {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if code := cli.Main([]string{"detect", "--format", "json", folder}, nil, &stdout, &stderr); code != 0 {
		t.Fatalf("detect has ended with %d: %s", code, &stderr)
	}
	streams, err := record.Detected(stdout.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if len(streams) != 1 {
		t.Fatalf("detect found %d streams, want one", len(streams))
	}
	return streams[0]
}
