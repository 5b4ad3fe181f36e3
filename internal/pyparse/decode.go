package pyparse

import (
	"strings"
	"unicode/utf8"

	"github.com/miglint/miglint/source"
)

const replacement = "\uFFFD"

// decode is the value of the literal text [start, end) of a string: its escapes
// are resolved and its line breaks are \n, each byte with its place in the file.
// inexact says that a character is not known here and stands as U+FFFD.
func decode(f *source.File, text string, q quoted, start, end int) (value source.Fragment, inexact bool) {
	value = source.FileFragment(f, start, end)
	if strings.IndexByte(text[start:end], '\\') < 0 && strings.IndexByte(text[start:end], '\r') < 0 {
		return value, false
	}
	var cuts []source.Cut
	for i := start; i < end; {
		c := text[i]
		if c == '\r' {
			after := lineBreak(text, i, end)
			cuts = append(cuts, source.Cut{Start: i - start, End: after - start, New: "\n"})
			i = after
			continue
		}
		if c != '\\' || q.raw {
			i++
			continue
		}
		after, unescaped, ok, lossy := unescape(text, i, end, q.bytes)
		if ok {
			cuts = append(cuts, source.Cut{Start: i - start, End: after - start, New: unescaped})
		}
		inexact = inexact || lossy
		i = after
	}
	if len(cuts) > 0 {
		value = value.Splice(cuts)
	}
	return value, inexact
}

// unescape reads the escape at i. ok is false where the backslash stays, as it
// does before most characters.
func unescape(text string, i, end int, asBytes bool) (after int, value string, ok, inexact bool) {
	if i+1 >= end {
		return end, "", false, false
	}
	if next := lineBreak(text, i+1, end); next > i+1 {
		return next, "", true, false
	}
	switch c := text[i+1]; c {
	case '\\', '\'', '"':
		return i + 2, text[i+1 : i+2], true, false
	case 'a':
		return i + 2, "\a", true, false
	case 'b':
		return i + 2, "\b", true, false
	case 'f':
		return i + 2, "\f", true, false
	case 'n':
		return i + 2, "\n", true, false
	case 'r':
		return i + 2, "\r", true, false
	case 't':
		return i + 2, "\t", true, false
	case 'v':
		return i + 2, "\v", true, false
	case '0', '1', '2', '3', '4', '5', '6', '7':
		v, j := rune(0), i+1
		for ; j < end && j < i+4 && '0' <= text[j] && text[j] <= '7'; j++ {
			v = v*8 + rune(text[j]-'0')
		}
		return j, character(v, asBytes), true, false
	case 'x':
		return hexEscape(text, i, end, 2, asBytes)
	case 'u', 'U':
		if asBytes {
			return i + 1, "", false, false
		}
		if c == 'u' {
			return hexEscape(text, i, end, 4, false)
		}
		return hexEscape(text, i, end, 8, false)
	case 'N':
		if n := strings.IndexByte(text[i:min(i+maxCharName, end)], '}'); !asBytes && n > 3 && text[i+2] == '{' {
			return i + n + 1, replacement, true, true
		}
	}
	return i + 1, "", false, false
}

func character(v rune, asBytes bool) string {
	if asBytes {
		return string([]byte{byte(v)})
	}
	return string(v)
}

func hexEscape(text string, i, end, digits int, asBytes bool) (after int, value string, ok, inexact bool) {
	v, j := uint32(0), i+2
	for ; j < end && j < i+2+digits; j++ {
		switch c := text[j]; {
		case isDigit(c):
			v = v<<4 | uint32(c-'0')
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			v = v<<4 | uint32(c|0x20-'a'+10)
		default:
			return i + 1, "", false, true
		}
	}
	if j < i+2+digits || v > utf8.MaxRune {
		return i + 1, "", false, true
	}
	if 0xD800 <= v && v < 0xE000 {
		return j, replacement, true, true
	}
	return j, character(rune(v), asBytes), true, false
}
