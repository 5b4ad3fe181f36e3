package pgparse

import (
	"strings"

	"github.com/miglint/miglint/sqlast"
)

// comment makes a comment of its token.
func (p *fileParser) comment(t Token) sqlast.Comment {
	return sqlast.Comment{
		Span: p.frag.Span(t.Start, t.End),
		Text: commentText(p.frag.Text[t.Start:t.End]),
	}
}

// commentText returns what a comment, given with its delimiters, says: without
// the delimiters and the blanks around.
func commentText(comment string) string {
	if s, ok := strings.CutPrefix(comment, "--"); ok {
		return strings.TrimSpace(s)
	}
	s := strings.TrimPrefix(comment, "/*")
	return strings.TrimSpace(strings.TrimSuffix(s, "*/"))
}

// takeComments returns the comments that belong to the statement whose tokens end
// before hi: those since the previous statement, and those after its semicolon
// on the same line unless another statement follows them there.
func (p *fileParser) takeComments(hi int) []sqlast.Comment {
	from := p.commented
	end := p.toks[hi-1].End
	if hi < len(p.toks) && isSemicolon(p.text, p.toks[hi]) {
		end = p.toks[hi].End
		hi++
	}
	i := from
	for i < len(p.comments) && p.comments[i].Start < end {
		i++
	}
	trailing := i
	for at := end; i < len(p.comments); i++ {
		c := p.comments[i]
		if hi < len(p.toks) && c.Start > p.toks[hi].Start || strings.ContainsAny(p.text[at:c.Start], "\r\n") {
			break
		}
		at = c.End
	}
	if i > trailing && hi < len(p.toks) && !strings.ContainsAny(p.text[p.comments[i-1].End:p.toks[hi].Start], "\r\n") {
		i = trailing // they stand before the next statement
	}
	for k := trailing; k < i; k++ {
		p.res.Comments[k].Trailing = true
	}
	p.commented = i
	if i == from {
		return nil
	}
	return p.res.Comments[from:i:i]
}
