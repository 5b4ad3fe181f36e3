package analyzer

import (
	"slices"

	"github.com/miglint/miglint/effect"
	"github.com/miglint/miglint/migration"
	"github.com/miglint/miglint/source"
)

// Diagnostic is a finding.
type Diagnostic struct {
	Rule     *Rule
	Severity Severity // filled in from the rule and the configuration
	Span     source.Span
	// Message says what happens to which object, who is blocked, until when: lower
	// case, no final period, one line.
	Message string
	// Suggestion is the safe SQL for this very statement, ready to paste. Lines
	// that are not SQL are SQL comments.
	Suggestion string
	Locks      []effect.Lock // the locks the message is about
	Until      string        // when they are released: "until the statement ends"
	Related    []Related
	Fixes      []Fix

	stmt      *Stmt                // that it is about, if the rule has said so
	Migration *migration.Migration // nil for a finding about the stream
	Down      bool
}

// atOriginals makes every place one of the file that people see. An edit of what
// does not stand there as it is sent cannot be made.
func (d *Diagnostic) atOriginals() {
	d.Span = d.Span.Original()
	for i := range d.Related {
		d.Related[i].Span = d.Related[i].Span.Original()
	}
	d.Fixes = slices.DeleteFunc(d.Fixes, func(f Fix) bool {
		return slices.ContainsFunc(f.Edits, func(e source.Edit) bool { return e.Span.Original() != e.Span })
	})
}

// Related is a further place that explains a finding.
type Related struct {
	Span    source.Span
	Message string
}

// Safety says how far a fix may be trusted.
type Safety int

// The safeties.
const (
	Manual Safety = iota // shows the way; a person must finish it
	Unsafe               // changes what the migration does
	Safe                 // same result, without the hazard
)

// Fix is one way to mend a finding. The edits of a fix do not overlap.
type Fix struct {
	Message  string
	Edits    []source.Edit
	NewFiles []NewFile
	Safety   Safety
}

// NewFile is a file that a fix adds. Path is beside the migration's, as shown to
// the user.
type NewFile struct{ Path, Text string }

// Result is what Run found.
type Result struct {
	Diagnostics []Diagnostic // by file, offset and rule
	Summary     Summary
	Panics      []RulePanic // rules that crashed; the other rules' findings are all there
}

// Summary counts what was judged and found.
type Summary struct {
	Migrations, Statements  int // judged ones
	Errors, Warnings, Infos int
	Ignored                 int // findings that a comment in the file silenced
}

// RulePanic is a crash of a rule: a defect of miglint, never of the user's files.
type RulePanic struct {
	Rule  *Rule
	Span  source.Span // the script it was judging
	Value any
	Stack []byte
}
