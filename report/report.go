// Package report writes what miglint found, for people and for machines.
//
// A report never changes or reorders findings: they are written as
// analyzer.Run ordered them, by file and place. Every format is linear in the
// size of the files and the number of findings.
//
// File names, messages, suggestions and code come from files that nobody has
// reviewed yet. No format lets them reach a terminal or the log of a CI job as
// anything but visible text; see visible. Passwords in them are not repeated; see
// withoutSecrets.
package report

import (
	"bufio"
	"fmt"
	"io"

	"github.com/miglint/miglint/analyzer"
)

// Format is a form of report. Adding one is one file and one line in Formats.
type Format struct {
	Name    string // the value of --format
	Summary string // one line for the help, lower case, no final period

	// write need not check w: it remembers its first error.
	write func(w *bufio.Writer, res *analyzer.Result, opts Options)
}

// Formats are the formats miglint knows, in the order they are listed to users.
// The first is the default.
func Formats() []*Format {
	return []*Format{textFormat, jsonFormat, githubFormat}
}

// Options is what a report depends on beside the result.
type Options struct {
	Color   bool   // text may hold ANSI colours; the caller has looked at the terminal and at NO_COLOR
	Width   int    // columns of the terminal; 0 when there is none, and nothing is wrapped
	Version string // of miglint, for formats that record it
}

// Write writes the findings of res to w in format f. The error is that of w.
func Write(w io.Writer, f *Format, res *analyzer.Result, opts Options) error {
	b := bufio.NewWriterSize(w, 64<<10)
	f.write(b, withoutSecrets(res), opts)
	if err := b.Flush(); err != nil {
		return fmt.Errorf("writing the %s report: %w", f.Name, err)
	}
	return nil
}

// summarize is the last line of the reports for people, without a final
// newline: what was found and what was judged. It holds no text from files.
func summarize(s analyzer.Summary) string {
	var found []string
	for _, c := range []struct {
		n    int
		noun string
	}{{s.Errors, "error"}, {s.Warnings, "warning"}, {s.Infos, "info"}} {
		if c.n > 0 {
			found = append(found, plural(c.n, c.noun))
		}
	}
	line := "No findings"
	if len(found) > 0 {
		line = "Found " + enumerate(found)
	}
	line += fmt.Sprintf(" in %s (%s)", plural(s.Migrations, "migration"), plural(s.Statements, "statement"))
	if s.Ignored > 0 {
		line += fmt.Sprintf("; %s ignored", plural(s.Ignored, "finding"))
	}
	return line + "."
}

func plural(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}
