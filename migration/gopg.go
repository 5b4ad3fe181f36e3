package migration

import (
	"regexp"
	"strconv"
	"strings"
)

var goPGLines = newSplitLines("go-pg", "gopg", "go-pg-directive")

// goPG is github.com/go-pg/migrations (its collection.go): up and down files, cut
// into queries at `--gopg:split` lines, in a transaction only if the file is called
// .tx.up.sql or .tx.down.sql. Versions are compared as numbers; SQL and Go files
// share them. Any other .sql file in the folder is an error to it.
func goPG() *Framework {
	fw := &Framework{
		Name:             "go-pg",
		Title:            "go-pg",
		Downs:            OptionalDown,
		Files:            "<number>_<name>.up.sql or .tx.up.sql, with go-pg/migrations in go.mod",
		Mark:             goPGLines.mark(),
		Directive:        goPGLines.directive(),
		Late:             "go-pg remembers only the newest version and never runs it",
		Edited:           "go-pg never runs it again",
		LeaveTransaction: "leave the `.tx` out of the file's name, and put the statement between `--gopg:split` lines of its own",
		AloneInFile:      true,
		Runs:             func(name string) bool { _, _, ok := goPGParts(name); return ok && isUpDown(name) },
		Parse:            goPGPairs.alone,
	}
	fw.Detect = func(d *Dir) Evidence {
		e := goPGLines.evidence(d, fw.Runs, goPGModule, []string{goPGModule, "github.com/go-pg/pg"}, []string{"github.com/golang-migrate/migrate"})
		if len(d.sqlFiles()) == 0 {
			e = goPGRegistry.evidence(d, goPGParts).hint(goModule(d, goPGModule))
		}
		return e
	}
	fw.Load = func(d *Dir, opts Options) (*Stream, error) {
		s := newStream(fw, d)
		halves, goFiles, helpers := s.halves(d, goPGParts, func(name string) string {
			if !strings.HasSuffix(name, ".sql") {
				return "" // go-pg does not look at .SQL
			}
			return "its name is not <number>_<name>.up.sql or .down.sql, for which go-pg refuses the whole folder"
		}, opts)
		const consequence = "go-pg refuses to start while a version is there twice"
		goMigrations, unread := goPGRegistry.load(s, d, goFiles, helpers, opts)
		s.Migrations = goPGPairs.load(d, halves, opts)
		s.mergeGo(goMigrations, compareNumbers, opts, consequence)
		s.afterGo(d, unread, func(name string) string { v, _, _ := goPGParts(name); return v }, compareNumbers, consequence)
		return s, nil
	}
	return fw
}

const goPGModule = "github.com/go-pg/migrations"

var goPGRegistry = goRegistry{find: goPGFuncs, grammar: "<number>_<name>.up.sql, .down.sql or .go",
	mark: regexp.MustCompile(`\.(Must)?Register(Tx)?\(`), pkg: goPGModule}

var goPGPairs = pairing{
	compare: compareNumbers,
	script:  goPGLines.script,
	twice:   "go-pg refuses to start while a version has two files for one direction",
}

// goPGParts cuts a name at its first underscore.
func goPGParts(name string) (version, title string, ok bool) {
	version, title, found := strings.Cut(name, "_")
	if _, err := strconv.ParseInt(version, 10, 64); !found || err != nil || leadingDigits(version) != version {
		return "", "", false
	}
	for _, end := range []string{".sql", ".go", ".up", ".down", ".tx"} {
		title = strings.TrimSuffix(title, end)
	}
	return version, title, true
}
