package analyzer

import (
	"slices"
	"strings"

	"github.com/miglint/miglint/source"
)

// elsewhere are the statements of a script that are told at the call: their text
// stands in the body of a function that an earlier file made, or is put together of
// what the call gives it.
func elsewhere(p *Pass) []*Stmt {
	var found []*Stmt
	if p.Script != nil && len(p.Routines) > 0 {
		for _, s := range p.Stmts {
			if isElsewhere(p, s) {
				found = append(found, s)
			}
		}
	}
	return found
}

func isElsewhere(p *Pass, s *Stmt) bool {
	return s.Within != nil && s.Within.Routine != "" && (s.Span.Original().File != p.Script.File || s.Text != s.Span.Text())
}

// atCall makes a finding about such a statement one about the call that runs it:
// the other file is not under judgement, and the call is what is new.
func atCall(p *Pass, foreign []*Stmt, d *Diagnostic) {
	s := d.stmt
	if s == nil {
		i := slices.IndexFunc(foreign, func(s *Stmt) bool { return s.Span.Original().Contains(d.Span) })
		if i < 0 {
			return
		}
		s = foreign[i]
	}
	if !isElsewhere(p, s) {
		return
	}
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
	if !slices.ContainsFunc(list, func(s *Stmt) bool { return s == d.stmt || d.stmt == nil && s.Span.Original().Contains(d.Span) }) {
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
