package migration

import (
	"bytes"
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"github.com/miglint/miglint/source"
)

const (
	ternSeparator = "---- create above / drop below ----"
	ternDisableTx = "---- tern: disable-tx ----"
)

// What tern's migrate/migrate.go takes for a migration and for its directives, and
// what comes close to them.
var (
	ternName      = regexp.MustCompile(`^(\d+)_.+\.sql$`)
	ternNoTx      = regexp.MustCompile(`(?m)^---- tern: disable-tx ----$`)
	ternMark      = regexp.MustCompile(`(?m)^(---- create above / drop below ----|---- tern: disable-tx ----)`)
	ternNearSplit = regexp.MustCompile(`(?i)^\s*-{2,}\s*create\s+above\s*/\s*drop\s+below\b`)
	ternNearNoTx  = regexp.MustCompile(`(?i)^\s*-{2,}\s*(tern\s*:\s*)?disable[-_ ]tx\b`)
)

// tern is github.com/jackc/tern, version 2: the up above and the down below a
// separator in one file, each sent as one query in a transaction, or statement by
// statement without one. Files are Go templates. Numbers begin at 1 and have neither
// gaps nor duplicates.
func tern() *Framework {
	fw := &Framework{
		Name:             "tern",
		Title:            "tern",
		Downs:            OptionalDown,
		Files:            "<number>_<name>.sql with a line `" + ternSeparator + "`",
		Mark:             ternMark,
		Directive:        ternSeparator,
		Late:             "tern remembers only how many migrations have run and never runs it",
		Edited:           "tern never runs it again",
		LeaveTransaction: "put a line `" + ternDisableTx + "` into the file, above the separator for the up and below it for the down",
		Runs:             ternName.MatchString,
		Parse: func(f *source.File, opts Options) Scripts {
			return (&ternFolder{}).parse(f, opts)
		},
	}
	fw.Detect = func(d *Dir) Evidence { return detectTern(fw, d) }
	fw.Load = func(d *Dir, opts Options) (*Stream, error) {
		s := newStream(fw, d)
		loadTern(s, d, opts)
		return s, nil
	}
	return fw
}

// detectTern looks for its directives; a folder of irreversible migrations is known
// by tern.conf or go.mod, and by a sequence from 1 on.
func detectTern(fw *Framework, d *Dir) Evidence {
	conf, _ := d.above("tern.conf")
	e := markers(d, ternMark, ternSeparator)
	if e.Score == 0 && (conf != "" || goModule(d, "github.com/jackc/tern") != "") && slices.ContainsFunc(d.sqlFiles(), func(name string) bool {
		return compareNumbers(leadingDigits(name), "1") == 0
	}) {
		e = names(d.sqlFiles(), func(name string) bool { return fw.Runs(name) && !isUpDown(name) }, "<number>_<name>.sql")
	}
	if conf != "" {
		e = e.hint("there is a " + conf)
	}
	return e.hint(goModule(d, "github.com/jackc/tern"))
}

func loadTern(s *Stream, d *Dir, opts Options) {
	var files []string
	for _, name := range d.Files {
		_, err := strconv.ParseInt(leadingDigits(name), 10, 32)
		switch {
		case s.Framework.Runs(name) && err != nil:
			s.mistake(d, name, "its number does not fit into 32 bits, for which tern refuses the whole folder", opts)
		case s.Framework.Runs(name):
			files = append(files, name)
		case isSQL(name) && leadingDigits(name) != "":
			s.mistake(d, name, "its name is not <number>_<name>.sql", opts)
		default:
			s.ignore(d, name, "not named <number>_<name>.sql")
		}
	}
	slices.SortStableFunc(files, func(a, b string) int {
		return cmp.Or(compareNumbers(leadingDigits(a), leadingDigits(b)), cmp.Compare(a, b))
	})
	folder := &ternFolder{values: ternData(d)}
	s.Migrations = d.load(files, func(_ int, f *source.File) Scripts { return folder.parse(f, opts) })
	if slices.ContainsFunc(s.Migrations, func(m *Migration) bool { return bytes.Contains(m.Files[0].Text, []byte("{{")) }) {
		folder.read(d)
	}
	for i, m := range s.Migrations {
		m.Version, m.Name = splitName(leadingDigits(files[i]), files[i])
	}
	s.judge(opts)
	s.sequence()
}

// sequence reports the numbers that are there twice or not at all, with which tern
// does not start.
func (s *Stream) sequence() {
	last, of := 0, (*Migration)(nil)
	for _, m := range s.Migrations {
		n, err := strconv.Atoi(m.Version)
		if err != nil {
			continue
		}
		switch {
		case n == 0 && m.Judged:
			m.Problems = append(m.Problems, Problem{Rule: "version-gap", Span: m.span(), Message: "tern crashes on number 0: its numbers begin at 1"})
		case of != nil && n == last:
			s.duplicate(of, m, "tern refuses to start while a number is there twice")
		case n > last+1 && m.Judged:
			what := fmt.Sprintf("number %d is missing", last+1)
			if n > last+2 {
				what = fmt.Sprintf("numbers %d to %d are missing", last+1, n-1)
			}
			p := Problem{Rule: "version-gap", Span: m.span(), Message: what + " before " + m.Version + ": tern refuses to start, as its numbers have no gaps"}
			if of != nil {
				p.Related, p.RelatedMsg = of.span(), "the migration before the gap"
			}
			m.Problems = append(m.Problems, p)
		}
		last, of = n, m
	}
}
