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
		Late:             "golang-migrate remembers only the newest version and never runs it",
		Edited:           "golang-migrate never runs it again",
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
	input
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
	parallel(len(files), func(i int) { files[i].input = d.read(files[i].name) })

	var ms []*Migration
	for len(files) > 0 {
		n := 1
		for n < len(files) && compareNumbers(files[n].version, files[0].version) == 0 {
			n++
		}
		ms = append(ms, pairGolangMigrate(files[:n], opts)...)
		files = files[n:]
	}
	return ms
}

// pairGolangMigrate makes migrations of the files of one version: a single one
// unless a direction is there twice.
func pairGolangMigrate(files []*golangMigrateFile, opts Options) []*Migration {
	slices.SortStableFunc(files, func(a, b *golangMigrateFile) int {
		return cmp.Or(b2i(a.down)-b2i(b.down), cmp.Compare(a.name, b.name))
	})
	ups := slices.IndexFunc(files, func(f *golangMigrateFile) bool { return f.down })
	if ups < 0 {
		ups = len(files)
	}
	downs := files[ups:]
	ms := make([]*Migration, max(ups, len(downs)))
	for i := range ms {
		var up, down *golangMigrateFile
		if i < ups {
			up = files[i]
		}
		if i < len(downs) {
			down = downs[i]
		}
		ms[i] = newGolangMigrate(up, down, opts)
		for _, twice := range [][2]*golangMigrateFile{{up, files[0]}, {down, files[min(ups, len(files)-1)]}} {
			if f, first := twice[0], twice[1]; f != nil && f != first {
				ms[i].Problems = append(ms[i].Problems, duplicateVersion(f.version, f.file.Span(0, 0), first.file.Span(0, 0),
					"golang-migrate refuses to start while a version has two files for one direction"))
			}
		}
	}
	return ms
}

// newGolangMigrate is the migration of two files, one of which may be missing.
func newGolangMigrate(up, down *golangMigrateFile, opts Options) *Migration {
	m := &Migration{}
	for _, f := range []*golangMigrateFile{down, up} {
		if f != nil {
			m.Version, m.Name, m.Time = f.version, f.title, versionTime(f.version)
			m.Files = append([]*source.File{f.file}, m.Files...)
		}
	}
	m.parse = func() Scripts {
		var both Scripts
		if up != nil {
			both.Up, both.Problems = up.script(opts)
		}
		if down != nil {
			script, problems := down.script(opts)
			both.Down, both.Problems = script, append(both.Problems, problems...)
		}
		return both
	}
	return m
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (f *golangMigrateFile) script(opts Options) (*Script, []Problem) {
	if !f.text {
		return unread(f.file), f.problems
	}
	s, problems := golangMigrateScript(f.file, opts)
	if !f.down { // an empty down is missing-down's business
		problems = append(problems, emptyFile(f.file)...)
	}
	return s, problems
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

func parseGolangMigrate(f *source.File, opts Options) Scripts {
	up, problems := golangMigrateScript(f, opts)
	return Scripts{Up: up, Problems: append(emptyFile(f), problems...)}
}
