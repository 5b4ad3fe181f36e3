package report

import (
	"bytes"
	"slices"
	"strings"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/source"
)

// A migration may hold a password. Reports go to logs that more people read than
// the repository, so no password is repeated there: it is shown as stars.

// withoutSecrets returns res with stars in place of passwords in messages and
// suggestions, which may repeat a statement. Fixes stay what they are: they are
// applied, not read.
func withoutSecrets(res *analyzer.Result) *analyzer.Result {
	var clean *analyzer.Result
	for i := range res.Diagnostics {
		d := &res.Diagnostics[i]
		message, suggestion := WithoutPasswords(d.Message), WithoutPasswords(d.Suggestion)
		if message == d.Message && suggestion == d.Suggestion {
			continue
		}
		if clean == nil {
			clean = new(analyzer.Result)
			*clean = *res
			clean.Diagnostics = slices.Clone(res.Diagnostics)
		}
		clean.Diagnostics[i].Message, clean.Diagnostics[i].Suggestion = message, suggestion
	}
	if clean == nil {
		return res
	}
	return clean
}

// WithoutPasswords returns SQL, or a part of it, with stars in place of passwords.
func WithoutPasswords(s string) string {
	if len(s) < len("password") {
		return s
	}
	if text := []byte(s); hideSecrets(text) {
		return string(text)
	}
	return s
}

// shown is the text of a file with stars in place of passwords, byte for byte.
func (t *textReport) shown(f *source.File) []byte {
	if t.file != f {
		t.file, t.text = f, f.Text
		if hasSecrets(f.Text) {
			t.text = slices.Clone(f.Text)
			hideSecrets(t.text)
		}
	}
	return t.text
}

func hasSecrets(text []byte) bool {
	_, _, ok := nextSecret(text, 0)
	return ok
}

// hideSecrets writes stars over every password in text and reports whether there
// was one.
func hideSecrets(text []byte) bool {
	found := false
	for at := 0; ; {
		start, end, ok := nextSecret(text, at)
		if !ok {
			return found
		}
		found = true
		for i := start; i < end; i++ {
			if text[i] != '\n' && text[i] != '\r' {
				text[i] = '*'
			}
		}
		at = end
	}
}

// nextSecret finds a password from an offset on: the string after the word
// PASSWORD, the value of password= in a connection string, and what is between
// the colon and the @ of a URI.
func nextSecret(text []byte, at int) (start, end int, ok bool) {
	for ; at < len(text); at++ {
		switch text[at] {
		case 'p', 'P':
			if start, end, ok = afterPassword(text, at); ok {
				return start, end, true
			}
		case ':':
			if start, end, ok = inURI(text, at); ok {
				return start, end, true
			}
		}
	}
	return 0, 0, false
}

func afterPassword(text []byte, at int) (start, end int, ok bool) {
	const word = "password"
	i := at + len(word)
	if i >= len(text) || !bytes.EqualFold(text[at:i], []byte(word)) || at > 0 && isWordByte(text[at-1]) {
		return 0, 0, false
	}
	blank := i
	for i < len(text) && strings.IndexByte(" \t\r\n", text[i]) >= 0 {
		i++
	}
	if i < len(text) && text[i] == '=' && i == blank {
		return connectionValue(text, at, i+1)
	}
	if i+1 < len(text) && (text[i] == 'E' || text[i] == 'e') {
		i++
	}
	return quoted(text, i)
}

// quoted is what is inside the string that begins at i. In code that is a string
// itself its quotes are doubled.
func quoted(text []byte, i int) (start, end int, ok bool) {
	switch {
	case i >= len(text):
		return 0, 0, false
	case bytes.HasPrefix(text[i:], []byte("''")):
		start, end = i+2, bytes.Index(text[i+2:], []byte("''"))
	case text[i] == '\'':
		start, end = i+1, closingQuote(text[i+1:])
	case text[i] == '$':
		tag := 0
		for i+1+tag < len(text) && isWordByte(text[i+1+tag]) {
			tag++
		}
		if i+1+tag == len(text) || text[i+1+tag] != '$' {
			return 0, 0, false
		}
		start, end = i+tag+2, bytes.Index(text[i+tag+2:], text[i:i+tag+2])
	}
	if start == 0 || end == 0 {
		return 0, 0, false
	}
	if end < 0 {
		return start, len(text), true // an unfinished string, of which this may be a part
	}
	return start, start + end, true
}

// closingQuote is the offset of the quote that ends a string; two of them are one
// in it.
func closingQuote(text []byte) int {
	for i := 0; i < len(text); i++ {
		if text[i] != '\'' {
			continue
		}
		if i+1 == len(text) || text[i+1] != '\'' {
			return i
		}
		i++
	}
	return -1
}

// connectionValue is the value of password= at i, if that stands in a string: the
// word at has an odd number of quotes before it on its line.
func connectionValue(text []byte, at, i int) (start, end int, ok bool) {
	line := text[max(bytes.LastIndexByte(text[:at], '\n')+1, at-maxConnection):at]
	if bytes.Count(line, []byte("'"))%2 == 0 {
		return 0, 0, false
	}
	end = i
	for end < len(text) && strings.IndexByte(" \t\r\n'&", text[end]) < 0 {
		end++
	}
	return i, end, end > i
}

// maxConnection bounds how far the beginning of a connection string is looked for.
const maxConnection = 1000

// inURI is the password of a URI whose scheme ends with the colon at i.
func inURI(text []byte, i int) (start, end int, ok bool) {
	if !bytes.HasPrefix(text[i:], []byte("://")) {
		return 0, 0, false
	}
	for end = i + 3; end < len(text) && strings.IndexByte(" \t\r\n'\"/", text[end]) < 0; end++ {
		switch {
		case text[end] == ':' && start == 0:
			start = end + 1
		case text[end] == '@':
			return start, end, start > 0 && end > start
		}
	}
	return 0, 0, false
}

func isWordByte(c byte) bool {
	return c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}
