package source

import (
	"sort"
	"unsafe"
)

// Fragment is SQL text and where each byte of it was written. For SQL files
// the text is a range of the file; for a string literal in Go or Python its
// bytes may differ from the file's (escapes, concatenation).
type Fragment struct {
	File *File
	Text string
	runs []run // sorted by at; never empty
}

// run says: text from offset at on was written from file offset file on, byte
// for byte, up to the next run. A run with folded set was written as one unit
// (an escape): every byte of it maps to the whole unit.
type run struct {
	at, file int
	folded   bool
	size     int // bytes in the file, for a folded run
}

// FileFragment returns the byte range [start, end) of f as a fragment. The two
// share their bytes, which never change.
func FileFragment(f *File, start, end int) Fragment {
	bytes := f.Text[start:end]
	return Fragment{File: f, Text: unsafe.String(unsafe.SliceData(bytes), len(bytes)), runs: []run{{at: 0, file: start}}}
}

// Span maps the half-open range [start, end) of the fragment's text to the
// file.
func (f Fragment) Span(start, end int) Span {
	start = max(0, min(start, len(f.Text)))
	end = max(start, min(end, len(f.Text)))
	s := Span{File: f.File, Start: f.offset(start, false)}
	s.End = s.Start
	if end > start {
		s.End = f.offset(end-1, true)
	}
	return s
}

// offset maps the byte at text offset o to the file: to where it starts, or to
// just after it.
func (f Fragment) offset(o int, after bool) int {
	i := sort.Search(len(f.runs), func(i int) bool { return f.runs[i].at > o }) - 1
	r := f.runs[max(0, i)]
	switch {
	case r.folded && after:
		return r.file + r.size
	case r.folded:
		return r.file
	case after:
		return r.file + o - r.at + 1
	}
	return r.file + o - r.at
}
