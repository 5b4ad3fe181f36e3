package migration

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/miglint/miglint/source"
)

var gooseRunner = runner{
	title:   "goose",
	cutRule: "statement-cut-in-two",
	begin:   "-- +goose StatementBegin",
	end:     "-- +goose StatementEnd",
	remedy:  "put it between `-- +goose StatementBegin` and `-- +goose StatementEnd`",
}

var gooseDirectives = []string{"Up", "Down", "StatementBegin", "StatementEnd", "NO TRANSACTION", "ENVSUB ON", "ENVSUB OFF"}

// gooseFile reads a file line by line, as goose's internal/sqlparser does. Where
// goose gives up, it notes a Problem and goes on.
type gooseFile struct {
	file     *source.File
	problems []Problem

	dir      int          // index into dirs; -1 before Up
	dirs     [2]*gooseDir // up, down
	block    source.Span  // the StatementBegin we are in
	piece    int          // start of the statement being collected, -1: none
	content  bool         // it has more than blanks
	lastLine int          // end of its last line
	stray    source.Span  // the first text before Up
	empty    source.Span  // a block with nothing in it ended just now
	noTx     bool
	envsub   bool
	fills    bool         // it puts the values of variables into some part of the file
	cuts     []source.Cut // what ENVSUB replaces
}

// gooseDir is one direction.
type gooseDir struct {
	at     source.Span // its directive
	pieces []piece
}

func parseGoose(f *source.File, opts Options) Scripts {
	g := &gooseFile{file: f, dir: -1, piece: -1}
	for l := range lines(f) {
		g.line(l)
	}
	g.endSection(len(f.Text))
	var both Scripts
	if g.dirs[0] == nil {
		both.Up = unread(f)
		g.problem(f.Span(0, 0), "there is no `-- +goose Up` line, so goose refuses the file", "")
	} else if !g.stray.IsZero() {
		g.problem(g.stray, "goose refuses a file with text before `-- +goose Up`, other than -- comments", "")
	}
	for i, sec := range g.sections() {
		if g.dirs[i] == nil {
			continue
		}
		g.shape(sec.pieces)
		r := gooseRunner
		r.literal = !g.fills
		s, problems := r.script(f, opts, sec)
		s.NoTransaction = g.noTx
		g.problems = append(g.problems, problems...)
		if i == 0 {
			both.Up = s
		} else {
			both.Down = s
		}
	}
	sortProblems(g.problems)
	both.Problems = g.problems
	return both
}

// sections are the stretches of Up and Down: each from its directive to the other
// one's, and what stands above both belongs to the first.
func (g *gooseFile) sections() [2]section {
	var secs [2]section
	for i, d := range g.dirs {
		if d == nil {
			continue
		}
		secs[i] = section{start: d.at.Start, end: len(g.file.Text), pieces: d.pieces, cuts: g.cuts}
		switch other := g.dirs[1-i]; {
		case other == nil:
			secs[i].start = 0
		case d.at.Start < other.at.Start:
			secs[i].start, secs[i].end = 0, other.at.Start
		}
	}
	return secs
}

// shape: NO TRANSACTION holds for the whole file, wherever it stands. A
// StatementBegin block is one query even then.
func (g *gooseFile) shape(pieces []piece) {
	for i, p := range pieces {
		switch {
		case !g.noTx:
			pieces[i].tx = PerFile
		case p.tx != Implicit:
			pieces[i].tx = PerStatement
		}
	}
}

func (g *gooseFile) problem(at source.Span, message, suggestion string) {
	g.problems = append(g.problems, Problem{Rule: "goose-directive", Span: at, Message: message, Suggestion: suggestion})
}

func (g *gooseFile) line(l line) {
	trimmed := strings.TrimSpace(l.text)
	comment := strings.HasPrefix(trimmed, "--")
	if comment && strings.Contains(l.text, "+goose") {
		g.directive(l)
		return
	}
	if g.piece < 0 && (comment || l.text == "" || g.dir < 0 && trimmed == "") {
		return // leading comments are not sent; a line of blanks does start a statement
	}
	if g.dir < 0 {
		if g.stray.IsZero() {
			g.stray = l.span(g.file)
		}
		return
	}
	if !g.empty.IsZero() && trimmed == "" {
		g.empty = source.Span{}
		return
	}
	if !g.empty.IsZero() {
		g.problems = append(g.problems, Problem{Rule: "goose-directive", Span: l.span(g.file),
			Message: "goose loses this line, because it follows a block with nothing in it",
			Related: g.empty, RelatedMsg: "the empty block"})
		g.empty = source.Span{}
		return
	}
	if g.envsub {
		g.substitute(l)
	}
	if g.piece < 0 {
		g.piece, g.content = l.start, false
	}
	g.content = g.content || trimmed != ""
	g.lastLine = l.end
	if g.block.IsZero() && endsStatement(l.text) {
		g.endPiece(l.next, PerFile)
	}
}

var (
	gooseVariable    = regexp.MustCompile(`\$[A-Za-z_]\w*`)
	gooseDollarQuote = regexp.MustCompile(`\$(?:[A-Za-z_]\w*)?\$`)
)

// substitute handles a line under ENVSUB ON: $NAME is written ${NAME} for the
// parser, which knows that as a placeholder.
func (g *gooseFile) substitute(l line) {
	if at := gooseDollarQuote.FindStringIndex(l.text); at != nil {
		g.problem(g.file.Span(l.start+at[0], l.start+at[1]), "under ENVSUB ON goose puts variables in place of this dollar quote, which breaks it; put `-- +goose ENVSUB OFF` before it", "")
		return
	}
	for _, at := range gooseVariable.FindAllStringIndex(l.text, -1) {
		g.cuts = append(g.cuts, source.Cut{Start: l.start + at[0], End: l.start + at[1], New: "${" + l.text[at[0]+1:at[1]] + "}"})
	}
}

func (g *gooseFile) endPiece(end int, tx TxShape) {
	if g.piece >= 0 {
		d := g.dirs[g.dir]
		d.pieces = append(d.pieces, piece{start: g.piece, end: end, tx: tx})
	}
	g.piece = -1
}

// endSection closes what a direction left open.
func (g *gooseFile) endSection(end int) {
	if !g.block.IsZero() {
		g.problem(g.block, "this StatementBegin has no `-- +goose StatementEnd`, so goose refuses the file", "")
		g.endPiece(end, Implicit)
		g.block = source.Span{}
		return
	}
	if g.piece < 0 || !g.content {
		g.piece = -1
		return
	}
	at := g.file.Span(g.piece, g.lastLine)
	g.problem(at, "goose refuses the file because this does not end with a semicolon at the end of a line", "")
	g.endPiece(end, PerFile)
}

func (g *gooseFile) directive(l line) {
	at := l.span(g.file)
	text := at.Text()
	if at.Start > l.start {
		g.problem(at, "goose refuses a directive that does not start at the beginning of its line", text)
	}
	rest := strings.Replace(strings.ReplaceAll(text, "--", ""), "+goose", "", 1)
	word := strings.TrimSpace(rest)
	known := ""
	for _, d := range gooseDirectives {
		if strings.EqualFold(d, word) {
			known = d
		}
	}
	switch known {
	case "Up", "Down":
		g.begin(known, at)
	case "StatementBegin":
		g.beginBlock(at)
	case "StatementEnd":
		g.endBlock(l, at)
	case "NO TRANSACTION":
		g.noTx = true
	case "ENVSUB ON", "ENVSUB OFF":
		g.envsub = known == "ENVSUB ON"
		g.fills = g.fills || g.envsub
	default:
		g.unknown(at, word)
	}
}

func (g *gooseFile) unknown(at source.Span, word string) {
	switch near := closest(word, gooseDirectives...); {
	case word == "":
		g.problem(at, "goose refuses a directive without a word after +goose", "")
	case near != "":
		g.problem(at, fmt.Sprintf("goose does not know %q and refuses the file; it looks like %s", word, near), "-- +goose "+near)
	default:
		g.problem(at, fmt.Sprintf("goose takes every comment with +goose for a directive, does not know %q and refuses the file", word), "")
	}
}

// begin handles Up and Down: Up first and once, then Down at most once.
func (g *gooseFile) begin(word string, at source.Span) {
	i := 0
	if word == "Down" {
		i = 1
	}
	if g.dir >= 0 {
		g.endSection(at.Start)
	}
	g.empty = source.Span{}
	switch {
	case g.dirs[i] != nil:
		g.problems = append(g.problems, Problem{Rule: "goose-directive", Span: at,
			Message: fmt.Sprintf("goose refuses a second %s in one file", word),
			Related: g.dirs[i].at, RelatedMsg: "the first one"})
		g.dir = i
		return
	case i == 1 && g.dir < 0:
		g.problem(at, "goose refuses a Down before the Up", "")
	case i == 0 && g.dirs[1] != nil:
		g.problem(at, "goose refuses an Up after the Down", "")
	}
	g.dirs[i] = &gooseDir{at: at}
	g.dir = i
}

func (g *gooseFile) beginBlock(at source.Span) {
	switch {
	case g.dir < 0:
		g.problem(at, "goose refuses a StatementBegin before `-- +goose Up`", "")
		return
	case !g.block.IsZero():
		g.problems = append(g.problems, Problem{Rule: "goose-directive", Span: at,
			Message: "goose refuses a StatementBegin inside another",
			Related: g.block, RelatedMsg: "the one that is still open"})
		return
	case g.piece >= 0 && g.content:
		// goose sends the unfinished statement as the start of the block.
		g.problem(g.file.Span(g.piece, g.lastLine), "this does not end with a semicolon at the end of a line, so goose sends it together with the block that follows", "")
	}
	g.block, g.empty = at, source.Span{}
}

func (g *gooseFile) endBlock(l line, at source.Span) {
	if g.block.IsZero() {
		g.problem(at, "goose refuses a StatementEnd without a StatementBegin", "")
		return
	}
	if g.piece < 0 {
		g.empty = g.block
	}
	g.endPiece(l.start, Implicit)
	g.block = source.Span{}
}
