package migration

import (
	"bytes"
	"cmp"
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
		LeaveTransaction: "put the statement in a migration file of its own, without BEGIN and COMMIT",
		AloneInFile:      true,
		Parse:            parseGolangMigrate,
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

// golangMigrateFile is one direction of a version.
type golangMigrateFile struct {
	name, version, title string
	down                 bool
	script               *Script
	problems             []Problem
}

func loadGolangMigrate(s *Stream, d *Dir, opts Options) []*Migration {
	var files []*golangMigrateFile
	for _, name := range d.Files {
		switch parts, ok := golangMigrateVersion(name); {
		case ok:
			files = append(files, &golangMigrateFile{name: name, version: parts[1], title: parts[2], down: parts[3] == "down"})
		case isSQL(name) && leadingDigits(name) != "":
			s.mistake(d, name, "its name is not <number>_<name>.up.sql or <number>_<name>.down.sql", opts)
		default:
			s.ignore(d, name, "not named <number>_<name>.up.sql or .down.sql")
		}
	}
	slices.SortStableFunc(files, func(a, b *golangMigrateFile) int {
		return compareNumbers(a.version, b.version)
	})
	parallel(len(files), func(i int) { files[i].read(d, opts) })

	var ms []*Migration
	for len(files) > 0 {
		n := 1
		for n < len(files) && compareNumbers(files[n].version, files[0].version) == 0 {
			n++
		}
		ms = append(ms, pairGolangMigrate(files[:n])...)
		files = files[n:]
	}
	return ms
}

// pairGolangMigrate makes migrations of the files of one version: a single one
// unless a direction is there twice.
func pairGolangMigrate(files []*golangMigrateFile) []*Migration {
	var ms []*Migration
	slot := func(taken func(*Migration) bool, f *golangMigrateFile) *Migration {
		for _, m := range ms {
			if !taken(m) {
				return m
			}
		}
		m := &Migration{Version: f.version, Name: f.title, Time: versionTime(f.version)}
		ms = append(ms, m)
		return m
	}
	slices.SortStableFunc(files, func(a, b *golangMigrateFile) int {
		return cmp.Or(b2i(a.down)-b2i(b.down), cmp.Compare(a.name, b.name))
	})
	var first [2]*golangMigrateFile
	for _, f := range files {
		var m *Migration
		if f.down {
			m = slot(func(m *Migration) bool { return m.Down != nil }, f)
			m.Down = f.script
		} else {
			m = slot(func(m *Migration) bool { return m.Up != nil }, f)
			m.Up = f.script
		}
		m.Problems = append(m.Problems, f.problems...)
		if other := first[b2i(f.down)]; other != nil {
			m.Problems = append(m.Problems, duplicateVersion(f.version, f.script.File.Span(0, 0), other.script.File.Span(0, 0),
				"golang-migrate refuses to start while a version has two files for one direction"))
		} else {
			first[b2i(f.down)] = f
		}
	}
	return ms
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (f *golangMigrateFile) read(d *Dir, opts Options) {
	in := d.read(f.name)
	f.script, f.problems = unread(in.file), in.problems
	if !in.text {
		return
	}
	var problems []Problem
	f.script, problems = golangMigrateScript(in.file, opts)
	f.problems = append(f.problems, problems...)
	if !f.down { // an empty down is missing-down's business
		f.problems = append(f.problems, emptyFile(in.file)...)
	}
}

// golangMigrateScript reads a file: one query, or with x-multi-statement one per
// semicolon, wherever it stands (its database/multistmt).
func golangMigrateScript(f *source.File, opts Options) (*Script, []Problem) {
	r := runner{title: "golang-migrate"}
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

func parseGolangMigrate(f *source.File, opts Options) *Migration {
	up, problems := golangMigrateScript(f, opts)
	return &Migration{Up: up, Problems: append(emptyFile(f), problems...)}
}
