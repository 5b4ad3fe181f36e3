package cli

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

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
