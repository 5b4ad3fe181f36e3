package migration

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/miglint/miglint/source"
)

// What dbmate's pkg/dbmate/migration.go takes for the start of a block, and what
// comes close to it.
var (
	dbmateUp   = regexp.MustCompile(`(?m)^--\s*migrate:up(\s*$|\s+\S+)`)
	dbmateDown = regexp.MustCompile(`(?m)^--\s*migrate:down(\s*$|\s+\S+)`)
	dbmateNear = regexp.MustCompile(`(?im)^[ \t]*--[ \t]*migrate[ \t]*:[ \t]*(up|down)\b.*$`)
	dbmateName = regexp.MustCompile(`^(\d+).*\.sql$`)
	dbmateWord = regexp.MustCompile(`^--\s*migrate:(?:up|down)`)
)

// dbmate is github.com/amacneil/dbmate, version 2: an up and a down block in one
// file, each sent as one query, in a transaction unless the block says
// transaction:false. Files run in the order of their names as strings.
func dbmate() *Framework {
	fw := &Framework{
		Name:             "dbmate",
		Title:            "dbmate",
		Downs:            RequiredDown,
		Files:            "<number>_<name>.sql with a line `-- migrate:up`",
		Late:             "dbmate runs it late, after those that were there before",
		Edited:           "dbmate never runs it again",
		Mark:             dbmateUp,
		Directive:        "-- migrate:up",
		LeaveTransaction: "put `transaction:false` behind the `-- migrate:up` or `-- migrate:down` of the block",
		AloneInFile:      true,
		Runs:             dbmateName.MatchString,
		Detect:           func(d *Dir) Evidence { return markers(d, dbmateUp, "-- migrate:up") },
		Parse:            parseDbmate,
	}
	fw.Load = func(d *Dir, opts Options) (*Stream, error) {
		s := newStream(fw, d)
		var files []string
		for _, name := range d.Files {
			switch {
			case fw.Runs(name):
				files = append(files, name)
			case isSQL(name) && (leadingDigits(name) != "" || dbmateUp.Match(d.head(name, headSize))):
				s.mistake(d, name, "its name does not begin with a number and end in .sql", opts)
			default:
				s.ignore(d, name, "not named <number>_<name>.sql")
			}
		}
		slices.Sort(files)
		s.Migrations = d.load(files, func(_ int, f *source.File) Scripts { return parseDbmate(f, opts) })
		for i, m := range s.Migrations {
			m.Version, m.Name = splitName(leadingDigits(files[i]), files[i])
			m.Time = versionTime(m.Version)
		}
		s.finishDbmate(opts)
		return s, nil
	}
	return fw
}

// finishDbmate reports versions used twice, which need not be neighbours in
// dbmate's order.
func (s *Stream) finishDbmate(opts Options) {
	s.finish(opts, func(a, b *Migration) bool { return false }, "")
	first := map[string]*Migration{}
	for _, m := range s.Migrations {
		if other := first[m.Version]; other != nil {
			s.duplicate(other, m, "dbmate records a version once, so it skips the second file, or fails when both are new")
		} else {
			first[m.Version] = m
		}
	}
	s.textOrder()
}

// dbmateBlock is one up or down block, from its directive to the next one.
type dbmateBlock struct {
	start, end int
	down       bool
	noTx       bool
}

func parseDbmate(f *source.File, opts Options) Scripts {
	blocks := dbmateBlocks(f)
	both := Scripts{Up: unread(f), Problems: dbmateProblems(f, blocks)}
	var sections [2][]section
	var noTx [2]bool
	blocks = blocks[max(0, firstUp(blocks)):]
	for i, b := range blocks {
		dir, tx := b2i(b.down), PerFile
		if b.noTx {
			tx, noTx[dir] = Implicit, true
		}
		start := b.start
		if i == 0 {
			start = 0 // comments above the first block belong to it
		}
		sections[dir] = append(sections[dir], section{start: start, end: b.end, pieces: []piece{{b.start, b.end, tx, true}}})
	}
	r := runner{title: "dbmate", literal: true}
	for dir, secs := range sections {
		if len(secs) == 0 {
			continue
		}
		s, problems := r.script(f, opts, secs...)
		s.NoTransaction = noTx[dir]
		both.Problems = append(both.Problems, problems...)
		if dir == 0 {
			both.Up = s
		} else {
			both.Down = s
		}
	}
	sortProblems(both.Problems)
	return both
}

// dbmateBlocks are the blocks of a file in the order written.
func dbmateBlocks(f *source.File) []dbmateBlock {
	var blocks []dbmateBlock
	for _, at := range dbmateUp.FindAllIndex(f.Text, -1) {
		blocks = append(blocks, dbmateBlock{start: at[0]})
	}
	for _, at := range dbmateDown.FindAllIndex(f.Text, -1) {
		blocks = append(blocks, dbmateBlock{start: at[0], down: true})
	}
	slices.SortFunc(blocks, func(a, b dbmateBlock) int { return a.start - b.start })
	for i := range blocks {
		b := &blocks[i]
		b.end = len(f.Text)
		if i+1 < len(blocks) {
			b.end = blocks[i+1].start
		}
		for _, option := range b.options(f) {
			if option.Text() == "transaction:false" {
				b.noTx = true
			}
		}
	}
	return blocks
}

// options are the words behind the directive on its line.
func (b dbmateBlock) options(f *source.File) []source.Span {
	text := string(f.Text[b.start:b.end])
	text, _, _ = strings.Cut(text, "\n")
	at := len(dbmateWord.FindString(text))
	var spans []source.Span
	for word := range strings.FieldsSeq(text[at:]) {
		at += strings.Index(text[at:], word)
		spans = append(spans, f.Span(b.start+at, b.start+at+len(word)))
		at += len(word)
	}
	return spans
}

// dbmateProblems checks the layout. A missing down block is left to the rule for
// that: dbmate's Downs say it is required.
func dbmateProblems(f *source.File, blocks []dbmateBlock) []Problem {
	var problems []Problem
	report := func(at source.Span, message, suggestion string) {
		problems = append(problems, Problem{Rule: "dbmate-directive", Span: at, Message: message, Suggestion: suggestion})
	}
	directive := func(b dbmateBlock) source.Span {
		end := b.start
		for end < b.end && f.Text[end] != '\n' && f.Text[end] != '\r' {
			end++
		}
		return f.Span(b.start, end)
	}
	starts := map[int]bool{}
	ups := 0
	for i, b := range blocks {
		starts[b.start] = true
		for _, option := range b.options(f) {
			if word := option.Text(); word != "transaction:false" && word != "transaction:true" {
				suggestion := ""
				if closest(word, "transaction:false") != "" {
					suggestion = "transaction:false"
				}
				report(option, fmt.Sprintf("dbmate skips the unknown option %q; it knows only transaction:false", word), suggestion)
			}
		}
		switch {
		case !b.down:
			if ups++; ups == 2 {
				report(directive(b), "dbmate records the version once for each up block, so the second one fails on the primary key of schema_migrations", "")
			}
		case ups == 0:
			report(directive(b), "dbmate does not see a down block above the up block", "")
		case blocks[i-1].down:
			report(directive(b), "dbmate refuses a second down block for one up block", "")
		}
	}
	if ups == 0 {
		report(f.Span(0, 0), "there is no `-- migrate:up` line, so dbmate refuses the file", "")
	}
	for _, at := range dbmateNear.FindAllSubmatchIndex(f.Text, -1) {
		if starts[at[0]] {
			continue
		}
		l := line{start: at[0], text: strings.TrimRight(string(f.Text[at[0]:at[1]]), "\r")}
		report(l.span(f), "dbmate takes this for a comment: a directive begins its line with exactly `-- migrate:up` or `-- migrate:down`",
			"-- migrate:"+strings.ToLower(string(f.Text[at[2]:at[3]])))
	}
	return append(problems, beforeUp(f, blocks)...)
}

// firstUp is the index of the first up block, -1 if there is none.
func firstUp(blocks []dbmateBlock) int {
	return slices.IndexFunc(blocks, func(b dbmateBlock) bool { return !b.down })
}

// beforeUp reports statements above the first up block.
func beforeUp(f *source.File, blocks []dbmateBlock) []Problem {
	i := firstUp(blocks)
	if i < 0 {
		return nil
	}
	for l := range lines(f) {
		if l.start >= blocks[i].start {
			break
		}
		if t := strings.TrimSpace(l.text); t != "" && !strings.HasPrefix(t, "--") {
			return []Problem{{Rule: "dbmate-directive", Span: l.span(f), Message: "dbmate refuses a file with text before `-- migrate:up`, other than -- comments"}}
		}
	}
	return nil
}
