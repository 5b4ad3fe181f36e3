package pyparse

import (
	"strconv"

	"github.com/miglint/miglint/source"
)

// parser makes statements of tokens. The first error of a statement moves it to
// the end of the line, where every rule of the grammar ends, and is looked at
// when the statement is over.
type parser struct {
	file   *source.File
	text   string
	tokens []token
	i      int
	last   int // end of the last token that was taken, blocks and line ends aside
	depth  int
	fields int // how many f-strings this one is in

	failed  bool
	errorAt source.Span
	message string
}

// endsLine reports whether no token of the same line follows.
func (k kind) endsLine() bool { return k <= kDedent }

func (p *parser) tok() token { return p.tokens[p.i] }

func (p *parser) textOf(t token) string { return p.text[t.start:t.end] }

// start is where the next token starts.
func (p *parser) start() int { return int(p.tokens[p.i].start) }

// from is the place from start to the last token taken.
func (p *parser) from(start int) place { return place{p.file.Span(start, max(start, p.last))} }

func (p *parser) advance() token {
	t := p.tokens[p.i]
	if t.kind != kEnd {
		p.i++
	}
	if t.end > t.start {
		p.last = int(t.end)
	}
	return t
}

// at reports whether the next token is the operator or keyword s.
func (p *parser) at(s string) bool { return p.atN(0, s) }

func (p *parser) atN(n int, s string) bool {
	if p.i+n >= len(p.tokens) {
		return false
	}
	t := p.tokens[p.i+n]
	return (t.kind == kOp || t.kind == kKeyword) && p.text[t.start:t.end] == s
}

func (p *parser) accept(s string) bool {
	if !p.at(s) {
		return false
	}
	p.advance()
	return true
}

func (p *parser) expect(s string) {
	if !p.accept(s) {
		p.unexpected(strconv.Quote(s))
	}
}

// unexpected fails at the next token; wanted says what should stand there.
func (p *parser) unexpected(wanted string) {
	t := p.tok()
	found := "the end of the line"
	switch t.kind {
	case kBad:
		p.fail(lexErrors[t.message])
		return
	case kEnd:
		found = "the end"
	case kIndent:
		found = "an indented line"
	case kString:
		found = "a string"
	case kName, kKeyword, kNumber, kOp:
		found = strconv.Quote(clip(p.textOf(t)))
	}
	p.fail("expected " + wanted + ", found " + found)
}

func clip(s string) string {
	if r := []rune(s[:min(len(s), 160)]); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// fail keeps the first error of the statement and goes to the end of its line.
func (p *parser) fail(message string) {
	if p.failed {
		return
	}
	t := p.tok()
	p.failed, p.message = true, message
	p.errorAt = p.file.Span(int(t.start), int(t.end))
	for !p.tok().kind.endsLine() {
		p.advance()
	}
}

// enter goes one level deeper, unless that is too deep. Its caller leaves again.
func (p *parser) enter() bool {
	p.depth++
	if p.depth > maxDepth {
		p.fail("more than " + strconv.Itoa(maxDepth) + " levels deep: this is not read")
		return false
	}
	return true
}

func (p *parser) leave() { p.depth-- }

// count fails where one level has too many operators after each other.
func (p *parser) count(n *int) bool {
	if *n++; *n > maxDepth {
		p.fail("more than " + strconv.Itoa(maxDepth) + " operators after each other: this is not read")
		return false
	}
	return true
}

func (p *parser) module() []Stmt {
	var body []Stmt
	for p.tok().kind != kEnd {
		switch p.tok().kind {
		case kNewline, kDedent: // of nothing
			p.advance()
		default:
			body = p.statement(body)
		}
	}
	return body
}

// block reads what belongs to a header, after its colon.
func (p *parser) block() []Stmt {
	if p.failed {
		return nil
	}
	var body []Stmt
	if p.tok().kind != kNewline {
		if p.compound() {
			p.unexpected("a simple statement")
			return nil
		}
		return p.line(body)
	}
	p.advance()
	if p.tok().kind != kIndent {
		p.back()
		p.fail("expected an indented block")
		return nil
	}
	p.advance()
	for p.tok().kind != kDedent && p.tok().kind != kEnd {
		body = p.statement(body)
	}
	p.advance()
	return body
}

// back returns to the line end that was just taken.
func (p *parser) back() { p.i-- }

// statement appends the next statement, or those of a line.
func (p *parser) statement(body []Stmt) []Stmt {
	if t := p.tok(); t.kind == kName || t.kind == kNumber || t.kind == kString {
		if !p.softCompound() {
			return p.line(body)
		}
	} else if !p.compound() {
		return p.line(body)
	}
	start := p.start()
	depth := p.depth
	var s Stmt
	if p.enter() {
		s = p.compoundStatement()
	}
	p.depth = depth
	if p.failed {
		s = p.recover(start)
	}
	return append(body, s)
}

// line appends the simple statements of a line.
func (p *parser) line(body []Stmt) []Stmt {
	for {
		start := p.start()
		depth := p.depth
		s := p.simple()
		if k := p.tok().kind; !p.failed && k != kNewline && k != kEnd && !p.at(";") {
			p.unexpected("the end of the statement")
		}
		p.depth = depth
		if p.failed {
			return append(body, p.recover(start))
		}
		body = append(body, s)
		if p.accept(";") && p.tok().kind != kNewline {
			continue
		}
		p.advance()
		return body
	}
}

// recover makes a Bad statement of what starts at start and failed, together
// with the block that follows it and the clauses that go on with that.
func (p *parser) recover(start int) Stmt {
	bad := &Bad{Error: p.errorAt, Message: p.message}
	p.failed = false
	for {
		p.skipLine()
		if !p.at("elif") && !p.at("else") && !p.at("except") && !p.at("finally") {
			break
		}
	}
	bad.place = p.from(start)
	return bad
}

// skipLine goes past the end of the line and an indented block after it.
func (p *parser) skipLine() {
	for !p.tok().kind.endsLine() {
		p.advance()
	}
	if p.tok().kind == kNewline {
		p.advance()
	}
	if p.tok().kind == kIndent {
		p.skipBlock()
	}
}

func (p *parser) skipBlock() {
	for open := 0; ; {
		switch p.tok().kind {
		case kIndent:
			open++
		case kDedent:
			open--
		case kEnd:
			return
		}
		p.advance()
		if open == 0 {
			return
		}
	}
}
