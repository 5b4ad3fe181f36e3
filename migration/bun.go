package migration

import (
	"fmt"
	"path"
	"regexp"
	"strings"
)

// bunName is what bun reads from a file name (its migrate/migrations.go): the
// digits are the name that it orders by and records, the rest is a comment.
var bunName = regexp.MustCompile(`^(\d{1,14})_([0-9a-z_\-]+)\.`)

const (
	bunModule  = "github.com/uptrace/bun"
	bunPackage = bunModule + "/migrate"
)

var bunLines = newSplitLines("bun", "bun", "bun-directive")

// bun is github.com/uptrace/bun/migrate: up and down files, cut into queries at
// `--bun:split` lines, in a transaction only if the file is called .tx.up.sql
// or .tx.down.sql. Migrations run in the order of their digits as strings; SQL and
// Go files share them.
func bun() *Framework {
	fw := &Framework{
		Name:             "bun",
		Title:            "bun",
		Downs:            OptionalDown,
		Files:            "<number>_<name>.up.sql or .tx.up.sql, with bun in go.mod",
		Mark:             bunLines.mark(),
		Directive:        bunLines.directive(),
		Late:             "bun runs it late, after those that were there before",
		Edited:           "bun never runs it again",
		LeaveTransaction: "leave the `.tx` out of the file's name, and put the statement between `--bun:split` lines of its own",
		AloneInFile:      true,
		Runs:             func(name string) bool { return isUpDown(name) && bunName.MatchString(name) },
		Parse:            bunPairs.alone,
	}
	fw.Detect = func(d *Dir) Evidence {
		// bun is a query builder too: its users may well migrate with something else.
		e := bunLines.evidence(d, fw.Runs, bunPackage, []string{bunModule}, []string{"github.com/golang-migrate/migrate", goPGModule})
		if len(d.sqlFiles()) == 0 {
			e = bunRegistry.evidence(d, bunParts).hint(goModule(d, bunModule))
		}
		return e
	}
	fw.Load = func(d *Dir, opts Options) (*Stream, error) {
		s := newStream(fw, d)
		loadBun(s, d, opts)
		return s, nil
	}
	return fw
}

var bunPairs = pairing{
	compare: strings.Compare,
	script:  bunLines.script,
	twice:   "bun refuses to start if their names differ behind the number, and runs only the last of them otherwise",
}

var bunRegistry = goRegistry{find: bunFuncs, grammar: "<number>_<name>.up.sql, .down.sql or .go",
	mark: regexp.MustCompile(`\.(Must)?Register\(|\bmigrate\.Migration\{`), pkg: bunModule}

func bunParts(name string) (version, title string, ok bool) {
	parts := bunName.FindStringSubmatch(name)
	if parts == nil {
		return "", "", false
	}
	return parts[1], parts[2], true
}

func loadBun(s *Stream, d *Dir, opts Options) {
	halves, goFiles, helpers := s.halves(d, bunParts, func(name string) string {
		switch {
		case isUpDown(name):
			return "its name is not 1 to 14 digits, an underscore, then lower-case letters, digits, _ and - up to the first dot, for which bun refuses the whole folder"
		case leadingDigits(name) != "":
			return "its name ends in neither .up.sql nor .down.sql"
		}
		return ""
	}, opts)
	goMigrations, unread := bunRegistry.load(s, d, goFiles, helpers, opts)
	s.Migrations = bunPairs.load(d, halves, opts)
	s.mergeGo(goMigrations, strings.Compare, opts, "bun runs both under one name, and skips both once it has recorded one")
	for _, m := range s.Migrations {
		m.twoNames()
	}
	s.textOrder()
	s.afterGo(d, unread, func(name string) string { v, _, _ := bunParts(name); return v }, strings.Compare,
		"bun runs both under one name, and skips both once it has recorded one")
}

// twoNames reports an up and a down whose names differ behind the number, which
// bun refuses from version 1.2.18 on.
func (m *Migration) twoNames() {
	if len(m.Files) < 2 || !m.Judged {
		return
	}
	_, up, _ := bunParts(path.Base(m.Files[0].Path))
	_, down, _ := bunParts(path.Base(m.Files[1].Path))
	if up == down {
		return
	}
	m.Problems = append(m.Problems, Problem{Rule: "duplicate-version", Span: m.Files[1].Span(0, 0),
		Message: fmt.Sprintf("version %s is called %s here and %s in %s: bun refuses that from version 1.2.18 on, since one number has one name", m.Version, down, up, m.Files[0].Path),
		Related: m.Files[0].Span(0, 0), RelatedMsg: "the other file"})
}
