package migration

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/miglint/miglint/source"
)

// drizzleJournal is meta/_journal.json.
type drizzleJournal struct {
	dialect  string
	entries  []drizzleEntry
	problems []Problem
	broken   bool // its entries cannot be read
}

// drizzleEntry is an entry, and where its parts stand; the zero Span if they are
// not there.
type drizzleEntry struct {
	tag           string
	when          int64 // milliseconds since 1970
	tagAt, whenAt source.Span
}

// readDrizzleJournal reads the journal as JSON.parse and the migrator do. Keys
// that it does not use may be anything.
func readDrizzleJournal(f *source.File) drizzleJournal {
	j := drizzleJournal{}
	if at, why := brokenJSON(f); why != "" {
		j.broken = true
		j.problems = []Problem{drizzleProblem(at, why+": Drizzle refuses to run any migration")}
		return j
	}
	top, ok := jsonObject(f, 0, len(f.Text))
	entries, found := top["entries"]
	items, isList := jsonList(f, entries)
	if !ok || !found || !isList {
		at := f.Span(0, 0)
		if found {
			at = entries
		}
		j.broken = true
		j.problems = []Problem{drizzleProblem(at, "the journal has no list of entries: Drizzle refuses to run any migration")}
		return j
	}
	if d, ok := top["dialect"]; ok {
		_ = json.Unmarshal([]byte(d.Text()), &j.dialect) // no string is no dialect
	}
	for _, item := range items {
		j.entry(f, item)
	}
	return j
}

func (j *drizzleJournal) entry(f *source.File, item source.Span) {
	fields, ok := jsonObject(f, item.Start, item.End)
	e := drizzleEntry{tagAt: fields["tag"], whenAt: fields["when"]}
	if !ok || e.tagAt.IsZero() || json.Unmarshal([]byte(e.tagAt.Text()), &e.tag) != nil {
		if !e.tagAt.IsZero() {
			item = e.tagAt
		}
		j.problems = append(j.problems, drizzleProblem(item, "an entry without a tag that is a string: Drizzle looks for a file that is not there and refuses to run any migration"))
		return
	}
	if e.whenAt.IsZero() || json.Unmarshal([]byte(e.whenAt.Text()), &e.when) != nil {
		at := e.whenAt
		if at.IsZero() {
			at = item
		}
		j.problems = append(j.problems, drizzleProblem(at, e.tag+" has no `when` that is a number of milliseconds: Drizzle cannot tell whether it has run"))
		e.whenAt = source.Span{}
	}
	j.entries = append(j.entries, e)
}

// brokenJSON says where a file stops being JSON, and why; why is "" if it is.
func brokenJSON(f *source.File) (at source.Span, why string) {
	for l := range lines(f) {
		if bytes.HasPrefix([]byte(l.text), []byte("<<<<<<< ")) {
			return l.span(f), "the journal has the marks of a merge conflict"
		}
	}
	var v any
	err := json.Unmarshal(f.Text, &v)
	var syntax *json.SyntaxError
	switch {
	case err == nil:
		return source.Span{}, ""
	case errors.As(err, &syntax):
		end := min(int(syntax.Offset), len(f.Text))
		return f.Span(max(0, end-1), end), fmt.Sprintf("the journal is no JSON (%s)", syntax)
	}
	return f.Span(0, 0), fmt.Sprintf("the journal is no JSON (%s)", err)
}

// jsonObject is the values of the object in a stretch of a file that is JSON, by
// their keys.
func jsonObject(f *source.File, start, end int) (map[string]source.Span, bool) {
	dec := json.NewDecoder(bytes.NewReader(f.Text[start:end]))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, false
	}
	values := map[string]source.Span{}
	for dec.More() {
		key, err := dec.Token()
		name, ok := key.(string)
		if err != nil || !ok {
			return values, false
		}
		at, ok := jsonValue(f, dec, start)
		if !ok {
			return values, false
		}
		values[name] = at
	}
	return values, true
}

// jsonList is the elements of the list that stands at a place.
func jsonList(f *source.File, list source.Span) ([]source.Span, bool) {
	if list.IsZero() {
		return nil, false
	}
	dec := json.NewDecoder(bytes.NewReader(f.Text[list.Start:list.End]))
	if t, err := dec.Token(); err != nil || t != json.Delim('[') {
		return nil, false
	}
	var items []source.Span
	for dec.More() {
		at, ok := jsonValue(f, dec, list.Start)
		if !ok {
			return items, false
		}
		items = append(items, at)
	}
	return items, true
}

// jsonValue is where the next value of a decoder stands that began at start.
func jsonValue(f *source.File, dec *json.Decoder, start int) (source.Span, bool) {
	var raw json.RawMessage
	if dec.Decode(&raw) != nil {
		return source.Span{}, false
	}
	end := start + int(dec.InputOffset())
	return f.Span(end-len(raw), end), true
}
