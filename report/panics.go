package report

import (
	"bufio"
	"fmt"
	"io"

	"github.com/miglint/miglint/analyzer"
)

// WritePanics writes the rules that crashed, for standard error: which rule, on
// which file and line, and that it is miglint's fault. The stack is shown once
// for each rule. It writes nothing when no rule crashed; the error is that of w.
func WritePanics(w io.Writer, res *analyzer.Result) error {
	if len(res.Panics) == 0 {
		return nil
	}
	b := bufio.NewWriter(w)
	var loc locator
	shown := map[*analyzer.Rule]bool{}
	for _, p := range res.Panics {
		where := "judging the migrations as a whole"
		if f := p.Span.File; f != nil {
			where = fmt.Sprintf("on %s:%d", visible(f.Path), loc.position(f, p.Span.Start).Line)
		}
		fmt.Fprintf(b, "miglint: internal error: rule %s crashed %s: %s\n", p.Rule.Name, where, visible(fmt.Sprint(p.Value)))
		if shown[p.Rule] || len(p.Stack) == 0 {
			continue
		}
		shown[p.Rule] = true
		for _, line := range visibleLines(string(p.Stack)) {
			b.WriteString("    " + line + "\n")
		}
	}
	b.WriteString("miglint: this is a defect of miglint, not of your migrations; what the other rules found is reported.\n" +
		"miglint: please report it, with the lines above: https://github.com/miglint/miglint/issues/new\n")
	if err := b.Flush(); err != nil {
		return fmt.Errorf("writing the internal errors: %w", err)
	}
	return nil
}
