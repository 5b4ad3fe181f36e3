package pgparse

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// The parser is C. It cannot be stopped, and a stack overflow in it ends the
// process. So nothing is handed to it that is beyond these bounds.
const (
	// maxText is how much text is looked at. The tree of a text takes some 35
	// times its bytes.
	maxText = 64 << 20
	// maxStatement bounds one statement.
	maxStatement = 16 << 20
	// maxTokens bounds it too: a million sums take twice the time and memory of the
	// same bytes in an INSERT.
	maxTokens = 1_500_000
	// maxDepth bounds how deep the tree of a statement can be: brackets, and
	// operators, casts, joins and UNIONs in a row, each of which nests everything
	// to its left. At this depth the parser needs less than 2 MB of stack, what
	// a thread has at least under glibc.
	maxDepth = 2000
	// maxCommentDepth is where PostgreSQL's scanner, which takes quadratic time
	// for nested comments, no longer gets to see them.
	maxCommentDepth = 64
	// maxSigns bounds a run of + and -, which the scanner measures anew at every
	// byte of it.
	maxSigns = 64
)

// unreadable returns the first byte of text that PostgreSQL takes in no query, and
// why, or -1.
func unreadable(text string) (at int, why string) {
	nul := strings.IndexByte(text, 0)
	if nul >= 0 {
		text = text[:nul]
	}
	if !utf8.ValidString(text) {
		for i, r := range text {
			if r == utf8.RuneError {
				if _, n := utf8.DecodeRuneInString(text[i:]); n == 1 {
					return i, fmt.Sprintf("invalid UTF-8: byte 0x%02x; save the file as UTF-8", text[i])
				}
			}
		}
	}
	if nul >= 0 {
		return nul, "NUL byte: PostgreSQL reads a query only up to it; remove it, or save the file as UTF-8"
	}
	return -1, ""
}

// tooComplex says where in a statement's tokens its tree may become deeper than
// is safe: the position of a token, and a message; -1 if nowhere.
func (s *scratch) tooComplex(text string, toks []Token) (int, string) {
	if n := len(toks); n > 0 && toks[n-1].End-toks[0].Start > maxStatement {
		return 0, tooLong(maxStatement, "statement")
	}
	if len(toks) > maxTokens {
		return 0, fmt.Sprintf("the statement has more than %d words and signs, too many to be analysed", maxTokens)
	}
	d := depth{levels: append(s.levels[:0], level{})}
	defer func() { s.levels = d.levels }()
	signs := 0
	for i := range toks {
		signs = signRun(text, toks, i, signs)
		if signs > maxSigns {
			return i, fmt.Sprintf("more than %d signs in a row are too many to be analysed", maxSigns)
		}
		d.add(text, toks, i)
		if d.total > maxDepth {
			return i, fmt.Sprintf("the statement is nested more than %d levels deep, too deep to be analysed", maxDepth)
		}
	}
	return -1, ""
}

func tooLong(most int, what string) string {
	return fmt.Sprintf("the %s is longer than %d MB, too long to be analysed", what, most>>20)
}

// signRun is the length of the run of adjacent + and - that ends with token i,
// when that before it was run.
func signRun(text string, toks []Token, i, run int) int {
	t := toks[i]
	if t.Kind != Operator || t.End != t.Start+1 || text[t.Start] != '+' && text[t.Start] != '-' {
		return 0
	}
	if i > 0 && toks[i-1].End == t.Start {
		return run + 1
	}
	return 1
}

// depth follows how deep the tree gets. It may overrate it, but never underrates
// it.
type depth struct {
	levels []level // one per open bracket and CASE, and the statement's own
	total  int     // what is open now: a level each, and what is in them
}

// level is one bracket. What stands between two commas, AND or OR in it is an
// element: elements are side by side in the tree, an operator nests what is left
// of it in its element. Joins and set operations nest elements.
type level struct {
	open               byte // '(' '[' 'c' for CASE
	chain, joins, sets int
	maxChain, maxJoins int // of the elements and FROM items so far
}

func (l *level) depth() int {
	return max(l.chain, l.maxChain) + max(l.joins, l.maxJoins) + l.sets
}

func (d *depth) top() *level { return &d.levels[len(d.levels)-1] }

func (d *depth) add(text string, toks []Token, i int) {
	switch t := toks[i]; t.Kind {
	case Operator:
		d.link(1)
	case Punct:
		switch c := text[t.Start]; c {
		case '(', '[':
			d.open(c)
		case ')', ']':
			for d.close() == 'c' {
			}
		case ',':
			d.element()
			d.fromItem()
		case ';':
			d.total -= d.top().depth()
			*d.top() = level{open: d.top().open}
		}
	case Ident:
		// After a dot a key word is a name.
		if i == 0 || text[toks[i-1].Start] != '.' {
			d.word(text[t.Start:t.End])
		}
	}
}

// word counts the key words that nest. Others may be key words as well: counting
// one too many does no harm.
func (d *depth) word(w string) {
	if len(w) < 2 || len(w) > 9 {
		return
	}
	is := func(s string) bool { return foldEqual(w, s) }
	switch w[0] | 0x20 {
	case 'a':
		if is("and") {
			d.element()
		} else if is("at") {
			d.link(1)
		}
	case 'o':
		if is("or") {
			d.element()
		} else if is("operator") || is("overlaps") {
			d.link(1)
		}
	case 'c':
		if is("case") {
			d.open('c')
		} else if is("collate") {
			d.link(1)
		}
	case 'e':
		if is("end") {
			if d.top().open == 'c' {
				d.close()
			}
		} else if is("except") {
			d.set()
		}
	case 'i':
		switch {
		case is("intersect"):
			d.set()
		case is("is") || is("in") || is("ilike") || is("isnull"):
			d.link(1)
		}
	case 'j':
		if is("join") {
			d.join()
		}
	case 'u':
		if is("union") {
			d.set()
		}
	case 'n', 'l', 'b':
		if is("not") || is("notnull") || is("like") || is("between") {
			d.link(1)
		}
	case 's':
		// A sub-select takes twice the stack of any other bracket.
		if is("select") || is("similar") {
			d.link(1)
		}
	}
}

// link nests what is left of it n times.
func (d *depth) link(n int) {
	l := d.top()
	before := l.depth()
	l.chain += n
	d.total += l.depth() - before
}

func (d *depth) open(c byte) {
	d.levels = append(d.levels, level{open: c})
	d.total++
}

// close ends a level and returns what opened it, or 0 if none was open. What is
// in it becomes an operand of the element around it.
func (d *depth) close() byte {
	if len(d.levels) == 1 {
		return 0
	}
	l := *d.top()
	d.levels = d.levels[:len(d.levels)-1]
	d.total -= l.depth() + 1
	d.link(l.depth() + 1)
	return l.open
}

// element ends an element, fromItem an item of FROM.
func (d *depth) element() {
	l := d.top()
	l.chain, l.maxChain = 0, max(l.chain, l.maxChain)
}

func (d *depth) fromItem() {
	l := d.top()
	l.joins, l.maxJoins = 0, max(l.joins, l.maxJoins)
}

func (d *depth) join() {
	l := d.top()
	before := l.depth()
	l.joins++
	d.total += l.depth() - before
}

// set is UNION, INTERSECT or EXCEPT, whose two sides are elements.
func (d *depth) set() {
	d.element()
	d.fromItem()
	d.total++
	d.top().sets++
}
