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

// Slice returns the half-open range [start, end) of the fragment's text as a
// fragment of its own. The two share their text.
func (f Fragment) Slice(start, end int) Fragment {
	start = max(0, min(start, len(f.Text)))
	end = max(start, min(end, len(f.Text)))
	lo := max(0, f.runAt(start))
	hi := lo + 1
	for hi < len(f.runs) && f.runs[hi].at < end {
		hi++
	}
	out := Fragment{File: f.File, Text: f.Text[start:end], runs: make([]run, 0, hi-lo)}
	for _, r := range f.runs[lo:hi] {
		if r.at < start && !r.folded {
			r.file += start - r.at
		}
		r.at = max(0, r.at-start)
		out.runs = append(out.runs, r)
	}
	return out
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
	r := f.runs[max(0, f.runAt(o))]
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

// runAt is the index of the run that the byte at text offset o belongs to.
func (f Fragment) runAt(o int) int {
	return sort.Search(len(f.runs), func(i int) bool { return f.runs[i].at > o }) - 1
}
