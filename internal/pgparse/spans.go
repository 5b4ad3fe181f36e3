package pgparse

import (
	"strings"

	"github.com/miglint/miglint/source"
)

// libpg_query gives most nodes at best the byte at which they begin, and some,
// such as the actions of ALTER TABLE, no location at all. The functions here find
// the rest in the tokens of the statement. A position is the index of a token; a
// range of tokens is half open; -1 is an unknown position.

// tokenSpan is a half-open range of tokens.
type tokenSpan struct{ lo, hi int }

var nowhere = tokenSpan{-1, -1}

func (r tokenSpan) known() bool { return r.lo >= 0 && r.hi > r.lo }

// cover is the smallest range that holds r and s, either of which may be
// unknown.
func (r tokenSpan) cover(s tokenSpan) tokenSpan {
	switch {
	case !r.known():
		return s
	case !s.known():
		return r
	}
	return tokenSpan{min(r.lo, s.lo), max(r.hi, s.hi)}
}

// span converts a range of tokens to the file's bytes. An unknown range is the
// zero Span.
func (l *lowerer) span(r tokenSpan) source.Span {
	if !r.known() || r.hi > len(l.toks) {
		return source.Span{}
	}
	return l.frag.Span(l.toks[r.lo].Start, l.toks[r.hi-1].End)
}

// whole is the span of the statement being lowered.
func (l *lowerer) whole() source.Span { return l.span(tokenSpan{l.lo, l.hi}) }

// at returns the position of the token at a node's location, or -1 if the
// location is unset or lies outside the statement.
func (l *lowerer) at(location int32) int {
	if location < 0 {
		return -1
	}
	offset := int(location) + l.base
	lo, hi := 0, len(l.toks)
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if l.toks[mid].End <= offset {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo == len(l.toks) || l.toks[lo].Start > offset {
		return -1
	}
	return lo
}

// tokenText is the text of the token at i, "" outside the statement.
func (l *lowerer) tokenText(i int) string {
	if i < 0 || i >= len(l.toks) {
		return ""
	}
	return l.text[l.toks[i].Start:l.toks[i].End]
}

// word reports whether the token at i is the key word w (lower case), unquoted.
func (l *lowerer) word(i int, w string) bool {
	return i >= 0 && i < len(l.toks) && l.toks[i].Kind == Ident && foldEqual(l.tokenText(i), w)
}

// words reports whether the tokens from i on are the given key words.
func (l *lowerer) words(i int, ws ...string) bool {
	for k, w := range ws {
		if !l.word(i+k, w) {
			return false
		}
	}
	return true
}

// anyWord reports whether the token at i is one of the key words.
func (l *lowerer) anyWord(i int, ws ...string) bool {
	for _, w := range ws {
		if l.word(i, w) {
			return true
		}
	}
	return false
}

// skip returns the position after the key words ws if they stand at i, else i.
func (l *lowerer) skip(i int, ws ...string) int {
	if l.words(i, ws...) {
		return i + len(ws)
	}
	return i
}

func foldEqual(s, lower string) bool {
	if len(s) != len(lower) {
		return false
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}

// punct reports whether the token at i is the one-byte punctuation or operator c.
func (l *lowerer) punct(i int, c byte) bool {
	if i < 0 || i >= len(l.toks) {
		return false
	}
	t := l.toks[i]
	return (t.Kind == Punct || t.Kind == Operator) && t.End == t.Start+1 && l.text[t.Start] == c
}

func (l *lowerer) kind(i int) TokenKind {
	if i < 0 || i >= len(l.toks) {
		return Invalid
	}
	return l.toks[i].Kind
}

// identifier reports whether the token at i is an identifier or key word.
func (l *lowerer) identifier(i int) bool {
	k := l.kind(i)
	return k == Ident || k == QuotedIdent
}

// partner returns the position of the bracket that closes or opens the one at i,
// or -1. All pairs are found in one pass the first time one is asked for, so
// that deep nesting does not take quadratic time.
func (l *lowerer) partner(i int) int {
	if i < 0 || i >= len(l.toks) || l.toks[i].Kind != Punct {
		return -1
	}
	if l.partners == nil {
		l.partners = bracketPairs(l.text, l.toks)
	}
	return int(l.partners[i])
}

func bracketPairs(text string, toks []Token) []int32 {
	pairs := make([]int32, len(toks))
	var open []int32
	for i, t := range toks {
		pairs[i] = -1
		if t.Kind != Punct {
			continue
		}
		switch text[t.Start] {
		case '(', '[':
			open = append(open, int32(i))
		case ')', ']':
			if len(open) > 0 {
				o := open[len(open)-1]
				open = open[:len(open)-1]
				pairs[o], pairs[i] = int32(i), o
			}
		}
	}
	return pairs
}

// afterBrackets returns the position after the bracket pair that opens at i, or i
// if none does.
func (l *lowerer) afterBrackets(i int) int {
	if l.punct(i, '(') || l.punct(i, '[') {
		if p := l.partner(i); p > i {
			return p + 1
		}
	}
	return i
}

// itemEnd returns the position of the comma or closing bracket that ends the list
// item which the token at i belongs to, or the end of the statement.
func (l *lowerer) itemEnd(i int) int {
	for i < l.hi {
		if next := l.afterBrackets(i); next > i {
			i = next
			continue
		}
		if l.punct(i, ',') || l.punct(i, ')') || l.punct(i, ']') {
			return i
		}
		i++
	}
	return l.hi
}

// items cuts the tokens from i on at the commas of their own bracket level, up to
// the closing bracket or the end of the statement.
func (l *lowerer) items(i int) []tokenSpan {
	var all []tokenSpan
	for i < l.hi {
		end := l.itemEnd(i)
		all = append(all, tokenSpan{i, end})
		if !l.punct(end, ',') {
			break
		}
		i = end + 1
	}
	return all
}

// find returns the position of the first of the key words ws at the bracket level
// of lo in [lo, hi), or -1.
func (l *lowerer) find(lo, hi int, ws ...string) int {
	for i := max(lo, 0); i < hi; {
		if next := l.afterBrackets(i); next > i {
			i = next
			continue
		}
		if l.words(i, ws...) {
			return i
		}
		i++
	}
	return -1
}

// nameEnd returns the position after the dotted name that begins at i; a last
// part may be a star.
func (l *lowerer) nameEnd(i int) int {
	if i < 0 || i >= l.hi {
		return i
	}
	for i++; l.punct(i, '.') && (l.identifier(i+1) || l.punct(i+1, '*')); i += 2 {
	}
	return i
}

// nameAt is the dotted name that begins at i.
func (l *lowerer) nameAt(i int) tokenSpan {
	if !l.identifier(i) {
		return nowhere
	}
	return tokenSpan{i, l.nameEnd(i)}
}

// identifierValue is what PostgreSQL makes of an identifier: without its quotes,
// or in lower case (ASCII letters only, downcase_identifier in scansup.c). The
// escapes of U&"…" are left as they are.
func identifierValue(s string, quoted bool) string {
	if !quoted {
		return strings.Map(func(r rune) rune {
			if 'A' <= r && r <= 'Z' {
				return r + 'a' - 'A'
			}
			return r
		}, s)
	}
	open := strings.IndexByte(s, '"')
	if open < 0 || len(s) < open+2 {
		return s
	}
	return strings.ReplaceAll(s[open+1:len(s)-1], `""`, `"`)
}

// typeEnd returns the position after the type that begins at i: its key words or
// dotted name, modifiers and array bounds (Typename in gram.y).
func (l *lowerer) typeEnd(i int) int {
	if i < 0 || i >= l.hi {
		return i
	}
	i = l.skip(i, "setof")
	switch {
	case l.words(i, "double", "precision"):
		i += 2
	case l.words(i, "national", "character") || l.words(i, "national", "char"):
		i = l.skip(i+2, "varying")
	case l.anyWord(i, "character", "char", "nchar", "bit"):
		i = l.skip(i+1, "varying")
	case l.anyWord(i, "time", "timestamp"):
		i = l.afterBrackets(i + 1)
		i = l.skip(i, "with", "time", "zone")
		i = l.skip(i, "without", "time", "zone")
	case l.word(i, "interval"):
		i = l.intervalFieldsEnd(l.afterBrackets(i + 1))
	default:
		i = l.nameEnd(i)
		if l.punct(i, '%') {
			i = l.skip(i+1, "type")
		}
	}
	if l.punct(i, '(') {
		i = l.afterBrackets(i)
	}
	if l.word(i, "array") {
		i++
	}
	for l.punct(i, '[') {
		i = l.afterBrackets(i)
	}
	return i
}

// intervalFieldsEnd skips the fields of an interval type: DAY TO SECOND(3).
func (l *lowerer) intervalFieldsEnd(i int) int {
	field := func() bool {
		return l.anyWord(i, "year", "month", "day", "hour", "minute", "second")
	}
	if !field() {
		return i
	}
	i = l.afterBrackets(i + 1)
	if l.word(i, "to") {
		if i++; field() {
			i = l.afterBrackets(i + 1)
		}
	}
	return i
}

// content is the span inside the quotes of the string that begins at token i: a
// dollar quote, or a quoted string with any continuation on further lines.
func (l *lowerer) content(i int) source.Span {
	switch l.kind(i) {
	case DollarQuote:
		s := l.tokenText(i)
		tag := strings.IndexByte(s[1:], '$') + 2
		return l.frag.Span(l.toks[i].Start+tag, l.toks[i].End-tag)
	case String:
		open := strings.IndexByte(l.tokenText(i), '\'')
		last := l.stringEnd(i) - 1
		return l.frag.Span(l.toks[i].Start+open+1, l.toks[last].End-1)
	}
	return source.Span{}
}

// stringEnd returns the position after the string constant at i, which may be
// continued on further lines.
func (l *lowerer) stringEnd(i int) int {
	for i++; l.kind(i) == String && i < l.hi && l.text[l.toks[i].Start] == '\''; i++ {
	}
	return i
}
