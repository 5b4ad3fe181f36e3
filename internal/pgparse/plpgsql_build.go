package pgparse

import (
	"fmt"

	"github.com/miglint/miglint/source"
	"github.com/miglint/miglint/sqlast"
)

func (r *plReader) tokenSpan(at tokenSpan) source.Span {
	lo := min(at.lo, len(r.toks)-1)
	return r.frag.Span(r.toks[lo].Start, r.toks[max(lo, min(at.hi, len(r.toks))-1)].End)
}

// emptySpan is where the token at i begins.
func (r *plReader) emptySpan(i int) source.Span {
	at := len(r.frag.Text)
	if i < len(r.toks) {
		at = r.toks[i].Start
	}
	return r.frag.Span(at, at)
}

// build makes a routine of its steps.
func (r *plReader) build(steps []plStep) []sqlast.RoutineStmt {
	var all []sqlast.RoutineStmt
	for _, step := range steps {
		all = r.buildStep(all, step)
	}
	return all
}

func (r *plReader) buildStep(all []sqlast.RoutineStmt, step plStep) []sqlast.RoutineStmt {
	switch s := step.(type) {
	case *sqlStep:
		if s.kind == dynamicSQL {
			return append(all, r.buildDynamic(s)...)
		}
		for _, stmt := range s.stmts {
			all = append(all, &sqlast.Run{Stmt: stmt})
		}
	case *chooseStep:
		choose := &sqlast.Choose{Span: r.tokenSpan(s.at), Total: s.total}
		for _, arm := range s.arms {
			choose.Arms = append(choose.Arms, r.build(arm))
		}
		return append(all, choose)
	case *loopStep:
		return append(all, &sqlast.Loop{Span: r.tokenSpan(s.at), Body: r.build(s.body), Times: s.times})
	case *protectedStep:
		p := &sqlast.Protected{Span: r.tokenSpan(s.at), Body: r.build(s.body)}
		for _, h := range s.handlers {
			p.Handlers = append(p.Handlers, sqlast.Handler{Conditions: h.conditions, Body: r.build(h.body)})
		}
		return append(all, p)
	case *leaveStep:
		return append(all, &sqlast.Leave{Span: r.tokenSpan(s.at), Kind: s.kind, Sometimes: s.sometimes})
	case *endStep:
		return append(all, &sqlast.EndTransaction{Span: r.tokenSpan(s.at), Rollback: s.rollback})
	}
	return all
}

// buildDynamic is what EXECUTE runs.
func (r *plReader) buildDynamic(s *sqlStep) []sqlast.RoutineStmt {
	stmt := *s.stmts[0]
	if s.at.hi == s.at.lo+1 {
		if frag, ok := quotedText(r.frag, r.text, r.toks[s.at.lo]); ok {
			var all []sqlast.RoutineStmt
			res := parseInner(frag, r.depth+1)
			for i, inner := range res.Statements {
				if i == 0 {
					inner.Comments = append(stmt.Comments, inner.Comments...)
				}
				all = append(all, &sqlast.Run{Stmt: inner, Dynamic: true})
			}
			return all
		}
	}
	stmt.Problem = &sqlast.Problem{
		Kind: sqlast.UnresolvedSQL, Span: stmt.Span,
		Message: fmt.Sprintf("what EXECUTE runs is only known when it runs (%s); it is not analysed", r.knownPart(s.at)),
	}
	return []sqlast.RoutineStmt{&sqlast.Run{Stmt: &stmt, Dynamic: true}}
}

// knownPart is the first string constant in an expression, or the expression.
func (r *plReader) knownPart(at tokenSpan) string {
	const most = 60
	text := r.text[r.toks[at.lo].Start:r.toks[at.hi-1].End]
	for _, t := range r.toks[at.lo:at.hi] {
		if frag, ok := quotedText(r.frag, r.text, t); ok {
			text = frag.Text
			break
		}
	}
	return fmt.Sprintf("%q", shortenTo(text, most))
}
