package migration

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
)

// ChangedFile is a file that changed: its path inside the file system and its
// display path.
type ChangedFile struct{ Name, Display string }

// LoadChanged reads the folders of migrations that the changed files belong to,
// with the files as what is judged and everything else as history. A file that
// is no migration of a folder that is found to be one is left out without a
// word: a hook passes every SQL file of a commit. A framework that reads
// sub-folders has its highest folder read.
func LoadChanged(fsys fs.FS, files []ChangedFile, opts Options) (*Set, error) {
	opts.Changed = make(map[string]bool, len(files))
	c := changedSearch{fsys: fsys, opts: opts, seen: map[string]candidate{}}
	var found []candidate
	for _, f := range files {
		opts.Changed[f.Display] = true
		if !isSQL(f.Name) {
			continue
		}
		home, err := c.home(f)
		if err != nil {
			return nil, err
		}
		known := func(o candidate) bool { return o.dir.Path == home.dir.Path }
		if home.fw != nil && !slices.ContainsFunc(found, known) {
			found = append(found, home)
		}
	}
	set := &Set{}
	for _, home := range found {
		s, err := home.load(home.dir, opts)
		if err != nil {
			return nil, fmt.Errorf("reading migrations: %s: %s", home.dir.root(), reason(err))
		}
		set.Streams = append(set.Streams, s)
	}
	return set, nil
}

// changedSearch remembers the folders it has looked at.
type changedSearch struct {
	fsys fs.FS
	opts Options
	seen map[string]candidate
}

// home is the folder of migrations that a file belongs to; its framework is nil
// if there is none.
func (c *changedSearch) home(f ChangedFile) (candidate, error) {
	folder, display := path.Dir(f.Name), path.Dir(f.Display)
	home, err := c.look(folder, display)
	if err != nil || home.fw == nil || !home.fw.Recursive {
		return home, err
	}
	for folder != "." && display != "." {
		folder, display = path.Dir(folder), path.Dir(display)
		above, err := c.look(folder, display)
		if err != nil {
			return home, nil // nobody asked about that folder
		}
		if above.fw != nil && above.fw.Name == home.fw.Name {
			home = above
		}
	}
	return home, nil
}

// look judges a folder, once.
func (c *changedSearch) look(folder, display string) (candidate, error) {
	if found, ok := c.seen[folder]; ok {
		return found, nil
	}
	if display == "." {
		display = ""
	}
	d, err := openDir(c.fsys, folder, display, c.opts.Exclude)
	if err != nil {
		return candidate{}, fmt.Errorf("reading migrations: %s: %s", displayName(display), reason(err))
	}
	v, err := judge(d, c.opts)
	if err != nil {
		return candidate{}, err
	}
	if c.opts.Framework == "" && !v.isFound(d) {
		v = verdict{}
	}
	c.seen[folder] = candidate{v, d}
	return c.seen[folder], nil
}
