package pgparse

import (
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v5"
	"github.com/pganalyze/pg_query_go/v5/parser"

	"github.com/miglint/miglint/sqlast"
)

// What follows deals with a text that cannot be parsed as a whole: it is parsed
// statement by statement, and each that fails is given a second chance.

// attempt is one try to parse a statement.
type attempt struct {
	stmts []*pg_query.RawStmt
	// at is where the parser gave up, an offset into the text, and message why;
	// message is "" if it did not. deep is set when the tree is too deep for it.
	at      int
	message string
	deep    bool
}

// maxHoleTries bounds how many fillers are tried for the placeholders of one
// statement.
const maxHoleTries = 16

// parsePiece parses one statement of a text that is not right as a whole.
func (p *fileParser) parsePiece(pc piece) {
	if problem := p.refuse(pc); problem != nil {
		p.fail(pc, problem)
		return
	}
	start, end := p.toks[pc.lo].Start, p.toks[pc.hi-1].End
	text := p.text[start:end]
	first := parseText(text, start)
	if first.message == "" {
		p.lowerAll(first.stmts, pc, start, nil)
		return
	}
	best := first
	newer, rewrites := rewriteNewer(p.text, p.toks[pc.lo:pc.hi])
	if len(rewrites) > 0 {
		text = newer
		if best = parseText(text, start); best.message == "" {
			p.lowerAll(best.stmts, pc, start, rewrites)
			return
		}
	}
	holes := p.holesIn(start, end)
	if verbs := p.verbs(pc); len(verbs) > 0 {
		with := []byte(text)
		for _, v := range verbs {
			mask{v.start - start, v.end - start, identifier}.write(with)
		}
		text = string(with)
		if best = parseText(text, start); best.message == "" {
			p.lowerAll(best.stmts, pc, start, rewrites)
			return
		}
		holes = inPlace(append(slices.Clone(holes), verbs...))
	}
	if len(holes) > 0 {
		p.parseHoles(pc, text, best, holes, rewrites)
		return
	}
	// The later of the two errors is the user's, unless it is about a filler.
	if best.at < first.at || inRewrite(rewrites, best.at) {
		best = first
	}
	p.fail(pc, p.syntaxError(pc, best))
}

// refuse is the Problem of a statement that is not handed to the parser, or nil.
func (p *fileParser) refuse(pc piece) *sqlast.Problem {
	if t := p.toks[pc.hi-1]; t.Kind == Unterminated {
		return &sqlast.Problem{Kind: sqlast.SyntaxError, Span: p.frag.Span(t.Start, t.End), Message: unterminated(p.text[t.Start:t.End])}
	}
	at, why := p.tooComplex(p.text, p.toks[pc.lo:pc.hi])
	if at < 0 {
		return nil
	}
	t := p.toks[pc.lo+at]
	return &sqlast.Problem{Kind: sqlast.TooComplex, Span: p.frag.Span(t.Start, t.End), Message: why}
}

// unterminated is PostgreSQL's message about a quote or comment that is not
// closed.
func unterminated(token string) string {
	what := "quoted string"
	switch {
	case strings.HasPrefix(token, "/*"):
		return "unterminated /* comment"
	case token[0] == '$':
		what = "dollar-quoted string"
	case token[0] == '"' || strings.HasPrefix(token[1:], `&"`):
		what = "quoted identifier"
	}
	return shorten(fmt.Sprintf("unterminated %s at or near %q", what, firstLine(token)))
}

// parseText parses a piece of text that begins at start.
func parseText(text string, start int) attempt {
	tree, err := pg_query.Parse(text)
	if err == nil {
		return attempt{stmts: tree.Stmts}
	}
	var perr *parser.Error
	if !errors.As(err, &perr) || strings.HasPrefix(perr.Message, "memory exhausted") {
		return attempt{at: start, message: "the statement is nested too deep to be analysed", deep: true}
	}
	a := attempt{at: start + len(text), message: shorten(perr.Message)}
	if perr.Cursorpos > 0 {
		a.at = start + byteOffset(text, perr.Cursorpos-1)
	}
	return a
}

// byteOffset is the byte offset of the n-th character of text.
func byteOffset(text string, n int) int {
	for i := range text {
		if n == 0 {
			return i
		}
		n--
	}
	return len(text)
}

// shorten makes a message of PostgreSQL, which may quote a whole function body,
// fit for a line.
func shorten(message string) string { return shortenTo(message, 160) }

func shortenTo(message string, most int) string {
	message = firstLine(message)
	if len(message) <= most {
		return message
	}
	return strings.ToValidUTF8(message[:most], "") + "…"
}

func firstLine(s string) string {
	if i := strings.IndexAny(s, "\r\n"); i >= 0 {
		return s[:i] + "…"
	}
	return s
}

// syntaxError is what the parser's refusal of the piece says to the user.
func (p *fileParser) syntaxError(pc piece, a attempt) *sqlast.Problem {
	first, last := p.toks[pc.lo], p.toks[pc.hi-1]
	if a.deep {
		return &sqlast.Problem{Kind: sqlast.TooComplex, Span: p.frag.Span(first.Start, last.End), Message: a.message}
	}
	problem := &sqlast.Problem{Kind: sqlast.SyntaxError, Message: a.message, Span: p.frag.Span(last.Start, last.End)}
	for _, t := range p.toks[pc.lo:pc.hi] {
		if a.at < t.End {
			problem.Span = p.frag.Span(max(t.Start, a.at), t.End)
			break
		}
	}
	return problem
}

// verbs returns the %s and the like, of a text that fmt.Sprintf fills in, in a
// statement that the parser refused as it is.
func (p *fileParser) verbs(pc piece) []hole {
	var holes []hole
	for i := pc.lo; i+1 < pc.hi; i++ {
		t, next := p.toks[i], p.toks[i+1]
		if t.End != next.Start || next.End != next.Start+1 || p.text[t.Start:t.End] != "%" || strings.IndexByte("sdvqIL", p.text[next.Start]) < 0 {
			continue
		}
		h := hole{mask{t.Start, next.End, identifier}, p.text[t.Start:next.End]}
		holes = append(holes, h)
		p.res.Holes = append(p.res.Holes, Hole{Span: p.frag.Span(h.start, h.end), Name: h.name})
	}
	return holes
}

// inPlace sorts placeholders by where they stand.
func inPlace(holes []hole) []hole {
	slices.SortFunc(holes, func(a, b hole) int { return a.start - b.start })
	return holes
}

// holesIn returns the placeholders without a value in text[start:end].
func (p *fileParser) holesIn(start, end int) []hole {
	lo := sort.Search(len(p.holes), func(i int) bool { return p.holes[i].start >= start })
	hi := sort.Search(len(p.holes), func(i int) bool { return p.holes[i].start >= end })
	return p.holes[lo:hi]
}

// parseHoles parses a statement that the parser refused, and that has
// placeholders. Each stood in as an identifier; where the parser stops at one, a
// number and then a string take its place.
func (p *fileParser) parseHoles(pc piece, text string, a attempt, holes []hole, rewrites []rewrite) {
	start := p.toks[pc.lo].Start
	tried := map[int]filler{}
	for range maxHoleTries {
		i := holeAt(holes, a.at)
		if i < 0 || holes[i].fill != identifier || tried[i] == literal {
			break
		}
		fill := number
		if tried[i] == number {
			fill = literal
		}
		tried[i] = fill
		with := []byte(text)
		mask{holes[i].start - start, holes[i].end - start, fill}.write(with)
		text = string(with)
		if a = parseText(text, start); a.message == "" {
			p.lowerAll(a.stmts, pc, start, rewrites)
			return
		}
	}
	if n := p.leading(pc, holes); n > 0 {
		p.failHole(piece{pc.lo, pc.lo + n}, holes[0])
		p.parsePiece(piece{pc.lo + n, pc.hi})
		return
	}
	at := max(0, holeAt(holes, a.at))
	p.failHole(pc, holes[at])
}

// leading is how many tokens at the start of a statement are template actions
// on lines of their own, before SQL: they are not part of it.
func (p *fileParser) leading(pc piece, holes []hole) int {
	n := 0
	for n < len(holes) && pc.lo+n+1 < pc.hi {
		h, t, next := holes[n], p.toks[pc.lo+n], p.toks[pc.lo+n+1]
		if t.Start != h.start || t.End != h.end || isSemicolon(p.text, next) || !strings.ContainsAny(p.text[t.End:next.Start], "\r\n") {
			break
		}
		n++
	}
	return n
}

func (p *fileParser) failHole(pc piece, h hole) {
	p.fail(pc, &sqlast.Problem{
		Kind: sqlast.UnresolvedSQL,
		Span: p.frag.Span(h.start, h.end),
		Message: fmt.Sprintf("the placeholder %s hides what is sent; give its value to have the statement analysed",
			shorten(p.frag.Text[h.start:h.end])),
	})
}

// holeAt returns the placeholder at an offset, or -1.
func holeAt(holes []hole, at int) int {
	for i, h := range holes {
		if h.start <= at && at < h.end {
			return i
		}
	}
	return -1
}
