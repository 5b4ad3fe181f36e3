//go:build unix

package cli

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/rules"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"miglint": func() { os.Exit(Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) },
		"miglint-crash": func() {
			all := append([]*analyzer.Rule{crashing}, rules.All()...)
			os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr, all))
		},
	})
}

// crashing is a rule with a defect.
var crashing = &analyzer.Rule{
	Name: "crashing", Severity: analyzer.Error,
	Run: func(p *analyzer.Pass) {
		var none []string
		_ = none[len(p.Stmts)]
	},
}

// TestScripts runs the command line as its users do. `-update` is not supported:
// the scripts say what matters about the output, not all of it.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "../../testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Condition: func(cond string) (bool, error) {
			if cond == "root" {
				return os.Geteuid() == 0, nil
			}
			return false, fmt.Errorf("unknown condition %s", cond)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"code":   exitCode,
			"mkfifo": makePipe,
			"mknod":  makeDevice,
			"sparse": makeSparse,
			"repeat": writeRepeated,
		},
	})
}

// exitCode runs a command and checks its exit code: code 2 miglint --format x.
func exitCode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code number command [args...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit interface{ ExitCode() int }
		if !errors.As(err, &exit) {
			ts.Fatalf("%s: %v", args[1], err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// makePipe makes a named pipe: mkfifo file.
func makePipe(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(syscall.Mkfifo(ts.MkAbs(args[0]), 0o644))
}

// makeDevice makes a device that never ends, or where that is not allowed a link
// to one: mknod file.
func makeDevice(ts *testscript.TestScript, _ bool, args []string) {
	const zero = 1<<8 | 5 // major and minor of /dev/zero on Linux
	if err := syscall.Mknod(ts.MkAbs(args[0]), syscall.S_IFCHR|0o666, zero); err != nil {
		ts.Logf("no device of our own (%v): a link to /dev/zero stands for it", err)
		ts.Check(os.Symlink("/dev/zero", ts.MkAbs(args[0])))
	}
}

// makeSparse makes a large file that takes no room: sparse file bytes.
func makeSparse(ts *testscript.TestScript, _ bool, args []string) {
	size, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	f, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	ts.Check(errors.Join(f.Truncate(size), f.Close()))
}

// writeRepeated writes text, a piece again and again, and more text, all Go
// strings without their quotes: repeat file before piece number after.
func writeRepeated(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[3])
	ts.Check(err)
	text := func(s string) []byte {
		s, err := strconv.Unquote(`"` + s + `"`)
		ts.Check(err)
		return []byte(s)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), slices.Concat(text(args[1]), bytes.Repeat(text(args[2]), n), text(args[4])), 0o644))
}
