package pgparse

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/miglint/miglint/source"
)

// quotedText returns the value of the string constant t of text as a fragment
// that knows where each byte of it was written. It reports false for the kinds of
// constant whose value is not what they show: U&'…', B'…' and X'…'.
//
// frag is the fragment whose text, masked, is text.
func quotedText(frag source.Fragment, text string, t Token) (source.Fragment, bool) {
	cuts, ok := quotedCuts(text, t, nil)
	if !ok {
		return source.Fragment{}, false
	}
	for i := range cuts {
		cuts[i].Start -= t.Start
		cuts[i].End -= t.Start
	}
	whole := frag.Slice(t.Start, t.End)
	if n := len(cuts); n == 2 { // nothing but the quotes
		return whole.Slice(cuts[0].End, cuts[1].Start), true
	}
	return whole.Splice(cuts), true
}

// quotedCuts appends to cuts what turns the string constant t of text into its
// value: the first takes its opening quote away, the last its closing one.
func quotedCuts(text string, t Token, cuts []source.Cut) ([]source.Cut, bool) {
	switch {
	case t.Kind == DollarQuote:
		tag := strings.IndexByte(text[t.Start+1:], '$') + 2
		return append(cuts, source.Cut{Start: t.Start, End: t.Start + tag}, source.Cut{Start: t.End - tag, End: t.End}), true
	case t.Kind != String:
		return cuts, false
	}
	open := t.Start + strings.IndexByte(text[t.Start:t.End], '\'')
	switch strings.ToLower(text[t.Start:open]) {
	case "", "n":
		return plainCuts(text, t, open, cuts), true
	case "e":
		return escapeCuts(text, t, open, cuts)
	}
	return cuts, false
}

// plainCuts is quotedCuts for '…' with its first quote at open.
func plainCuts(text string, t Token, open int, cuts []source.Cut) []source.Cut {
	cuts = append(cuts, source.Cut{Start: t.Start, End: open + 1})
	for i := open + 1; i < t.End; {
		n := strings.IndexByte(text[i:t.End], '\'')
		if n < 0 {
			break
		}
		c := quoteCut(text, i+n, t.End)
		cuts = append(cuts, c)
		i = max(c.End, i+n+1)
	}
	return cuts
}

// quoteCut is what to do with the quote at i in a string constant that ends at
// end: it closes the constant, doubles as an escape, or is the first of two
// between which the constant goes on on another line.
func quoteCut(text string, i, end int) source.Cut {
	if i+1 < end && text[i+1] == '\'' {
		return source.Cut{Start: i, End: i + 2, New: "'"}
	}
	n := strings.IndexByte(text[i+1:end], '\'')
	if n < 0 {
		return source.Cut{Start: i, End: end}
	}
	return source.Cut{Start: i, End: i + 1 + n + 1}
}

// escapeCuts is quotedCuts for E'…' (xe in scan.l).
func escapeCuts(text string, t Token, open int, cuts []source.Cut) ([]source.Cut, bool) {
	cuts = append(cuts, source.Cut{Start: t.Start, End: open + 1})
	for i := open + 1; i < t.End; {
		n := strings.IndexAny(text[i:t.End], `'\`)
		if n < 0 {
			break
		}
		i += n
		c := quoteCut(text, i, t.End)
		if text[i] == '\\' {
			value, size, ok := escape(text[i:t.End])
			if !ok {
				return cuts, false
			}
			c = source.Cut{Start: i, End: i + size, New: value}
		}
		cuts = append(cuts, c)
		i = c.End
	}
	return cuts, true
}

// escape is the value of the backslash escape that s begins with, and its length.
func escape(s string) (value string, size int, ok bool) {
	if len(s) < 2 {
		return "", 0, false
	}
	switch c := s[1]; c {
	case 'b':
		return "\b", 2, true
	case 'f':
		return "\f", 2, true
	case 'n':
		return "\n", 2, true
	case 'r':
		return "\r", 2, true
	case 't':
		return "\t", 2, true
	case 'u', 'U':
		return unicodeEscape(s)
	case 'x':
		if b, n := digitsValue(s[2:], 16, 2); n > 0 {
			return string([]byte{byte(b)}), 2 + n, true
		}
	case '0', '1', '2', '3', '4', '5', '6', '7':
		b, n := digitsValue(s[1:], 8, 3)
		return string([]byte{byte(b)}), 1 + n, true
	}
	_, n := utf8.DecodeRuneInString(s[1:])
	return s[1 : 1+n], 1 + n, true
}

// unicodeEscape is \uXXXX, two of them that are a surrogate pair, or \UXXXXXXXX.
func unicodeEscape(s string) (string, int, bool) {
	digits := 4
	if s[1] == 'U' {
		digits = 8
	}
	code, n := digitsValue(s[2:], 16, digits)
	if n != digits || code > utf8.MaxRune {
		return "", 0, false
	}
	size := 2 + n
	r := rune(code)
	if utf16.IsSurrogate(r) {
		if len(s) < size+6 || s[size] != '\\' || s[size+1] != 'u' {
			return "", 0, false
		}
		low, n := digitsValue(s[size+2:], 16, 4)
		r = utf16.DecodeRune(r, rune(low))
		if n != 4 || r == utf8.RuneError {
			return "", 0, false
		}
		size += 6
	}
	return string(r), size, r != 0
}

// digitsValue reads up to most digits of a base and returns how many there were.
func digitsValue(s string, base, most int) (value uint64, n int) {
	for n < len(s) && n < most {
		v, err := strconv.ParseUint(s[:n+1], base, 64)
		if err != nil {
			break
		}
		value = v
		n++
	}
	return value, n
}
