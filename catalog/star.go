package catalog

import (
	"strings"

	"github.com/miglint/miglint/sqlast"
)

// A Query has its sub-selects folded in, so what an unqualified * stands for is
// read off the text behind it: the relations of the FROM clause at its own level.

// fromClause returns the relations of the FROM clause that an unqualified *
// stands for. all is false if there are other things in it, or if the text is not
// at hand and the query might have several FROM clauses.
func fromClause(q *sqlast.Query, star *sqlast.ColumnExpr, sources []fromItem) (items []fromItem, all bool) {
	at := star.Pos()
	if at.IsZero() || q.At.IsZero() || !q.At.Contains(at) {
		return sources, true
	}
	byStart := make(map[int]fromItem, len(sources))
	for _, s := range sources {
		byStart[s.at] = s
	}
	s := fromScanner{text: string(at.File.Text[at.End:min(q.At.End, len(at.File.Text))]), offset: at.End, byStart: byStart, want: 1}
	s.scan()
	return s.items, s.want == len(s.items)
}

// fromScanner walks over the rest of a SELECT.
type fromScanner struct {
	text    string
	offset  int // of text in its file
	byStart map[int]fromItem
	items   []fromItem
	want    int // items that the commas and joins call for

	depth, selectDepth int // brackets open; those open at an inner SELECT, 0 if in none
	inFrom             bool
}

func (s *fromScanner) scan() {
	for i := 0; i < len(s.text); {
		if item, ok := s.byStart[s.offset+i]; ok && s.inFrom && s.selectDepth == 0 {
			s.items = append(s.items, item)
		}
		switch ch := s.text[i]; {
		case ch == '(':
			s.depth++
			i++
		case ch == ')':
			if s.depth--; s.depth < 0 {
				return
			}
			if s.depth < s.selectDepth {
				s.selectDepth = 0
			}
			i++
		case ch == ';':
			return
		case ch == ',' && s.inFrom && s.depth == 0:
			s.want++
			i++
		case isWordByte(ch):
			end := i
			for end < len(s.text) && (isWordByte(s.text[end]) || s.text[end] == '.') {
				end++
			}
			if s.word(strings.ToLower(s.text[i:end])) {
				return
			}
			i = end
		default:
			i += skipLength(s.text[i:])
		}
	}
}

// word looks at a word; it reports whether the FROM clause is over.
func (s *fromScanner) word(w string) (over bool) {
	switch w {
	case "select", "values":
		if s.selectDepth == 0 {
			s.selectDepth = max(1, s.depth)
		}
	case "from":
		s.inFrom = s.inFrom || s.depth == 0
	case "join":
		if s.inFrom && s.selectDepth == 0 {
			s.want++
		}
	case "where", "group", "having", "window", "order", "limit", "offset", "fetch", "union", "intersect", "except", "for":
		return s.depth == 0
	}
	return false
}

func isWordByte(ch byte) bool {
	return ch == '_' || ch >= 0x80 || '0' <= ch && ch <= '9' || 'a' <= ch|0x20 && ch|0x20 <= 'z'
}

// skipLength is the length of the string, quoted name or comment that text begins
// with, else 1.
func skipLength(text string) int {
	var end string
	start := 1
	switch {
	case text[0] == '\'', text[0] == '"':
		end = text[:1]
	case strings.HasPrefix(text, "--"):
		end = "\n"
	case strings.HasPrefix(text, "/*"):
		start, end = 2, "*/"
	default:
		return 1
	}
	n := strings.Index(text[start:], end)
	if n < 0 {
		return len(text)
	}
	return start + n + len(end)
}
