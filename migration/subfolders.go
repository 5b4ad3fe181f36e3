package migration

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/miglint/miglint/source"
)

// subfolders is the evidence of a framework that keeps each migration in a folder
// of its own: how many of the folders below d are named by the grammar. file must
// be in those of them that are looked into.
func (d *Dir) subfolders(grammar *regexp.Regexp, file, what string) Evidence {
	var matching []string
	of := 0
	for _, name := range d.Subdirs {
		if hidden(name) {
			continue
		}
		of++
		if grammar.MatchString(name) {
			matching = append(matching, name)
		}
	}
	n, hits := min(len(matching), headFiles), 0
	for i := range n {
		if d.isFile(matching[i*(len(matching)-1)/max(1, n-1)] + "/" + file) {
			hits++
		}
	}
	if hits == 0 {
		return Evidence{}
	}
	return Evidence{
		Score: max(1, nameShare*len(matching)*hits/(of*n)),
		Why:   []string{fmt.Sprintf("%s named %s", share(len(matching), of, "folder in it is", "folders in it are"), what)},
	}
}

// hidden reports whether a folder is one that frameworks pass over.
func hidden(name string) bool { return strings.HasPrefix(name, ".") }

// isFile reports whether there is a file of that path below the folder.
func (d *Dir) isFile(name string) bool {
	info, err := fs.Stat(d.FS, path.Join(d.Path, name))
	return err == nil && info.Mode().IsRegular()
}

// subs lists the folders below d that are not hidden, in parallel. One that
// cannot be read is nil and noted in s.
func (s *Stream) subs(d *Dir) []*Dir {
	all := make([]*Dir, len(d.Subdirs))
	errs := make([]error, len(d.Subdirs))
	parallel(len(all), func(i int) {
		if !hidden(d.Subdirs[i]) {
			all[i], errs[i] = d.sub(d.Subdirs[i])
		}
	})
	for i, sub := range all {
		switch {
		case errs[i] != nil:
			s.Ignored = append(s.Ignored, Ignored{Path: d.display(d.Subdirs[i]), Why: "folder that cannot be read: " + reason(errs[i]), Odd: true})
			all[i] = nil
		case sub != nil:
			s.Ignored = append(s.Ignored, sub.Odd...)
		}
	}
	return all
}

// pair is the migration of two files, one for each direction; down may be nil.
func pair(up, down *input, parse func(f *source.File) (*Script, []Problem)) *Migration {
	m := &Migration{Files: []*source.File{up.file}}
	if down != nil {
		m.Files = append(m.Files, down.file)
	}
	read := func(in *input) (*Script, []Problem) {
		if !in.text {
			return unread(in.file), in.problems
		}
		return parse(in.file)
	}
	m.parse = func() Scripts {
		var both Scripts
		both.Up, both.Problems = read(up)
		if down != nil {
			var problems []Problem
			both.Down, problems = read(down)
			both.Problems = append(both.Problems, problems...)
		}
		return both
	}
	return m
}

// loadFolders reads the file of that name of each folder below d, in the order of
// the folders' names as JavaScript's localeCompare has them. stops is what the
// framework does about a folder without that file.
func (s *Stream) loadFolders(d *Dir, file, stops string, opts Options, parse func(f *source.File) Scripts) {
	var folders []*Dir
	for _, sub := range s.subs(d) {
		switch {
		case sub == nil:
		case sub.has(file):
			folders = append(folders, sub)
			for _, name := range sub.Files {
				if isSQL(name) && name != file {
					s.ignore(sub, name, "it reads "+file)
				}
			}
		default:
			for _, name := range sub.Files {
				if isSQL(name) {
					s.mistake(sub, name, "its folder has no "+file+stops, opts)
				} else {
					s.ignore(sub, name, "its folder has no "+file)
				}
			}
		}
	}
	slices.SortStableFunc(folders, func(a, b *Dir) int { return compareLocale(path.Base(a.Path), path.Base(b.Path)) })
	s.Migrations = make([]*Migration, len(folders))
	parallel(len(folders), func(i int) {
		s.Migrations[i] = folders[i].read(file).migration(parse)
	})
	for i, m := range s.Migrations {
		m.Version, m.Name = splitName(leadingDigits(path.Base(folders[i].Path)), path.Base(folders[i].Path))
		m.Time = versionTime(m.Version)
	}
	s.judge(opts)
}

// compareLocale compares names as JavaScript's localeCompare does, as far as
// ASCII goes: punctuation before digits before letters, and case last.
func compareLocale(a, b string) int {
	class := func(c byte) int {
		switch {
		case isDigit(c):
			return 1
		case isLetter(c) && c != '_':
			return 2
		}
		return 0
	}
	order := func(x, y byte) int {
		if c := cmp.Compare(class(x), class(y)); c != 0 {
			return c
		}
		if class(x) == 0 { // '_' is the first of them
			return cmp.Or(b2i(y == '_')-b2i(x == '_'), cmp.Compare(x, y))
		}
		return cmp.Compare(x|0x20, y|0x20)
	}
	for i := range min(len(a), len(b)) {
		if c := order(a[i], b[i]); c != 0 {
			return c
		}
	}
	return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(b, a))
}
