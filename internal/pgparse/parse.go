package pgparse

import (
	"slices"
	"sort"
	"strings"
	"sync"

	pg_query "github.com/pganalyze/pg_query_go/v5"

	"github.com/miglint/miglint/source"
	"github.com/miglint/miglint/sqlast"
)

// lowerInput is one parsed statement on its way to becoming ops.
type lowerInput struct {
	frag source.Fragment
	raw  *pg_query.RawStmt
	// text is frag's text with what is not SQL (placeholders, psql's commands,
	// data) masked by fillers of equal length: toks are its tokens. The tree may
	// come from yet another text of that length, in which rewrites hide newer
	// grammar.
	text string
	toks []Token // the statement's tokens, without comments and semicolon; offsets into text
	// base is added to the node locations of raw to get offsets into text. It is
	// not zero when raw was parsed from a piece of text.
	base int
	nesting
	rewrites []rewrite // newer grammar that the tree does not show, in order; see newer.go
}

// wholeText is up to what length a text is parsed in one go. A longer one is
// parsed in parts, so that not all of its tree is in memory at once.
const wholeText = 1 << 20

// Parse reads SQL text. It never fails: what cannot be read is a statement with a
// Problem. Spans are in frag's file. It is safe for concurrent use.
func Parse(frag source.Fragment, opt Options) Result {
	p := &fileParser{opt: opt, written: frag, frag: frag, scratch: scratches.Get().(*scratch)}
	left := mostBuilt(len(frag.Text))
	p.left = &left
	defer p.scratch.release()
	if len(frag.Text) > maxText {
		p.emitUnreadable(0, tooLong(maxText, "text"))
		return p.res
	}
	if len(opt.Placeholders) > 0 {
		p.values = expand(frag, opt.Placeholders)
		p.frag = p.values.Fragment
	}
	p.parse()
	return p.res
}

// parseInner reads SQL that stands inside a statement: as a string that EXECUTE
// runs, or as the body of a routine.
func parseInner(frag source.Fragment, n nesting) Result {
	p := newInner(frag, n)
	defer p.scratch.release()
	p.parse()
	return p.res
}

func newInner(frag source.Fragment, n nesting) *fileParser {
	return &fileParser{written: frag, frag: frag, nesting: n, scratch: scratches.Get().(*scratch)}
}

// nesting is where SQL text stands. psql's commands and the data of COPY are in
// files only.
type nesting struct {
	depth int // how many statements the text is inside of: 0 for a file
	// left is how many bytes of SQL may still be put together for EXECUTE, for all
	// of the file or routine.
	left *int
}

func (n nesting) inside() nesting { return nesting{n.depth + 1, n.left} }

func (p *fileParser) parse() {
	p.mask()
	if at, why := unreadable(p.text); at >= 0 {
		p.parseReadable(at, why)
		return
	}
	p.parseAll()
}

// fileParser is the state of one Parse.
type fileParser struct {
	opt     Options
	written source.Fragment // as written, with its placeholders
	values  expansion       // what became of it, if placeholders have values
	frag    source.Fragment // what is parsed
	text    string          // its text, masked
	toks    []Token         // without comments
	res     Result
	// comments are the tokens of res.Comments.
	comments []Token
	// commented is how many of them belong to statements so far.
	commented int
	holes     []hole // that have no value, in order
	nesting
	*scratch
}

// scratch is memory that one Parse leaves to the next. Nothing in a Result points
// into it.
type scratch struct {
	buffer []Token
	levels []level
	tree   decoder
}

var scratches = sync.Pool{New: func() any { return new(scratch) }}

// maxScratch is how many tokens are kept for the next text.
const maxScratch = 1 << 14

func (s *scratch) release() {
	if cap(s.buffer) <= maxScratch && cap(s.levels) <= maxScratch {
		scratches.Put(s)
	}
}

// mask fills text, toks and what Result notes beside statements.
func (p *fileParser) mask() {
	p.text = p.frag.Text
	m := masker{scanner: scanner{text: p.text}, psql: p.opt.PSQL, inner: p.depth > 0}
	m.toks = slices.Grow(p.buffer[:0], len(p.text)/5+8)
	const bom = "\uFEFF"
	if len(p.text) >= len(bom) && p.text[:len(bom)] == bom {
		m.masks = append(m.masks, mask{0, len(bom), blank})
		m.pos = len(bom)
	}
	m.scan()
	if len(m.actions) > 0 {
		for _, b := range m.chooseBranches(p.opt.Placeholders) {
			text := p.text[b.start:b.end]
			blanks := len(text) - len(strings.TrimLeft(text, " \t\r\n"))
			p.res.Branches = append(p.res.Branches, p.frag.Span(b.start+blanks, b.start+len(strings.TrimRight(text, " \t\r\n"))))
		}
	}
	if len(m.masks)+len(m.holes) > 0 {
		p.remask(&m)
	}
	p.toks, p.comments, p.holes = m.toks, m.comments, m.holes
	p.buffer = p.toks
	for _, t := range m.meta {
		p.res.Meta = append(p.res.Meta, p.frag.Span(t.Start, t.End))
	}
	for _, t := range m.data {
		p.res.CopyData = append(p.res.CopyData, p.frag.Span(t.Start, t.End))
	}
	p.noteHoles()
	if len(p.comments) > 0 {
		p.res.Comments = make([]sqlast.Comment, len(p.comments))
		for i, t := range p.comments {
			p.res.Comments[i] = p.comment(t)
		}
	}
}

// remask writes the fillers and reads the tokens again.
func (p *fileParser) remask(m *masker) {
	text := []byte(p.text)
	for _, k := range m.masks {
		k.write(text)
	}
	for _, h := range m.holes {
		h.write(text)
	}
	p.text = string(text)
	m.toks = m.toks[:0]
	s := scanner{text: p.text}
	for t, ok := s.next(); ok; t, ok = s.next() {
		if t.Kind != LineComment && t.Kind != BlockComment {
			m.toks = append(m.toks, t)
		}
	}
}

func (p *fileParser) noteHoles() {
	p.res.Holes = p.values.holes
	for _, h := range p.holes {
		p.res.Holes = append(p.res.Holes, Hole{Span: p.frag.Span(h.start, h.end), Name: holeName(h.name)})
	}
	sort.SliceStable(p.res.Holes, func(i, j int) bool {
		return p.res.Holes[i].Span.Start < p.res.Holes[j].Span.Start
	})
}

// parseAll parses the text as a whole, or in parts if it is long, and statement by
// statement where that fails.
func (p *fileParser) parseAll() {
	all := piece{lo: 0, hi: len(p.toks)}
	if len(p.text) <= wholeText {
		if !p.parseRun(all) {
			for _, pc := range split(p.text, p.toks) {
				p.parsePiece(pc)
			}
		}
		return
	}
	pieces := split(p.text, p.toks)
	for len(pieces) > 0 {
		n, size := 1, p.size(pieces[0])
		for n < len(pieces) && size+p.size(pieces[n]) <= wholeText/4 {
			size += p.size(pieces[n])
			n++
		}
		if n == 1 || !p.parseRun(piece{pieces[0].lo, pieces[n-1].hi}) {
			for _, pc := range pieces[:n] {
				p.parsePiece(pc)
			}
		}
		pieces = pieces[n:]
	}
}

func (p *fileParser) size(pc piece) int { return p.toks[pc.hi-1].End - p.toks[pc.lo].Start }

// parseRun parses several statements in one go and reports whether PostgreSQL's
// grammar accepted them.
func (p *fileParser) parseRun(pc piece) bool {
	if pc.lo == pc.hi {
		return true
	}
	toks := p.toks[pc.lo:pc.hi]
	if toks[len(toks)-1].Kind == Unterminated {
		return false
	}
	if at, _ := p.tooComplex(p.text, toks); at >= 0 {
		return false
	}
	start, end := toks[0].Start, toks[len(toks)-1].End
	stmts, err := p.tree.parse(p.text[start:end], toks, start)
	if err != nil {
		return false
	}
	p.lowerAll(stmts, pc, start, nil)
	p.tree.reset()
	return true
}

// lowerAll makes a statement of each of stmts, which were parsed from the text at
// base and whose tokens are in pc.
func (p *fileParser) lowerAll(stmts []*pg_query.RawStmt, pc piece, base int, rewrites []rewrite) {
	var l lowerer
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
		} else if hi > lo && isSemicolon(p.text, p.toks[hi-1]) {
			hi--
		}
		if lo == hi {
			continue
		}
		ops := l.lower(lowerInput{
			frag: p.frag, raw: raw, text: p.text, toks: p.toks[lo:hi:hi], base: base, nesting: p.nesting, rewrites: rewrites,
		})
		p.emit(lo, hi, ops, nil)
		p.noteNewer(p.toks[lo].Start, p.toks[hi-1].End, rewrites)
		lo = hi
	}
}

// noteNewer tells the last statement, of some bytes, what of its grammar is the
// newest.
func (p *fileParser) noteNewer(start, end int, rewrites []rewrite) {
	s := p.res.Statements[len(p.res.Statements)-1]
	for _, r := range rewrites {
		if start <= r.start && r.start < end && (s.Newer == nil || s.Newer.Major < r.since) {
			s.Newer = &sqlast.Newer{Major: r.since, Span: p.frag.Span(r.start, r.end)}
		}
	}
}

// emit records a statement made of the tokens [lo, hi).
func (p *fileParser) emit(lo, hi int, ops []sqlast.Op, problem *sqlast.Problem) {
	start, end := p.toks[lo].Start, p.toks[hi-1].End
	from, to := p.values.original(start, end)
	p.res.Statements = append(p.res.Statements, &sqlast.Statement{
		Span:     p.frag.Span(start, end),
		Text:     p.written.Text[from:to],
		Ops:      ops,
		Comments: p.takeComments(hi),
		Problem:  problem,
	})
}

// fail records a statement that cannot be read.
func (p *fileParser) fail(pc piece, problem *sqlast.Problem) {
	hi := pc.hi
	if isSemicolon(p.text, p.toks[hi-1]) {
		hi--
	}
	if pc.lo < hi {
		p.emit(pc.lo, hi, nil, problem)
	}
}

func isSemicolon(text string, t Token) bool {
	return t.Kind == Punct && text[t.Start] == ';'
}
