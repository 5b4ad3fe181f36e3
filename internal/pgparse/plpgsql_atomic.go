package pgparse

import (
	"github.com/miglint/miglint/source"
	"github.com/miglint/miglint/sqlast"
)

// readSQLBody reads the body of a function in the language SQL: a list of
// statements.
func readSQLBody(at source.Span, body source.Fragment, n nesting) *sqlast.Routine {
	res := parseInner(body, n)
	r := &sqlast.Routine{Span: at, Comments: res.Comments}
	for _, s := range res.Statements {
		r.Body = append(r.Body, &sqlast.Run{Stmt: s})
	}
	return r
}

// atomicBody reads a body that is no string, when the function it returns is
// called: BEGIN ATOMIC … END, or RETURN expression.
func (l *lowerer) atomicBody() func(map[string]string) *sqlast.Routine {
	lo, hi := l.find(l.lo, l.hi, "begin", "atomic"), l.hi-1
	list := lo >= 0 && l.word(hi, "end")
	if list {
		lo += 2
	} else if lo, hi = l.find(l.lo, l.hi, "return"), l.hi; lo >= 0 {
		lo++
	}
	if lo < 0 || lo >= hi {
		return nil
	}
	start, end, frag, depth := l.toks[lo].Start, l.toks[hi-1].End, l.frag, l.depth+1
	return func(map[string]string) *sqlast.Routine {
		at, body := frag.Span(start, end), frag.Slice(start, end)
		left := mostBuilt(end - start)
		if list {
			return readSQLBody(at, body, nesting{depth, &left})
		}
		return readReturn(at, body, nesting{depth, &left})
	}
}

// readReturn reads the expression of a function that only returns it.
func readReturn(at source.Span, body source.Fragment, n nesting) *sqlast.Routine {
	p := newInner(body, n)
	defer p.scratch.release()
	p.mask()
	r := plReader{fileParser: p}
	if len(p.toks) > 0 {
		r.parseSelect(piece{0, len(p.toks)})
	}
	out := &sqlast.Routine{Span: at, Comments: p.res.Comments}
	for _, s := range p.res.Statements {
		out.Body = append(out.Body, &sqlast.Run{Stmt: s})
	}
	return out
}
