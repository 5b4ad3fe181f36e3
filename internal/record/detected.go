package record

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Stream is a stream of migrations, as far as a server sees them.
type Stream struct {
	Framework  string
	Migrations []struct{ Up, Down *script }
}

type script struct {
	BeginsAgain bool `json:"begins_again"`
	Batches     []struct {
		Transaction string
		Statements  []struct{ Text string }
	}
}

// Detected reads the output of `miglint detect --format json`.
func Detected(output []byte) ([]Stream, error) {
	var set struct{ Streams []Stream }
	if err := json.Unmarshal(output, &set); err != nil {
		return nil, fmt.Errorf("reading the output of miglint detect: %w", err)
	}
	return set.Streams, nil
}

// Sent is what a server is to receive when all migrations run, or all are taken
// back.
func (s Stream) Sent(down bool) []Event {
	var to server
	ms := slices.Clone(s.Migrations)
	if down {
		slices.Reverse(ms)
	}
	for _, m := range ms {
		script := m.Up
		if down {
			script = m.Down
		}
		if script != nil {
			to.script(script)
		}
	}
	to.end("per run")
	return Matter(to.events)
}

// server is a server as far as transactions go.
type server struct {
	events []Event
	framed string // the framework's transaction that has begun and not been ended by it, "" if none
	open   bool   // a transaction is
}

func (to *server) script(s *script) {
	for _, b := range s.Batches {
		frame := ""
		if b.Transaction == "per file" || b.Transaction == "per run" {
			frame = b.Transaction
		}
		if to.framed != "" && (to.framed != frame || s.BeginsAgain && !to.open) {
			to.end(to.framed)
		}
		if to.framed == "" && frame != "" {
			to.receive("BEGIN")
			to.framed = frame
		}
		var texts []string
		for _, stmt := range b.Statements {
			texts = append(texts, PlainText(stmt.Text))
		}
		to.receive(texts...)
	}
	if s.BeginsAgain && !to.open {
		to.framed = "" // there is none to commit
	}
	to.end("per file")
}

// end commits the framework's transaction.
func (to *server) end(frame string) {
	if to.framed == frame && frame != "" {
		to.receive("COMMIT")
		to.framed = ""
	}
}

// receive is one round trip.
func (to *server) receive(statements ...string) {
	for _, stmt := range statements {
		switch Control(stmt) {
		case "BEGIN":
			to.open = true
		case "COMMIT", "ROLLBACK":
			to.open = false
		}
	}
	status := byte('I')
	if to.open {
		status = 'T'
	}
	text := strings.Join(statements, "; ")
	to.events = append(to.events, Event{Status: status, Text: cmp.Or(Control(text), text)})
}
