package pgparse

import (
	"fmt"
	"strings"

	"github.com/miglint/miglint/sqlast"
)

// is reports whether the token at i is the key word w.
func (r *plReader) is(i int, w string) bool {
	return i < len(r.toks) && isWord(r.text, r.toks[i], w)
}

// isAny reports whether the token at i is one of the key words.
func (r *plReader) isAny(i int, ws ...string) bool {
	for _, w := range ws {
		if r.is(i, w) {
			return true
		}
	}
	return false
}

// sign reports whether the token at i is the operator or punctuation s.
func (r *plReader) sign(i int, s string) bool {
	return i < len(r.toks) && (r.toks[i].Kind == Operator || r.toks[i].Kind == Punct) && r.tokenText(i) == s
}

func (r *plReader) tokenText(i int) string { return r.text[r.toks[i].Start:r.toks[i].End] }

// name is the identifier at i as PostgreSQL folds it, or "".
func (r *plReader) name(i int) string {
	if i >= len(r.toks) || r.toks[i].Kind != Ident && r.toks[i].Kind != QuotedIdent {
		return ""
	}
	return identifierValue(r.tokenText(i), r.toks[i].Kind == QuotedIdent)
}

// until returns the position of the first token from pos on that is one of the
// key words or signs and in no brackets, or of a semicolon, or the end.
func (r *plReader) until(ws ...string) int {
	for i := r.pos; i < len(r.toks); i++ {
		if p := r.closes(i); p > i {
			i = p
			continue
		}
		switch t := r.toks[i]; t.Kind {
		case Punct:
			if r.text[t.Start] == ';' {
				return i
			}
		case Ident, Operator:
			for _, w := range ws {
				if foldEqual(r.text[t.Start:t.End], w) {
					return i
				}
			}
		}
	}
	return len(r.toks)
}

// closes returns the position of the bracket that closes the one at i, or -1. What
// is left open at a semicolon is never closed.
func (r *plReader) closes(i int) int {
	if r.toks[i].Kind != Punct {
		return -1
	}
	if r.pairs == nil {
		r.pairs = make([]int32, len(r.toks))
		lo := 0
		for k := range r.toks {
			if k+1 == len(r.toks) || isSemicolon(r.text, r.toks[k]) {
				for n, pair := range bracketPairs(r.text, r.toks[lo:k+1]) {
					if r.pairs[lo+n] = -1; pair > int32(n) {
						r.pairs[lo+n] = int32(lo) + pair
					}
				}
				lo = k + 1
			}
		}
	}
	return int(r.pairs[i])
}

func (r *plReader) note(kind string, i int) {
	if r.seen != nil {
		r.seen(kind, r.toks[i].Start)
	}
}

// fail records, once, that the structure of the body is wrong at token i.
func (r *plReader) fail(out *[]plStep, i int) {
	if r.broken {
		return
	}
	r.broken = true
	r.addBroken(out, i, r.syntaxErrorAt(i))
}

func (r *plReader) syntaxErrorAt(i int) *sqlast.Problem {
	if i >= len(r.toks) {
		end := len(r.frag.Text)
		return &sqlast.Problem{Kind: sqlast.SyntaxError, Span: r.frag.Span(end, end), Message: "syntax error at end of input"}
	}
	t := r.toks[i]
	problem := &sqlast.Problem{Kind: sqlast.SyntaxError, Span: r.frag.Span(t.Start, t.End)}
	if t.Kind == Unterminated {
		problem.Message = unterminated(r.tokenText(i))
	} else {
		problem.Message = shorten(fmt.Sprintf("syntax error at or near %q", r.tokenText(i)))
	}
	return problem
}

func (r *plReader) addBroken(out *[]plStep, i int, problem *sqlast.Problem) {
	s := &sqlStep{at: tokenSpan{i, i}, kind: brokenSQL, problem: problem}
	r.sqls = append(r.sqls, s)
	*out = append(*out, s)
}

// semicolon skips the semicolon that must stand at pos.
func (r *plReader) semicolon(out *[]plStep) {
	if r.sign(r.pos, ";") {
		r.pos++
		return
	}
	r.fail(out, r.pos)
}

// toSemicolon gives up on the statement at pos and goes on after it.
func (r *plReader) toSemicolon() {
	r.pos = min(r.until()+1, len(r.toks))
}

// routine reads the whole body.
func (r *plReader) routine() []plStep {
	for r.sign(r.pos, "#") { // #variable_conflict use_column
		r.pos = min(r.pos+3, len(r.toks))
	}
	r.label()
	if !r.isAny(r.pos, "declare", "begin") {
		r.hopeless = r.syntaxErrorAt(r.pos)
		return nil
	}
	var steps []plStep
	r.block(&steps)
	if r.sign(r.pos, ";") {
		r.pos++
	}
	for r.pos < len(r.toks) { // read on after an END too many
		r.fail(&steps, r.pos)
		r.strayWord(&steps)
		r.body(&steps, blockConstruct)
	}
	return steps
}

// label skips <<name>> and returns the position after it.
func (r *plReader) label() {
	if r.sign(r.pos, "<<") && r.name(r.pos+1) != "" && r.sign(r.pos+2, ">>") {
		r.pos += 3
	}
}

// block reads [DECLARE …] BEGIN … [EXCEPTION …] END.
func (r *plReader) block(out *[]plStep) {
	if !r.enter(blockConstruct, out) {
		return
	}
	scope := r.scope
	r.scope = &plScope{outer: scope}
	defer func() { r.scope = scope }()
	defer r.enterRegion(false)()
	if r.is(r.pos, "declare") {
		r.pos++
		r.declarations(out)
	}
	begin := r.pos
	if r.is(r.pos, "begin") {
		r.pos++
	} else {
		r.fail(out, r.pos)
	}
	r.note("block", min(begin, len(r.toks)-1))
	var steps []plStep
	r.body(&steps, blockConstruct)
	if !r.is(r.pos, "exception") {
		*out = append(*out, steps...)
		r.leave(out)
		return
	}
	r.pos++
	protected := &protectedStep{body: steps}
	r.handlers(protected)
	r.leave(out)
	protected.at = tokenSpan{begin, max(begin+1, r.pos)}
	*out = append(*out, protected)
}

// handlers reads WHEN condition [OR condition …] THEN statements ….
func (r *plReader) handlers(p *protectedStep) {
	for r.is(r.pos, "when") {
		var h plHandler
		r.pos++
		for end := r.until("then"); r.pos < end; r.pos++ {
			switch {
			case r.is(r.pos, "or"):
			case r.is(r.pos, "sqlstate") && r.pos+1 < end && r.toks[r.pos+1].Kind == String:
				r.pos++
				h.conditions = append(h.conditions, strings.ToUpper(strings.Trim(r.tokenText(r.pos), "'")))
			default:
				if name := r.name(r.pos); name != "" {
					h.conditions = append(h.conditions, name)
				}
			}
		}
		r.then(&h.body)
		r.body(&h.body, handlerBody)
		p.handlers = append(p.handlers, h)
	}
	if len(p.handlers) == 0 {
		r.fail(&p.body, r.pos)
	}
}

// then skips THEN, or reports that there is none.
func (r *plReader) then(out *[]plStep) {
	if r.is(r.pos, "then") {
		r.pos++
		return
	}
	r.fail(out, r.pos)
}

// enter notes that a construct begins. It reports false, and gives up on the rest
// of the body, if that is nested too deep.
func (r *plReader) enter(c construct, out *[]plStep) bool {
	if len(r.open) == maxNesting {
		t := r.toks[r.pos]
		r.broken = true
		r.addBroken(out, r.pos, &sqlast.Problem{
			Kind: sqlast.TooComplex, Span: r.frag.Span(t.Start, t.End),
			Message: fmt.Sprintf("the body is nested more than %d levels deep, too deep to be analysed", maxNesting),
		})
		r.pos = len(r.toks)
		return false
	}
	r.open = append(r.open, c)
	return true
}

// leave reads the END of the innermost construct: END [IF|CASE|LOOP] [label] ;.
// If another END stands at pos, one of a construct further out, it is left there.
func (r *plReader) leave(out *[]plStep) {
	c := r.open[len(r.open)-1]
	r.open = r.open[:len(r.open)-1]
	if !r.is(r.pos, "end") {
		r.fail(out, r.pos)
		return
	}
	if r.ends(r.pos) != c {
		return
	}
	r.pos++
	if c != blockConstruct {
		r.pos++
	}
	if (c == blockConstruct || c == loopConstruct) && r.name(r.pos) != "" && (r.pos+1 == len(r.toks) || r.sign(r.pos+1, ";")) {
		r.pos++
	}
	if len(r.open) > 0 {
		r.semicolon(out)
	}
}

// ends is the construct that the END at i ends.
func (r *plReader) ends(i int) construct {
	for _, c := range [...]construct{ifConstruct, caseConstruct, loopConstruct} {
		if r.is(i+1, string(c)) {
			return c
		}
	}
	return blockConstruct
}
