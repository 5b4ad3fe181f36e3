package migration

import (
	"bytes"
	"regexp"
	"slices"
	"strconv"

	"github.com/miglint/miglint/source"
)

// golangMigrateName is the name of a golang-migrate file: version, title and
// direction, with any extension (its source/parse.go).
var golangMigrateName = regexp.MustCompile(`^([0-9]+)_(.*)\.(down|up)\.(.*)$`)

// golangMigrate is github.com/golang-migrate/migrate. It sends a file as one
// simple query and knows neither directives nor templates. Versions are compared
// as numbers, and it refuses to start when one is used twice.
func golangMigrate() *Framework {
	fw := &Framework{
		Name:             "golang-migrate",
		Title:            "golang-migrate",
		Downs:            OptionalDown,
		Files:            "<number>_<name>.up.sql",
		Late:             "golang-migrate remembers only the newest version and never runs it",
		Edited:           "golang-migrate never runs it again",
		LeaveTransaction: "put the statement in a migration file of its own, without BEGIN and COMMIT",
		AloneInFile:      true,
		Parse:            golangMigratePairs.alone,
	}
	fw.Runs = func(name string) bool { _, ok := golangMigrateVersion(name); return ok }
	fw.Detect = func(d *Dir) Evidence {
		return names(d.sqlFiles(), fw.Runs, "<number>_<name>.up.sql or .down.sql").
			hint(goModule(d, "github.com/golang-migrate/migrate", "github.com/mattes/migrate"))
	}
	fw.Load = func(d *Dir, opts Options) (*Stream, error) {
		s := newStream(fw, d)
		s.Migrations = loadGolangMigrate(s, d, opts)
		s.finish(opts, func(a, b *Migration) bool { return false }, "")
		return s, nil
	}
	return fw
}

// golangMigrateVersion splits a file name; ok is false for files golang-migrate
// skips.
func golangMigrateVersion(name string) (parts []string, ok bool) {
	parts = golangMigrateName.FindStringSubmatch(name)
	if parts == nil {
		return nil, false
	}
	_, err := strconv.ParseUint(parts[1], 10, 64)
	return parts, err == nil
}

func loadGolangMigrate(s *Stream, d *Dir, opts Options) []*Migration {
	var files []*half
	var unread []string // versions
	for _, name := range d.Files {
		switch parts, ok := golangMigrateVersion(name); {
		case ok && isProgram(name):
			// It would send the program to the server: this is a runner of somebody's
			// own, who has not described it.
			s.ignore(d, name, "a program, which golang-migrate does not run; describe a runner that does under `layouts`")
			if parts[3] == "up" {
				unread = append(unread, parts[1])
			}
		case ok:
			files = append(files, &half{name: name, version: parts[1], title: parts[2], down: parts[3] == "down"})
		case isSQL(name) && leadingDigits(name) != "":
			s.mistake(d, name, "its name is not <number>_<name>.up.sql or <number>_<name>.down.sql", opts)
		default:
			s.ignore(d, name, "not named <number>_<name>.up.sql or .down.sql")
		}
	}
	ms := golangMigratePairs.load(d, files, opts)
	for _, version := range unread {
		if i := slices.IndexFunc(ms, func(m *Migration) bool { return compareNumbers(m.Version, version) >= 0 }); i >= 0 {
			ms[i].AfterUnread = true
		}
	}
	return ms
}

var golangMigratePairs = pairing{
	compare: compareNumbers,
	script:  golangMigrateScript,
	twice:   "golang-migrate refuses to start while a version has two files for one direction",
}

// golangMigrateScript reads a file: one query, or with x-multi-statement one per
// semicolon, wherever it stands (its database/multistmt).
func golangMigrateScript(f *source.File, opts Options) (*Script, []Problem) {
	r := runner{title: "golang-migrate", literal: true}
	if !opts.MultiStatement {
		return r.entire(f, opts, Implicit)
	}
	r.cutRule = "statement-cut-in-two"
	r.remedy = "x-multi-statement=true cuts at every semicolon, also in strings, function bodies and comments; leave the option off for this folder"
	sec := section{start: 0, end: len(f.Text)}
	for at := 0; at < len(f.Text); {
		end := len(f.Text)
		if i := bytes.IndexByte(f.Text[at:], ';'); i >= 0 {
			end = at + i + 1
		}
		sec.pieces = append(sec.pieces, piece{at, end, PerStatement, false})
		at = end
	}
	return r.script(f, opts, sec)
}
