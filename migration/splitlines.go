package migration

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/miglint/miglint/source"
)

// maxScanLine is the longest line that Go's bufio.Scanner returns by default.
const maxScanLine = 64<<10 - 1

// splitLines reads the files of bun and of go-pg's migrations, which have one
// grammar: lines "--<prefix>:split" cut a file into queries, any other line that
// begins so is refused, and a file called *.tx.up.sql or *.tx.down.sql runs in a
// transaction.
type splitLines struct {
	title, prefix string // "bun", "--bun:"
	rule          string // reports misspelled directives
	near          *regexp.Regexp
}

func newSplitLines(title, word, rule string) splitLines {
	return splitLines{title: title, prefix: "--" + word + ":", rule: rule,
		near: regexp.MustCompile(`(?i)^[ \t]*--[ \t]*` + word + `[ \t]*:[ \t]*\w*`)}
}

// directive is the one that cuts.
func (s splitLines) directive() string { return s.prefix + "split" }

// isTx reports whether the name of a file asks for a transaction.
func isTx(name string) bool {
	return strings.HasSuffix(name, ".tx.up.sql") || strings.HasSuffix(name, ".tx.down.sql")
}

func (s splitLines) script(f *source.File, opts Options) (*Script, []Problem) {
	tx := Implicit
	if isTx(f.Path) {
		tx = PerFile
	}
	sec := section{end: len(f.Text)}
	var problems []Problem
	at := 0
	for l := range lines(f) {
		if l.end-l.start > maxScanLine {
			problems = append(problems, Problem{Rule: "unreadable-file", Span: f.Span(l.start, l.start),
				Message: fmt.Sprintf("%s refuses the file: this line has %d bytes, and it reads lines of at most %d", s.title, l.end-l.start, maxScanLine)})
		}
		if l.text == s.directive() {
			sec.pieces = append(sec.pieces, piece{at, l.start, tx, true})
			at = l.next
			continue
		}
		if p, ok := s.mistake(f, l); ok {
			problems = append(problems, p)
		}
	}
	sec.pieces = append(sec.pieces, piece{at, len(f.Text), tx, true})
	script, more := runner{title: s.title}.script(f, opts, sec)
	return script, append(problems, more...)
}

// mistake reports a line that looks like a directive and is none.
func (s splitLines) mistake(f *source.File, l line) (Problem, bool) {
	p := Problem{Rule: s.rule, Suggestion: s.directive()}
	switch {
	case strings.HasPrefix(l.text, s.prefix):
		p.Span = f.Span(l.start, l.end)
		p.Message = fmt.Sprintf("%s knows no directive %q and refuses the file; the only one is `%s`, without anything behind it", s.title, l.text[len(s.prefix):], s.directive())
	case s.near.MatchString(l.text):
		p.Span = l.span(f)
		p.Message = fmt.Sprintf("%s takes this for a comment and cuts nothing here: the directive is a line of exactly `%s`", s.title, s.directive())
	default:
		return Problem{}, false
	}
	return p, true
}

// evidence is that for bun or go-pg. Their file names are golang-migrate's too, so
// it takes more: the split lines, a Go file that imports the package, .tx. in a
// name, or one of the modules in go.mod without a rival that speaks against it.
func (s splitLines) evidence(d *Dir, runs func(string) bool, pkg string, modules, rivals []string) Evidence {
	e := names(d.sqlFiles(), runs, "<number>_<name>.up.sql or .down.sql")
	if e.Score == 0 {
		return e
	}
	required := goModule(d, modules...)
	if goModule(d, rivals...) != "" {
		required = ""
	}
	score, sign := e.Score, ""
	if m := markers(d, s.mark(), s.directive()); m.Score > 0 {
		score, sign = nameShare, m.Why[0]
	} else if name := importedBeside(d, pkg); name != "" {
		score, sign = nameShare, fmt.Sprintf("%s imports %s", name, pkg)
	} else if i := slices.IndexFunc(d.sqlFiles(), isTx); i >= 0 {
		sign = fmt.Sprintf("the `.tx.` of %s asks for a transaction", d.sqlFiles()[i])
	}
	switch {
	case sign != "":
		e = Evidence{score + 2*hintScore, append(e.Why, sign)}
	case required == "":
		return Evidence{}
	}
	return e.hint(required)
}

func (s splitLines) mark() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^` + s.prefix + `split\r?$`)
}

// isUpDown reports whether a file holds one direction.
func isUpDown(name string) bool {
	return strings.HasSuffix(name, ".up.sql") || strings.HasSuffix(name, ".down.sql")
}

// importedBeside is a Go file of the folder, or of the one above it, that imports
// the package; only a few of them are looked into.
func importedBeside(d *Dir, pkg string) string {
	quoted := regexp.MustCompile(`"` + regexp.QuoteMeta(pkg) + `(/v\d+)?"`)
	imports := func(dir *Dir) string {
		looked := 0
		for _, name := range dir.Files {
			if !isGoMigration(name) {
				continue
			}
			if quoted.Match(dir.head(name, headSize)) {
				return path.Join(dir.Path, name)
			}
			if looked++; looked == headFiles {
				break
			}
		}
		return ""
	}
	if name := imports(d); name != "" || d.Path == "." {
		return name
	}
	above, err := openDir(d.FS, path.Dir(d.Path), "", nil)
	if err != nil {
		return ""
	}
	return imports(above)
}

// halves are the up and down files of a folder, its Go migrations and its other Go
// files; parts cuts a name into version and title, ok is false for what is no
// migration. bad says of a name that is no migration what becomes of it.
func (s *Stream) halves(d *Dir, parts func(name string) (version, title string, ok bool), bad func(name string) string, opts Options) (halves []*half, goFiles, helpers []string) {
	for _, name := range d.Files {
		version, title, ok := parts(name)
		switch {
		case ok && isUpDown(name):
			halves = append(halves, &half{name: name, version: version, title: title, down: strings.HasSuffix(name, ".down.sql")})
		case ok && isGoMigration(name):
			goFiles = append(goFiles, name)
		case isGoMigration(name):
			helpers = append(helpers, name)
		case isSQL(name) && bad(name) != "":
			s.mistake(d, name, bad(name), opts)
		default:
			s.ignore(d, name, "not named <number>_<name>.up.sql or .down.sql")
		}
	}
	return halves, goFiles, helpers
}
