// Package cli is the command line: flags in, exit code out.
package cli

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/rules"
)

// The exit codes.
const (
	exitClean    = 0 // no finding at or above --fail-on
	exitFindings = 1
	exitUsage    = 2 // could not do the job: bad path, flag or configuration, nothing to check
	exitInternal = 3 // a defect of miglint
)

// Main runs miglint and returns its exit code. args are those after the program's
// name.
func Main(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	return run(args, stdin, stdout, stderr, rules.All())
}

// run is Main with the rules to choose from.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer, all []*analyzer.Rule) (code int) {
	defer tuneMemory()()
	out := bufio.NewWriterSize(stdout, 64<<10)
	a := &app{stdin: stdin, stdout: out, terminal: stdout, stderr: stderr, env: os.Getenv, rules: all}
	defer func() {
		if v := recover(); v != nil {
			fmt.Fprintf(stderr, "miglint: internal error: %v\n%s", v, debug.Stack())
			code = exitInternal
		}
	}()
	root := a.root()
	root.SetArgs(args)
	err := root.Execute()
	if flushErr := out.Flush(); err == nil && flushErr != nil {
		err = fmt.Errorf("writing the output: %w", flushErr)
	}
	if err != nil {
		printError(stderr, err)
		return exitUsage
	}
	return a.code
}

// printError prints an error, which may quote names and text from files.
func printError(w io.Writer, err error) {
	prefix := "miglint: "
	for line := range strings.SplitSeq(err.Error(), "\n") {
		fmt.Fprintln(w, prefix+printable(line))
		prefix = ""
	}
}

// app is what the commands share.
type app struct {
	stdin    io.Reader
	stdout   io.Writer
	terminal io.Writer // stdout itself, to ask whether it is a terminal
	stderr   io.Writer
	env      func(string) string
	rules    []*analyzer.Rule
	code     int
}

const longHelp = `miglint tells you, before you merge, what a PostgreSQL migration will do to a live database: which tables it locks
against whom and for how long, what it rewrites or scans, what it loses, where it will fail, and what to write instead.

Without a path it looks for migrations below the current folder. A folder is checked with all its history; a file is
checked with the files around it as history; - reads standard input. To check a folder that is named like a command,
write ./rules.

Exit codes:
  0  no finding at or above --fail-on
  1  findings at or above --fail-on
  2  could not do the job: a bad path, flag or configuration, or no migrations
  3  internal error: a rule crashed; every other finding is still reported`

const examples = `  miglint db/migrations
  miglint --postgres 16 --fail-on warning
  miglint --format github --config ci/miglint.yaml
  miglint explain index-not-concurrent
  miglint locks db/migrations/000042_add_index.up.sql`

func (a *app) root() *cobra.Command {
	var f lintFlags
	cmd := &cobra.Command{
		Use:           "miglint [path ...]",
		Short:         "Check PostgreSQL migrations before they are merged",
		Long:          longHelp,
		Example:       examples,
		Args:          cobra.ArbitraryArgs,
		Version:       Version(),
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE:          func(_ *cobra.Command, args []string) error { return a.lint(&f, args) },
	}
	cmd.SetIn(a.stdin)
	cmd.SetOut(a.stdout)
	cmd.SetErr(a.stderr)
	cmd.SetVersionTemplate("miglint {{.Version}}\n")
	cmd.SetFlagErrorFunc(flagError)
	f.register(cmd)
	completeRules(cmd, a.rules)
	cmd.AddCommand(a.rulesCommand(), a.explainCommand(), a.detectCommand(), a.locksCommand(), a.initCommand())
	return cmd
}

// printable replaces what does not print (controls, directional marks, invalid
// bytes): names and text from files must not drive the user's terminal.
func printable(s string) string {
	return strings.Map(func(c rune) rune {
		if !unicode.IsPrint(c) {
			return '\uFFFD'
		}
		return c
	}, s)
}
