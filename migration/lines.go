package migration

import (
	"bytes"
	"iter"
	"strings"

	"github.com/miglint/miglint/source"
)

// line is a line of a file: [start, end) without its line ending, next is where
// the next one starts.
type line struct {
	start, end, next int
	text             string
}

// lines are the lines of a file as bufio.ScanLines cuts them.
func lines(f *source.File) iter.Seq[line] {
	return func(yield func(line) bool) {
		for at := 0; at < len(f.Text); {
			l := line{start: at, end: len(f.Text), next: len(f.Text)}
			if i := bytes.IndexByte(f.Text[at:], '\n'); i >= 0 {
				l.end, l.next = at+i, at+i+1
			}
			if l.end > l.start && f.Text[l.end-1] == '\r' {
				l.end--
			}
			l.text = string(f.Text[l.start:l.end])
			if !yield(l) {
				return
			}
			at = l.next
		}
	}
}

// span is the line without the blanks around it.
func (l line) span(f *source.File) source.Span {
	left := len(l.text) - len(strings.TrimLeft(l.text, " \t"))
	return f.Span(l.start+left, max(l.start+left, l.start+len(strings.TrimRight(l.text, " \t"))))
}

// endsStatement is how goose and sql-migrate find the end of a statement: the
// last word of the line that is not behind a word starting with -- ends with a
// semicolon.
func endsStatement(text string) bool {
	last := ""
	for word := range strings.FieldsSeq(text) {
		if strings.HasPrefix(word, "--") {
			break
		}
		last = word
	}
	return strings.HasSuffix(last, ";")
}

// closest is the candidate that a mistyped word most likely means, "" if none is
// near: at most two letters off, ignoring case, blanks and dashes.
func closest(word string, candidates ...string) string {
	best, bestDistance := "", 3
	for _, c := range candidates {
		if d := distance(squash(word), squash(c)); d < bestDistance {
			best, bestDistance = c, d
		}
	}
	return best
}

func squash(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \t_-:;", r) {
			return -1
		}
		return r
	}, strings.ToLower(s))
}

// distance is how many letters must be inserted, removed or changed to make b of
// a. Words longer than a directive are far from everything.
func distance(a, b string) int {
	if len(a) > 32 || len(b) > 32 {
		return 32
	}
	var row [33]int
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := diagonal
			if a[i-1] != b[j-1] {
				change++
			}
			diagonal = row[j]
			row[j] = min(change, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(b)]
}
