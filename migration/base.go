package migration

import (
	"bytes"
	"slices"

	"github.com/miglint/miglint/internal/pgparse"
	"github.com/miglint/miglint/source"
	"github.com/miglint/miglint/sqlast"
)

// base is a migration as it was before the change under review.
type base struct {
	files map[string]*source.File // by display path
	parse func(f *source.File) Scripts
	exact bool // every byte of a file counts
}

// noteBase keeps what the files of a migration were before the change.
func (s *Stream) noteBase(m *Migration, opts Options) {
	b := &base{files: map[string]*source.File{}, exact: s.Framework.Checksums,
		parse: func(f *source.File) Scripts { return s.Framework.Parse(f, opts) }}
	if m.before != nil {
		b.parse = m.before
	}
	for _, f := range m.Files {
		if text, ok := opts.Base[f.Path]; ok {
			b.files[f.Path] = source.NewFile(f.Path, text)
		}
	}
	if len(b.files) > 0 {
		m.base = b
	}
}

// Edited returns the first place in which the up is not what it was before the
// change under review. ok is false if it is the same, but for blanks and comments
// unless the framework compares checksums, if it is new, or if Options.Base does
// not tell. now is what the migration has become.
func (m *Migration) Edited(now Scripts) (at source.Span, ok bool) {
	if m.base == nil || now.Up == nil {
		return source.Span{}, false
	}
	old := m.base.files[now.Up.File.Path]
	if old == nil {
		return source.Span{}, false
	}
	if m.base.exact {
		return editedLine(old, now.Up.File)
	}
	was := checked(old)
	if !was.text {
		return source.Span{}, false
	}
	up := m.base.parse(was.file).Up
	if up == nil {
		return source.Span{}, false // its file is not new, but it is
	}
	return editedStatement(up, now.Up)
}

// editedLine compares the lines of two files, whatever ends them.
func editedLine(old, now *source.File) (source.Span, bool) {
	lines := func(f *source.File) [][]byte {
		return bytes.Split(bytes.TrimRight(bytes.ReplaceAll(f.Text, []byte("\r\n"), []byte("\n")), "\n"), []byte("\n"))
	}
	a, b := lines(old), lines(now)
	for i, line := range b {
		if i >= len(a) || !bytes.Equal(line, a[i]) {
			start := now.LineStart(i + 1)
			return now.Span(start, start+len(line)), true
		}
	}
	end := len(now.Text)
	return now.Span(end, end), len(a) > len(b)
}

func editedStatement(old, now *Script) (source.Span, bool) {
	a, b := old.Statements(), now.Statements()
	for i, s := range b {
		if i >= len(a) || !sameTokens(a[i], s) {
			return s.Span, true
		}
	}
	if len(b) == 0 {
		return now.Span, len(a) > 0
	}
	return b[len(b)-1].Span, len(a) > len(b)
}

// sameTokens reports whether two statements are the same but for blanks and
// comments.
func sameTokens(a, b *sqlast.Statement) bool {
	return a.Text == b.Text || slices.Equal(tokens(a.Text), tokens(b.Text))
}

func tokens(sql string) []string {
	var words []string
	for _, t := range pgparse.Lex(sql, nil) {
		if t.Kind != pgparse.LineComment && t.Kind != pgparse.BlockComment {
			words = append(words, sql[t.Start:t.End])
		}
	}
	return words
}
