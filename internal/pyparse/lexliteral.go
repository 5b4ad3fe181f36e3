package pyparse

import (
	"strings"
)

// number reads a number of any form, or what looks like one up to its end.
func (l *lexer) number() {
	i := l.i
	digits := func(ok func(byte) bool) bool {
		start := i
		for i < l.end && (ok(l.text[i]) || l.text[i] == '_' && i > start && l.text[i-1] != '_' && i+1 < l.end && ok(l.text[i+1])) {
			i++
		}
		return i > start
	}
	var good bool
	if base := basePrefix(l.text[i:min(i+2, l.end)]); base != nil {
		if i += 2; i < l.end && l.text[i] == '_' {
			i++
		}
		good = digits(base)
	} else {
		whole := digits(isDigit)
		octal := whole && l.text[l.i] == '0' && strings.Trim(l.text[l.i:i], "0_") != "" // as Python 2 wrote it
		if i < l.end && l.text[i] == '.' {
			i++
			digits(isDigit)
			octal = false
		}
		if i < l.end && l.text[i]|0x20 == 'e' {
			mark := i
			if i++; i < l.end && (l.text[i] == '+' || l.text[i] == '-') {
				i++
			}
			if digits(isDigit) {
				octal = false
			} else {
				i = mark
			}
		}
		if i < l.end && l.text[i]|0x20 == 'j' {
			i++
			octal = false
		}
		good = !octal
	}
	if rest := nameEnd(l.text, i, l.end); rest > i || i < l.end && isDigit(l.text[i]) {
		switch l.text[i:rest] {
		case "and", "else", "for", "if", "in", "is", "not", "or": // 1if x else 2
		default:
			good = false
			for rest < l.end && isDigit(l.text[rest]) {
				rest++
			}
			i = rest
		}
	}
	if !good {
		l.bad(badNumber, i)
		return
	}
	l.emit(kNumber, i)
}

func basePrefix(s string) func(byte) bool {
	switch strings.ToLower(s) {
	case "0x":
		return func(c byte) bool { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }
	case "0o":
		return func(c byte) bool { return '0' <= c && c <= '7' }
	case "0b":
		return func(c byte) bool { return c == '0' || c == '1' }
	}
	return nil
}

// isPrefix reports whether word may stand before a string.
func isPrefix(word string) bool {
	switch len(word) {
	case 1:
		return strings.ContainsAny(word, "rRbBuUfF")
	case 2:
		switch strings.ToLower(word) {
		case "br", "rb", "fr", "rf":
			return true
		}
	}
	return false
}

// quoted is a string literal up to its text, whose end is still to be found.
type quoted struct {
	raw, bytes, format bool
	quote              byte
	triple             bool
	start              int // of what is between the quotes
}

// quoteOf reads the prefix and the opening quotes of the string at start, whose
// quote is at i.
func quoteOf(text string, start, i, end int) quoted {
	q := quoted{quote: text[i], start: i + 1}
	for _, c := range []byte(text[start:i]) {
		switch c | 0x20 {
		case 'r':
			q.raw = true
		case 'b':
			q.bytes = true
		case 'f':
			q.format = true
		}
	}
	if i+2 < end && text[i+1] == q.quote && text[i+2] == q.quote {
		q.triple = true
		q.start = i + 3
	}
	return q
}

// str reads the string from the current place on, the quote of which is at i.
func (l *lexer) str(i int) {
	q := quoteOf(l.text, l.i, i, l.end)
	if !q.format {
		if end, ok := plainEnd(l.text, q, l.end); ok {
			l.emit(kString, end)
		} else {
			l.endless(q, end)
		}
		return
	}
	// Since Python 3.12 a replacement field may go on over lines, and hold the very
	// quotes around it. If the string does not end that way, it is one of one line.
	limit := l.end
	if !q.triple && l.wasted > len(l.text) {
		limit = l.lineEndAfter(q.start)
	}
	s := fieldScanner{text: l.text, limit: limit}
	if end, ok := s.literal(q, 0); ok {
		l.emit(kString, end)
		return
	}
	l.wasted += s.furthest - q.start
	s.limit = l.lineEndAfter(q.start)
	if end, ok := s.literal(q, 0); ok {
		l.emit(kString, end)
		return
	}
	l.endless(q, s.limit)
}

// endless adds the bad token of a string that nothing ends.
func (l *lexer) endless(q quoted, lineEnd int) {
	if q.triple {
		l.bad(badTripleString, l.end)
		return
	}
	l.bad(badString, lineEnd)
}

// lineEndAfter is where the line of i ends, found once for each line.
func (l *lexer) lineEndAfter(i int) int {
	if i > l.eol {
		l.eol = lineEndAt(l.text, i, l.end)
	}
	return l.eol
}

func lineEndAt(text string, i, end int) int {
	if n := strings.IndexAny(text[i:end], "\r\n"); n >= 0 {
		return i + n
	}
	return end
}

// plainEnd finds the end of a string without replacement fields, after its
// quotes; or of its line.
func plainEnd(text string, q quoted, end int) (int, bool) {
	for i := q.start; i < end; {
		switch c := text[i]; {
		case c == '\\':
			i++
			if after := lineBreak(text, i, end); after > i {
				i = after
			} else {
				i++
			}
			continue
		case c == q.quote && !q.triple:
			return i + 1, true
		case c == q.quote && closes(text, i, end, q):
			return i + 3, true
		case (c == '\n' || c == '\r') && !q.triple:
			return i, false
		}
		i++
	}
	return end, false
}

// closes reports whether the quotes of q stand at i.
func closes(text string, i, end int, q quoted) bool {
	if text[i] != q.quote {
		return false
	}
	return !q.triple || i+2 < end && text[i+1] == q.quote && text[i+2] == q.quote
}
