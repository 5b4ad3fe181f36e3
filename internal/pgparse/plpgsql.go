package pgparse

import (
	"fmt"

	"github.com/miglint/miglint/source"
	"github.com/miglint/miglint/sqlast"
)

// A body in PL/pgSQL is read in three steps. The reader finds its statements and
// the SQL in them by recursive descent over our own tokens, following
// src/pl/plpgsql/src/pl_gram.y of PostgreSQL 16, and makes steps of them
// (plpgsql_block.go, plpgsql_control.go, plpgsql_statement.go). Then the SQL is
// parsed, in the order written (plpgsql_sql.go). Last the steps become a
// sqlast.Routine, for which what EXECUTE runs is worked out (plpgsql_build.go,
// plpgsql_constant.go).

const (
	// maxInner is how deep SQL in strings is followed: a DO block in an EXECUTE in a
	// DO block.
	maxInner = 6
	// maxCopies is up to how many runs of a loop are written out.
	maxCopies = 64
	// maxNesting bounds how deep the blocks and control structures of a body are
	// nested.
	maxNesting = 250
)

// mostBuilt is how many bytes of SQL may be put together for what EXECUTE runs in
// a text of some size.
func mostBuilt(size int) int { return 256<<10 + 4*size }

// routineText is the body of a routine: the string constant quoted, a token of
// text, which is frag's text masked.
type routineText struct {
	at       source.Span // what is between the quotes
	frag     source.Fragment
	text     string
	quoted   Token
	language string
	depth    int // of the body
	given    map[string]string
}

// routineText is the string constant at token i as the body of a routine.
func (l *lowerer) routineText(i int, language string) routineText {
	t := routineText{at: l.content(i), frag: l.frag, text: l.text, language: language, depth: l.depth + 1}
	if i >= 0 && i < len(l.toks) {
		t.quoted = l.toks[i]
	} else {
		t.at = l.whole()
	}
	return t
}

// routine reads the body of a function whose parameters have the values given.
func (t routineText) routine(given map[string]string) *sqlast.Routine {
	t.given = given
	left := mostBuilt(t.quoted.End - t.quoted.Start)
	return t.read(nesting{t.depth, &left})
}

func (t routineText) read(n nesting) *sqlast.Routine {
	problem := func(message string) *sqlast.Routine {
		return &sqlast.Routine{Span: t.at, Problem: &sqlast.Problem{Kind: sqlast.TooComplex, Span: t.at, Message: message}}
	}
	if n.depth > maxInner {
		return problem(fmt.Sprintf("the body is more than %d strings deep, too deep to be analysed", maxInner))
	}
	body, ok := quotedText(t.frag, t.text, t.quoted)
	switch {
	case !ok:
		return problem("the body is a kind of string constant that is not analysed; quote it with $$")
	case t.language == "sql":
		return readSQLBody(t.at, body, n)
	case len(body.Text) > maxStatement:
		return problem(tooLong(maxStatement, "body"))
	}
	return readPLpgSQL(t.at, body, n, t.given)
}

// readPLpgSQL reads a body in PL/pgSQL. given are values of parameters, by name.
func readPLpgSQL(at source.Span, body source.Fragment, n nesting, given map[string]string) *sqlast.Routine {
	p := newInner(body, n)
	defer p.scratch.release()
	out := &sqlast.Routine{Span: at}
	p.mask()
	if at, why := unreadable(p.text); at >= 0 {
		out.Problem = p.unreadable(at, why)
		return out
	}
	r := newPLReader(p, nil)
	r.give(given)
	root := r.routine()
	if r.hopeless != nil {
		out.Problem = r.hopeless
	} else {
		r.parseSQL()
		out.Body = r.build(root)
	}
	out.Comments = p.res.Comments
	return out
}

// plReader reads the tokens of a body from pos on.
type plReader struct {
	*fileParser
	seen func(kind string, offset int)
	pos  int
	// pairs has for each opening bracket the one that closes it, see closes.
	pairs   []int32
	open    []construct // that the reader is in, outermost first
	plPlace             // where the reader is
	sqls    []*sqlStep  // in the order written
	// broken is set once the structure of the body turned out to be wrong: what
	// follows from that is no news. hopeless is set when nothing of it makes sense.
	broken   bool
	hopeless *sqlast.Problem

	// bound has the values of loops that are written out: the row that each is at.
	bound map[*loopValues]int
	// guessed is set when a literal that is not known has a place in the text being
	// put together.
	guessed bool
	// unresolved counts the EXECUTE that were not resolved so far.
	unresolved int
}

func newPLReader(p *fileParser, seen func(kind string, offset int)) *plReader {
	return &plReader{
		fileParser: p, seen: seen, bound: map[*loopValues]int{},
		plPlace: plPlace{region: &plRegion{hi: len(p.toks)}},
	}
}

// construct is what has an END.
type construct string

const (
	blockConstruct construct = "" // END
	ifConstruct    construct = "if"
	caseConstruct  construct = "case"
	loopConstruct  construct = "loop"
)

// The steps of a routine as the reader finds them.
type (
	plStep interface{}

	// sqlStep is SQL in the tokens of at.
	sqlStep struct {
		at   tokenSpan
		kind sqlKind
		// into is the INTO clause inside of a statement, which is no SQL.
		into tokenSpan
		// problem says why a broken step was not read; stmts is what was read.
		problem *sqlast.Problem
		stmts   []*sqlast.Statement
		plPlace // of EXECUTE
	}
	chooseStep struct {
		at    tokenSpan
		arms  [][]plStep
		total bool
	}
	loopStep struct {
		at    tokenSpan
		body  []plStep
		times int
		over  *loopValues // nil if it is not known what the loop goes over
	}
	protectedStep struct {
		at       tokenSpan
		body     []plStep
		handlers []plHandler
	}
	plHandler struct {
		conditions []string
		body       []plStep
	}
	// leaveStep and endStep are sqlast.Leave and EndTransaction.
	leaveStep struct {
		at        tokenSpan
		kind      sqlast.LeaveKind
		sometimes bool
	}
	endStep struct {
		at       tokenSpan
		rollback bool
	}
)

// sqlKind says what SQL a sqlStep is.
type sqlKind int

const (
	staticSQL  sqlKind = iota // a statement
	performSQL                // PERFORM: SELECT by another name
	expression                // an expression: SELECT is missing before it
	dynamicSQL                // the expression of EXECUTE
	brokenSQL                 // not read: it has a problem
)
