// Package analyzer is what a rule is, what it sees, and how rules are run.
//
// Annotate first, then judge: one sequential pass over a stream's migrations
// gives every statement the schema before it, the transaction and settings it
// runs under, its effect, and the locks already held. Rules are pure functions
// over that finished data.
package analyzer

import (
	"fmt"
	"net/url"
)

// Severity is how much a finding matters. The zero value stands for "the rule's
// own".
type Severity int

// The severities: Error is an outage, data loss or certain failure; Warning a
// risk that depends on size or traffic; Info is worth knowing.
const (
	Off  Severity = -1
	Info Severity = iota
	Warning
	Error
)

// String is the severity as reports and miglint.yaml spell it.
func (s Severity) String() string {
	switch s {
	case Off:
		return "off"
	case Info:
		return "info"
	case Warning:
		return "warning"
	case Error:
		return "error"
	}
	return fmt.Sprintf("severity(%d)", int(s))
}

// ParseSeverity reads off, info, warning or error.
func ParseSeverity(s string) (Severity, bool) {
	for _, sev := range []Severity{Off, Info, Warning, Error} {
		if sev.String() == s {
			return sev, true
		}
	}
	return 0, false
}

// Concern is what a rule protects. It decides what becomes of its findings in a
// down script: data loss is what downs are for, a lock there is worth knowing,
// and a certain failure is as bad as anywhere.
type Concern int

// The concerns.
const (
	Locking    Concern = iota // locks, rewrites, scans: reported as Info in a down
	Failing                   // it will fail, or do nothing of what it says
	Losing                    // data or guarantees are lost: silent in a down
	Breaking                  // running code breaks: silent in a down
	Reversing                 // there is no way back, or the down is none
	Tidiness                  // files, versions, directives, ignores
	Convention                // style
)

var concernNames = [...]string{"locking", "failing", "losing data", "breaking code", "reversing", "tidiness", "convention"}

// String is the concern in lower-case words.
func (c Concern) String() string { return concernNames[c] }

// Rule is one thing miglint can find. Everything about it is here: its page in
// the docs, its examples (which are run), and the check.
type Rule struct {
	Name     string   // the bad thing, in kebab-case: "ignore <name>" reads well
	Aliases  []string // names of the same rule in Squawk, strong_migrations, Eugene and Atlas
	Severity Severity // of its findings, unless the rule says otherwise for one
	Concern  Concern
	OptIn    bool   // off unless the configuration names it
	Since    string // the miglint version that brought it

	Summary string // one line, lower case, no final period
	Why     string // Markdown: what production feels, and PostgreSQL's reason
	Instead string // Markdown: what to write
	Except  string // Markdown: when to ignore it; "" for never

	// Bad makes the rule fire and Good is clean under all default rules. Both are
	// SQL, or a txtar archive of several migrations (and a miglint.yaml). Both are
	// executed.
	Bad, Good string

	// MinPG and MaxPG bound the PostgreSQL majors the rule is about; 0 is open.
	MinPG, MaxPG int

	// Run judges one script of one migration. RunStream judges a stream as a
	// whole, once: its order, its files, its final schema. A rule has at least one
	// of them.
	Run       func(*Pass)
	RunStream func(*StreamPass)
}

// Is reports whether name is the rule's name or one of its aliases.
func (r *Rule) Is(name string) bool {
	if r.Name == name {
		return true
	}
	for _, a := range r.Aliases {
		if a == name {
			return true
		}
	}
	return false
}

// URL is the address of the rule's page.
func (r *Rule) URL() string {
	return "https://github.com/miglint/miglint/blob/main/docs/rules/" + url.PathEscape(r.Name) + ".md"
}
