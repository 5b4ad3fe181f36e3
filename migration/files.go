package migration

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// NamedFile is a file to judge: its path inside the file system and its display
// path.
type NamedFile struct{ Name, Display string }

// LoadFiles reads the files, with the folders around them as history. A file of a
// folder that is nobody's is read on its own.
func LoadFiles(fsys fs.FS, files []NamedFile, opts Options) (*Set, error) {
	set, alone, err := loadAround(fsys, files, opts, func(v verdict, _ *Dir) bool { return v.Score >= numberedScore && v.other == "" })
	if err != nil {
		return nil, err
	}
	for _, f := range alone {
		one, err := loadOne(fsys, f.Name, f.Display, opts)
		if err != nil {
			return nil, err
		}
		set.Streams = append(set.Streams, one.Streams...)
	}
	return set, nil
}

// LoadChanged is LoadFiles for a hook that passes every file of a commit: a file
// that is no migration of a folder that is found to hold some is left out without
// a word.
func LoadChanged(fsys fs.FS, files []NamedFile, opts Options) (*Set, error) {
	set, _, err := loadAround(fsys, files, opts, func(v verdict, d *Dir) bool {
		return opts.Framework != "" && v.fw != nil || v.isFound(d) && v.other == "" && (v.fw.Name == layoutName || !belowOther(d.Path))
	})
	return set, err
}

// loadAround reads the folders that the files belong to, one stream each, with
// the files as what is judged and everything else as history. A framework that
// reads sub-folders has its highest folder read. Files of no stream are returned.
func loadAround(fsys fs.FS, files []NamedFile, opts Options, belongs func(verdict, *Dir) bool) (set *Set, alone []NamedFile, err error) {
	opts.Changed = make(map[string]bool, len(files))
	s := homeSearch{fsys: fsys, opts: opts, belongs: belongs, seen: map[string]candidate{}}
	var homes []candidate
	for _, f := range files {
		opts.Changed[f.Display] = true
		if !isSQL(f.Name) && !isGoMigration(f.Name) {
			continue
		}
		home, err := s.home(f)
		if err != nil {
			return nil, nil, err
		}
		known := func(o candidate) bool { return o.dir.Path == home.dir.Path }
		if home.fw != nil && !slices.ContainsFunc(homes, known) {
			homes = append(homes, home)
		}
	}
	set = &Set{}
	covered := map[string]bool{}
	for _, home := range homes {
		stream, err := home.load(home.dir, opts)
		if err != nil {
			return nil, nil, fmt.Errorf("reading migrations: %s: %s", home.dir.root(), reason(err))
		}
		if stream.OtherDatabase != "" {
			set.Ignored = append(set.Ignored, stream.leftOut())
			for _, f := range files {
				if strings.HasPrefix(f.Name, home.dir.Path+"/") {
					covered[f.Display] = true
				}
			}
			continue
		}
		set.Streams = append(set.Streams, stream)
		stream.cover(covered)
	}
	alone = slices.DeleteFunc(slices.Clone(files), func(f NamedFile) bool { return covered[f.Display] })
	return set, alone, nil
}

// cover adds the files that the stream has something to say of.
func (s *Stream) cover(files map[string]bool) {
	for _, m := range s.Migrations {
		for _, f := range m.Files {
			files[f.Path] = true
		}
	}
	for _, i := range s.Ignored {
		if i.Mistake {
			files[i.Path] = true
		}
	}
}

// homeSearch remembers the folders it has looked at.
type homeSearch struct {
	fsys    fs.FS
	opts    Options
	belongs func(verdict, *Dir) bool // whether the evidence is enough
	seen    map[string]candidate
}

// maxClimb is how many folders above a file's own are asked whether they hold it.
const maxClimb = 5

// home is the folder of migrations that a file belongs to; its framework is nil
// if there is none. It is the file's own folder or, for a framework that reads
// sub-folders, the highest one above it.
func (s *homeSearch) home(f NamedFile) (candidate, error) {
	folder, display := path.Dir(f.Name), path.Dir(f.Display)
	for p, shown := folder, display; s.opts.below(f.Display); p, shown = path.Dir(p), path.Dir(shown) {
		if s.opts.layout(strings.TrimSuffix(shown, ".")) != nil {
			return s.look(p, shown)
		}
	}
	home, err := s.look(folder, display)
	if err != nil || home.fw != nil && !home.fw.Recursive && home.fw.Name != plainName {
		return home, err
	}
	for n := 0; n < maxClimb && folder != "." && display != "."; n++ {
		folder, display = path.Dir(folder), path.Dir(display)
		above, err := s.look(folder, display)
		if err != nil {
			return home, nil //nolint:nilerr // nobody asked about that folder
		}
		if above.fw == nil || !above.fw.Recursive || !above.fw.Runs(path.Base(f.Name)) {
			continue
		}
		if home.fw == nil || home.fw.Name == plainName || above.fw.Name == home.fw.Name {
			home = above
		}
	}
	return home, nil
}

// look judges a folder, once.
func (s *homeSearch) look(folder, display string) (candidate, error) {
	if found, ok := s.seen[folder]; ok {
		return found, nil
	}
	if display == "." {
		display = ""
	}
	d, err := openDir(s.fsys, folder, display, s.opts.Exclude)
	if err != nil {
		return candidate{}, fmt.Errorf("reading migrations: %s: %s", displayName(display), reason(err))
	}
	v, err := judge(d, s.opts)
	if err != nil {
		return candidate{}, err
	}
	if !s.belongs(v, d) {
		v = verdict{}
	}
	s.seen[folder] = candidate{v, d}
	return s.seen[folder], nil
}
