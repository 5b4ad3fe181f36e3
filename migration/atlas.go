package migration

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/miglint/miglint/source"
)

// atlasMark is a directive of Atlas in a comment.
var atlasMark = regexp.MustCompile(`(?m)^(--|#) ?atlas:(txmode|nolint|delimiter|checkpoint|txtar|import|sum)\b`)

// atlas is Atlas in its own format, also of ent's versioned migrations
// (sql/migrate/dir.go): *.sql in the order of their names as strings, one statement
// at a time, in one transaction for each file unless the file says otherwise. The
// hashes of all files are in atlas.sum. There are no down files.
func atlas() *Framework {
	fw := &Framework{
		Name:             "atlas",
		Title:            "Atlas",
		Downs:            NoDowns,
		Files:            "<version>_<name>.sql beside an atlas.sum",
		Mark:             atlasMark,
		Directive:        "-- atlas:txmode none",
		Late:             "Atlas refuses to go on, unless --exec-order says otherwise",
		Edited:           "Atlas never runs it again",
		LeaveTransaction: "put `-- atlas:txmode none` and an empty line at the top of the file",
		Runs:             func(name string) bool { return strings.HasSuffix(name, ".sql") },
		Parse:            parseAtlas,
	}
	fw.Detect = detectAtlas
	fw.Load = func(d *Dir, opts Options) (*Stream, error) {
		s := newStream(fw, d)
		loadAtlas(s, d, opts)
		return s, nil
	}
	return fw
}

// detectAtlas leaves folders in the format of another framework to that one:
// Atlas can keep their sums too.
func detectAtlas(d *Dir) Evidence {
	e := markers(d, atlasMark, "-- atlas:")
	if d.has(atlasSum) {
		why := []string{"there is an " + atlasSum + " beside the files"}
		e = Evidence{markerScore + markerShare, append(why, e.Why...)}
	}
	if e.Score == 0 || len(d.sqlFiles()) == 0 || otherFormat(d) {
		return Evidence{}
	}
	if name, _ := d.above("atlas.hcl"); name != "" {
		e = e.hint("there is an " + name)
	}
	return e
}

// otherFormat reports whether the files are in a format of another framework: its
// directives stand in them, or they have the names of pairs or of Flyway.
func otherFormat(d *Dir) bool {
	if slices.ContainsFunc(d.sqlFiles(), func(name string) bool {
		kind := parseFlywayName(name).kind
		return isUpDown(name) || kind == 'V' || kind == 'R'
	}) {
		return true
	}
	for _, fw := range Frameworks() {
		if fw.Mark != nil && fw.Name != "atlas" && slices.ContainsFunc(d.sample(), fw.Mark.Match) {
			return true
		}
	}
	return false
}

func loadAtlas(s *Stream, d *Dir, opts Options) {
	var files []string
	for _, name := range d.Files {
		switch {
		case name == atlasSum:
			s.ignore(d, name, "the hashes of the migrations")
		case s.Framework.Runs(name):
			files = append(files, name)
		case isSQL(name):
			s.mistake(d, name, "it takes only files that end in .sql, in lower case", opts)
		default:
			s.ignore(d, name, "not named <version>_<name>.sql")
		}
	}
	ms := d.load(files, func(_ int, f *source.File) Scripts { return parseAtlas(f, opts) })
	first := map[string]*Migration{}
	for i, m := range ms {
		m.Version, m.Name = atlasVersion(files[i])
		m.Time = versionTime(m.Version)
		if atlasHeader(m.Files[0].Text).has("checkpoint") && i > 0 {
			s.ignore(d, files[i], "a checkpoint, which runs only in a new database, in place of all files before it")
			continue
		}
		s.Migrations = append(s.Migrations, m)
	}
	s.finish(opts, func(a, b *Migration) bool { return false }, "")
	for _, m := range s.Migrations {
		if other := first[m.Version]; other != nil {
			s.duplicate(other, m, "Atlas records a version once, so it skips the second file")
		} else {
			first[m.Version] = m
		}
	}
	if len(s.Migrations) > 0 && atlasHeader(s.Migrations[0].Files[0].Text).has("checkpoint") {
		s.Migrations[0].Judged = false // it made the schema that databases start with
	}
	s.textOrder()
}

// atlasVersion is what stands before the first underscore.
func atlasVersion(name string) (version, title string) {
	version, title, _ = strings.Cut(strings.TrimSuffix(path.Base(name), ".sql"), "_")
	return version, title
}
