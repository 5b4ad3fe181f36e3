package pgparse

import (
	"strings"

	"github.com/miglint/miglint/sqlast"
)

// statement reads the statement at pos and appends what it does to out. It always
// gets on.
func (r *plReader) statement(out *[]plStep) {
	start := r.pos
	if r.sign(start, ";") { // one too many
		r.fail(out, start)
		r.pos++
		return
	}
	r.label()
	if r.pos == len(r.toks) {
		r.fail(out, r.pos)
		return
	}
	if r.assignsAt(r.pos) {
		r.assignment(out)
		return
	}
	if t := r.toks[r.pos]; t.Kind == Ident && t.End-t.Start <= len("continue") && r.keyword(strings.ToLower(r.tokenText(r.pos)), out) {
		return
	}
	r.staticStatement(out)
}

// keyword reads the statement that begins with the key word at pos, and reports
// false if it is plain SQL.
func (r *plReader) keyword(word string, out *[]plStep) bool {
	switch word {
	case "declare", "begin":
		r.block(out)
	case "if":
		r.ifStatement(out)
	case "case":
		r.caseStatement(out)
	case "loop":
		r.note("loop", r.pos)
		defer r.enterRegion(true)()
		r.loop(out, r.pos, loopStep{})
	case "while":
		r.whileStatement(out)
	case "for":
		r.forStatement(out)
	case "foreach":
		r.foreachStatement(out)
	case "exit":
		r.exitStatement(out, sqlast.Exit)
	case "continue":
		r.exitStatement(out, sqlast.Continue)
	case "return":
		r.returnStatement(out)
	case "raise":
		r.raiseStatement(out)
	case "assert":
		r.note("assert", r.pos)
		r.pos++
		r.expressionList(out, r.until())
		r.semicolon(out)
	case "perform":
		r.performStatement(out)
	case "execute":
		r.executeStatement(out)
	default:
		return r.smallKeyword(word, out)
	}
	return true
}

// smallKeyword reads the statements that are about cursors, diagnostics,
// transactions and nothing.
func (r *plReader) smallKeyword(word string, out *[]plStep) bool {
	start := r.pos
	switch word {
	case "null":
	case "get":
		r.note("getdiag", start)
		r.targets(r.until())
	case "open":
		r.openStatement(out)
	case "fetch", "move":
		r.note("fetch", start)
		if r.pos = r.until("into"); r.is(r.pos, "into") {
			r.assigned(r.pos+1, r.until())
		}
	case "close":
		r.note("close", start)
	case "commit", "rollback":
		r.note(word, start)
		end := r.until()
		*out = append(*out, &endStep{at: tokenSpan{start, end}, rollback: word == "rollback"})
		if start+1 < end && !r.is(start+1, "and") { // ROLLBACK TO is for SQL only
			r.fail(out, start+1)
		}
	default:
		return false
	}
	r.pos = r.until()
	r.semicolon(out)
	return true
}

// assignsAt reports whether the token at i begins an assignment.
func (r *plReader) assignsAt(i int) bool {
	switch r.toks[i].Kind {
	case Ident, QuotedIdent, Param:
	default:
		return false
	}
	if i+1 == len(r.toks) {
		return false
	}
	switch t := r.toks[i+1]; t.Kind {
	case Punct:
		return r.text[t.Start] == '[' || r.text[t.Start] == '.'
	case Operator:
		return r.isAssign(i + 1)
	}
	return false
}

func (r *plReader) isAssign(i int) bool { return r.sign(i, ":=") || r.sign(i, "=") }

// assignment reads target := expression.
func (r *plReader) assignment(out *[]plStep) {
	start := r.pos
	r.note("assign", start)
	sign := r.until(":=", "=")
	if !r.isAssign(sign) {
		r.fail(out, sign)
		r.toSemicolon()
		return
	}
	r.pos = sign + 1
	end := r.until()
	if sign == start+1 {
		r.set(r.scope.find(r.name(start)), plSet{since: end, value: tokenSpan{r.pos, end}})
	} else {
		r.assigned(start, sign)
	}
	if r.pos == end {
		r.fail(out, end)
	}
	r.expression(out, end)
	r.semicolon(out)
}

// targets notes the variables that GET DIAGNOSTICS sets.
func (r *plReader) targets(end int) {
	for i := r.pos; i < end; i++ {
		if i+1 < end && r.isAssign(i+1) {
			r.assigned(i, i+1)
		}
	}
}

// returnStatement reads RETURN, RETURN NEXT and RETURN QUERY.
func (r *plReader) returnStatement(out *[]plStep) {
	start := r.pos
	r.pos++
	end := r.until()
	switch {
	case r.is(r.pos, "query") && r.is(r.pos+1, "execute"):
		r.note("return_query", start)
		r.pos++
		r.executeOptions(out, end)
	case r.is(r.pos, "query"):
		r.note("return_query", start)
		r.addSQL(out, staticSQL, r.pos+1, end)
	case r.is(r.pos, "next"):
		r.note("return_next", start)
		r.pos++
		r.expression(out, end)
	default:
		r.note("return", start)
		r.expression(out, end)
		*out = append(*out, &leaveStep{at: tokenSpan{start, end}, kind: sqlast.Return})
	}
	r.pos = end
	r.semicolon(out)
}

func (r *plReader) performStatement(out *[]plStep) {
	start := r.pos
	r.note("perform", start)
	r.addSQL(out, performSQL, start, r.until())
	r.pos = r.until()
	r.semicolon(out)
}

func (r *plReader) executeStatement(out *[]plStep) {
	start := r.pos
	r.note("dynexecute", start)
	end := r.until()
	r.executeOptions(out, end)
	r.pos = end
	r.semicolon(out)
}

// executeOptions reads EXECUTE expression [INTO [STRICT] target] [USING
// expressions] up to end.
func (r *plReader) executeOptions(out *[]plStep, end int) {
	r.pos++
	lo, hi := r.pos, min(r.until("into", "using", "loop"), end)
	for r.pos = hi; r.pos < end; {
		into := r.is(r.pos, "into")
		r.pos++
		stop := min(r.until("into", "using"), end)
		if into {
			r.assigned(r.pos, stop)
		} else {
			r.expressionList(out, stop)
		}
		r.pos = stop
	}
	if lo == hi {
		r.fail(out, hi)
		return
	}
	r.pos = lo
	r.expression(out, hi)
	r.addSQL(out, dynamicSQL, lo, hi)
	r.pos = end
}

// openStatement reads OPEN cursor [[NO] SCROLL] [FOR query | FOR EXECUTE …].
func (r *plReader) openStatement(out *[]plStep) {
	r.note("open", r.pos)
	end := r.until()
	r.pos = min(r.until("for"), end)
	switch {
	case r.pos == end:
	case r.is(r.pos+1, "execute"):
		r.pos++
		r.executeOptions(out, end)
	default:
		r.addSQL(out, staticSQL, r.pos+1, end)
	}
}

// staticStatement reads a statement of SQL, which may have an INTO clause.
func (r *plReader) staticStatement(out *[]plStep) {
	start := r.pos
	kind := "execsql"
	if r.isAny(start, "call", "do") {
		kind = "call"
	}
	r.note(kind, start)
	end := statementEnd(r.text, r.toks, start)
	r.pos = end
	if isSemicolon(r.text, r.toks[end-1]) {
		end--
	}
	step := r.addSQL(out, staticSQL, start, end)
	if step == nil {
		return
	}
	if kind == "call" {
		r.assigned(start+1, end) // of INOUT parameters
	} else {
		step.into = r.intoClause(start, end)
	}
	if r.pos == end {
		r.fail(out, end)
	}
}

// intoClause finds INTO [STRICT] target [, target …] in a statement
// (make_execsql_stmt in pl_gram.y).
func (r *plReader) intoClause(lo, hi int) tokenSpan {
	if r.is(lo, "import") {
		return nowhere
	}
	for i := lo + 1; i < hi; i++ {
		if !r.is(i, "into") || r.is(i-1, "insert") || r.is(i-1, "merge") {
			continue
		}
		end := i + 1
		if r.is(end, "strict") {
			end++
		}
		for end < hi {
			if r.name(end) == "" && r.toks[end].Kind != Param {
				break
			}
			for end++; end+1 < hi && r.sign(end, ".") && r.name(end+1) != ""; {
				end += 2
			}
			if !r.sign(end, ",") {
				break
			}
			end++
		}
		end = min(end, hi)
		r.assigned(i+1, end)
		return tokenSpan{i, end}
	}
	return nowhere
}
