// Package source holds a file's bytes and ranges in it.
//
// Inside miglint a position is always a byte offset into one file. Lines and
// columns are computed at the edge, when something is printed.
package source

import (
	"bytes"
	"fmt"
	"sort"
	"sync"
	"unicode/utf8"
)

// File is a file under review. Path is what is shown to the user (slash
// separated, relative to where miglint was started); Text is its exact bytes.
// A File is immutable once made and is safe for concurrent use.
type File struct {
	Path string
	Text []byte

	origin *Fragment // of a file that Derive made
	once   sync.Once
	lines  []int  // byte offset of the first byte of each line
	marks  []mark // inside long lines, in order
}

// mark is a column already counted, so that positions on a line of megabytes do
// not each count it from its start.
type mark struct{ offset, column int }

// markEvery is how many bytes of a line are counted at most to find a column.
const markEvery = 4096

// NewFile returns a file with the given display path and content.
func NewFile(path string, text []byte) *File { return &File{Path: path, Text: text} }

// Position is a place in a file as people and editors write it. Line and
// Column are 1-based; Column counts Unicode code points (an invalid byte counts
// as one); Offset is the 0-based byte offset.
type Position struct{ Line, Column, Offset int }

func (p Position) String() string { return fmt.Sprintf("%d:%d", p.Line, p.Column) }

// Position converts a byte offset. Offsets outside the file are clamped to it.
func (f *File) Position(offset int) Position {
	offset = max(0, min(offset, len(f.Text)))
	line := f.lineIndex(offset)
	start, column := f.lines[line], 1
	if i := sort.Search(len(f.marks), func(i int) bool { return f.marks[i].offset > offset }) - 1; i >= 0 && f.marks[i].offset > start {
		start, column = f.marks[i].offset, f.marks[i].column
	}
	return Position{Line: line + 1, Column: utf8.RuneCount(f.Text[start:offset]) + column, Offset: offset}
}

// Line returns the text of the 1-based line n without its line ending, or nil
// if the file has no such line.
func (f *File) Line(n int) []byte {
	f.index()
	if n < 1 || n > len(f.lines) {
		return nil
	}
	end := len(f.Text)
	if n < len(f.lines) {
		end = f.lines[n]
	}
	return bytes.TrimRight(f.Text[f.lines[n-1]:end], "\r\n")
}

// LineStart returns the byte offset at which the 1-based line n begins; a line
// past the end begins at the end of the file.
func (f *File) LineStart(n int) int {
	f.index()
	switch {
	case n < 1:
		return 0
	case n > len(f.lines):
		return len(f.Text)
	}
	return f.lines[n-1]
}

// Span returns the half-open byte range [start, end) of the file.
func (f *File) Span(start, end int) Span { return Span{File: f, Start: start, End: end} }

func (f *File) lineIndex(offset int) int {
	f.index()
	return sort.SearchInts(f.lines, offset+1) - 1
}

func (f *File) index() {
	f.once.Do(func() {
		f.lines = append(f.lines, 0)
		for i := 0; ; {
			nl := bytes.IndexByte(f.Text[i:], '\n')
			if nl < 0 {
				f.mark(i, len(f.Text))
				return
			}
			f.mark(i, i+nl)
			i += nl + 1
			f.lines = append(f.lines, i)
		}
	})
}

// mark counts the columns of a long line once, at the starts of characters.
func (f *File) mark(start, end int) {
	for column := 1; end-start > markEvery; {
		next := start + markEvery
		for next < end && !utf8.RuneStart(f.Text[next]) {
			next++
		}
		column += utf8.RuneCount(f.Text[start:next])
		f.marks = append(f.marks, mark{next, column})
		start = next
	}
}

// Span is a half-open byte range [Start, End) of a file. The zero Span means
// "nowhere".
type Span struct {
	File       *File
	Start, End int
}

// IsZero reports whether the span points nowhere.
func (s Span) IsZero() bool { return s.File == nil }

// Text returns the bytes the span covers.
func (s Span) Text() string {
	if s.File == nil {
		return ""
	}
	start := max(0, min(s.Start, len(s.File.Text)))
	end := max(start, min(s.End, len(s.File.Text)))
	return string(s.File.Text[start:end])
}

// Original is the span in the file that people see: where a span of a derived
// file was written, any other one itself.
func (s Span) Original() Span {
	for s.File != nil && s.File.origin != nil {
		s = s.File.origin.Span(s.Start, s.End)
	}
	return s
}

// StartPos and EndPos convert the two ends to lines and columns of the original.
func (s Span) StartPos() Position {
	s = s.Original()
	return s.File.Position(s.Start)
}

// EndPos is the position just after the last byte of the span.
func (s Span) EndPos() Position {
	s = s.Original()
	return s.File.Position(s.End)
}

// Contains reports whether o lies inside s.
func (s Span) Contains(o Span) bool {
	return s.File == o.File && s.Start <= o.Start && o.End <= s.End
}

// String prints the span as path:line:column.
func (s Span) String() string {
	if s.File == nil {
		return "-"
	}
	return s.File.Path + ":" + s.StartPos().String()
}

// Edit replaces the bytes of a span with New.
type Edit struct {
	Span Span
	New  string
}
