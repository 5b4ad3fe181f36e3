package migration_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/miglint/miglint/internal/cli"
	"github.com/miglint/miglint/migration"
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
			if !slices.ContainsFunc(migration.Frameworks(), func(fw *migration.Framework) bool { return fw.Name == framework }) {
				t.Skipf("miglint does not know %s yet", framework)
			}
			s := detect(t, folder)
			if s.Framework != framework {
				t.Fatalf("detected as %s, but it is of %s", s.Framework, framework)
			}
			for _, c := range commands {
				want := s.sent(c.name == "down")
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

// detectedStream is what the test reads of the output of detect.
type detectedStream struct {
	Framework  string
	Migrations []struct {
		Up, Down *struct {
			BeginsAgain bool `json:"begins_again"`
			Batches     []struct {
				Transaction string
				Statements  []struct{ Text string }
			}
		}
	}
}

func detect(t *testing.T, folder string) detectedStream {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if code := cli.Main([]string{"detect", "--format", "json", folder}, nil, &stdout, &stderr); code != 0 {
		t.Fatalf("detect has ended with %d: %s", code, &stderr)
	}
	var set struct{ Streams []detectedStream }
	if err := json.Unmarshal(stdout.Bytes(), &set); err != nil {
		t.Fatal(err)
	}
	if len(set.Streams) != 1 {
		t.Fatalf("detect found %d streams, want one", len(set.Streams))
	}
	return set.Streams[0]
}

// session is a server as far as transactions go.
type session struct {
	lines []string
	begun []string // lines that are shown only if something runs after them
	open  bool
	used  bool // something has run since the last end
}

// sent is what the stream says that the server receives, in a record's lines.
func (s detectedStream) sent(down bool) []string {
	var to session
	ms := slices.Clone(s.Migrations)
	if down {
		slices.Reverse(ms)
	}
	inRun := false
	for _, m := range ms {
		script := m.Up
		if down {
			script = m.Down
		}
		if script == nil {
			continue
		}
		inFile := false
		for _, b := range script.Batches {
			perFile, perRun := b.Transaction == migration.PerFile.String(), b.Transaction == migration.PerRun.String()
			if (inFile && !perFile) || (inRun && !perRun) {
				to.receive("COMMIT")
				inFile, inRun = false, false
			}
			if (perFile && !inFile) || (perRun && !inRun) || (script.BeginsAgain && !to.open && len(b.Statements) > 0) {
				to.receive("BEGIN")
				inFile, inRun = perFile, perRun
			}
			var texts []string
			for _, stmt := range b.Statements {
				texts = append(texts, plainText(stmt.Text))
			}
			to.receive(texts...)
		}
		if inFile && (to.open || !script.BeginsAgain) {
			to.receive("COMMIT")
		}
	}
	if inRun {
		to.receive("COMMIT")
	}
	return to.lines
}

// receive is one round trip. A transaction in which nothing runs is left out, as
// package conformance does.
func (s *session) receive(statements ...string) {
	for _, stmt := range statements {
		switch control(stmt) {
		case "BEGIN":
			s.open = true
		case "COMMIT", "ROLLBACK":
			s.open = false
		}
	}
	status := "I"
	if s.open {
		status = "T"
	}
	word := ""
	if len(statements) == 1 {
		word = control(statements[0])
	}
	if word == "" {
		word = strings.Join(statements, "; ")
	}
	line := fmt.Sprintf("%s %s", status, word)
	switch {
	case word == "BEGIN":
		s.begun = append(s.begun, line)
	case word != "COMMIT" && word != "ROLLBACK":
		s.lines = append(append(s.lines, s.begun...), line)
		s.begun, s.used = nil, true
	case s.used && len(s.begun) == 0:
		s.lines = append(s.lines, line)
		s.used = false
	default:
		s.begun = nil
	}
}

// control is what a statement does to the transaction: BEGIN, COMMIT, ROLLBACK or
// nothing.
func control(stmt string) string {
	first, _, _ := strings.Cut(strings.ToUpper(stmt), " ")
	switch first {
	case "BEGIN", "START":
		return "BEGIN"
	case "COMMIT", "END":
		return "COMMIT"
	case "ROLLBACK", "ABORT":
		return "ROLLBACK"
	}
	return ""
}

var (
	recordComments = regexp.MustCompile(`--[^\n]*|(?s:/\*.*?\*/)`)
	recordBlanks   = regexp.MustCompile(`\s+`)
)

// plainText is SQL as the records spell it: without comments and line breaks.
func plainText(sql string) string {
	sql = recordBlanks.ReplaceAllString(recordComments.ReplaceAllString(sql, " "), " ")
	var parts []string
	for part := range strings.SplitSeq(sql, ";") {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, "; ")
}
