package cli

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/miglint/miglint/internal/config"
	"github.com/miglint/miglint/migration"
	"github.com/miglint/miglint/rules"
)

// TestStarterShowsValidKeys uncomments every example of the file that init
// writes.
func TestStarterShowsValidKeys(t *testing.T) {
	text := starter(&migration.Set{Streams: []*migration.Stream{{Root: "db/migrations", Framework: migration.Frameworks()[0]}}})
	text = regexp.MustCompile(`(?m)^#(\S|  \S)`).ReplaceAllString(text, "$1")
	file := filepath.Join(t.TempDir(), config.FileName)
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := config.Read(file, config.FileName, rules.All(), true); err != nil {
		t.Errorf("%v\nin\n%s", err, text)
	}
}

func TestRebase(t *testing.T) {
	top, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	work := filepath.Join(top, "repo", "db")
	if err := os.MkdirAll(work, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Chdir(work)
	tests := map[string]struct {
		pattern, configDir string
		want               []string // that are relative
	}{
		"configuration here":                 {"old/*.sql", work, []string{"old/*.sql"}},
		"configuration below":                {"*.sql", filepath.Join(work, "a"), []string{"a/*.sql"}},
		"below a folder with meta":           {"*.sql", filepath.Join(work, "a[1]"), []string{`a\[1]/*.sql`}},
		"configuration above":                {"db/old/*.sql", filepath.Join(top, "repo"), []string{"old/*.sql"}},
		"above, by a pattern":                {"d?/old/*.sql", filepath.Join(top, "repo"), []string{"old/*.sql"}},
		"above, any depth":                   {"**/old/*.sql", filepath.Join(top, "repo"), []string{"**/old/*.sql"}},
		"above, any depth from two above on": {"repo/**/x.sql", top, []string{"**/x.sql"}},
		"above, of another folder":           {"app/*.sql", filepath.Join(top, "repo"), nil},
		"beside":                             {"*.sql", filepath.Join(top, "other"), nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, p := range rebase(tt.pattern, tt.configDir) {
				if !strings.HasPrefix(p, filepath.ToSlash(top)) {
					got = append(got, p)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("patterns differ (-want +got):\n%s", diff)
			}
		})
	}
}

func TestColored(t *testing.T) {
	type env map[string]string
	tests := map[string]struct {
		mode string
		env  env
		want bool
	}{
		"no terminal":                  {"auto", nil, false},
		"always":                       {"always", env{"NO_COLOR": "1"}, true},
		"never":                        {"never", env{"FORCE_COLOR": "1"}, false},
		"FORCE_COLOR":                  {"auto", env{"FORCE_COLOR": "1"}, true},
		"FORCE_COLOR=0":                {"auto", env{"FORCE_COLOR": "0"}, false},
		"CLICOLOR_FORCE":               {"auto", env{"CLICOLOR_FORCE": "1"}, true},
		"NO_COLOR before FORCE_COLOR":  {"auto", env{"NO_COLOR": "1", "FORCE_COLOR": "1"}, false},
		"forced in spite of TERM=dumb": {"auto", env{"TERM": "dumb", "FORCE_COLOR": "1"}, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := colored(tt.mode, &bytes.Buffer{}, func(name string) string { return tt.env[name] })
			if got != tt.want {
				t.Errorf("colored = %v, want %v", got, tt.want)
			}
		})
	}
}

// full is a disk without room.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestOutputThatCannotBeWritten(t *testing.T) {
	for _, args := range [][]string{{"rules"}, {"explain", "missing-down"}, {"-"}, {"locks", "--format", "json", "-"}} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			var stderr bytes.Buffer
			code := Main(args, strings.NewReader("SELECT 1;"), full{}, &stderr)
			if code != exitUsage || !strings.Contains(stderr.String(), "no space left on device") {
				t.Errorf("exit code %d, want %d; stderr: %s", code, exitUsage, stderr.String())
			}
		})
	}
}

func TestErrorsDoNotDriveTheTerminal(t *testing.T) {
	var stderr bytes.Buffer
	Main([]string{"no\x1b[31m\u202esuch"}, strings.NewReader(""), &bytes.Buffer{}, &stderr)
	if strings.ContainsAny(stderr.String(), "\x1b\u202e") {
		t.Errorf("raw control characters in %q", stderr.String())
	}
}
