package migration

import (
	"cmp"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/miglint/miglint/source"
)

// flywayMistake are names that somebody meant for Flyway: a wrong case, one
// underscore too few, no prefix.
var flywayMistake = regexp.MustCompile(`(?i)^([vub]?_*\d[\d._]*|r\d*)_.*\.sql$`)

// flyway is Flyway: V<version>__<description>.sql in the folder and those below
// it, one statement at a time in one transaction, or outside of any when a
// statement of the file cannot run in one. Versions are lists of numbers.
func flyway() *Framework {
	fw := &Framework{
		Name:             "flyway",
		Title:            "Flyway",
		Downs:            NoDowns,
		Files:            "V<version>__<description>.sql",
		Recursive:        true,
		Late:             "Flyway ignores it and fails validation, unless outOfOrder is set",
		Edited:           "Flyway stops with a checksum mismatch, even if only a comment differs",
		Checksums:        true,
		LeaveTransaction: "put the statement in a migration of its own, with `executeInTransaction=false` in <file>.sql.conf",
		Runs:             func(name string) bool { n := parseFlywayName(name); return n.kind == 'V' || n.kind == 'R' },
		Parse:            func(f *source.File, opts Options) Scripts { return flywaySettings{}.scripts(f, opts) },
	}
	fw.Detect = func(d *Dir) Evidence { return detectFlyway(fw, d) }
	fw.Load = func(d *Dir, opts Options) (*Stream, error) {
		tree := d.tree()
		s := newStream(fw, tree)
		loadFlyway(s, tree, opts)
		return s, nil
	}
	return fw
}

func detectFlyway(fw *Framework, d *Dir) Evidence {
	files := d.sqlFiles()
	if len(files) == 0 && isFlywayDefault(d) {
		files = d.tree().sqlFiles()
	}
	e := names(files, fw.Runs, "V<version>__<description>.sql")
	for _, name := range []string{"flyway.toml", "flyway.conf"} {
		if found, _ := d.above(name); found != "" {
			return e.hint("there is a " + found)
		}
	}
	return e
}

// isFlywayDefault reports whether d is Flyway's default location and its
// sub-folders are not alternatives for several databases.
func isFlywayDefault(d *Dir) bool {
	return strings.HasSuffix("/"+d.Path, "/db/migration") &&
		!slices.ContainsFunc(d.Subdirs, func(name string) bool {
			return otherDatabase(name) || strings.HasPrefix(strings.ToLower(name), "postgres")
		})
}

// flywayName is a file name as Flyway's ResourceNameParser takes it apart.
type flywayName struct {
	kind        byte // V versioned, U undo, R repeatable, B baseline, C callback, 0 none
	version     string
	description string
}

// parseFlywayName reads the name of a file without its folder. A name with a
// prefix that breaks the grammar has kind 0, as Flyway skips it.
func parseFlywayName(name string) flywayName {
	if !isSQL(name) {
		return flywayName{}
	}
	base := name[:len(name)-len(".sql")]
	before, description, _ := strings.Cut(base, "__")
	description = strings.ReplaceAll(description, "_", " ")
	if flywayCallbacks[before] {
		return flywayName{kind: 'C', description: base}
	}
	if before == "" || !strings.ContainsRune("VURB", rune(before[0])) {
		return flywayName{}
	}
	n := flywayName{before[0], strings.ReplaceAll(before[1:], "_", "."), description}
	if (n.kind == 'R') != (n.version == "") || n.kind != 'R' && !isFlywayVersion(n.version) {
		return flywayName{}
	}
	return n
}

func isFlywayVersion(version string) bool {
	for part := range strings.SplitSeq(version, ".") {
		if part == "" || leadingDigits(part) != part {
			return false
		}
	}
	return true
}

// compareFlyway compares versions part by part as numbers; missing parts are
// zero (Flyway's MigrationVersion).
func compareFlyway(a, b string) int {
	x, y := strings.Split(a, "."), strings.Split(b, ".")
	part := func(parts []string, i int) string {
		if i < len(parts) {
			return parts[i]
		}
		return "0"
	}
	for i := range max(len(x), len(y)) {
		if c := compareNumbers(part(x, i), part(y, i)); c != 0 {
			return c
		}
	}
	return 0
}

// flywayTime reads the moment out of V20240131120000 and V2024.01.31.1.
func flywayTime(version string) time.Time {
	if parts := strings.Split(version, "."); len(parts) >= 3 && len(parts[0]) == 4 {
		if day, err := time.Parse("2006.1.2", strings.Join(parts[:3], ".")); err == nil && plausible(day) {
			return day
		}
	}
	first, _, _ := strings.Cut(version, ".")
	return versionTime(first)
}

// flywayFile is a file that is a migration or the undo of one.
type flywayFile struct {
	flywayName
	path string
}

func loadFlyway(s *Stream, d *Dir, opts Options) {
	var files []flywayFile
	for _, name := range d.Files {
		n := parseFlywayName(path.Base(name))
		switch {
		case n.kind == 'V' || n.kind == 'U' || n.kind == 'R':
			files = append(files, flywayFile{n, name})
		case n.kind == 'B':
			s.ignore(d, name, "a baseline: Flyway runs it instead of the versions up to it, on an empty database only")
		case n.kind == 'C':
			s.ignore(d, name, "a callback: Flyway runs it around migrations, not as one")
		case strings.HasSuffix(name, ".sql.conf"):
			s.ignore(d, name, "settings of the script of that name")
		case flywayMistake.MatchString(path.Base(name)):
			s.mistake(d, name, "its name is not V<version>__<description>.sql, R__<description>.sql or U<version>__<description>.sql", opts)
		default:
			s.ignore(d, name, "not named V<version>__<description>.sql")
		}
	}
	slices.SortStableFunc(files, func(a, b flywayFile) int {
		return cmp.Or(flywayRank(a.kind)-flywayRank(b.kind), compareFlyway(a.version, b.version),
			cmp.Compare(a.description, b.description), cmp.Compare(a.path, b.path))
	})
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = f.path
	}
	settings := readFlywaySettings(d)
	ms := d.load(names, func(i int, f *source.File) Scripts {
		return settings.sidecar(d, names[i]).scripts(f, opts)
	})
	for i, m := range ms {
		m.Version, m.Name, m.Repeatable = files[i].version, files[i].description, files[i].kind == 'R'
		m.Time = flywayTime(m.Version)
	}
	var undo map[*Migration]bool
	s.Migrations, undo = pairFlyway(files, ms)
	s.finish(opts, func(a, b *Migration) bool {
		if undo[a] || undo[b] || a.Repeatable != b.Repeatable {
			return false
		}
		return a.Repeatable && a.Name == b.Name || !a.Repeatable && compareFlyway(a.Version, b.Version) == 0
	}, "Flyway refuses to run while two files have one version")
}

// flywayRank: undos come after the versions that they are paired with, and
// repeatable migrations run after all versioned ones.
func flywayRank(kind byte) int { return strings.IndexByte("VUR", kind) }

// pairFlyway hands each undo to its version. An undo without one stays a
// migration that has only a down; those are returned too.
func pairFlyway(files []flywayFile, ms []*Migration) (paired []*Migration, onlyUndo map[*Migration]bool) {
	var versioned, repeatable []*Migration
	onlyUndo = map[*Migration]bool{}
	for i, m := range ms {
		switch files[i].kind {
		case 'V':
			versioned = append(versioned, m)
		case 'R':
			repeatable = append(repeatable, m)
		case 'U':
			at, found := slices.BinarySearchFunc(versioned, m, func(a, b *Migration) int { return compareFlyway(a.Version, b.Version) })
			if found && len(versioned[at].Files) == 1 && !onlyUndo[versioned[at]] {
				versioned[at].undoneBy(m)
				continue
			}
			m.parse = undo(m.parse)
			onlyUndo[m] = true
			versioned = slices.Insert(versioned, at, m)
		}
	}
	return append(versioned, repeatable...), onlyUndo
}

// undoneBy makes the other migration's script the down of m.
func (m *Migration) undoneBy(other *Migration) {
	up, down := m.parse, undo(other.parse)
	m.Files = append(m.Files, other.Files...)
	m.parse = func() Scripts {
		s, u := up(), down()
		return Scripts{Up: s.Up, Down: u.Down, Problems: append(s.Problems, u.Problems...)}
	}
}

// undo makes a script that was read as an up the down.
func undo(parse func() Scripts) func() Scripts {
	return func() Scripts {
		s := parse()
		return Scripts{Down: s.Up, Problems: s.Problems}
	}
}

// flywayCallbacks are the names of callback scripts, with or without a
// description (Flyway's Event).
var flywayCallbacks = func() map[string]bool {
	m := map[string]bool{"createSchema": true}
	for _, name := range strings.Fields(`Clean CleanError Migrate EachMigrate EachMigrateStatement
		EachMigrateStatementError EachMigrateError Repeatables Versioned MigrateApplied MigrateError Undo EachUndo
		EachUndoStatement EachUndoStatementError EachUndoError UndoError Validate ValidateError Baseline BaselineError
		Repair RepairError Info InfoError MigrateOperationFinish InfoOperationFinish CreateSchema Connect`) {
		m["before"+name], m["after"+name] = true, true
	}
	return m
}()
