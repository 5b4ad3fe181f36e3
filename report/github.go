package report

import (
	"bufio"
	"fmt"
	"strings"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/source"
)

// githubFormat writes the workflow commands of GitHub Actions, which annotate
// the files of a pull request, and a last line for those who read the log.
//
// GitHub shows ten errors, ten warnings and ten notices of a step, the first
// ones. The three do not crowd each other out, so findings stay in the order of
// the files.
var githubFormat = &Format{
	Name:    "github",
	Summary: "workflow commands that annotate a pull request in GitHub Actions",
	write:   writeGitHub,
}

func writeGitHub(w *bufio.Writer, res *analyzer.Result, _ Options) {
	var loc locator
	for i := range res.Diagnostics {
		d := &res.Diagnostics[i]
		w.WriteString("::" + githubCommand(d.Severity) + " ")
		if !d.Span.IsZero() {
			writeGitHubPlace(w, &loc, d.Span)
			w.WriteByte(',')
		}
		w.WriteString("title=" + escapeProperty(d.Rule.Name) + "::")
		w.WriteString(escapeData(githubMessage(d)))
		w.WriteByte('\n')
	}
	w.WriteString("miglint: " + summarize(res.Summary) + "\n")
}

func githubCommand(s analyzer.Severity) string {
	switch s {
	case analyzer.Error:
		return "error"
	case analyzer.Warning:
		return "warning"
	}
	return "notice"
}

// writeGitHubPlace writes the properties that say where. GitHub takes columns
// only with a span within one line: with others the annotation is not shown in
// the diff (IssueCommandExtension.ValidateLinesAndColumns in actions/runner).
func writeGitHubPlace(w *bufio.Writer, loc *locator, s source.Span) {
	s = displayed(s)
	start, end := loc.position(s.File, s.Start), loc.position(s.File, s.End)
	fmt.Fprintf(w, "file=%s,line=%d,endLine=%d", escapeProperty(s.File.Path), start.Line, end.Line)
	if start.Line == end.Line {
		fmt.Fprintf(w, ",col=%d,endColumn=%d", start.Column, end.Column)
	}
}

// githubMessage is all that an annotation says, the most important first. It has
// line breaks only between visible lines.
func githubMessage(d *analyzer.Diagnostic) string {
	lines := []string{visibleLine(d.Message)}
	lines = append(lines, blocked(d)...)
	if d.Suggestion != "" {
		lines = append(lines, "", "Instead:", "")
		lines = append(lines, visibleLines(d.Suggestion)...)
	}
	lines = append(lines, "", d.Rule.URL())
	return strings.Join(lines, "\n")
}

// escapeData and escapeProperty write text as the message and as a property of
// a command (ActionCommand.UnescapeData and UnescapeProperty in actions/runner).
func escapeData(s string) string { return dataEscapes.Replace(s) }

func escapeProperty(s string) string { return propertyEscapes.Replace(visible(s)) }

var (
	dataEscapes     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	propertyEscapes = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)
