package pgparse

import "strings"

// Lex appends the tokens of text to toks and returns the result. It follows
// PostgreSQL's scanner (src/backend/parser/scan.l of PostgreSQL 16, with
// standard_conforming_strings on) and never fails: a quote or comment that is
// not closed becomes one Unterminated token that runs to the end of the text,
// and a byte that starts no token becomes an Invalid token.
//
// A string constant that is continued on the next line is one token, with the
// blanks and comments between its parts. psql's commands, COPY data and
// placeholders are nothing special here: Parse knows them.
func Lex(text string, toks []Token) []Token {
	s := scanner{text: text}
	for {
		t, ok := s.next()
		if !ok {
			return toks
		}
		toks = append(toks, t)
	}
}

// scanner finds the tokens of text from pos on.
type scanner struct {
	text string
	pos  int
	// signs is the end of the last run of + and - found to make one token each,
	// so that a long run is not measured again at each of its bytes.
	signs int
	depth int // how deep comments are nested in the last block comment
	// inside are the comments between the parts of the string constant last
	// scanned.
	inside []Token
}

// byteClass says what a byte may be part of.
type byteClass uint8

const (
	isSpace byteClass = 1 << iota
	isIdentStart
	isDigit
	isIdentCont // isIdentStart, digits and $
	isOperator
	isPunct   // bytes that are tokens of their own and no operators
	isTagCont // may continue the tag of a dollar quote
	opSpecial // lets an operator end in + or -
)

var classes = func() (c [256]byteClass) {
	set := func(bytes string, class byteClass) {
		for i := range len(bytes) {
			c[bytes[i]] |= class
		}
	}
	set(" \t\n\r\f", isSpace)
	set("0123456789", isDigit|isIdentCont|isTagCont)
	set("$", isIdentCont)
	set("_", isIdentStart|isIdentCont|isTagCont)
	for b := 'a'; b <= 'z'; b++ {
		c[b] |= isIdentStart | isIdentCont | isTagCont
		c[b-'a'+'A'] |= isIdentStart | isIdentCont | isTagCont
	}
	for b := 0x80; b <= 0xff; b++ {
		c[b] |= isIdentStart | isIdentCont | isTagCont
	}
	set("~!@#^&|`?%", isOperator|opSpecial)
	set("+-*/<>=", isOperator)
	set("()[],;.:", isPunct)
	return c
}()

// next returns the next token, or false at the end of the text.
func (s *scanner) next() (Token, bool) {
	text, i := s.text, s.pos
	for i < len(text) && classes[text[i]]&isSpace != 0 {
		i++
	}
	if i == len(text) {
		s.pos = i
		return Token{}, false
	}
	kind, end := s.token(i)
	s.pos = end
	return Token{Kind: kind, Start: i, End: end}, true
}

// token returns the class and the end of the token that starts at i.
func (s *scanner) token(i int) (TokenKind, int) {
	c := s.text[i]
	class := classes[c]
	switch {
	case class&isIdentStart != 0:
		if kind, end, ok := s.prefixed(i); ok {
			return kind, end
		}
		return Ident, s.identEnd(i)
	case class&isDigit != 0 || c == '.' && s.has(i+1, isDigit):
		return Number, s.numberEnd(i)
	case c == '\'':
		return s.str(i, false)
	case c == '"':
		return s.quotedIdent(i)
	case c == '$':
		return s.dollar(i)
	case class&isPunct != 0:
		return s.punct(i)
	case class&isOperator != 0:
		return s.operator(i)
	}
	return Invalid, i + 1
}

// has reports whether there is a byte of the class at i.
func (s *scanner) has(i int, class byteClass) bool {
	return i < len(s.text) && classes[s.text[i]]&class != 0
}

// at returns the byte at i, or 0 past the end.
func (s *scanner) at(i int) byte {
	if i < len(s.text) {
		return s.text[i]
	}
	return 0
}

func (s *scanner) identEnd(i int) int {
	for s.has(i, isIdentCont) {
		i++
	}
	return i
}

// prefixed scans the constants and identifiers that begin with a letter: E'…',
// B'…', X'…', N'…', U&'…' and U&"…".
func (s *scanner) prefixed(i int) (TokenKind, int, bool) {
	next := s.at(i + 1)
	if next != '\'' && next != '&' {
		return 0, 0, false
	}
	var kind TokenKind
	var end int
	switch c := s.text[i] | 0x20; {
	case next == '\'' && c == 'e':
		kind, end = s.str(i+1, true)
	case next == '\'' && (c == 'b' || c == 'x' || c == 'n'):
		kind, end = s.str(i+1, false)
	case next == '&' && c == 'u' && s.at(i+2) == '\'':
		kind, end = s.str(i+2, false)
	case next == '&' && c == 'u' && s.at(i+2) == '"':
		kind, end = s.quotedIdent(i + 2)
	default:
		return 0, 0, false
	}
	return kind, end, true
}

// str scans a string constant whose first quote is at i, and its continuations
// on following lines.
func (s *scanner) str(i int, backslash bool) (TokenKind, int) {
	s.inside = s.inside[:0]
	for {
		i = s.quoteEnd(i+1, backslash)
		if i < 0 {
			return Unterminated, len(s.text)
		}
		next, ok := s.continuation(i)
		if !ok {
			return String, i
		}
		i = next
	}
}

// quoteEnd returns the offset after the single quote that closes a string whose
// content starts at i, or -1.
func (s *scanner) quoteEnd(i int, backslash bool) int {
	for i < len(s.text) {
		j := strings.IndexByte(s.text[i:], '\'')
		if j < 0 {
			return -1
		}
		if backslash {
			if k := strings.IndexByte(s.text[i:i+j], '\\'); k >= 0 {
				i += k + 2
				continue
			}
		}
		i += j + 1
		if s.at(i) != '\'' {
			return i
		}
		i++
	}
	return -1
}

// continuation returns the offset of the quote that continues a string which
// was closed before i: blanks and comments that include a newline, then a quote.
func (s *scanner) continuation(i int) (int, bool) {
	newline, before := false, len(s.inside)
	for i < len(s.text) {
		switch c := s.text[i]; {
		case c == '\n' || c == '\r':
			newline = true
			i++
		case classes[c]&isSpace != 0:
			i++
		case c == '-' && s.at(i+1) == '-':
			end := s.lineEnd(i)
			s.inside = append(s.inside, Token{LineComment, i, end})
			i = end
		case c == '\'' && newline:
			return i, true
		default:
			s.inside = s.inside[:before]
			return 0, false
		}
	}
	s.inside = s.inside[:before]
	return 0, false
}

// lineEnd returns the offset of the next \n or \r, or the end of the text.
func (s *scanner) lineEnd(i int) int {
	for i < len(s.text) && s.text[i] != '\n' && s.text[i] != '\r' {
		i++
	}
	return i
}

// quotedIdent scans a quoted identifier whose quote is at i.
func (s *scanner) quotedIdent(i int) (TokenKind, int) {
	for i++; i < len(s.text); i++ {
		j := strings.IndexByte(s.text[i:], '"')
		if j < 0 {
			break
		}
		i += j + 1
		if s.at(i) != '"' {
			return QuotedIdent, i
		}
	}
	return Unterminated, len(s.text)
}

// dollar scans $1, $tag$ … $tag$, or a $ on its own.
func (s *scanner) dollar(i int) (TokenKind, int) {
	j := i + 1
	if s.has(j, isDigit) {
		for s.has(j, isDigit) {
			j++
		}
		return Param, j
	}
	for s.has(j, isTagCont) {
		j++
	}
	if s.at(j) != '$' {
		return Invalid, i + 1
	}
	tag := s.text[i : j+1]
	end := strings.Index(s.text[j+1:], tag)
	if end < 0 {
		return Unterminated, len(s.text)
	}
	return DollarQuote, j + 1 + end + len(tag)
}

func (s *scanner) punct(i int) (TokenKind, int) {
	c, next := s.text[i], s.at(i+1)
	if c == ':' && (next == ':' || next == '=') || c == '.' && next == '.' {
		return Operator, i + 2
	}
	return Punct, i + 1
}

// operator scans a comment or an operator that starts at i.
func (s *scanner) operator(i int) (TokenKind, int) {
	c, next := s.text[i], s.at(i+1)
	switch {
	case c == '-' && next == '-':
		s.depth = 0
		return LineComment, s.lineEnd(i)
	case c == '/' && next == '*':
		return s.blockComment(i)
	case i < s.signs || classes[next]&isOperator == 0:
		return Operator, i + 1
	}
	// An operator stops before a comment, and ends in + or - only if it has one
	// of the special characters.
	end, special, last := i, false, i
	for ; s.has(end, isOperator); end++ {
		b := s.text[end]
		if n := s.at(end + 1); end > i && (b == '-' && n == '-' || b == '/' && n == '*') {
			break
		}
		if classes[b]&opSpecial != 0 {
			special = true
		}
		if b != '+' && b != '-' {
			last = end
		}
	}
	if special {
		return Operator, end
	}
	if c == '+' || c == '-' {
		if last == i {
			s.signs = end
		}
	}
	return Operator, last + 1
}

// blockComment scans a comment, which may have comments inside.
func (s *scanner) blockComment(i int) (TokenKind, int) {
	depth := 0
	s.depth = 0
	for i+1 < len(s.text) {
		switch {
		case s.text[i] == '/' && s.text[i+1] == '*':
			depth++
			s.depth = max(s.depth, depth)
			i += 2
		case s.text[i] == '*' && s.text[i+1] == '/':
			depth--
			i += 2
			if depth == 0 {
				return BlockComment, i
			}
		default:
			i++
		}
	}
	return Unterminated, len(s.text)
}

// numberEnd returns the end of the numeric constant at i: decimal with
// underscores, hexadecimal, octal or binary, with fraction and exponent.
func (s *scanner) numberEnd(i int) int {
	if s.text[i] == '0' {
		digits := ""
		switch s.at(i+1) | 0x20 {
		case 'x':
			digits = "0123456789abcdefABCDEF"
		case 'o':
			digits = "01234567"
		case 'b':
			digits = "01"
		}
		if end := s.digitsEnd(i+2, digits, true); digits != "" && end > i+2 {
			return end
		}
	}
	const decimal = "0123456789"
	i = s.digitsEnd(i, decimal, false)
	if s.at(i) == '.' && s.at(i+1) != '.' {
		i = s.digitsEnd(i+1, decimal, false)
	}
	if s.at(i)|0x20 == 'e' {
		j := i + 1
		if s.at(j) == '+' || s.at(j) == '-' {
			j++
		}
		if end := s.digitsEnd(j, decimal, false); end > j {
			return end
		}
	}
	return i
}

// digitsEnd skips digits from i on, each of which but the first may follow an
// underscore; with leading set, the first too.
func (s *scanner) digitsEnd(i int, digits string, leading bool) int {
	isDigit := func(j int) bool { return j < len(s.text) && strings.IndexByte(digits, s.text[j]) >= 0 }
	for {
		switch {
		case isDigit(i):
			i++
		case s.at(i) == '_' && leading && isDigit(i+1):
			i += 2
		default:
			return i
		}
		leading = true
	}
}
