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

// events are the round trips as a record shows them. A framework that has the
// driver begin a transaction together with its first statement gets two lines.
func events(trips []trip) []event {
	var all []event
	for _, t := range trips {
		begun := false
		var texts []string
		for _, s := range t.statements {
			text := plainText(s)
			if control.MatchString(text) && !strings.Contains(text, ";") && t.kind == "execute" {
				if len(texts) == 0 && !begun {
					begun = true
					all = append(all, event{t.conn, 'T', t.kind, word1(text), ""})
					continue
				}
			}
			if strings.Contains(s, mark) || control.MatchString(text) {
				texts = append(texts, text)
			}
		}
		if len(texts) == 0 {
			continue
		}
		text := strings.Join(texts, "; ")
		if control.MatchString(text) && !strings.Contains(text, mark) {
			text = word1(text)
		}
		kind := t.kind
		if kind == "execute" && len(texts) > 1 {
			kind = "pipeline"
		}
		all = append(all, event{t.conn, t.status, kind, text, t.failure})
	}
	return matter(all)
}

// word1 is how a record spells what begins or ends a transaction.
func word1(text string) string {
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
