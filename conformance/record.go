package conformance

import (
	"fmt"
	"regexp"
	"strings"
)

// mark stands in every statement of our own migrations, and in nothing that a
// framework sends on its own account.
const mark = "mg_"

// control is what begins and ends transactions.
var control = regexp.MustCompile(`(?i)^(BEGIN|START TRANSACTION|COMMIT|END|ROLLBACK|ABORT)\b`)

var (
	comments = regexp.MustCompile(`--[^\n]*|(?s:/\*.*?\*/)`)
	blanks   = regexp.MustCompile(`\s+`)
)

// plainText is SQL without comments, line breaks, and semicolons at the ends. Our
// migrations have no string in which that would lose something.
func plainText(sql string) string {
	sql = blanks.ReplaceAllString(comments.ReplaceAllString(sql, " "), " ")
	var parts []string
	for part := range strings.SplitSeq(sql, ";") {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, "; ")
}

// event is a line of a record.
type event struct {
	conn    int
	status  byte
	kind    string
	text    string
	failure string
}

// events are the round trips as a record shows them: those that have a statement
// of ours, or begin or end a transaction.
func events(trips []trip) []event {
	var all []event
	for _, t := range trips {
		var texts []string
		for _, s := range t.statements {
			if text := plainText(s); strings.Contains(text, mark) || control.MatchString(text) {
				texts = append(texts, text)
			}
		}
		if len(texts) > 1 && t.kind == "execute" && transactionWord(texts[0]) == "BEGIN" {
			// The driver sends it along with the first statement.
			all = append(all, event{t.conn, 'T', t.kind, "BEGIN", ""})
			texts = texts[1:]
		}
		switch len(texts) {
		case 0:
			continue
		case 1:
			text := texts[0]
			if word := transactionWord(text); word != "" {
				text = word
			}
			all = append(all, event{t.conn, t.status, t.kind, text, t.failure})
		default:
			all = append(all, event{t.conn, t.status, "pipeline", strings.Join(texts, "; "), t.failure})
		}
	}
	return matter(all)
}

// transactionWord is how a record spells a text that only begins or ends a
// transaction, "" for any other.
func transactionWord(text string) string {
	if !control.MatchString(text) || strings.Contains(text, ";") {
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

// matter leaves out transactions in which no statement of ours runs.
func matter(all []event) []event {
	var kept []event
	begun := map[int][]event{} // not shown yet
	shown := map[int]bool{}    // a statement of ours since the last end
	for _, e := range all {
		switch {
		case strings.Contains(e.text, mark):
			kept = append(append(kept, begun[e.conn]...), e)
			begun[e.conn], shown[e.conn] = nil, true
		case e.text == "BEGIN":
			begun[e.conn] = append(begun[e.conn], e)
		case shown[e.conn] && len(begun[e.conn]) == 0:
			kept = append(kept, e)
			shown[e.conn] = e.status != 'I' && shown[e.conn]
		default:
			begun[e.conn] = nil
		}
	}
	return kept
}

// write renders what the server received after a command.
func write(b *strings.Builder, command string, trips []trip, err error) {
	fmt.Fprintf(b, "\n%s\n", command)
	for _, e := range events(trips) {
		fmt.Fprintf(b, "%c %-8s %s\n", e.status, e.kind, e.text)
		if e.failure != "" {
			fmt.Fprintf(b, "! %s\n", e.failure)
		}
	}
	if err != nil {
		fmt.Fprintf(b, "the framework stops\n")
	}
}
