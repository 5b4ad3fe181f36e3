package pgparse

import (
	"slices"
	"strconv"
	"strings"

	"github.com/miglint/miglint/sqlast"
)

// handlerBody is the statements of an exception handler, in a block.
const handlerBody construct = "handler"

// body reads statements up to the word that ends the body of a construct: END, or
// what else may end it. A word that may not is reported and skipped.
func (r *plReader) body(out *[]plStep, c construct) {
	defer r.enterRegion(false)()
	for r.pos < len(r.toks) {
		if !r.endsBody(r.pos) {
			r.statement(out)
			continue
		}
		switch {
		case r.is(r.pos, "end"):
			end := r.ends(r.pos)
			if end == c || end == blockConstruct && c == handlerBody {
				return
			}
			if slices.Contains(r.open, end) {
				r.fail(out, r.pos)
				return
			}
		case r.is(r.pos, "exception"):
			if c == blockConstruct {
				return
			}
		case r.is(r.pos, "when"):
			if c == caseConstruct || c == handlerBody {
				return
			}
		case r.is(r.pos, "else"):
			if c == ifConstruct || c == caseConstruct {
				return
			}
		default:
			if c == ifConstruct {
				return
			}
		}
		r.strayWord(out)
	}
}

// endsBody reports whether the token at i is a word that ends statements.
func (r *plReader) endsBody(i int) bool {
	t := r.toks[i]
	if t.Kind != Ident {
		return false
	}
	switch n := t.End - t.Start; n {
	case 3:
		return r.is(i, "end")
	case 4:
		return r.is(i, "else") || r.is(i, "when")
	case 5:
		return r.is(i, "elsif")
	case 6:
		return r.is(i, "elseif")
	case 9:
		return r.is(i, "exception") && !r.assignsAt(i)
	}
	return false
}

// strayWord reports and skips a word that stands where it means nothing, with
// what belongs to it.
func (r *plReader) strayWord(out *[]plStep) {
	r.fail(out, r.pos)
	switch {
	case r.isAny(r.pos, "else", "exception"):
		r.pos++
	case r.isAny(r.pos, "when", "elsif", "elseif"):
		r.pos = min(r.until("then")+1, len(r.toks))
	default:
		r.toSemicolon()
	}
}

// ifStatement reads IF … THEN … [ELSIF … THEN …] [ELSE …] END IF.
func (r *plReader) ifStatement(out *[]plStep) {
	start := r.pos
	if !r.enter(ifConstruct, out) {
		return
	}
	r.note("if", start)
	choose := &chooseStep{}
	for r.isAny(r.pos, "if", "elsif", "elseif") {
		r.pos++
		if r.is(r.pos, "then") {
			r.fail(out, r.pos)
		}
		r.expression(out, r.until("then"))
		var arm []plStep
		r.then(&arm)
		r.body(&arm, ifConstruct)
		choose.arms = append(choose.arms, arm)
	}
	r.elseArm(choose, ifConstruct)
	r.leave(out)
	choose.at = tokenSpan{start, r.pos}
	*out = append(*out, choose)
}

func (r *plReader) elseArm(choose *chooseStep, c construct) {
	if r.is(r.pos, "else") {
		r.pos++
		var arm []plStep
		r.body(&arm, c)
		choose.arms = append(choose.arms, arm)
		choose.total = true
	}
}

// caseStatement reads CASE [expression] WHEN … THEN … [ELSE …] END CASE.
func (r *plReader) caseStatement(out *[]plStep) {
	start := r.pos
	if !r.enter(caseConstruct, out) {
		return
	}
	r.note("case", start)
	r.pos++
	r.expression(out, r.until("when"))
	choose := &chooseStep{}
	for r.is(r.pos, "when") {
		r.pos++
		r.expression(out, r.until("then"))
		var arm []plStep
		r.then(&arm)
		r.body(&arm, caseConstruct)
		choose.arms = append(choose.arms, arm)
	}
	if len(choose.arms) == 0 {
		r.fail(out, r.pos)
	}
	r.elseArm(choose, caseConstruct)
	r.leave(out)
	choose.at = tokenSpan{start, r.pos}
	*out = append(*out, choose)
}

// loop reads LOOP … END LOOP with its head, which began at start, already read.
func (r *plReader) loop(out *[]plStep, start int, head loopStep) {
	if !r.is(r.pos, "loop") {
		r.fail(out, r.pos)
	}
	if !r.enter(loopConstruct, out) {
		return
	}
	if r.is(r.pos, "loop") {
		r.pos++
	}
	r.body(&head.body, loopConstruct)
	r.leave(out)
	head.at = tokenSpan{start, r.pos}
	*out = append(*out, &head)
}

func (r *plReader) whileStatement(out *[]plStep) {
	start := r.pos
	defer r.enterRegion(true)()
	r.note("while", start)
	r.pos++
	var head loopStep
	r.expression(&head.body, r.until("loop"))
	r.loop(out, start, head)
}

// forStatement reads the loops FOR target IN …: over integers, a query, a cursor
// or what EXECUTE returns.
func (r *plReader) forStatement(out *[]plStep) {
	start := r.pos
	defer r.enterRegion(true)()
	scope := r.scope
	defer func() { r.scope = scope }()
	r.pos++
	target, in := r.pos, r.until("in", "loop")
	if !r.is(in, "in") {
		r.note("for", start)
		r.pos = in
		r.loop(out, start, loopStep{})
		return
	}
	r.pos = in + 1
	end := r.until("loop")
	var head loopStep
	switch dots := r.until("..", "loop"); {
	case r.is(r.pos, "execute"):
		r.note("dynfors", start)
		r.assigned(target, in)
		r.executeOptions(out, end)
	case dots < end:
		r.note("fori", start)
		r.integerLoop(out, &head, tokenSpan{target, in}, dots, end)
	case r.isCursor(r.pos, end):
		r.note("forc", start)
		r.assigned(target, in)
	default:
		r.note("fors", start)
		head.over = r.over(target, in, overQuery, r.pos, end)
		r.addSQL(out, staticSQL, r.pos, end)
	}
	r.pos = end
	r.loop(out, start, head)
}

// integerLoop reads [REVERSE] a..b [BY n] with its dots at a known place, up to
// end. The variable of the loop is its own.
func (r *plReader) integerLoop(out *[]plStep, head *loopStep, target tokenSpan, dots, end int) {
	reverse := r.is(r.pos, "reverse")
	if reverse {
		r.pos++
	}
	r.scope = &plScope{outer: r.scope}
	r.scope.add(&plVariable{name: r.name(target.lo)})
	head.times = r.count(dots, end)
	head.over = r.over(target.lo, target.hi, overIntegers, r.pos, end)
	head.over.reverse = reverse
	r.expression(out, dots)
	r.pos = dots + 1
	by := r.until("by", "loop")
	r.expression(out, by)
	if by < end {
		r.pos = by + 1
		r.expression(out, end)
	}
}

// isCursor reports whether what a FOR loop goes over, the tokens [lo, hi), is a
// cursor: its name and perhaps arguments.
func (r *plReader) isCursor(lo, hi int) bool {
	if r.name(lo) == "" || r.toks[lo].Kind == Ident && r.isAny(lo, "select", "values", "table", "with") {
		return false
	}
	return hi == lo+1 || r.sign(lo+1, "(") && r.sign(hi-1, ")")
}

// count is how often FOR i IN a..b runs, 0 if the text does not say.
func (r *plReader) count(dots, end int) int {
	lo, hi := r.pos, dots+1
	if dots != lo+1 || end != hi+1 {
		return 0
	}
	from, err1 := strconv.Atoi(r.tokenText(lo))
	to, err2 := strconv.Atoi(r.tokenText(hi))
	if lo > 0 && r.is(lo-1, "reverse") {
		from, to = to, from
	}
	if err1 != nil || err2 != nil || to < from {
		return 0
	}
	return to - from + 1
}

// foreachStatement reads FOREACH target [SLICE n] IN ARRAY expression LOOP ….
func (r *plReader) foreachStatement(out *[]plStep) {
	start := r.pos
	defer r.enterRegion(true)()
	r.note("foreach_a", start)
	r.pos++
	target := r.pos
	in := r.until("in", "loop")
	r.pos = in
	var head loopStep
	if r.is(in, "in") && r.is(in+1, "array") {
		r.pos = in + 2
		end := r.until("loop")
		if in == target+1 {
			head.over = r.over(target, in, overArray, r.pos, end)
		} else {
			r.assigned(target, in) // SLICE
		}
		r.expression(out, end)
	}
	r.loop(out, start, head)
}

// exitStatement reads EXIT and CONTINUE [label] [WHEN condition].
func (r *plReader) exitStatement(out *[]plStep, kind sqlast.LeaveKind) {
	start := r.pos
	r.note("exit", start)
	r.pos = r.until("when")
	step := &leaveStep{kind: kind, sometimes: r.is(r.pos, "when")}
	if step.sometimes {
		r.pos++
		r.expression(out, r.until())
	}
	step.at = tokenSpan{start, r.pos}
	*out = append(*out, step)
	r.semicolon(out)
}

// raiseStatement reads RAISE. Without a level it is RAISE EXCEPTION.
func (r *plReader) raiseStatement(out *[]plStep) {
	start := r.pos
	r.note("raise", start)
	r.pos++
	level := "exception"
	if r.isAny(r.pos, "debug", "log", "info", "notice", "warning", "exception") {
		level = strings.ToLower(r.tokenText(r.pos))
		r.pos++
	}
	r.expressionList(out, r.until())
	if level == "exception" {
		*out = append(*out, &leaveStep{at: tokenSpan{start, r.pos}, kind: sqlast.RaiseException})
	}
	r.semicolon(out)
}
