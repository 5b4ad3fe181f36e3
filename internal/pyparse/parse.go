// Package pyparse parses Python source, as far as migration files need it.
//
// It reads the syntax of Python 3 up to 3.14 (template strings excepted), without
// running anything, and goes on after errors: a statement that cannot be parsed
// becomes a Bad one, and the next is read as if nothing had been. It takes more
// than Python does where that hides nothing (targets are not checked, nor where
// return or yield stand). The tree is CPython's own but for small things, and is
// held against it in the tests. Time and depth are bounded: linear in the file,
// whatever stands in it.
//
// Facts are those of the Python Language Reference, chapters 2 (Lexical analysis)
// and 10 (Full Grammar specification).
package pyparse

import (
	"bytes"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/miglint/miglint/source"
)

const (
	// maxSize is how long a file may be, in bytes.
	maxSize = 16 << 20
	// maxDepth is how deep expressions and blocks may be inside each other, and
	// how many operators may follow each other on one level.
	maxDepth = 1000
)

// Parse reads a file. What cannot be read is in the tree, or in its Problems.
func Parse(f *source.File) *Module {
	m := &Module{File: f}
	if problem, ok := unreadable(f); ok {
		m.Problems = []Problem{problem}
		return m
	}
	text := string(f.Text)
	start := 0
	if strings.HasPrefix(text, byteOrderMark) {
		start = len(byteOrderMark)
	}
	l := lexer{text: text, i: start, end: len(text), file: f}
	l.tokens = make([]token, 0, len(text)/4+8)
	l.run()
	m.Comments = l.comments
	p := parser{file: f, text: text, tokens: l.tokens}
	m.Body = p.module()
	return m
}

const byteOrderMark = "\ufeff"

// cookie is the declaration of an encoding, as PEP 263 writes it.
var cookie = regexp.MustCompile(`^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)`)

// unreadable finds what makes Python refuse a file before it parses it.
func unreadable(f *source.File) (Problem, bool) {
	text := f.Text
	if len(text) > maxSize {
		return Problem{f.Span(0, 0), "the file is longer than 16 MiB: it is not read"}, true
	}
	if i := bytes.IndexByte(text, 0); i >= 0 {
		return Problem{f.Span(i, i+1), "a NUL byte: Python refuses such a file; save it as UTF-8"}, true
	}
	name, at, ok := declared(text)
	bad := invalidUTF8(text)
	switch {
	case ok && !utf8Name(name) && (!asciiOnly(text) || strings.HasPrefix(strings.ToLower(name), "utf")):
		return Problem{f.Span(at, at+len(name)), "the encoding " + name + " is not read: save the file as UTF-8"}, true
	case bad >= 0:
		return Problem{f.Span(bad, bad+1), "not UTF-8: Python refuses this byte; save the file as UTF-8"}, true
	}
	return Problem{}, false
}

// declared is the encoding that one of the first two lines declares, if they are
// comments or blank.
func declared(text []byte) (name string, at int, ok bool) {
	start := 0
	if bytes.HasPrefix(text, []byte(byteOrderMark)) {
		start = len(byteOrderMark)
	}
	for range 2 {
		end := len(text)
		if i := bytes.IndexAny(text[start:], "\r\n"); i >= 0 {
			end = start + i
		}
		line := text[start:end]
		if m := cookie.FindSubmatchIndex(line); m != nil {
			return string(line[m[2]:m[3]]), start + m[2], true
		}
		if blank := bytes.TrimLeft(line, " \t\f"); len(blank) > 0 && blank[0] != '#' || end == len(text) {
			return "", 0, false
		}
		start = end + 1
		if text[end] == '\r' && start < len(text) && text[start] == '\n' {
			start++
		}
	}
	return "", 0, false
}

func utf8Name(name string) bool {
	name = strings.ReplaceAll(strings.ToLower(name), "_", "-")
	return name == "utf-8" || name == "utf8" || name == "utf-8-sig" || strings.HasPrefix(name, "utf-8-")
}

func invalidUTF8(text []byte) int {
	if utf8.Valid(text) {
		return -1
	}
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}

func asciiOnly(text []byte) bool {
	for _, c := range text {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
