package migration

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/miglint/miglint/source"
)

const sqlMigratePrefix = "-- +migrate "

var (
	sqlMigrateMark = regexp.MustCompile(`(?m)^-- \+migrate (Up|Down)\b`)
	// sqlMigrateNear is what looks like a directive; those that do not begin with
	// sqlMigratePrefix are plain comments to sql-migrate.
	sqlMigrateNear = regexp.MustCompile(`(?i)^\s*--\s*\+\s*migrate\b`)
)

// sqlMigrate is github.com/rubenv/sql-migrate: up and down sections in one file,
// cut into statements line by line, in a transaction unless the section says
// notransaction. Files are ordered by the number they begin with, then by name;
// the file name is the identity, so a number may be used twice.
func sqlMigrate() *Framework {
	fw := &Framework{
		Name:             "sql-migrate",
		Title:            "sql-migrate",
		Downs:            OptionalDown,
		Files:            "<name>.sql with a line `-- +migrate Up`",
		Late:             "sql-migrate runs it late, after those that were there before",
		Edited:           "sql-migrate never runs it again",
		Mark:             sqlMigrateMark,
		Directive:        "-- +migrate Up",
		LeaveTransaction: "put `notransaction` behind the `-- +migrate Up` or `-- +migrate Down` of the section",
		Runs:             func(name string) bool { return strings.HasSuffix(name, ".sql") },
		Parse:            parseSQLMigrate,
	}
	fw.Detect = func(d *Dir) Evidence {
		e := markers(d, sqlMigrateMark, "-- +migrate Up").hint(goModule(d, "github.com/rubenv/sql-migrate"))
		if name, _ := d.above("dbconfig.yml"); name != "" {
			e = e.hint("there is a " + name)
		}
		return e
	}
	fw.Load = func(d *Dir, opts Options) (*Stream, error) {
		s := newStream(fw, d)
		var files []string
		for _, name := range d.Files {
			switch {
			case fw.Runs(name):
				files = append(files, name)
			case isSQL(name):
				s.mistake(d, name, "it takes only files that end in .sql, in lower case", opts)
			default:
				s.ignore(d, name, "not named <name>.sql")
			}
		}
		slices.SortFunc(files, compareSQLMigrate)
		s.Migrations = d.load(files, func(_ int, f *source.File) Scripts { return parseSQLMigrate(f, opts) })
		for i, m := range s.Migrations {
			m.Version, m.Name = splitName(leadingDigits(files[i]), files[i])
			m.Time = versionTime(m.Version)
		}
		s.finish(opts, func(a, b *Migration) bool { return false }, "")
		return s, nil
	}
	return fw
}

// compareSQLMigrate is the order of sql-migrate's migrate.go: numbered names
// first and by number, then everything by name.
func compareSQLMigrate(a, b string) int {
	x, y := leadingDigits(a), leadingDigits(b)
	switch {
	case x != "" && y != "":
		if c := compareNumbers(x, y); c != 0 {
			return c
		}
	case x != "":
		return -1
	case y != "":
		return 1
	}
	return strings.Compare(a, b)
}

// sqlMigrateFile reads a file as sql-migrate's sqlparse does. Sections may come
// in any order and more than once.
type sqlMigrateFile struct {
	file     *source.File
	problems []Problem
	dir      int // 0 up, 1 down, -1 before the first
	sections [2][]section
	noTx     [2]bool
	seen     [2]bool
	block    source.Span
	piece    int
	lastLine int
	lost     source.Span // the first text before the first section
}

func parseSQLMigrate(f *source.File, opts Options) Scripts {
	p := &sqlMigrateFile{file: f, dir: -1, piece: -1}
	for l := range lines(f) {
		p.line(l)
	}
	p.endSection(len(f.Text))
	if p.dir < 0 {
		p.problem(f.Span(0, 0), "there is no `-- +migrate Up` or Down line, so sql-migrate refuses the file", "")
	} else if !p.lost.IsZero() {
		p.problem(p.lost, "sql-migrate skips everything before the first `-- +migrate Up`", "")
	}
	both := Scripts{Up: unread(f)}
	for i := range p.sections {
		if !p.seen[i] {
			continue
		}
		s, problems := p.script(i, opts)
		p.problems = append(p.problems, problems...)
		if i == 0 {
			both.Up = s
		} else {
			both.Down = s
		}
	}
	if p.seen[1] && !p.seen[0] {
		both.Up = nil
	}
	sortProblems(p.problems)
	both.Problems = p.problems
	return both
}

func (p *sqlMigrateFile) script(dir int, opts Options) (*Script, []Problem) {
	tx := PerFile
	if p.noTx[dir] {
		tx = PerStatement
	}
	for _, sec := range p.sections[dir] {
		for i := range sec.pieces {
			sec.pieces[i].tx = tx
		}
	}
	r := runner{
		title:   "sql-migrate",
		literal: true,
		cutRule: "statement-cut-in-two",
		begin:   sqlMigratePrefix + "StatementBegin",
		end:     sqlMigratePrefix + "StatementEnd",
		remedy:  "put it between `-- +migrate StatementBegin` and `-- +migrate StatementEnd`",
	}
	s, problems := r.script(p.file, opts, p.sections[dir]...)
	s.NoTransaction = p.noTx[dir]
	return s, problems
}

func (p *sqlMigrateFile) problem(at source.Span, message, suggestion string) {
	p.problems = append(p.problems, Problem{Rule: "sql-migrate-directive", Span: at, Message: message, Suggestion: suggestion})
}

func (p *sqlMigrateFile) line(l line) {
	switch {
	case strings.HasPrefix(l.text, sqlMigratePrefix):
		p.directive(l)
		return
	case sqlMigrateNear.MatchString(l.text):
		at := l.span(p.file)
		p.problem(at, "sql-migrate takes this for a comment: a directive begins its line with exactly `-- +migrate `", sqlMigrateNear.ReplaceAllString(at.Text(), "-- +migrate"))
	}
	if strings.HasPrefix(l.text, "-- ") {
		return // sql-migrate drops these lines everywhere
	}
	blank := strings.TrimSpace(l.text) == ""
	if p.dir < 0 {
		if p.lost.IsZero() && !blank && !strings.HasPrefix(l.text, "--") {
			p.lost = l.span(p.file)
		}
		return
	}
	if p.piece < 0 && !blank {
		p.piece = l.start
	}
	p.lastLine = l.end
	if p.block.IsZero() && endsStatement(l.text) {
		p.endPiece(l.next)
	}
}

func (p *sqlMigrateFile) endPiece(end int) {
	if p.piece >= 0 {
		sec := &p.sections[p.dir][len(p.sections[p.dir])-1]
		sec.pieces = append(sec.pieces, piece{start: p.piece, end: end})
	}
	p.piece = -1
}

func (p *sqlMigrateFile) endSection(end int) {
	if p.dir < 0 {
		return
	}
	secs := p.sections[p.dir]
	secs[len(secs)-1].end = end
	switch {
	case !p.block.IsZero() && (p.piece >= 0 || end == len(p.file.Text)):
		p.problem(p.block, "this StatementBegin has no `-- +migrate StatementEnd`, so sql-migrate refuses the file", "")
		p.block = source.Span{}
	case p.piece >= 0:
		p.problem(p.file.Span(p.piece, p.lastLine), "sql-migrate refuses the file because this does not end with a semicolon at the end of a line", "")
	}
	p.endPiece(end)
}

func (p *sqlMigrateFile) directive(l line) {
	at := l.span(p.file)
	words := strings.Fields(l.text[len(sqlMigratePrefix):])
	if len(words) == 0 {
		p.problem(at, "sql-migrate refuses a directive without a word after +migrate", "")
		return
	}
	switch words[0] {
	case "Up", "Down":
		p.begin(words, l, at)
	case "StatementBegin":
		switch {
		case p.dir < 0:
			p.problem(at, "this StatementBegin has no effect before the first `-- +migrate Up`", "")
		case p.block.IsZero():
			p.block = at
		default:
			p.problem(at, "this StatementBegin has no effect inside another", "")
		}
	case "StatementEnd":
		if p.block.IsZero() {
			p.problem(at, "this StatementEnd has no effect: no StatementBegin is open", "")
			return
		}
		p.block = source.Span{}
		p.endPiece(l.start)
	default:
		p.unknown(at, words[0])
	}
}

func (p *sqlMigrateFile) unknown(at source.Span, word string) {
	message := fmt.Sprintf("sql-migrate does not know %q and skips the line, so what follows stays in the section before it", word)
	if near := closest(word, "Up", "Down", "StatementBegin", "StatementEnd"); near != "" {
		p.problem(at, message+"; it looks like "+near, sqlMigratePrefix+near)
		return
	}
	p.problem(at, message, "")
}

func (p *sqlMigrateFile) begin(words []string, l line, at source.Span) {
	p.endSection(l.start)
	dir := 0
	if words[0] == "Down" {
		dir = 1
	}
	for _, option := range words[1:] {
		if option == "notransaction" {
			p.noTx[dir] = true
			continue
		}
		suggestion := ""
		if closest(option, "notransaction") != "" {
			suggestion = sqlMigratePrefix + words[0] + " notransaction"
		}
		p.problem(at, fmt.Sprintf("sql-migrate skips the unknown option %q; it knows only notransaction", option), suggestion)
	}
	start := l.start
	if p.dir < 0 && p.lost.IsZero() {
		start = 0 // comments above the first section belong to it
	}
	p.dir = dir
	p.seen[dir] = true
	p.sections[dir] = append(p.sections[dir], section{start: start})
}
