package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/source"
)

// jsonFormat writes one JSON object, with each finding on a line of its own:
//
//	{version, tool, summary: {migrations, statements, errors, warnings, infos, ignored},
//	 diagnostics: [{rule, severity, message, file, start: {line, column, offset}, end: {…},
//	   migration: {id, direction}, locks: [{relation, mode, cause}], suggestion,
//	   related: [{message, file, start, end}],
//	   fixes: [{message, safety, edits: [{file, start, end, new}], new_files: [{path, text}]}],
//	   docs}]}
//
// version is miglint's. Lines and columns are 1-based and columns count code
// points; offset is the 0-based byte offset; end is just behind the last byte.
// Modes are spelled as in pg_locks. Every key is always there: arrays are empty
// rather than null, file, start and end are null where a finding is about no
// place in a file, and migration is null where it is about a stream as a whole.
var jsonFormat = &Format{
	Name:    "json",
	Summary: "one JSON object for programs",
	write:   writeJSON,
}

type (
	jsonSummary struct {
		Migrations int `json:"migrations"`
		Statements int `json:"statements"`
		Errors     int `json:"errors"`
		Warnings   int `json:"warnings"`
		Infos      int `json:"infos"`
		Ignored    int `json:"ignored"`
	}
	jsonPosition struct {
		Line   int `json:"line"`
		Column int `json:"column"`
		Offset int `json:"offset"`
	}
	jsonPlace struct {
		File  *string       `json:"file"`
		Start *jsonPosition `json:"start"`
		End   *jsonPosition `json:"end"`
	}
	jsonMigration struct {
		ID        string `json:"id"`
		Direction string `json:"direction"`
	}
	jsonLock struct {
		Relation string `json:"relation"`
		Mode     string `json:"mode"`
		Cause    string `json:"cause"`
	}
	jsonRelated struct {
		Message string `json:"message"`
		jsonPlace
	}
	jsonEdit struct {
		jsonPlace
		New string `json:"new"`
	}
	jsonNewFile struct {
		Path string `json:"path"`
		Text string `json:"text"`
	}
	jsonFix struct {
		Message  string        `json:"message"`
		Safety   string        `json:"safety"`
		Edits    []jsonEdit    `json:"edits"`
		NewFiles []jsonNewFile `json:"new_files"`
	}
	jsonDiagnostic struct {
		Rule     string `json:"rule"`
		Severity string `json:"severity"`
		Message  string `json:"message"`
		jsonPlace
		Migration  *jsonMigration `json:"migration"`
		Locks      []jsonLock     `json:"locks"`
		Suggestion string         `json:"suggestion"`
		Related    []jsonRelated  `json:"related"`
		Fixes      []jsonFix      `json:"fixes"`
		Docs       string         `json:"docs"`
	}
)

type jsonReport struct {
	w   *bufio.Writer
	buf bytes.Buffer
	enc *json.Encoder // into buf
	loc locator
}

func writeJSON(w *bufio.Writer, res *analyzer.Result, opts Options) {
	r := &jsonReport{w: w}
	r.enc = json.NewEncoder(&r.buf)
	r.enc.SetEscapeHTML(false)
	w.WriteString(`{"version":`)
	r.value(opts.Version)
	w.WriteString(`,"tool":"miglint","summary":`)
	r.value(jsonSummary(res.Summary))
	w.WriteString(`,"diagnostics":[`)
	for i := range res.Diagnostics {
		if i > 0 {
			w.WriteByte(',')
		}
		w.WriteByte('\n')
		r.value(r.diagnostic(&res.Diagnostics[i]))
	}
	if len(res.Diagnostics) > 0 {
		w.WriteByte('\n')
	}
	w.WriteString("]}\n")
}

// value writes v. It cannot fail to be encoded: all of it is strings, numbers,
// and structs and slices of them.
func (r *jsonReport) value(v any) {
	r.buf.Reset()
	_ = r.enc.Encode(v)
	writeEscaped(r.w, bytes.TrimSuffix(r.buf.Bytes(), []byte{'\n'}))
}

// writeEscaped writes JSON with the characters that visible would replace as
// escape sequences, so that a program reads them as they are and a terminal or
// a CI log does not act on them. Outside of strings JSON has none of them.
func writeEscaped(w *bufio.Writer, encoded []byte) {
	written := 0
	for i := 0; i < len(encoded); {
		if encoded[i] < 0x7f && encoded[i] != '#' {
			i++
			continue
		}
		r, size := utf8.DecodeRune(encoded[i:])
		if needsCode(r) || bytes.HasPrefix(encoded[i:], []byte("##[")) {
			w.Write(encoded[written:i])
			if r > 0xffff {
				r -= 0x10000
				fmt.Fprintf(w, `\u%04x`, 0xd800+r>>10)
				r = 0xdc00 + r&0x3ff
			}
			fmt.Fprintf(w, `\u%04x`, r)
			written = i + size
		}
		i += size
	}
	w.Write(encoded[written:])
}

func (r *jsonReport) diagnostic(d *analyzer.Diagnostic) *jsonDiagnostic {
	j := &jsonDiagnostic{
		Rule: d.Rule.Name, Severity: d.Severity.String(), Message: d.Message, jsonPlace: r.place(d.Span),
		Locks: make([]jsonLock, len(d.Locks)), Suggestion: d.Suggestion,
		Related: make([]jsonRelated, len(d.Related)), Fixes: make([]jsonFix, len(d.Fixes)), Docs: d.Rule.URL(),
	}
	if m := d.Migration; m != nil {
		j.Migration = &jsonMigration{ID: m.Version, Direction: "up"}
		if m.Version == "" { // repeatable ones
			j.Migration.ID = m.Name
		}
		if d.Down {
			j.Migration.Direction = "down"
		}
	}
	for i, l := range d.Locks {
		j.Locks[i] = jsonLock{l.Relation.String(), l.Mode.String(), l.Cause}
	}
	for i, rel := range d.Related {
		j.Related[i] = jsonRelated{rel.Message, r.place(rel.Span)}
	}
	for i, f := range d.Fixes {
		j.Fixes[i] = r.fix(f)
	}
	return j
}

func (r *jsonReport) fix(f analyzer.Fix) jsonFix {
	j := jsonFix{Message: f.Message, Safety: safetyNames[f.Safety],
		Edits: make([]jsonEdit, len(f.Edits)), NewFiles: make([]jsonNewFile, len(f.NewFiles))}
	for i, e := range f.Edits {
		j.Edits[i] = jsonEdit{r.place(e.Span), e.New}
	}
	for i, n := range f.NewFiles {
		j.NewFiles[i] = jsonNewFile(n)
	}
	return j
}

var safetyNames = map[analyzer.Safety]string{
	analyzer.Manual: "manual", analyzer.Unsafe: "unsafe", analyzer.Safe: "safe",
}

func (r *jsonReport) place(s source.Span) jsonPlace {
	if s.IsZero() {
		return jsonPlace{}
	}
	start, end := jsonPosition(r.loc.position(s.File, s.Start)), jsonPosition(r.loc.position(s.File, s.End))
	return jsonPlace{File: &s.File.Path, Start: &start, End: &end}
}
