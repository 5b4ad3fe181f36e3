package migration

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/miglint/miglint/internal/pgparse"
	"github.com/miglint/miglint/source"
	"github.com/miglint/miglint/sqlast"
)

// section is a stretch of a file that belongs to one direction.
type section struct {
	start, end int
	pieces     []piece      // in order; they do not overlap
	cuts       []source.Cut // what the framework replaces before it sends the file, in file offsets
}

// fragment is the section as the framework sees it.
func (s section) fragment(f *source.File) source.Fragment {
	frag := source.FileFragment(f, s.start, s.end)
	var cuts []source.Cut
	for _, c := range s.cuts {
		if s.start <= c.Start && c.End <= s.end {
			cuts = append(cuts, source.Cut{Start: c.Start - s.start, End: c.End - s.start, New: c.New})
		}
	}
	if cuts == nil {
		return frag
	}
	return frag.Splice(cuts)
}

// piece is what the framework sends in one round trip. A piece of shape
// PerStatement that holds several statements is sent as one query and becomes
// Implicit. A whole piece is what the framework does not cut: if its shape is
// PerStatement, each statement is sent on its own.
type piece struct {
	start, end int
	tx         TxShape
	whole      bool
}

// runner is what a framework does with SQL that matters to how it is read.
type runner struct {
	title string
	psql  bool // psql runs it: meta-commands and COPY data are fine
	copy  bool // it feeds COPY … FROM STDIN from the file
	// literal is set when it fills in no placeholders: what looks like one reaches
	// the server as it is.
	literal bool
	// cutRule, begin, end and remedy are for a framework that cuts files into
	// statements by rules of its own: the rule that reports a statement cut in the
	// middle, the lines that keep it whole, and what to do.
	cutRule, begin, end, remedy string
}

// script reads the sections of one direction. Problems are about the SQL as this
// runner sees it.
func (r runner) script(f *source.File, opts Options, sections ...section) (*Script, []Problem) {
	s := &Script{File: f, Span: f.Span(sections[0].start, sections[len(sections)-1].end)}
	var problems []Problem
	for _, sec := range sections {
		res := pgparse.Parse(sec.fragment(f), pgparse.Options{PSQL: r.psql, Placeholders: opts.Placeholders})
		s.Comments = append(s.Comments, res.Comments...)
		s.Batches = append(s.Batches, batches(sec.pieces, res.Statements)...)
		problems = append(problems, unreadableText(res)...)
		problems = append(problems, r.psqlOnly(res)...)
		problems = append(problems, r.cuts(f, sec.pieces, res)...)
		problems = append(problems, r.template(res)...)
	}
	return s, problems
}

// entire is the script of a file that is one section and one piece.
func (r runner) entire(f *source.File, opts Options, tx TxShape) (*Script, []Problem) {
	return r.script(f, opts, section{end: len(f.Text), pieces: []piece{{0, len(f.Text), tx, true}}})
}

// batches hands the statements to the pieces they start in. Statements outside
// all pieces are not sent.
func batches(pieces []piece, stmts []*sqlast.Statement) []Batch {
	bs := make([]Batch, 0, min(len(pieces), len(stmts)))
	for _, p := range pieces {
		for len(stmts) > 0 && stmts[0].Span.Start < p.start {
			stmts = stmts[1:]
		}
		n := 0
		for n < len(stmts) && stmts[n].Span.Start < p.end {
			n++
		}
		switch {
		case n == 0:
		case p.tx == PerStatement && p.whole:
			for i := range n {
				bs = append(bs, Batch{stmts[i : i+1 : i+1], PerStatement})
			}
		case p.tx == PerStatement && n > 1:
			bs = append(bs, Batch{stmts[:n:n], Implicit})
		default:
			bs = append(bs, Batch{stmts[:n:n], p.tx})
		}
		stmts = stmts[n:]
	}
	return bs
}

// eachAlone cuts batches into statements of the same shape.
func eachAlone(bs []Batch) []Batch {
	var alone []Batch
	for _, b := range bs {
		for i := range b.Stmts {
			alone = append(alone, Batch{b.Stmts[i : i+1 : i+1], b.Tx})
		}
	}
	return alone
}

// unreadableText reports the bytes that no query may have.
func unreadableText(res pgparse.Result) []Problem {
	var problems []Problem
	for _, stmt := range res.Statements {
		if p := stmt.Problem; p != nil && p.Kind == sqlast.UnreadableText {
			problems = append(problems, Problem{Rule: "unreadable-file", Span: p.Span, Message: p.Message})
		}
	}
	return problems
}

// psqlOnly reports what only psql understands in files that a driver sends.
func (r runner) psqlOnly(res pgparse.Result) []Problem {
	if r.psql {
		return nil
	}
	var problems []Problem
	report := func(spans []source.Span, what string) {
		for _, at := range spans {
			problems = append(problems, Problem{Rule: "psql-only-syntax", Span: at,
				Message: fmt.Sprintf("%s is for psql: %s sends the file to the server, which fails here with a syntax error", what, r.title)})
		}
	}
	report(res.Meta, "a backslash command")
	if !r.copy {
		report(res.CopyData, "data after COPY … FROM STDIN")
	}
	return problems
}

// cuts reports statements and comments that the framework's own splitter ends
// in the middle. Each is reported once, at its first cut.
func (r runner) cuts(f *source.File, pieces []piece, res pgparse.Result) []Problem {
	if r.cutRule == "" {
		return nil
	}
	var problems []Problem
	stmts, comments := res.Statements, res.Comments
	for _, p := range pieces {
		for len(stmts) > 0 && stmts[0].Span.End <= p.end {
			stmts = stmts[1:]
		}
		for len(comments) > 0 && comments[0].Span.End <= p.end {
			comments = comments[1:]
		}
		if len(stmts) > 0 && within(stmts[0].Span, p) && stmts[0].Problem == nil {
			problems = append(problems, r.cut(f, stmts[0].Span, p.end, "statement"))
			stmts = stmts[1:]
		}
		if len(comments) > 0 && within(comments[0].Span, p) {
			problems = append(problems, r.cut(f, comments[0].Span, p.end, "comment"))
			comments = comments[1:]
		}
	}
	return problems
}

func within(s source.Span, p piece) bool { return p.start <= s.Start && s.Start < p.end }

func (r runner) cut(f *source.File, at source.Span, end int, what string) Problem {
	semicolon := end - 1
	for semicolon > at.Start && f.Text[semicolon] != ';' {
		semicolon--
	}
	problem := Problem{
		Rule:       r.cutRule,
		Span:       at,
		Message:    fmt.Sprintf("%s ends this %s at a semicolon inside it and sends the two parts separately: %s", r.title, what, r.remedy),
		Related:    f.Span(semicolon, semicolon+1),
		RelatedMsg: "it is cut here",
	}
	if what == "statement" && r.begin != "" {
		if at.End < len(f.Text) && f.Text[at.End] == ';' {
			problem.Span.End++
		}
		problem.Suggestion = r.begin + "\n" + problem.Span.Text() + "\n" + r.end
	}
	return problem
}

// span is where messages about a migration as a whole point: the start of its
// first file.
func (m *Migration) span() source.Span { return m.Files[0].Span(0, 0) }

// unread is the script of a file that is no text.
func unread(f *source.File) *Script { return &Script{File: f, Span: f.Span(0, len(f.Text))} }

// sortProblems puts problems in the order of the text.
func sortProblems(ps []Problem) {
	slices.SortStableFunc(ps, func(a, b Problem) int { return cmp.Compare(a.Span.Start, b.Span.Start) })
}
