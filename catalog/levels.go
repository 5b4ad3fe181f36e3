package catalog

import (
	"strings"

	"github.com/miglint/miglint/sqlast"
)

// level is one SELECT of a query with sub-selects, which a Query has folded in.
// A column is first looked for in the FROM clause of its own level, then in those
// around it.
type level struct {
	start, end int // in the file
	depth      int // brackets open
	parent     int // index of the level around it; noLevel if there is none
}

const (
	noLevel   = -1
	maxLevels = 200 // of one query; those of one with more are not told apart
)

// levels finds the SELECTs of a query in its text, in the order written; nil if
// the text is not at hand.
func levels(q *sqlast.Query) []level {
	if q.At.IsZero() {
		return nil
	}
	text := q.At.Text()
	var all []level
	var open []int
	depth := 0
	closeAt := func(i int) {
		all[open[len(open)-1]].end = q.At.Start + i
		open = open[:len(open)-1]
	}
	for i := 0; i < len(text); {
		switch ch := text[i]; {
		case ch == '(':
			depth++
			i++
		case ch == ')':
			for len(open) > 0 && all[open[len(open)-1]].depth == depth {
				closeAt(i)
			}
			depth--
			i++
		case isWordByte(ch):
			start := i
			for i < len(text) && (isWordByte(text[i]) || text[i] == '.') {
				i++
			}
			switch strings.ToLower(text[start:i]) {
			case "select":
				l := level{start: q.At.Start + start, depth: depth, parent: noLevel}
				if len(open) > 0 {
					l.parent = open[len(open)-1]
				}
				open = append(open, len(all))
				if all = append(all, l); len(all) > maxLevels {
					return nil
				}
			case "union", "intersect", "except":
				if len(open) > 0 && all[open[len(open)-1]].depth == depth {
					closeAt(start)
				}
			}
		default:
			i += skipLength(text[i:])
		}
	}
	for len(open) > 0 {
		closeAt(len(text))
	}
	return all
}

// levelAt returns the innermost level that a place is in.
func levelAt(all []level, at int) int {
	for i := len(all) - 1; i >= 0; i-- {
		if l := all[i]; l.start <= at && at < l.end {
			return i
		}
	}
	return noLevel
}
