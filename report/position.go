package report

import (
	"bytes"
	"sort"
	"unicode/utf8"

	"github.com/miglint/miglint/source"
)

// blockSize is how many bytes of a long file lie between two places whose
// number of code points is known: the most that one column costs to count.
const blockSize = 1024

// locator converts byte offsets to lines and columns, in any order, in a time
// that does not depend on how long a line is. source.File counts a column from
// the start of its line, which on a 10 MB line costs 10 MB for each finding.
type locator struct {
	long map[*source.File]*longFile
}

// longFile is a file longer than a block.
type longFile struct {
	lines  int
	blocks []block // block i starts at i*blockSize, or up to 3 bytes later
}

// block says that a decoder that reads the file from its start has read runes
// code points when it reaches offset.
type block struct{ offset, runes int }

// position is f.Position(offset).
func (l *locator) position(f *source.File, offset int) source.Position {
	if len(f.Text) <= blockSize {
		return f.Position(offset)
	}
	long := l.long[f]
	if long == nil {
		long = newLongFile(f.Text)
		if l.long == nil {
			l.long = map[*source.File]*longFile{}
		}
		l.long[f] = long
	}
	offset = max(0, min(offset, len(f.Text)))
	line := 1 + sort.Search(long.lines-1, func(i int) bool { return f.LineStart(i+2) > offset })
	column := long.runes(f.Text, offset) - long.runes(f.Text, f.LineStart(line)) + 1
	return source.Position{Line: line, Column: column, Offset: offset}
}

func newLongFile(text []byte) *longFile {
	l := &longFile{lines: bytes.Count(text, []byte{'\n'}) + 1}
	l.blocks = make([]block, 1, len(text)/blockSize+1)
	for at := blockSize; at <= len(text); at += blockSize {
		// A decoder always stops at a byte that can start a rune, and behind three
		// that cannot: no rune has more.
		o := at
		for o < len(text) && o < at+3 && !utf8.RuneStart(text[o]) {
			o++
		}
		last := l.blocks[len(l.blocks)-1]
		l.blocks = append(l.blocks, block{o, last.runes + utf8.RuneCount(text[last.offset:o])})
	}
	return l
}

// runes counts the code points before offset.
func (l *longFile) runes(text []byte, offset int) int {
	i := offset / blockSize
	if l.blocks[i].offset > offset {
		i--
	}
	b := l.blocks[i]
	return b.runes + utf8.RuneCount(text[b.offset:offset])
}
