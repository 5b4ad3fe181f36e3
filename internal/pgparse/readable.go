package pgparse

import (
	"strings"

	"github.com/miglint/miglint/sqlast"
)

// maxUnreadable is how many unreadable statements a text may have before it is
// taken for something that is no SQL at all.
const maxUnreadable = 8

// parseReadable parses what can be read of a text that has bytes no query may
// have, the first of them at first. Such a byte spoils the statement that it is
// in or, in a comment, that follows.
func (p *fileParser) parseReadable(first int, why string) {
	if strings.HasPrefix(p.text, "\xff\xfe") || strings.HasPrefix(p.text, "\xfe\xff") {
		p.emitUnreadable(0, "UTF-16 text, which PostgreSQL does not read; save the file as UTF-8")
		return
	}
	pieces := split(p.text, p.toks)
	type spoilt struct {
		at  int
		why string
	}
	bad := make([]spoilt, len(pieces)+1)
	start, count := 0, 0
	for i := range bad {
		end := len(p.text)
		if i < len(pieces) {
			end = p.toks[pieces[i].hi-1].End
		}
		at, why := unreadable(p.text[start:end])
		if at >= 0 {
			at += start
			count++
		}
		bad[i] = spoilt{at, why}
		start = end
	}
	if count > maxUnreadable {
		p.emitUnreadable(first, why)
		return
	}
	for i, pc := range pieces {
		if bad[i].at < 0 {
			p.parsePiece(pc)
			continue
		}
		p.fail(pc, p.unreadable(bad[i].at, bad[i].why))
	}
	if last := bad[len(pieces)]; last.at >= 0 {
		p.emitUnreadable(last.at, last.why)
	}
}

func (p *fileParser) unreadable(at int, why string) *sqlast.Problem {
	return &sqlast.Problem{Kind: sqlast.UnreadableText, Span: p.frag.Span(at, at+1), Message: why}
}

// emitUnreadable records a Problem that belongs to no statement.
func (p *fileParser) emitUnreadable(at int, why string) {
	problem := p.unreadable(at, why)
	p.res.Statements = append(p.res.Statements, &sqlast.Statement{Span: problem.Span, Problem: problem})
}
