package migration

import (
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/miglint/miglint/source"
)

var (
	gooseMark   = regexp.MustCompile(`(?im)^--.*\+goose\s+(up|down|no transaction)\b`)
	gooseGoMark = regexp.MustCompile(`\bgoose\.(Add\w*Migration\w*|NewGoMigration)\(`)
)

// goose is github.com/pressly/goose, version 3: up and down in one file, cut
// into statements line by line, in one transaction unless the file says NO
// TRANSACTION. Versions are compared as numbers; SQL and Go files share them.
func goose() *Framework {
	fw := &Framework{
		Name:             "goose",
		Title:            "goose",
		Downs:            OptionalDown,
		Files:            "<number>_<name>.sql with a line `-- +goose Up`",
		Late:             "goose refuses to go on, unless it is told to allow missing migrations",
		Edited:           "goose never runs it again",
		Mark:             gooseMark,
		Directive:        "-- +goose Up",
		LeaveTransaction: "put `-- +goose NO TRANSACTION` at the top of the file",
		Runs: func(name string) bool {
			_, ok := gooseVersion(name)
			return ok && path.Ext(name) == ".sql"
		},
		Detect: detectGoose,
		Parse:  parseGoose,
	}
	fw.Load = func(d *Dir, opts Options) (*Stream, error) {
		s := newStream(fw, d)
		s.Migrations = loadGoose(s, d, opts)
		return s, nil
	}
	return fw
}

func detectGoose(d *Dir) Evidence {
	e := markers(d, gooseMark, "-- +goose Up")
	if e.Score == 0 && len(d.sqlFiles()) == 0 {
		e = detectGooseGo(d)
	}
	return e.hint(goModule(d, "github.com/pressly/goose"))
}

// detectGooseGo looks at folders that have Go migrations only.
func detectGooseGo(d *Dir) Evidence {
	looked := 0
	for _, name := range d.Files {
		if _, ok := gooseVersion(name); !ok || !isGoMigration(name) {
			continue
		}
		if gooseGoMark.Match(d.head(name, headSize)) {
			return Evidence{markerScore, []string{d.display(name) + " registers a goose migration written in Go"}}
		}
		if looked++; looked == headFiles {
			break
		}
	}
	return Evidence{}
}

// gooseVersion is the number before the first underscore, from 1 on
// (NumericComponent in goose's migrate.go).
func gooseVersion(name string) (string, bool) {
	ext := path.Ext(name)
	version, _, found := strings.Cut(name, "_")
	n, err := strconv.ParseInt(version, 10, 64)
	return version, found && err == nil && n >= 1 && (ext == ".sql" || ext == ".go")
}

func isGoMigration(name string) bool {
	return path.Ext(name) == ".go" && !strings.HasSuffix(name, "_test.go")
}

var gooseRegistry = goRegistry{find: gooseFuncs, grammar: "<number>_<name>.sql or .go"}

func loadGoose(s *Stream, d *Dir, opts Options) []*Migration {
	var files, goFiles, helpers []string
	for _, name := range d.Files {
		_, versioned := gooseVersion(name)
		switch {
		case s.Framework.Runs(name):
			files = append(files, name)
		case versioned && isGoMigration(name):
			goFiles = append(goFiles, name)
		case isGoMigration(name):
			helpers = append(helpers, name)
		case isSQL(name) && (leadingDigits(name) != "" || gooseMark.Match(d.head(name, headSize))):
			s.mistake(d, name, "its name is not <number>_<name>.sql with a number from 1 on", opts)
		default:
			s.ignore(d, name, "not named <number>_<name>.sql or .go")
		}
	}
	ms := d.load(files, func(_ int, f *source.File) Scripts { return parseGoose(f, opts) })
	for i, m := range ms {
		version, _ := gooseVersion(files[i])
		m.Version, m.Name = splitName(version, files[i])
		m.Time = versionTime(version)
	}
	goMigrations, unread := gooseRegistry.load(s, d, goFiles, helpers, opts)
	ms = append(ms, goMigrations...)
	slices.SortStableFunc(ms, func(a, b *Migration) int { return compareNumbers(a.Version, b.Version) })
	s.Migrations = ms
	const consequence = "goose refuses to start while two files have one version"
	s.finish(opts, func(a, b *Migration) bool { return compareNumbers(a.Version, b.Version) == 0 }, consequence)
	s.afterGo(d, unread, func(name string) string { v, _ := gooseVersion(name); return v }, compareNumbers, consequence)
	return ms
}
