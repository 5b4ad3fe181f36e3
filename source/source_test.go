package source

import (
	"bytes"
	"testing"
	"unicode/utf8"
)

func TestPosition(t *testing.T) {
	f := NewFile("x.sql", []byte("ab\r\nç€😀x\n\xff\xfey\n\nend"))
	tests := []struct {
		at   string
		want Position
	}{
		{"ab", Position{1, 1, 0}},
		{"\r", Position{1, 3, 2}},
		{"ç", Position{2, 1, 4}},
		{"😀", Position{2, 3, 9}},
		{"x", Position{2, 4, 13}},
		{"y", Position{3, 3, 17}},
		{"end", Position{5, 1, 20}},
	}
	for _, tt := range tests {
		offset := bytes.Index(f.Text, []byte(tt.at))
		if got := f.Position(offset); got != tt.want {
			t.Errorf("position of %q = %+v, want %+v", tt.at, got, tt.want)
		}
	}
	if got := f.Position(1000); got != (Position{5, 4, 23}) {
		t.Errorf("position past the end = %+v", got)
	}
	if got := f.Position(-1); got != (Position{1, 1, 0}) {
		t.Errorf("position before the start = %+v", got)
	}
}

func TestPositionOnALongLine(t *testing.T) {
	text := append([]byte("first\n"), bytes.Repeat([]byte("a€😀"), 5000)...)
	text = append(append(text, '\n'), bytes.Repeat([]byte("b"), 3*markEvery)...)
	f := NewFile("x.sql", text)
	for _, offset := range []int{6, 7, 10, 14, 4102, 4103, 9006, 9007, 40005, 40006, 40007, 40008, len(text) - 1, len(text)} {
		start := bytes.LastIndexByte(text[:offset], '\n') + 1
		if want, got := utf8.RuneCount(text[start:offset])+1, f.Position(offset).Column; got != want {
			t.Errorf("column at offset %d = %d, want %d", offset, got, want)
		}
	}
}

func TestLines(t *testing.T) {
	f := NewFile("x.sql", []byte("one\r\ntwo\n\nlast"))
	for n, want := range map[int]string{0: "", 1: "one", 2: "two", 3: "", 4: "last", 5: ""} {
		if got := string(f.Line(n)); got != want {
			t.Errorf("line %d = %q, want %q", n, got, want)
		}
	}
}

func TestSpanText(t *testing.T) {
	f := NewFile("x.sql", []byte("SELECT 1"))
	if got := f.Span(7, 8).Text(); got != "1" {
		t.Errorf("text = %q", got)
	}
	if got := f.Span(5, 100).Text(); got != "T 1" {
		t.Errorf("text of a span past the end = %q", got)
	}
	if got := (Span{}).Text(); got != "" {
		t.Errorf("text of no span = %q", got)
	}
}
