package report

import (
	"fmt"
	"strings"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/effect"
)

// maxNames is how many relations a line about locks names.
const maxNames = 4

// blocked says who waits for the locks of a finding and until when, one line for
// each lock mode, the strongest first. A relation is named with its strongest
// lock only.
func blocked(d *analyzer.Diagnostic) []string {
	if len(d.Locks) == 0 {
		return nil
	}
	var lines []string
	seen := map[string]bool{}
	for mode := effect.AccessExclusive; mode >= effect.AccessShare; mode-- {
		var names []string
		more := 0
		for _, l := range d.Locks {
			name := ""
			if l.Mode == mode {
				name = l.Relation.String()
			}
			switch {
			case name == "" || seen[name]:
			case len(names) < maxNames:
				names = append(names, visible(name))
			default:
				more++
			}
			seen[name] = true
		}
		if len(names) == 0 {
			continue
		}
		if more > 0 {
			names = append(names, fmt.Sprintf("%d more", more))
		}
		line := "blocks " + waiting(mode) + " " + enumerate(names)
		if d.Until != "" {
			line += " " + visible(d.Until)
		}
		lines = append(lines, line+" ("+mode.SQL()+")")
	}
	return lines
}

// waiting is what has to wait for a lock, with the preposition that leads on to
// the relation (table 13.2 of the manual, "Conflicting Lock Modes").
func waiting(m effect.Mode) string {
	switch {
	case m.BlocksReads():
		return "reads and writes of"
	case m.BlocksWrites():
		return "writes to"
	case m.BlocksDDL():
		return "schema changes and vacuuming of"
	}
	return "schema changes of"
}

// enumerate joins words as prose does: "a, b and c".
func enumerate(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " and " + words[last]
}
