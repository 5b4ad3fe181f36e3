package pgparse

import (
	"sort"
	"strings"

	"github.com/miglint/miglint/source"
	"github.com/miglint/miglint/sqlast"
)

// expansion is a fragment with the values of its placeholders in their place.
type expansion struct {
	source.Fragment
	cuts   []source.Cut // in the original text
	starts []int        // where each replacement starts in the new text
	holes  []Hole       // those replaced
}

// expand puts the known values of placeholders into the text. ${name} and
// {{ name }} are replaced also inside quotes, as the tools that know them replace
// them; psql's :name only outside.
func expand(frag source.Fragment, values map[string]string) expansion {
	e := expansion{Fragment: frag}
	m := masker{scanner: scanner{text: frag.Text}}
	m.scan()
	for _, t := range m.toks {
		switch t.Kind {
		case String, QuotedIdent, DollarQuote, Unterminated:
			m.quotedHoles(t)
		}
	}
	m.templateComments()
	sort.Slice(m.holes, func(i, j int) bool { return m.holes[i].start < m.holes[j].start })
	shift := 0
	for _, h := range m.holes {
		value, ok := lookup(values, h.name)
		if !ok {
			continue
		}
		switch h.fill {
		case literal:
			value = sqlast.QuoteLiteral(value)
		case quotedName:
			value = `"` + strings.ReplaceAll(value, `"`, `""`) + `"`
		}
		e.cuts = append(e.cuts, source.Cut{Start: h.start, End: h.end, New: value})
		e.starts = append(e.starts, h.start+shift)
		shift += len(value) - (h.end - h.start)
		e.holes = append(e.holes, Hole{Span: frag.Span(h.start, h.end), Name: holeName(h.name), Resolved: true})
	}
	if len(e.cuts) > 0 {
		e.Fragment = frag.Splice(e.cuts)
	}
	return e
}

// original maps the range [start, end) of the new text to the original one. A
// range that begins or ends inside a value begins or ends with the placeholder.
func (e *expansion) original(start, end int) (int, int) {
	if len(e.cuts) == 0 {
		return start, end
	}
	from, _ := e.place(start)
	_, to := e.place(end - 1)
	return from, to
}

// place returns where the byte at offset o of the new text begins and ends in the
// original text.
func (e *expansion) place(o int) (int, int) {
	i := sort.SearchInts(e.starts, o+1) - 1
	if i < 0 {
		return o, o + 1
	}
	c := e.cuts[i]
	into := o - e.starts[i]
	if into < len(c.New) {
		return c.Start, c.End
	}
	o = c.End + into - len(c.New)
	return o, o + 1
}

// quotedHoles finds the ${name} and {{ name }} in a quoted token.
func (m *masker) quotedHoles(t Token) {
	quoted := masker{scanner: scanner{text: m.text[:t.End]}}
	for i := t.Start; i < t.End; {
		n := strings.IndexAny(m.text[i:t.End], "${")
		if n < 0 {
			break
		}
		i += n
		found := false
		switch next := quoted.at(i + 1); {
		case m.text[i] == '$' && next == '{':
			found = quoted.braces(i)
		case m.text[i] == '{' && next == '{':
			found = quoted.template(i)
		}
		if found {
			i = quoted.pos
		} else {
			i++
		}
	}
	m.holes = append(m.holes, quoted.holes...)
}

// templateComments finds the comments that River replaces by a value: /* TEMPLATE:
// schema */ (riverqueue's sqlctemplate).
func (m *masker) templateComments() {
	for _, c := range m.comments {
		name, ok := strings.CutPrefix(strings.TrimSpace(strings.TrimPrefix(m.text[c.Start:c.End], "/*")), "TEMPLATE:")
		if name, closed := strings.CutSuffix(name, "*/"); ok && closed {
			m.holes = append(m.holes, hole{mask{c.Start, c.End, identifier}, strings.TrimSpace(name)})
		}
	}
}

// lookup finds the value of the placeholder with the given inside.
func lookup(values map[string]string, inside string) (string, bool) {
	for _, name := range [...]string{inside, strings.TrimSpace(inside), holeName(inside)} {
		if v, ok := values[name]; ok {
			return v, true
		}
	}
	return "", false
}

// holeName is the name in the inside of a placeholder: without the dot and the
// trimming dashes of a template action and without the default of a shell
// variable. Flyway's own placeholders keep their prefix: flyway:user.
func holeName(inside string) string {
	name := strings.TrimSpace(inside)
	name = strings.TrimSpace(strings.TrimPrefix(strings.TrimSuffix(name, "-"), "-"))
	name = strings.Trim(name, ". {}")
	if i := strings.IndexAny(name, ":-?"); i > 0 && !strings.HasPrefix(name, "flyway:") {
		name = name[:i]
	}
	return name
}
