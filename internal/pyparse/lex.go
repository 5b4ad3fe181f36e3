package pyparse

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/miglint/miglint/source"
)

type kind uint8

const (
	kEnd kind = iota
	kNewline
	kIndent
	kDedent // the kinds up to here end a line
	kName
	kKeyword
	kNumber
	kString
	kOp
	kBad // message says why
)

// token is a range of the text; those of kNewline, kIndent, kDedent and kEnd
// are empty.
type token struct {
	kind       kind
	message    lexError
	start, end int32
}

// lexError says why a token is bad.
type lexError uint8

const (
	badCharacter lexError = iota
	badString
	badTripleString
	badNumber
	badDedent
	badContinuation
)

var lexErrors = [...]string{
	badCharacter:    "a character that Python does not know here",
	badString:       "the string does not end on its line",
	badTripleString: "the triple-quoted string does not end",
	badNumber:       "not a number of Python 3",
	badDedent:       "the line is indented less than the line before, but as no block around it",
	badContinuation: "a backslash that does not end its line",
}

// lexer makes tokens of text[i:end].
type lexer struct {
	file     *source.File
	text     string
	i, end   int
	tokens   []token
	comments []source.Span
	indents  []int // columns of the open blocks, without 0
	brackets int   // open brackets, within which line ends are blanks
	inside   bool  // of a replacement field, which is one line
	wasted   int   // bytes of f-strings read in vain
	eol      int   // the last end of a line that was looked for
}

func (l *lexer) run() {
	if !l.inside {
		l.indentation()
	}
	for l.i < l.end {
		l.next()
	}
	if l.inside {
		l.emit(kEnd, l.end)
		return
	}
	if n := len(l.tokens); n > 0 && l.tokens[n-1].kind != kNewline && l.tokens[n-1].kind != kDedent {
		l.emit(kNewline, l.end)
	}
	l.i = l.end
	for range l.indents {
		l.emit(kDedent, l.end)
	}
	l.emit(kEnd, l.end)
}

// emit adds the token from the current place to end and moves there.
func (l *lexer) emit(k kind, end int) {
	l.tokens = append(l.tokens, token{kind: k, start: int32(l.i), end: int32(end)})
	l.i = end
}

func (l *lexer) bad(why lexError, end int) {
	l.tokens = append(l.tokens, token{kind: kBad, message: why, start: int32(l.i), end: int32(end)})
	l.i = end
}

// next reads one token, or what stands between tokens.
func (l *lexer) next() {
	switch c := l.text[l.i]; {
	case c == ' ' || c == '\t' || c == '\f':
		l.i++
	case c == '\n' || c == '\r':
		l.lineEnd()
	case c == '#':
		l.comment()
	case c == '\\':
		if after := lineBreak(l.text, l.i+1, l.end); after > l.i+1 {
			l.i = after
		} else {
			l.bad(badContinuation, l.i+1)
		}
	case c == '"' || c == '\'':
		l.str(l.i)
	case '0' <= c && c <= '9' || c == '.' && l.i+1 < l.end && isDigit(l.text[l.i+1]):
		l.number()
	case c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c >= utf8.RuneSelf:
		l.name()
	default:
		l.operator(c)
	}
}

// lineBreak is the offset after the line break at i, or i if there is none.
func lineBreak(text string, i, end int) int {
	switch {
	case i < end && text[i] == '\n':
		return i + 1
	case i+1 < end && text[i] == '\r' && text[i+1] == '\n':
		return i + 2
	case i < end && text[i] == '\r':
		return i + 1
	}
	return i
}

func (l *lexer) lineEnd() {
	after := lineBreak(l.text, l.i, l.end)
	if l.inside {
		l.i = after
		return
	}
	if l.brackets > 0 {
		if !l.statementAt(after) {
			l.i = after
			return
		}
		l.brackets = 0 // one was never closed
	}
	l.emit(kNewline, l.i)
	l.i = after
	l.indentation()
}

// statementAt reports whether the line at i starts with a word that is in no
// expression.
func (l *lexer) statementAt(i int) bool {
	for i < l.end && (l.text[i] == ' ' || l.text[i] == '\t') {
		i++
	}
	start := i
	for i < l.end && 'a' <= l.text[i] && l.text[i] <= 'z' && i-start < 10 {
		i++
	}
	if i < l.end && (l.text[i] == '_' || isDigit(l.text[i]) || l.text[i] >= utf8.RuneSelf) {
		return false
	}
	switch l.text[start:i] {
	case "assert", "break", "class", "continue", "def", "del", "except", "finally", "global", "import",
		"nonlocal", "pass", "raise", "return", "try", "while", "with":
		return true
	}
	return false
}

func (l *lexer) comment() {
	end := l.end
	if n := strings.IndexAny(l.text[l.i:l.end], "\r\n"); n >= 0 {
		end = l.i + n
	}
	l.comments = append(l.comments, l.file.Span(l.i, end))
	l.i = end
}

// indentation reads the start of a line, and of those after it as long as they
// are blank, and opens and closes blocks. A tab goes to the next multiple of
// eight, a form feed to the start.
func (l *lexer) indentation() {
	column := 0
	for l.i < l.end {
		switch c := l.text[l.i]; c {
		case ' ':
			column++
		case '\t':
			column = column/8*8 + 8
		case '\f':
			column = 0
		case '#':
			l.comment()
			continue
		case '\n', '\r':
			column = 0
			l.i = lineBreak(l.text, l.i, l.end)
			continue
		case '\\':
			after := lineBreak(l.text, l.i+1, l.end)
			if after == l.i+1 {
				l.blocks(column)
				return
			}
			l.i = after
			continue
		default:
			l.blocks(column)
			return
		}
		l.i++
	}
}

func (l *lexer) blocks(column int) {
	top := func() int {
		if len(l.indents) == 0 {
			return 0
		}
		return l.indents[len(l.indents)-1]
	}
	if column > top() {
		l.indents = append(l.indents, column)
		l.emit(kIndent, l.i)
		return
	}
	for column < top() {
		l.indents = l.indents[:len(l.indents)-1]
		l.emit(kDedent, l.i)
	}
	if column > top() {
		l.bad(badDedent, l.i)
	}
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// nameEnd is the offset after the name that starts at i, or i if none does.
func nameEnd(text string, i, end int) int {
	start := i
	for i < end {
		c := text[i]
		if c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || isDigit(c) && i > start {
			i++
			continue
		}
		if c < utf8.RuneSelf {
			break
		}
		r, n := utf8.DecodeRuneInString(text[i:end])
		if !unicode.In(r, unicode.L, unicode.Nl, unicode.Other_ID_Start) &&
			(i == start || !unicode.In(r, unicode.Mn, unicode.Mc, unicode.Nd, unicode.Pc, unicode.Other_ID_Continue)) {
			break
		}
		i += n
	}
	return i
}

func (l *lexer) name() {
	end := nameEnd(l.text, l.i, l.end)
	switch {
	case end == l.i:
		_, n := utf8.DecodeRuneInString(l.text[l.i:l.end])
		l.bad(badCharacter, l.i+n)
	case end < l.end && (l.text[end] == '"' || l.text[end] == '\'') && isPrefix(l.text[l.i:end]):
		l.str(end)
	case isKeyword(l.text[l.i:end]):
		l.emit(kKeyword, end)
	default:
		l.emit(kName, end)
	}
}

func isKeyword(word string) bool {
	switch word {
	case "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def",
		"del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda",
		"nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield":
		return true
	}
	return false
}

// operator reads the longest operator or delimiter that starts with c.
func (l *lexer) operator(c byte) {
	at := func(n int) byte {
		if l.i+n < l.end {
			return l.text[l.i+n]
		}
		return 0
	}
	n := 1
	switch c {
	case '(', '[', '{':
		l.brackets++
	case ')', ']', '}':
		l.brackets = max(0, l.brackets-1)
	case ',', ';', '~':
	case '.':
		if at(1) == '.' && at(2) == '.' {
			n = 3
		}
	case '*', '/', '<', '>':
		if at(1) == c {
			n++
		}
		if at(n) == '=' {
			n++
		}
	case '-':
		if at(1) == '=' || at(1) == '>' {
			n++
		}
	case ':', '=', '+', '%', '&', '|', '^', '@':
		if at(1) == '=' {
			n++
		}
	case '!':
		if at(1) != '=' {
			l.bad(badCharacter, l.i+1)
			return
		}
		n++
	default:
		l.bad(badCharacter, l.i+1)
		return
	}
	l.emit(kOp, l.i+n)
}
