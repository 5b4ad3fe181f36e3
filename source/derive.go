package source

import "unsafe"

// Fold returns text as a fragment of which every byte maps to the whole of a
// span, as with an escape or a value.
func Fold(at Span, text string) Fragment {
	return Fragment{File: at.File, Text: text, runs: []run{{file: at.Start, folded: true, size: at.End - at.Start}}}
}

// Derive returns a file of the fragment's own text, for text that does not stand
// in its file as it is sent: string literals of Go and Python with escapes or of
// several pieces. The Text of a span in it is SQL; its positions are those of the
// file that the fragment was written in.
func Derive(f Fragment) *File {
	return &File{Path: f.File.Path, Text: unsafe.Slice(unsafe.StringData(f.Text), len(f.Text)), origin: &f}
}
