package analyzer

import (
	"slices"
	"strings"

	"github.com/miglint/miglint/source"
)

// elsewhere are the statements of a script whose text stands in another file: in
// the body of a function that an earlier migration made and this one calls.
func elsewhere(p *Pass) []*Stmt {
	if p.Script == nil || len(p.Routines) == 0 {
		return nil
	}
	var found []*Stmt
	for _, s := range p.Stmts {
		if s.Within != nil && s.Span.Original().File != p.Script.File {
			found = append(found, s)
		}
	}
	return found
}

// atCall makes a finding in such a body one about the call that runs it: the
// other file is not under judgement, and is not what must change.
func atCall(foreign []*Stmt, d *Diagnostic) {
	i := slices.IndexFunc(foreign, func(s *Stmt) bool { return s.Span.Original().Contains(d.Span) })
	if i < 0 {
		return
	}
	s := foreign[i]
	d.Related = append([]Related{{Span: d.Span, Message: "in " + s.Within.Routine + ", which this runs"}}, d.Related...)
	d.Span = s.Outermost().Span.Original()
	d.Fixes = nil
}

// assembled are the statements that EXECUTE puts together of pieces: what stands in
// the file is not what is sent.
func assembled(p *Pass) []*Stmt {
	var found []*Stmt
	if len(p.Routines) > 0 {
		for _, s := range p.Stmts {
			if s.Within != nil && s.Text != s.Span.Text() {
				found = append(found, s)
			}
		}
	}
	return found
}

// asWritten takes back what a finding about such a statement suggests if it repeats
// what is written in place of what is sent: nobody could run it.
func asWritten(list []*Stmt, d *Diagnostic) {
	if !slices.ContainsFunc(list, func(s *Stmt) bool { return s.Span.Original().Contains(d.Span) }) {
		return
	}
	d.Fixes = nil
	for _, sign := range [...]string{"||", "%I", "%s", "%L", "''"} {
		if strings.Contains(d.Suggestion, sign) {
			d.Suggestion = ""
		}
	}
}

// once reports whether a finding is new: a routine that runs twice has each only
// once.
type once map[finding]struct{}

type finding struct {
	rule    *Rule
	at      source.Span
	message string
}

func (seen once) first(d *Diagnostic) bool {
	f := finding{d.Rule, d.Span, d.Message}
	if _, ok := seen[f]; ok {
		return false
	}
	seen[f] = struct{}{}
	return true
}
