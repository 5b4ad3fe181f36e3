package goanalysis

import (
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/tools/go/analysis"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/source"
)

// report hands a finding to the driver if it is in a file that is judged.
func (p *goPackage) report(d analyzer.Diagnostic) {
	if d.Span.IsZero() || !slices.Contains(p.judged, d.Span.File.Path) {
		return
	}
	out := analysis.Diagnostic{
		Category: d.Rule.Name,
		Message:  message(d),
		URL:      d.Rule.URL(),
	}
	out.Pos, out.End = p.span(d.Span)
	for _, r := range d.Related {
		if r.Span.IsZero() {
			continue
		}
		related := analysis.RelatedInformation{Message: printable(r.Message)}
		related.Pos, related.End = p.span(r.Span)
		out.Related = append(out.Related, related)
	}
	for _, f := range d.Fixes {
		if fix, ok := p.fix(f); ok {
			out.SuggestedFixes = append(out.SuggestedFixes, fix)
		}
	}
	p.pass.Report(out)
}

// message is the rule, because drivers show no category, what it found, and what
// to write instead.
func message(d analyzer.Diagnostic) string {
	text := d.Rule.Name + ": " + printable(d.Message)
	if d.Suggestion == "" {
		return text
	}
	return text + "; instead:\n\t" + strings.ReplaceAll(printable(d.Suggestion), "\n", "\n\t")
}

// printable leaves out what would drive a terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, strings.TrimRight(s, "\n"))
}

// span is a place as the driver counts it.
func (p *goPackage) span(s source.Span) (start, end token.Pos) {
	f := p.file(s.File)
	return f.Pos(s.Start), f.Pos(s.End)
}

// file is the driver's own file, or a new one where the driver has none, as for
// SQL, or has another text, as for what cgo made of it.
func (p *goPackage) file(f *source.File) *token.File {
	if file := p.files[f.Path]; file != nil && file.Size() == len(f.Text) {
		return file
	}
	name := filepath.FromSlash(f.Path)
	if !filepath.IsAbs(name) {
		name = filepath.Join(p.folder, name)
	}
	file := p.pass.Fset.AddFile(name, -1, len(f.Text))
	file.SetLinesForContent(f.Text)
	p.files[f.Path] = file
	return file
}

// fix is a fix whose edits leave the result as it was without the hazard, and can
// stand inside any kind of Go string.
func (p *goPackage) fix(f analyzer.Fix) (analysis.SuggestedFix, bool) {
	if f.Safety != analyzer.Safe || len(f.NewFiles) > 0 || len(f.Edits) == 0 {
		return analysis.SuggestedFix{}, false
	}
	fix := analysis.SuggestedFix{Message: f.Message}
	for _, e := range f.Edits {
		if strings.ContainsAny(e.New, "\"'`\\\r\n") {
			return analysis.SuggestedFix{}, false
		}
		start, end := p.span(e.Span)
		fix.TextEdits = append(fix.TextEdits, analysis.TextEdit{Pos: start, End: end, NewText: []byte(e.New)})
	}
	return fix, true
}
