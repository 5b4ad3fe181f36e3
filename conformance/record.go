package conformance

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/miglint/miglint/internal/record"
)

// mark stands in every statement of our own migrations, and in nothing that a
// framework sends on its own account.
const mark = "mg_"

// events are the round trips as a record shows them: those that have a statement
// of ours, or begin or end a transaction around one.
func events(trips []trip) []record.Event {
	var all []record.Event
	for _, t := range trips {
		var texts []string
		for _, s := range t.statements {
			if text := record.PlainText(s); strings.Contains(text, mark) || record.Control(text) != "" {
				texts = append(texts, text)
			}
		}
		if len(texts) > 1 && t.kind == "execute" && record.Control(texts[0]) == "BEGIN" {
			// The driver sends it along with the first statement.
			all = append(all, record.Event{Conn: t.conn, Status: 'T', Kind: t.kind, Text: "BEGIN"})
			texts = texts[1:]
		}
		e := record.Event{Conn: t.conn, Status: t.status, Kind: t.kind, Text: strings.Join(texts, "; ")}
		if len(texts) > 1 {
			e.Kind = "pipeline"
		}
		e.Text = cmp.Or(record.Control(e.Text), e.Text)
		if t.failure != "" {
			e.Text += "\n! " + t.failure
		}
		if len(texts) > 0 {
			all = append(all, e)
		}
	}
	return record.Matter(all)
}

// write renders a measurement.
func (m measurement) write(b *strings.Builder) {
	fmt.Fprintf(b, "\n%s\n", m.command)
	for _, e := range events(m.trips) {
		fmt.Fprintf(b, "%c %-8s %s\n", e.Status, e.Kind, e.Text)
	}
	if m.failure != nil {
		b.WriteString("the framework stops\n")
	}
}
