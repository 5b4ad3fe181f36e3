// Package record says what a PostgreSQL server receives from a migration
// framework, in lines that can be compared: what it did receive, as package
// conformance measures it, and what `miglint detect --format json` says that it
// will.
package record

import (
	"regexp"
	"strings"
)

// Event is one round trip.
type Event struct {
	Conn   int    // the connection
	Status byte   // the server's word afterwards: I idle, T in a transaction, E in a failed one
	Kind   string // the kind of message, for people
	Text   string // the statements, as PlainText spells them; BEGIN, COMMIT or ROLLBACK
}

// Line is the event without what does not matter to migrations.
func (e Event) Line() string { return string(e.Status) + " " + e.Text }

// Matter leaves out the transactions in which nothing else runs: frameworks have
// many for their own tables.
func Matter(events []Event) []Event {
	var kept []Event
	begun := map[int][]Event{} // to be kept if something runs in them
	ran := map[int]bool{}      // something has, since the last end
	for _, e := range events {
		switch e.Text {
		case "BEGIN":
			begun[e.Conn] = append(begun[e.Conn], e)
		case "COMMIT", "ROLLBACK":
			if ran[e.Conn] && len(begun[e.Conn]) == 0 {
				kept = append(kept, e)
				ran[e.Conn] = e.Status != 'I'
			}
			begun[e.Conn] = nil
		default:
			kept = append(append(kept, begun[e.Conn]...), e)
			begun[e.Conn], ran[e.Conn] = nil, true
		}
	}
	return kept
}

var (
	comments = regexp.MustCompile(`--[^\n]*|(?s:/\*.*?\*/)`)
	blanks   = regexp.MustCompile(`\s+`)
)

// PlainText is SQL without comments, line breaks, and semicolons at the ends. It
// knows nothing of strings: both sides lose the same.
func PlainText(sql string) string {
	sql = blanks.ReplaceAllString(comments.ReplaceAllString(sql, " "), " ")
	var parts []string
	for part := range strings.SplitSeq(sql, ";") {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, "; ")
}

var control = regexp.MustCompile(`(?i)^(BEGIN|START TRANSACTION|COMMIT|END|ROLLBACK|ABORT)\b[^;]*$`)

// Control is BEGIN, COMMIT or ROLLBACK for a single statement, as PlainText spells
// it, that does that, "" for any other text.
func Control(text string) string {
	if !control.MatchString(text) {
		return ""
	}
	switch first := strings.ToUpper(strings.Fields(text)[0]); first {
	case "START":
		return "BEGIN"
	case "END":
		return "COMMIT"
	case "ABORT":
		return "ROLLBACK"
	default:
		return first
	}
}
