package gosrc

import (
	"bytes"
	"go/ast"
	"go/token"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/miglint/miglint/source"
)

// Text is a string as far as it is known before the program runs.
type Text []Part

// Part is a piece of a Text.
type Part struct {
	Text string
	At   source.Span
	// Exact is set when each byte of Text stands in At; otherwise Text as a whole
	// maps to At as a whole, as with an escape or a value.
	Exact bool
	// Hole is set when the piece is not known; its Text is then empty, and At is
	// the Go expression that gives it.
	Hole bool
}

// Known reports whether there are no holes.
func (t Text) Known() bool {
	for _, p := range t {
		if p.Hole {
			return false
		}
	}
	return true
}

// String is the text, with ${…} for the holes.
func (t Text) String() string {
	var b strings.Builder
	for _, p := range t {
		if p.Hole {
			b.WriteString(holeText(p.At))
		} else {
			b.WriteString(p.Text)
		}
	}
	return b.String()
}

// size is what it costs to keep: its bytes, and some for each part.
func (t Text) size() int {
	n := len(t) * partSize
	for _, p := range t {
		n += len(p.Text)
	}
	return n
}

const partSize = 16

// holeText is what stands for a hole in SQL: a placeholder that has the Go
// expression's name.
func holeText(at source.Span) string {
	name := strings.Map(func(r rune) rune {
		if r == '_' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' {
			return r
		}
		return '_'
	}, at.Text())
	return "${" + name[:min(len(name), maxHoleName)] + "}"
}

const maxHoleName = 40

// Fragment is the text as SQL in f, with a placeholder for each hole. What was
// written in another file maps to site, which is in f.
func (t Text) Fragment(site source.Span) source.Fragment {
	parts := make([]source.Fragment, 0, len(t)+1)
	for _, p := range t {
		at, text := p.At, p.Text
		if p.Hole {
			text = holeText(p.At)
		}
		if at.File != site.File {
			at = site
		}
		if p.Exact && at == p.At {
			parts = append(parts, source.FileFragment(at.File, at.Start, at.End))
		} else {
			parts = append(parts, source.Fold(at, text))
		}
	}
	if len(parts) == 0 {
		parts = append(parts, source.Fold(site, ""))
	}
	return source.Concat(parts...)
}

// file returns the file that all of a text was written in, nil if there are
// several or none.
func (t Text) file() *source.File {
	var f *source.File
	for _, p := range t {
		if f != nil && p.At.File != f {
			return nil
		}
		f = p.At.File
	}
	return f
}

// hole is a text of which nothing is known.
func hole(at source.Span) Text { return Text{{At: at, Hole: true}} }

// folded is a known text that maps to a place as a whole.
func folded(text string, at source.Span) Text {
	return Text{{Text: text, At: at}}
}

// literal is what a string literal says, byte for byte where it was written.
func (f *File) literal(lit *ast.BasicLit) Text {
	start := f.offset(lit.Pos())
	if lit.Kind != token.STRING || len(lit.Value) < 2 {
		return folded(lit.Value, f.span(lit))
	}
	body := lit.Value[1 : len(lit.Value)-1]
	if lit.Value[0] == '`' {
		return f.rawLiteral(start+1, lit)
	}
	var t Text
	exact := func(from, to int) {
		if from < to {
			t = append(t, Part{Text: body[from:to], At: f.Source.Span(start+1+from, start+1+to), Exact: true})
		}
	}
	from, at := 0, 0
	for at < len(body) {
		if body[at] != '\\' {
			at++
			continue
		}
		exact(from, at)
		r, multibyte, tail, err := strconv.UnquoteChar(body[at:], '"')
		if err != nil {
			return hole(f.span(lit))
		}
		next := len(body) - len(tail)
		text := string([]byte{byte(r)})
		if multibyte {
			text = string(utf8.AppendRune(nil, r))
		}
		t = append(t, Part{Text: text, At: f.Source.Span(start+1+at, start+1+next)})
		from, at = next, next
	}
	exact(from, at)
	return t
}

// rawLiteral reads a literal in backquotes from the file itself: Go drops the
// carriage returns in it, and the tree has it without them.
func (f *File) rawLiteral(start int, lit *ast.BasicLit) Text {
	end := max(start, f.offset(lit.End())-1)
	text := f.Source.Text
	if start > len(text) || end > len(text) {
		return hole(f.span(lit))
	}
	if i := bytes.IndexByte(text[start:], '`'); i >= 0 {
		end = start + i
	}
	var t Text
	for from := start; from < end; {
		to := from
		for to < end && text[to] != '\r' {
			to++
		}
		if from < to {
			t = append(t, Part{Text: string(text[from:to]), At: f.Source.Span(from, to), Exact: true})
		}
		from = to + 1
	}
	return t
}

// slice is the bytes [from, to) of a text without holes.
func (t Text) slice(from, to int) Text {
	var out Text
	at := 0
	for _, p := range t {
		lo, hi := max(from-at, 0), min(to-at, len(p.Text))
		if lo < hi {
			if p.Exact {
				p.At.Start, p.At.End = p.At.Start+lo, p.At.Start+hi
			}
			at += len(p.Text)
			p.Text = p.Text[lo:hi]
			out = append(out, p)
			continue
		}
		at += len(p.Text)
	}
	return out
}
