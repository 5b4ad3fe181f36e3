package pyparse

import "strings"

// maxNested is how deep f-strings may stand in the fields of each other.
const maxNested = 16

// maxCharName is more than the name of any character takes in \N{…}.
const maxCharName = 128

// piece is a part of an f-string: a range of literal text, or a field.
type piece struct {
	start, end int // of the literal, or of the field with its braces
	field      bool
	exprEnd    int  // of a field: where its expression ends, which starts after the brace
	debug      bool // an = ends the expression: its text is part of the string
	debugEnd   int  // the end of that text
	conversion byte
	format     int // where the format starts, or 0
}

// fieldScanner finds the end of an f-string and, if it collects, its pieces on
// the outermost level.
type fieldScanner struct {
	text     string
	limit    int
	furthest int
	collect  bool
	pieces   []piece
}

// literal reads an f-string from after its opening quotes and returns the offset
// after the closing ones.
func (s *fieldScanner) literal(q quoted, nested int) (int, bool) {
	i := s.run(q, q.start, nested, false)
	if i < 0 || i >= s.limit || !closes(s.text, i, s.limit, q) {
		return 0, false
	}
	if q.triple {
		return i + 3, true
	}
	return i + 1, true
}

// format reads the format of a field, from after its colon to its closing brace.
func (s *fieldScanner) format(q quoted, start, nested int) int {
	return s.run(q, start, nested, true)
}

// run reads literal text and fields up to the closing quotes, or to the brace
// that ends a format. It returns -1 where that does not come.
func (s *fieldScanner) run(q quoted, i, nested int, format bool) int {
	start := i
	add := func(end int) {
		if s.collect && nested == 0 && end > start {
			s.pieces = append(s.pieces, piece{start: start, end: end})
		}
	}
	for i < s.limit {
		s.furthest = max(s.furthest, i)
		switch c := s.text[i]; {
		case c == q.quote && closes(s.text, i, s.limit, q):
			if format {
				return -1
			}
			add(i)
			return i
		case c == '\\':
			i = s.escape(q, i)
		case (c == '\n' || c == '\r') && !q.triple:
			return -1
		case c == '{' && !format && i+1 < s.limit && s.text[i+1] == '{':
			add(i + 1)
			i += 2
			start = i
		case c == '{':
			add(i)
			end, ok := s.field(q, i, nested)
			if !ok {
				return -1
			}
			i, start = end, end
		case c == '}' && format:
			add(i)
			return i
		case c == '}':
			if i+1 >= s.limit || s.text[i+1] != '}' {
				return -1
			}
			add(i + 1)
			i += 2
			start = i
		default:
			i++
		}
	}
	return -1
}

// escape is the offset after what a backslash at i takes with it.
func (s *fieldScanner) escape(q quoted, i int) int {
	if i++; i >= s.limit {
		return i
	}
	switch s.text[i] {
	case '{', '}':
		return i
	case 'N':
		if !q.raw && i+1 < s.limit && s.text[i+1] == '{' {
			end := strings.IndexAny(s.text[i:min(i+maxCharName, s.limit)], "}'\"\r\n")
			if end > 0 && s.text[i+end] == '}' {
				return i + end + 1
			}
		}
	}
	if after := lineBreak(s.text, i, s.limit); after > i {
		return after
	}
	return i + 1
}

// field reads a replacement field from its brace to after the closing one.
func (s *fieldScanner) field(q quoted, open, nested int) (int, bool) {
	if nested >= maxNested {
		return 0, false
	}
	p := piece{start: open, field: true}
	i, depth, equals := open+1, 0, 0
	for i < s.limit {
		s.furthest = max(s.furthest, i)
		c := s.text[i]
		switch {
		case c == '(' || c == '[' || c == '{':
			depth++
		case depth > 0 && (c == ')' || c == ']' || c == '}'):
			depth--
		case c == '#':
			i = lineEndAt(s.text, i, s.limit)
			continue
		case c == '"' || c == '\'':
			end, ok := s.inner(open, i, nested)
			if !ok {
				return 0, false
			}
			i = end
			continue
		case depth > 0:
		case c == '=' && i+1 < s.limit && s.text[i+1] == '=', c == '!' && i+1 < s.limit && s.text[i+1] == '=',
			c == '<' && i+1 < s.limit && s.text[i+1] == '=', c == '>' && i+1 < s.limit && s.text[i+1] == '=':
			i++
		case c == '=':
			equals = i
		case c == '!' || c == ':' || c == '}':
			return s.ending(q, p, i, equals, nested)
		}
		i++
	}
	return 0, false
}

// inner reads a string in a field, whose quote is at i.
func (s *fieldScanner) inner(open, i, nested int) (int, bool) {
	start := i
	for start-1 > open && i-start < 2 && isPrefix(s.text[start-1:i]) {
		start--
	}
	q := quoteOf(s.text, start, i, s.limit)
	if !q.format {
		return plainEnd(s.text, q, s.limit)
	}
	return s.literal(q, nested+1)
}

// ending reads the conversion and the format of a field from where its
// expression ends; equals is the last equals sign of it.
func (s *fieldScanner) ending(q quoted, p piece, i, equals, nested int) (int, bool) {
	p.exprEnd = i
	if equals > 0 && strings.Trim(s.text[equals+1:i], " \t\f\r\n") == "" {
		p.debug, p.exprEnd, p.debugEnd = true, equals, i
	}
	if s.text[i] == '!' {
		end := nameEnd(s.text, i+1, s.limit)
		if end != i+2 {
			return 0, false
		}
		switch c := s.text[i+1]; c {
		case 'r', 's', 'a':
			p.conversion = c
		default:
			return 0, false
		}
		for i = end; i < s.limit && s.text[i] == ' '; i++ {
		}
	}
	if i < s.limit && s.text[i] == ':' {
		p.format = i + 1
		if i = s.format(q, i+1, nested+1); i < 0 {
			return 0, false
		}
	}
	if i >= s.limit || s.text[i] != '}' {
		return 0, false
	}
	p.end = i + 1
	if s.collect && nested == 0 {
		s.pieces = append(s.pieces, p)
	}
	return i + 1, true
}
