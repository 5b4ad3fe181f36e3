package pgparse

import (
	"errors"

	pg_query "github.com/pganalyze/pg_query_go/v5"
	"github.com/pganalyze/pg_query_go/v5/parser"

	"github.com/miglint/miglint/source"
	"github.com/miglint/miglint/sqlast"
)

// lowerInput is one parsed statement on its way to becoming ops.
type lowerInput struct {
	frag source.Fragment
	raw  *pg_query.RawStmt
	// text is what was parsed: frag's text with fillers of equal length for what
	// PostgreSQL's grammar does not know, so that its offsets are frag's.
	text string
	toks []Token // the statement's tokens, without comments and semicolon; offsets into text
	// base is added to the node locations of raw to get offsets into text. It is
	// not zero when raw was parsed from a piece of text.
	base     int
	rewrites []rewrite // newer grammar that the fillers hide, in order; see newer.go
}

// Parse reads SQL text. It never fails: what cannot be read is a statement with a
// Problem. Spans are in frag's file.
func Parse(frag source.Fragment, opt Options) Result {
	p := &fileParser{frag: frag, text: frag.Text}
	p.lex()
	if p.parseWhole() {
		return p.res
	}
	for _, piece := range split(p.text, p.toks) {
		p.parsePiece(piece)
	}
	return p.res
}

// fileParser is the state of one Parse.
type fileParser struct {
	frag source.Fragment
	text string
	toks []Token // without comments
	res  Result
	// commentToks are the tokens of res.Comments.
	commentToks []Token
	// commented is how many of res.Comments belong to statements so far.
	commented int
}

// lex fills toks and res.Comments.
func (p *fileParser) lex() {
	p.toks = Lex(p.text, make([]Token, 0, len(p.text)/6+8))
	kept := p.toks[:0]
	for _, t := range p.toks {
		if t.Kind == LineComment || t.Kind == BlockComment {
			p.commentToks = append(p.commentToks, t)
			p.res.Comments = append(p.res.Comments, p.comment(t))
			continue
		}
		kept = append(kept, t)
	}
	p.toks = kept
}

// parseWhole parses the text in one go and reports whether PostgreSQL's grammar
// accepted it.
func (p *fileParser) parseWhole() bool {
	tree, err := pg_query.Parse(p.text)
	if err != nil {
		return false
	}
	p.lowerAll(tree.Stmts, piece{lo: 0, hi: len(p.toks)}, 0, p.text, nil)
	return true
}

// parsePiece parses one statement of a text that is not right as a whole.
func (p *fileParser) parsePiece(pc piece) {
	start, end := p.toks[pc.lo].Start, p.toks[pc.hi-1].End
	tree, err := pg_query.Parse(p.text[start:end])
	if err != nil {
		p.fail(pc, p.syntaxError(pc, start, err))
		return
	}
	p.lowerAll(tree.Stmts, pc, start, p.text, nil)
}

// lowerAll makes a statement of each of stmts, which were parsed from text[base:]
// and whose tokens are in pc.
func (p *fileParser) lowerAll(stmts []*pg_query.RawStmt, pc piece, base int, text string, rewrites []rewrite) {
	lo := pc.lo
	for _, raw := range stmts {
		start := base + int(raw.StmtLocation)
		for lo < pc.hi && p.toks[lo].Start < start {
			lo++
		}
		hi := pc.hi
		if raw.StmtLen > 0 {
			for hi = lo; hi < pc.hi && p.toks[hi].Start < start+int(raw.StmtLen); {
				hi++
			}
		} else if hi > lo && p.isSemicolon(hi-1) {
			hi--
		}
		if lo == hi {
			continue
		}
		ops := lowerStatement(lowerInput{
			frag: p.frag, raw: raw, text: text, toks: p.toks[lo:hi:hi], base: base, rewrites: rewrites,
		})
		p.emit(lo, hi, ops, nil)
		lo = hi
	}
}

// fail records a statement that cannot be read.
func (p *fileParser) fail(pc piece, problem *sqlast.Problem) {
	hi := pc.hi
	if p.isSemicolon(hi - 1) {
		hi--
	}
	if pc.lo < hi {
		p.emit(pc.lo, hi, nil, problem)
	}
}

// emit records a statement made of the tokens [lo, hi).
func (p *fileParser) emit(lo, hi int, ops []sqlast.Op, problem *sqlast.Problem) {
	start, end := p.toks[lo].Start, p.toks[hi-1].End
	p.res.Statements = append(p.res.Statements, &sqlast.Statement{
		Span:     p.frag.Span(start, end),
		Text:     p.frag.Text[start:end],
		Ops:      ops,
		Comments: p.takeComments(hi),
		Problem:  problem,
	})
}

func (p *fileParser) isSemicolon(i int) bool { return isSemicolon(p.text, p.toks[i]) }

func isSemicolon(text string, t Token) bool {
	return t.Kind == Punct && text[t.Start] == ';'
}

// syntaxError is the parser's opinion about the piece of text at start.
func (p *fileParser) syntaxError(pc piece, start int, err error) *sqlast.Problem {
	problem := &sqlast.Problem{Kind: sqlast.SyntaxError, Message: err.Error()}
	var perr *parser.Error
	if !errors.As(err, &perr) {
		// The tree is too deep to be decoded.
		problem.Kind = sqlast.TooComplex
		problem.Span = p.frag.Span(start, p.toks[pc.hi-1].End)
		problem.Message = "the statement is nested too deeply to be analysed"
		return problem
	}
	at := pc.hi - 1
	if perr.Cursorpos > 0 {
		offset := start + byteOffset(p.text[start:], perr.Cursorpos-1)
		for at = pc.lo; at < pc.hi-1 && p.toks[at].End <= offset; {
			at++
		}
	}
	problem.Span = p.frag.Span(p.toks[at].Start, p.toks[at].End)
	return problem
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
