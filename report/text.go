package report

import (
	"bufio"
	"strings"

	"github.com/fatih/color"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/source"
)

// textFormat writes findings for people: what is wrong, the code, who is
// blocked and until when, what explains it, and what to write instead.
var textFormat = &Format{
	Name:    "text",
	Summary: "the findings with their code, for people",
	write:   writeText,
}

// textReport is a text report under way.
type textReport struct {
	w     *bufio.Writer
	width int
	loc   locator
	buf   []byte       // of the line of code in hand
	file  *source.File // that was shown last
	text  []byte       // of file, without passwords

	err, warn, info          style // severities
	bold, faint, note, green style
}

// style is what switches a colour on and off; the zero style has none.
type style struct{ on, off string }

func writeText(w *bufio.Writer, res *analyzer.Result, opts Options) {
	t := newTextReport(w, opts)
	for i := range res.Diagnostics {
		t.diagnostic(&res.Diagnostics[i])
	}
	t.explainHint(res.Diagnostics)
	summary := t.bold
	if res.Summary.Errors > 0 {
		summary = t.err
	} else if len(res.Diagnostics) == 0 {
		summary = t.green
	}
	t.paint(summary, summarize(res.Summary))
	w.WriteByte('\n')
}

func newTextReport(w *bufio.Writer, opts Options) *textReport {
	t := &textReport{w: w, width: opts.Width}
	if opts.Color {
		t.err, t.warn, t.info = newStyle(color.FgRed, color.Bold), newStyle(color.FgYellow, color.Bold), newStyle(color.FgCyan, color.Bold)
		t.bold, t.faint, t.note = newStyle(color.Bold), newStyle(color.FgBlue, color.Bold), newStyle(color.FgGreen, color.Bold)
		t.green = newStyle(color.FgGreen)
	}
	return t
}

// newStyle returns a style. EnableColor keeps the library from asking its global
// state, which is about the process's standard output and not about the writer.
func newStyle(attributes ...color.Attribute) style {
	const text = "text"
	c := color.New(attributes...)
	c.EnableColor()
	on, off, _ := strings.Cut(c.Sprint(text), text)
	return style{on, off}
}

// paint writes s, which is visible text, in a style.
func (t *textReport) paint(c style, s string) {
	t.w.WriteString(c.on)
	t.w.WriteString(s)
	t.w.WriteString(c.off)
}

func (t *textReport) diagnostic(d *analyzer.Diagnostic) {
	c, mark := t.info, "-"
	switch d.Severity {
	case analyzer.Error:
		c, mark = t.err, "^"
	case analyzer.Warning:
		c, mark = t.warn, "^"
	}
	head := d.Severity.String() + "[" + d.Rule.Name + "]"
	t.paint(c, head)
	t.w.WriteString(": ")
	t.wrapped(visible(d.Message), len(head)+2, 4, t.bold)

	margin := 1
	if !d.Span.IsZero() {
		margin = t.place(d.Span, mark, c)
	}
	t.blocked(d, margin, !d.Span.IsZero() && len(d.Span.File.Text) > 0)
	for _, r := range d.Related {
		t.paint(t.note, "note")
		t.w.WriteString(": ")
		t.wrapped(visible(r.Message), len("note: "), 4, style{})
		if !r.Span.IsZero() {
			t.place(r.Span, "-", t.note)
		}
	}
	t.suggestion(d.Suggestion)
	t.w.WriteByte('\n')
}

// blocked writes who waits for the locks; separate sets it off from the code.
func (t *textReport) blocked(d *analyzer.Diagnostic, margin int, separate bool) {
	for i, line := range blocked(d) {
		if i == 0 && separate {
			t.gutter(margin, "", "\n")
		}
		t.paint(t.faint, strings.Repeat(" ", margin+1)+"= ")
		t.wrapped(line, margin+3, margin+3, style{})
	}
}

// suggestion writes SQL as a block that can be copied.
func (t *textReport) suggestion(sql string) {
	if sql == "" {
		return
	}
	t.paint(t.note, "instead")
	t.w.WriteString(":\n\n")
	for _, line := range visibleLines(sql) {
		if line != "" {
			t.w.WriteString("    ")
			t.paint(t.green, line)
		}
		t.w.WriteByte('\n')
	}
}

// wrapped writes s and a line break. The first line begins behind column at, the
// others behind indent blanks.
func (t *textReport) wrapped(s string, at, indent int, c style) {
	width := 0
	if t.width > 0 {
		width = max(minWidth, t.width-indent)
	}
	for i, line := range wrap(s, max(minWidth, t.width-at), width) {
		if i > 0 {
			t.w.WriteString("\n" + strings.Repeat(" ", indent))
		}
		t.paint(c, line)
	}
	t.w.WriteByte('\n')
}

// explainHint says once how to learn more about a rule.
func (t *textReport) explainHint(found []analyzer.Diagnostic) {
	if len(found) == 0 {
		return
	}
	t.w.WriteString("Why a rule exists, and when to ignore it: ")
	t.paint(t.bold, "miglint explain "+found[0].Rule.Name)
	t.w.WriteByte('\n')
}
