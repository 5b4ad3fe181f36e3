package pgparse

import (
	"strings"
)

// Migration files hold text that PostgreSQL's grammar does not know: psql's
// commands, the data of COPY, placeholders. It is replaced by fillers of equal
// length before the text is parsed, so that offsets stay what they are.

// filler is what takes the place of masked text.
type filler uint8

const (
	blank      filler = iota // blanks; line ends stay
	semicolon                // a semicolon, then blanks
	identifier               // an identifier made of what was written
	quotedName               // a quoted identifier made of what was written
	literal                  // a string constant made of what was written
	number                   // digits
)

// mask is a range of the text and what takes its place.
type mask struct {
	start, end int
	fill       filler
}

// write puts the filler into text, a copy of the text being masked.
func (m mask) write(text []byte) {
	part := text[m.start:m.end]
	switch m.fill {
	case blank, semicolon:
		for i, c := range part {
			if c != '\n' && c != '\r' {
				part[i] = ' '
			}
		}
		if m.fill == semicolon {
			part[0] = ';'
		}
	case number:
		for i := range part {
			part[i] = '1'
		}
	case identifier:
		for i, c := range part {
			if classes[c]&isIdentCont == 0 || c == '$' || c >= 0x80 {
				part[i] = '_'
			}
		}
		if classes[part[0]]&isDigit != 0 {
			part[0] = '_'
		}
	case quotedName, literal:
		quote := byte('\'')
		if m.fill == quotedName {
			quote = '"'
		}
		for i, c := range part {
			if c == quote || c >= 0x80 || c < ' ' {
				part[i] = '_'
			}
		}
		part[0], part[len(part)-1] = quote, quote
	}
}

// hole is a placeholder.
type hole struct {
	mask
	name string
}

// masker finds what must be masked while it scans. The tokens that it leaves are
// right only if it found nothing.
type masker struct {
	scanner
	psql     bool
	inner    bool // the text stands in a statement: psql left it as it is
	toks     []Token
	comments []Token

	masks   []mask // psql's commands, the data of COPY, actions of templates
	holes   []hole
	actions []templateAction
	meta    []Token
	data    []Token

	statement    int    // where in toks the current statement begins
	brackets     []byte // open in the current statement: ( [ and j for that of JSON_OBJECT
	unclosed     bool   // there is no }} in the rest of the text
	endlessJinja string // the closing brackets that are not in the rest of the text
	endless      bool   // there is no \. on a line of its own in the rest of the text
}

// scan reads the text to its end.
func (m *masker) scan() {
	for {
		t, ok := m.next()
		if !ok {
			return
		}
		switch t.Kind {
		case LineComment, BlockComment:
			if m.depth > maxCommentDepth {
				m.masks = append(m.masks, mask{t.Start + 2, t.End - 2, blank})
			}
			m.comments = append(m.comments, t)
			continue
		case String:
			// The parser, unlike the server, does not read on after a comment.
			for _, c := range m.inside {
				m.masks = append(m.masks, mask{c.Start, c.End, blank})
				m.comments = append(m.comments, c)
			}
		case Invalid:
			if m.invalid(t) {
				continue
			}
		case Punct:
			if m.text[t.Start] == ':' && !m.inner && m.variable(t.Start) {
				continue
			}
			m.bracket(t)
		}
		m.toks = append(m.toks, t)
		if t.Kind == Punct && m.text[t.Start] == ';' {
			if !m.inner {
				m.copyData(t.End)
			}
			m.endStatement()
		}
	}
}

func (m *masker) endStatement() {
	m.statement = len(m.toks)
	m.brackets = m.brackets[:0]
}

func (m *masker) bracket(t Token) {
	switch c := m.text[t.Start]; c {
	case '(':
		if n := len(m.toks); n > m.statement && (m.word(n-1, "json_object") || m.word(n-1, "json_objectagg")) {
			c = 'j'
		}
		m.brackets = append(m.brackets, c)
	case '[':
		m.brackets = append(m.brackets, c)
	case ')', ']':
		if n := len(m.brackets); n > 0 {
			m.brackets = m.brackets[:n-1]
		}
	}
}

func (m *masker) word(i int, w string) bool {
	return i < len(m.toks) && isWord(m.text, m.toks[i], w)
}

// invalid deals with a byte that starts no token, and reports whether it was the
// start of something to be masked.
func (m *masker) invalid(t Token) bool {
	i := t.Start
	switch c, next := m.text[i], m.at(i+1); {
	case c == '\\' && !m.inner:
		m.metaCommand(i)
		return true
	case c == '$' && next == '{', c == '{' && i > 0 && m.text[i-1] == '$':
		if c == '{' { // an identifier may end in $: name_${x}
			i--
		}
		return m.braces(i)
	case c == '{' && next == '{':
		return m.template(i)
	case c == '{' && (next == '%' || next == '#'):
		return m.jinja(i)
	case c == '$' && m.has(i+1, isIdentStart):
		return m.hole(i, m.identEnd(i+1), m.text[i+1:m.identEnd(i+1)], identifier)
	}
	return false
}

func (m *masker) hole(start, end int, name string, fill filler) bool {
	m.holes = append(m.holes, hole{mask{start, end, fill}, name})
	m.pos = end
	return true
}

// braces is ${name}, with a default or another operator of the shell after the
// name.
func (m *masker) braces(i int) bool {
	end := bracesEnd(m.text, i)
	if end < 0 {
		return false
	}
	return m.hole(i, end, m.text[i+2:end-1], identifier)
}

// maxBraces bounds the length of a ${…}.
const maxBraces = 128

// bracesEnd returns the end of the ${…} at i, which may have others inside and
// ends on the same line, or -1.
func bracesEnd(text string, i int) int {
	depth := 0
	for end := min(len(text), i+maxBraces); i < end; i++ {
		switch text[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i + 1
			}
		case '\n', '\r':
			return -1
		}
	}
	return -1
}

// template is {{ … }}, an action of Go's text/template, Jinja or Mustache.
func (m *masker) template(i int) bool {
	if m.unclosed {
		return false
	}
	n := strings.Index(m.text[i:], "}}")
	if n < 0 {
		m.unclosed = true
		return false
	}
	end := i + n + len("}}")
	if kind, condition := control(m.text[i+2 : i+n]); kind != noAction {
		return m.act(i, end, kind, condition)
	}
	if m.at(end) == '}' { // {{{ x }}}
		end++
	}
	return m.hole(i, end, m.text[i+2:i+n], identifier)
}

// variable is psql's :name, :'name', :"name" or :{?name}. A colon in an array
// slice or in JSON_OBJECT is none.
func (m *masker) variable(i int) bool {
	if n := len(m.brackets); n > 0 && m.brackets[n-1] != '(' {
		return false
	}
	nameEnd := func(j int) int {
		for m.has(j, isTagCont) {
			j++
		}
		return j
	}
	switch c := m.at(i + 1); {
	case m.has(i+1, isTagCont):
		end := nameEnd(i + 1)
		return m.hole(i, end, m.text[i+1:end], identifier)
	case c == '\'' || c == '"':
		fill := literal
		if c == '"' {
			fill = quotedName
		}
		if end := nameEnd(i + 2); end > i+2 && m.at(end) == c {
			return m.hole(i, end+1, m.text[i+2:end], fill)
		}
	case c == '{' && m.at(i+2) == '?':
		if end := nameEnd(i + 3); m.at(end) == '}' {
			return m.hole(i, end+1, m.text[i+3:end], identifier)
		}
	}
	return false
}

// metaCommand is one of psql's commands, to the end of its line. One that sends
// the query becomes its semicolon.
func (m *masker) metaCommand(i int) {
	j := i + 1
	for m.has(j, isIdentStart) {
		j++
	}
	name, end := m.text[i+1:j], m.lineEnd(i)
	if name == "" && m.at(j) == ';' { // \; separates statements of one query
		end = i + 1
	} else if name != "copy" && name != "!" {
		if n := strings.Index(m.text[j:end], `\\`); n >= 0 { // SQL goes on after it
			end = j + n + 2
		}
	}
	fill := blank
	switch name {
	case "g", "gx", "gexec", "gset", "gdesc", "gsend", "crosstabview", "watch":
		fill = semicolon
	}
	m.masks = append(m.masks, mask{i, end, fill})
	m.meta = append(m.meta, Token{Start: i, End: end})
	m.pos = end
	if fill == semicolon {
		m.endStatement()
	}
	if name == "copy" && fromStdin(m.text[j:end]) {
		m.copyLines(end)
	}
}

// fromStdin reports whether the arguments of \copy say FROM STDIN.
func fromStdin(args string) bool {
	words := strings.Fields(strings.ToLower(args))
	for i := 1; i < len(words); i++ {
		if words[i-1] == "from" && strings.TrimSuffix(words[i], ";") == "stdin" {
			return true
		}
	}
	return false
}

// copyData masks the data that follows the statement which ends at i, if that is
// COPY … FROM STDIN.
func (m *masker) copyData(i int) {
	if !m.word(m.statement, "copy") {
		return
	}
	for k := m.statement + 1; k+1 < len(m.toks); k++ {
		if m.word(k, "from") && m.word(k+1, "stdin") {
			m.copyLines(i)
			return
		}
	}
}

// copyLines masks the lines after that of i up to and with the line \. alone. If
// there is no such line, psql takes all the rest of the text for data.
func (m *masker) copyLines(i int) {
	if m.endless {
		return
	}
	start := m.lineEnd(i)
	if m.at(start) == '\r' && m.at(start+1) == '\n' {
		start++
	}
	start = min(start+1, len(m.text))
	end := dataEnd(m.text, start)
	if end < 0 {
		m.endless = true
		if !m.psql {
			return
		}
		end = len(m.text)
	}
	if end == start {
		return
	}
	// Comments between the semicolon and the data are still to be read.
	s := scanner{text: m.text[:start], pos: i}
	for t, ok := s.next(); ok; t, ok = s.next() {
		if t.Kind == LineComment || t.Kind == BlockComment {
			m.comments = append(m.comments, t)
		}
	}
	m.masks = append(m.masks, mask{start, end, blank})
	m.data = append(m.data, Token{Start: start, End: end})
	m.pos = end
}

// dataEnd returns the end of the first line from start on that is \. alone, or
// -1.
func dataEnd(text string, start int) int {
	for i := start; i < len(text); {
		n := strings.Index(text[i:], `\.`)
		if n < 0 {
			return -1
		}
		i += n
		end := i + 2
		alone := i == start || text[i-1] == '\n' || text[i-1] == '\r'
		if alone && (end == len(text) || text[end] == '\n' || text[end] == '\r') {
			return end
		}
		i = end
	}
	return -1
}
