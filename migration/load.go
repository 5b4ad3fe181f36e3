package migration

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/miglint/miglint/source"
)

// Load finds, orders and reads the migrations at a path inside fsys, which should
// be the FS of an os.Root so that links cannot lead out of it. display is what
// users call that path. Statements are parsed later, by Stream.Scripts.
//
// A folder that holds migrations is one stream. A folder that holds none is
// searched, and every folder of migrations below it is a stream, in the order of
// their paths. A single file is read as its folder's framework would, with the
// rest of the folder as history, or on its own if the folder is nobody's.
//
// The error says what could not be done: the path is not there, there are no
// migrations, or the evidence does not tell two frameworks apart. What is wrong
// with the migrations is in the Problems of the Set.
func Load(fsys fs.FS, name, display string, opts Options) (*Set, error) {
	if opts.Framework != "" && named(opts.Framework) == nil {
		return nil, fmt.Errorf("there is no framework called %q: miglint knows %s", opts.Framework, frameworkNames())
	}
	info, err := fs.Stat(fsys, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("looking for migrations: %s does not exist", displayName(display))
	case err != nil:
		return nil, fmt.Errorf("looking for migrations: %s: %s", displayName(display), reason(err))
	case info.IsDir():
		return loadFolder(fsys, name, display, opts)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("looking for migrations: %s is a %s: expected a folder or a SQL file", displayName(display), kindOf(info.Mode().Type()))
	}
	return loadOne(fsys, name, display, opts)
}

// LoadFile reads one file on its own, such as standard input. Without
// opts.Framework the directives in it decide; a file without any is plain.
func LoadFile(f *source.File, opts Options) *Set {
	return alone(checked(f), opts)
}

// alone is a file on its own.
func alone(in input, opts Options) *Set {
	fw, why := named(opts.Framework), chosen
	if fw == nil {
		fw, why = marked(in.file)
	}
	m := in.migration(func(f *source.File) Scripts { return fw.Parse(f, opts) })
	m.Name, m.Judged = path.Base(in.file.Path), true
	return &Set{Streams: []*Stream{{Root: path.Dir(in.file.Path), Framework: fw, Why: []string{why}, Migrations: []*Migration{m}}}}
}

const chosen = "chosen with --framework"

// marked is the framework whose directives stand in the file.
func marked(f *source.File) (*Framework, string) {
	head := f.Text[:min(len(f.Text), headSize)]
	for _, fw := range Frameworks() {
		if fw.Mark != nil && fw.Mark.Match(head) {
			return fw, fmt.Sprintf("the file has `%s`", fw.Directive)
		}
	}
	return plain(), "a single file without a framework's directives"
}

// loadOne reads a single file of a folder.
func loadOne(fsys fs.FS, name, display string, opts Options) (*Set, error) {
	if !isSQL(name) {
		return nil, fmt.Errorf("reading migrations: %s is not a SQL file: expected a folder or a file whose name ends in .sql", display)
	}
	search := homeSearch{fsys: fsys, opts: opts, seen: map[string]candidate{},
		belongs: func(v verdict, _ *Dir) bool { return v.Score >= numberedScore }}
	home, err := search.home(NamedFile{name, display})
	if err != nil {
		return nil, err
	}
	if home.fw != nil {
		opts.Changed = map[string]bool{display: true}
		s, err := home.load(home.dir, opts)
		if err != nil {
			return nil, err
		}
		if s.OtherDatabase != "" {
			return nil, s.elsewhere(display)
		}
		if s.concerns(display) {
			return &Set{Streams: []*Stream{s}}, nil
		}
	}
	d, err := openDir(fsys, path.Dir(name), strings.TrimSuffix(path.Dir(display), "."), opts.Exclude)
	if err != nil {
		return nil, fmt.Errorf("reading migrations: the folder of %s: %s", display, reason(err))
	}
	return alone(d.read(path.Base(name)), opts), nil
}

// concerns reports whether the stream has something to say of a file.
func (s *Stream) concerns(display string) bool {
	return slices.ContainsFunc(s.Migrations, func(m *Migration) bool { return m.Judged }) ||
		slices.ContainsFunc(s.Ignored, func(i Ignored) bool { return i.Mistake && i.Path == display })
}

func loadFolder(fsys fs.FS, name, display string, opts Options) (*Set, error) {
	d, err := openDir(fsys, name, display, opts.Exclude)
	if err != nil {
		return nil, fmt.Errorf("reading migrations: %s: %s", displayName(display), reason(err))
	}
	here, err := judge(d, opts)
	if err != nil {
		return nil, err
	}
	if part, err := partOf(fsys, d, here, opts); part != nil || err != nil {
		return part, err
	}
	if here.other != "" && here.Score >= numberedScore {
		return nil, fmt.Errorf("looking for migrations in %s: %s; --framework %s has it read all the same", d.root(), here.other, here.fw.Name)
	}
	set := &Set{}
	found := []candidate{{here, d}}
	if here.Score < numberedScore {
		if found, err = search(d, set, opts); err != nil {
			return nil, err
		}
		set.noteRails(d)
		if len(found) == 0 && here.Score > 0 {
			found = []candidate{{here, d}}
		}
	}
	notRead := 0
	var other *Stream
	for _, c := range found {
		s, err := c.load(c.dir, opts)
		if err != nil {
			return nil, fmt.Errorf("reading migrations: %s: %s", c.dir.root(), reason(err))
		}
		if s.OtherDatabase != "" {
			set.Ignored = append(set.Ignored, s.leftOut())
			other = s
			continue
		}
		if len(s.Migrations)+len(s.Problems) > 0 || slices.ContainsFunc(s.Ignored, func(i Ignored) bool { return i.Mistake }) {
			set.Streams = append(set.Streams, s)
			continue
		}
		notRead += len(s.Ignored)
		set.Ignored = append(set.Ignored, s.Ignored...)
	}
	switch {
	case len(set.Streams) > 0:
		return set, nil
	case other != nil:
		return nil, other.elsewhere(d.Display)
	}
	return nil, nothingFound(d, set, notRead, opts)
}

// leftOut is the line about a stream for another database.
func (s *Stream) leftOut() Ignored {
	return Ignored{Path: s.Root, Why: fmt.Sprintf("%s migrations for another database than PostgreSQL: %s", s.Framework.Title, s.OtherDatabase)}
}

// elsewhere is the error for a user who asks for a stream for another database.
func (s *Stream) elsewhere(display string) error {
	return fmt.Errorf("reading migrations: %s: its %s migrations are for another database than PostgreSQL: %s", displayName(display), s.Framework.Title, s.OtherDatabase)
}

// partOf reads a folder that is a part of what a framework above it reads, such as
// one <version>_<name>: its files are judged, the rest is history. The set is nil
// if d is no such folder.
func partOf(fsys fs.FS, d *Dir, here verdict, opts Options) (*Set, error) {
	if here.fw != nil && here.fw.Name != plainName && !opts.below(d.Display) || len(d.sqlFiles()) == 0 {
		return nil, nil
	}
	search := homeSearch{fsys: fsys, opts: opts, seen: map[string]candidate{},
		belongs: func(v verdict, _ *Dir) bool { return v.Score >= markerScore }}
	if here.Score < markerScore {
		search.seen[d.Path] = candidate{dir: d}
	}
	first := d.sqlFiles()[0]
	home, err := search.home(NamedFile{path.Join(d.Path, first), d.display(first)})
	if err != nil || home.fw == nil || home.dir.Path == d.Path {
		return nil, err
	}
	opts.Changed = map[string]bool{}
	for _, name := range d.sqlFiles() {
		opts.Changed[d.display(name)] = true
	}
	s, err := home.load(home.dir, opts)
	if err != nil {
		return nil, fmt.Errorf("reading migrations: %s: %s", home.dir.root(), reason(err))
	}
	if s.OtherDatabase != "" {
		return nil, s.elsewhere(d.Display)
	}
	if !slices.ContainsFunc(s.Migrations, func(m *Migration) bool { return m.Judged }) {
		return nil, nil
	}
	return &Set{Streams: []*Stream{s}}, nil
}

// nothingFound says what was looked for.
func nothingFound(d *Dir, set *Set, notRead int, opts Options) error {
	var looked []string
	for _, fw := range Frameworks() {
		if opts.Framework == "" || opts.Framework == fw.Name {
			looked = append(looked, fmt.Sprintf("%s (%s)", fw.Name, fw.Files))
		}
	}
	what := "no migrations"
	switch rails := set.railsFound(); {
	case len(d.Files)+len(d.Subdirs)+len(d.Odd) == 0:
		what = "the folder is empty"
	case rails != "":
		what = rails
	case notRead > 0:
		what = fmt.Sprintf("no SQL migrations, only %d other files", notRead)
	}
	return fmt.Errorf("looking for migrations in %s and below it: %s; looked for %s", d.root(), what, strings.Join(looked, ", "))
}

func frameworkNames() string {
	var names []string
	for _, fw := range Frameworks() {
		names = append(names, fw.Name)
	}
	return strings.Join(names, ", ")
}
