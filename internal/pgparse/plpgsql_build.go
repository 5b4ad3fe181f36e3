package pgparse

import (
	"fmt"
	"slices"

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
	r.spend(len(steps))
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
			if len(r.bound) > 0 {
				again := *stmt
				stmt = &again
			}
			all = append(all, &sqlast.Run{Stmt: stmt})
		}
	case *chooseStep:
		choose := &sqlast.Choose{Span: r.tokenSpan(s.at), Total: s.total}
		for _, arm := range s.arms {
			choose.Arms = append(choose.Arms, r.build(arm))
		}
		return append(all, choose)
	case *loopStep:
		return append(all, r.buildLoop(s)...)
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

// buildLoop is a loop, or its runs one after the other where it goes over
// constants that what EXECUTE runs depends on.
func (r *plReader) buildLoop(s *loopStep) []sqlast.RoutineStmt {
	before := r.unresolved
	loop := &sqlast.Loop{Span: r.tokenSpan(s.at), Body: r.build(s.body), Times: s.times}
	whole := []sqlast.RoutineStmt{loop}
	hidden := r.unresolved - before
	if s.over == nil || !r.spend(spendStep) || !(constant{plReader: r}).readRows(s.over) {
		return whole
	}
	if loop.Times == 0 {
		loop.Times = len(s.over.rows)
	}
	if hidden == 0 {
		s.over.rows = nil
		return whole
	}
	var copies []sqlast.RoutineStmt
	for row := range s.over.rows {
		r.bound[s.over] = row
		found := r.unresolved
		copies = append(copies, r.build(s.body)...)
		if !r.spend(spendStep) || r.unresolved-found == hidden {
			copies = nil
			break
		}
	}
	delete(r.bound, s.over)
	s.over.rows = nil // they may differ the next time, in another loop
	if copies == nil {
		r.unresolved = before + hidden
		return whole
	}
	r.unresolved = before
	copies = withoutRepeated(copies, map[source.Span]bool{})
	if leavesLoop(s.body) {
		loop.Body, loop.Times = copies, 1
		return whole
	}
	return copies
}

// withoutRepeated drops from the runs of a loop that are written out what EXECUTE
// hides a second time.
func withoutRepeated(steps []sqlast.RoutineStmt, seen map[source.Span]bool) []sqlast.RoutineStmt {
	kept := steps[:0]
	for _, step := range steps {
		switch s := step.(type) {
		case *sqlast.Run:
			if p := s.Stmt.Problem; s.Dynamic && p != nil && p.Kind == sqlast.UnresolvedSQL {
				if seen[p.Span] {
					continue
				}
				seen[p.Span] = true
			}
		case *sqlast.Choose:
			for i, arm := range s.Arms {
				s.Arms[i] = withoutRepeated(arm, seen)
			}
		case *sqlast.Loop:
			s.Body = withoutRepeated(s.Body, seen)
		case *sqlast.Protected:
			s.Body = withoutRepeated(s.Body, seen)
			for i, h := range s.Handlers {
				s.Handlers[i].Body = withoutRepeated(h.Body, seen)
			}
		}
		kept = append(kept, step)
	}
	return kept
}

// leavesLoop reports whether there is an EXIT or CONTINUE among the steps.
func leavesLoop(steps []plStep) bool {
	for _, step := range steps {
		switch s := step.(type) {
		case *leaveStep:
			if s.kind == sqlast.Exit || s.kind == sqlast.Continue {
				return true
			}
		case *chooseStep:
			for _, arm := range s.arms {
				if leavesLoop(arm) {
					return true
				}
			}
		case *loopStep:
			if leavesLoop(s.body) {
				return true
			}
		case *protectedStep:
			if leavesLoop(s.body) {
				return true
			}
			for _, h := range s.handlers {
				if leavesLoop(h.body) {
					return true
				}
			}
		}
	}
	return false
}

// buildDynamic is what EXECUTE runs.
func (r *plReader) buildDynamic(s *sqlStep) []sqlast.RoutineStmt {
	stmt := *s.stmts[0]
	c := constant{plReader: r, plPlace: s.plPlace}
	r.guessed = false
	if frag, ok := c.value(s.at.lo, s.at.hi); ok {
		found := parseInner(frag, r.inside()).Statements
		if !r.guessed || anyLiteralWill(found) {
			var all []sqlast.RoutineStmt
			for i, inner := range found {
				if i == 0 {
					inner.Comments = slices.Concat(stmt.Comments, inner.Comments)
				}
				all = append(all, &sqlast.Run{Stmt: inner, Dynamic: true})
			}
			return all
		}
	}
	r.unresolved++
	stmt.Problem = &sqlast.Problem{
		Kind: sqlast.UnresolvedSQL, Span: stmt.Span,
		Message: fmt.Sprintf("what EXECUTE runs is only known when it runs (%s); it is not analysed", c.knownPart(s.at)),
	}
	return []sqlast.RoutineStmt{&sqlast.Run{Stmt: &stmt, Dynamic: true}}
}

// anyLiteralWill reports whether statements do much the same whatever literals are
// in them: none of them is a name, a bound or a password.
func anyLiteralWill(stmts []*sqlast.Statement) bool {
	for _, s := range stmts {
		for _, op := range s.Ops {
			switch op.(type) {
			case *sqlast.Select, *sqlast.Insert, *sqlast.Update, *sqlast.Delete, *sqlast.Merge,
				*sqlast.AddColumn, *sqlast.SetDefault, *sqlast.CommentOn:
			default:
				return false
			}
		}
	}
	return true
}
