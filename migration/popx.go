package migration

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/miglint/miglint/source"
)

// popxName is what popx takes for a migration (its match.go): version, name,
// dialect, autocommit, direction.
var popxName = regexp.MustCompile(`^(\d+)_([^.]+)(\.[a-z0-9]+)?(\.autocommit)?\.(up|down)\.sql$`)

const popxFramework = "popx"

// popxDialects are the dialects of pop, with the other spellings it takes
// (CanonicalDialect in its dialect.go).
var popxDialects = map[string]string{
	"postgres": "postgres", "postgresql": "postgres", "pg": "postgres", "pgx": "postgres",
	"cockroach": "cockroach", "cockroachdb": "cockroach", "crdb": "cockroach",
	"mysql": "mysql", "mariadb": "mariadb", "sqlite3": "sqlite3", "sqlite": "sqlite3",
	"yugabyte": "yugabyte", "yugabytedb": "yugabyte",
}

// popxLegacy is how many digits popx's predecessor had in a version. popx takes a
// version for applied whose first digits are a version that was.
const popxLegacy = 14

// popx is github.com/ory/x/popx, Ory's migrator on top of pop: a file for each
// direction, and dialects in the file names. The file of the server's dialect
// runs instead of the one for all. A file is a Go template, sent as one query in
// a transaction of its own, or in none when its name says autocommit. Versions
// are compared as strings.
func popx() *Framework {
	fw := &Framework{
		Name:             popxFramework,
		Title:            "popx",
		Downs:            RequiredDown,
		Files:            "<number>_<name>[.postgres][.autocommit].up.sql",
		Recursive:        true,
		Late:             "popx runs it late, after those that were there before",
		Edited:           "popx never runs it again",
		LeaveTransaction: "put the statement in a migration file of its own, named <number>_<name>.autocommit.up.sql",
		AloneInFile:      true,
		Runs:             func(name string) bool { f := parsePopxName(name); return f.version != "" && f.forPostgres() },
		Detect:           detectPopx,
		Parse: func(f *source.File, opts Options) Scripts {
			up, problems := popxScript(f, parsePopxName(path.Base(f.Path)).autocommit, opts)
			return Scripts{Up: up, Problems: append(emptyFile(f), problems...)}
		},
	}
	fw.Load = func(d *Dir, opts Options) (*Stream, error) {
		tree := d.tree()
		s := newStream(fw, tree)
		loadPopx(s, tree, opts)
		return s, nil
	}
	return fw
}

// popxFile is a file name taken apart.
type popxFile struct {
	path, version, name string
	dialect             string // canonical; "" for all
	unknown             bool   // pop knows no such dialect
	autocommit, down    bool
	input
}

// parsePopxName reads a file name; the version of a file that is no migration is
// empty. The first suffix may be the dialect or .autocommit.
func parsePopxName(name string) *popxFile {
	m := popxName.FindStringSubmatch(name)
	if m == nil {
		return &popxFile{}
	}
	f := &popxFile{version: m[1], name: m[2], autocommit: m[4] != "", down: m[5] == "down"}
	if suffix := strings.TrimPrefix(m[3], "."); suffix == "autocommit" {
		f.autocommit = true
	} else if suffix != "" {
		f.dialect = popxDialects[suffix]
		if f.unknown = f.dialect == ""; f.unknown {
			f.dialect = suffix
		}
	}
	return f
}

func (f *popxFile) forPostgres() bool { return f.dialect == "" || f.dialect == "postgres" }

// detectPopx counts on what only popx names have: a dialect of pop or
// .autocommit.
func detectPopx(d *Dir) Evidence {
	files := d.sqlFiles()
	found, special := 0, false
	for _, name := range files {
		f := parsePopxName(name)
		if f.version == "" || f.unknown {
			continue
		}
		found++
		special = special || f.autocommit || f.dialect != ""
	}
	hint := goModule(d, "github.com/ory/x")
	if found == 0 || hint == "" && (!special || goModule(d, "github.com/golang-migrate/migrate") != "") {
		return Evidence{}
	}
	const grammar = "<number>_<name>[.<dialect>][.autocommit].up.sql or .down.sql"
	e := names(files, func(name string) bool { f := parsePopxName(name); return f.version != "" && !f.unknown }, grammar)
	if special {
		e.Score = markerScore + markerShare*found/len(files)
	}
	return e.hint(hint)
}

func loadPopx(s *Stream, d *Dir, opts Options) {
	var files []*popxFile
	others := map[string]int{}
	for _, name := range d.Files {
		f := parsePopxName(path.Base(name))
		f.path = name
		switch {
		case f.unknown:
			if near := closest(f.dialect, slices.Collect(maps.Keys(popxDialects))...); near != "" {
				s.mistake(d, name, fmt.Sprintf("it knows no dialect %s; it looks like %s", f.dialect, near), opts)
			} else {
				s.ignore(d, name, "it knows no dialect "+f.dialect)
			}
		case f.version != "" && !f.forPostgres():
			others[f.dialect]++
		case f.version != "":
			files = append(files, f)
		case isSQL(name):
			s.mistake(d, name, "its name is not <number>_<name>[.<dialect>][.autocommit].up.sql or .down.sql, and it refuses to start", opts)
		case path.Ext(name) == ".fizz":
			s.ignore(d, name, "fizz is not SQL, and newer versions do not read it")
		default:
			s.ignore(d, name, "not named <number>_<name>.up.sql or .down.sql")
		}
	}
	s.ignoreDialects(d, others)
	slices.SortFunc(files, func(a, b *popxFile) int {
		return cmp.Or(cmp.Compare(a.version, b.version), b2i(a.down)-b2i(b.down),
			b2i(a.dialect == "")-b2i(b.dialect == ""), -cmp.Compare(a.path, b.path))
	})
	parallel(len(files), func(i int) { files[i].input = d.read(files[i].path) })
	for len(files) > 0 {
		n := 1
		for n < len(files) && files[n].version == files[0].version {
			n++
		}
		s.addPopx(files[:n], d, opts)
		files = files[n:]
	}
	s.finish(opts, func(a, b *Migration) bool { return false }, "")
	s.legacyPopx()
}

// ignoreDialects lists the files for other databases in one line.
func (s *Stream) ignoreDialects(d *Dir, count map[string]int) {
	if len(count) == 0 {
		return
	}
	var parts []string
	for _, dialect := range slices.Sorted(maps.Keys(count)) {
		parts = append(parts, fmt.Sprintf("%d for %s", count[dialect], dialect))
	}
	s.Ignored = append(s.Ignored, Ignored{Path: d.root(), Why: "files for other databases: " + strings.Join(parts, ", ")})
}

// addPopx makes the migration of the files of one version, the best of each
// direction first.
func (s *Stream) addPopx(files []*popxFile, d *Dir, opts Options) {
	var chosen [2]*popxFile
	m := &Migration{Version: files[0].version, Name: files[0].name, Time: versionTime(files[0].version[:min(len(files[0].version), popxLegacy)])}
	if len(m.Version) > popxLegacy {
		m.Group = m.Version[:popxLegacy] // pop's fizz files became one file for each statement
	}
	for _, f := range files {
		best := chosen[b2i(f.down)]
		switch {
		case best == nil:
			chosen[b2i(f.down)] = f
			m.Files = append(m.Files, f.file)
		case best.dialect != f.dialect:
			s.ignore(d, f.path, "on PostgreSQL popx runs "+path.Base(best.path)+" instead")
		default:
			s.ignore(d, f.path, "popx runs "+path.Base(best.path)+" instead, which has the same version")
			m.Problems = append(m.Problems, duplicateVersion(f.version, best.file.Span(0, 0), f.file.Span(0, 0),
				"popx runs only the file whose name comes last"))
		}
	}
	up, down := chosen[0], chosen[1]
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
	s.Migrations = append(s.Migrations, m)
}

// legacyPopx reports long versions that begin with one of popx's predecessor.
func (s *Stream) legacyPopx() {
	old := map[string]*Migration{}
	for _, m := range s.Migrations {
		if len(m.Version) == popxLegacy {
			old[m.Version] = m
		}
		if len(m.Version) > popxLegacy && m.Judged {
			if first := old[m.Version[:popxLegacy]]; first != nil {
				m.Problems = append(m.Problems, Problem{Rule: "duplicate-version", Span: m.span(),
					Message: fmt.Sprintf("the first %d digits are version %s: popx takes this migration for applied and never runs it", popxLegacy, first.Version),
					Related: first.span(), RelatedMsg: "the other version"})
			}
		}
	}
}

func (f *popxFile) script(opts Options) (*Script, []Problem) {
	if !f.text {
		return unread(f.file), f.problems
	}
	return popxScript(f.file, f.autocommit, opts)
}

// popxScript reads a file. One that is empty is fine: it keeps the versions of
// all dialects in step.
func popxScript(f *source.File, autocommit bool, opts Options) (*Script, []Problem) {
	tx := PerFile
	if autocommit {
		tx = Implicit
	}
	s, problems := runner{title: "popx"}.script(f, opts,
		section{end: len(f.Text), pieces: []piece{{0, len(f.Text), tx, true}}, cuts: popxTemplate(f)})
	s.NoTransaction = autocommit
	return s, problems
}
