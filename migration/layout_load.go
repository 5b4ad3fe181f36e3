package migration

import (
	"cmp"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/miglint/miglint/source"
)

// load reads a folder as the layout describes it.
func (l *Layout) load(fw *Framework, d *Dir, opts Options) (*Stream, error) {
	d.all = true
	d = d.tree()
	s := newStream(fw, d)
	files := l.match(s, d)
	if l.Manifest != "" {
		files = l.listed(s, d, files, opts)
	}
	l.sort(files)
	l.migrations(s, d, files, opts)
	s.finish(opts, func(a, b *Migration) bool { return false }, "")
	return s, nil
}

// match finds the files that are migrations of PostgreSQL.
func (l *Layout) match(s *Stream, d *Dir) []*layoutFile {
	var files []*layoutFile
	for _, name := range d.Files {
		groups := l.Files.FindStringSubmatch(name)
		if groups == nil {
			if path.Base(name) != l.Manifest || l.Manifest == "" {
				s.ignore(d, name, "not named as the layout at "+l.At+" says")
			}
			continue
		}
		f := &layoutFile{path: name, groups: groups, unread: isProgram(name)}
		if dialect := l.group(f, groupDialect); !forPostgreSQL(dialect) {
			s.ignore(d, name, fmt.Sprintf("for another database than PostgreSQL: its dialect is %q", dialect))
			continue
		}
		direction := l.group(f, groupDirection)
		f.down = slices.Contains(l.Down, direction)
		if direction != "" && !f.down && !slices.Contains(l.Up, direction) {
			s.ignore(d, name, fmt.Sprintf("its direction %q is neither %s nor %s", direction, strings.Join(l.Up, ", "), strings.Join(l.Down, ", ")))
			continue
		}
		files = append(files, f)
	}
	return files
}

// migrations makes migrations of files in order.
func (l *Layout) migrations(s *Stream, d *Dir, files []*layoutFile, opts Options) {
	parallel(len(files), func(i int) {
		if !files[i].unread {
			files[i].input = d.read(files[i].path)
		}
	})
	afterUnread := false
	for len(files) > 0 {
		n := 1
		for n < len(files) && files[0].leading == nil && files[n].leading == nil && l.compare(files[n], files[0]) == 0 {
			n++
		}
		made, unread := l.versions(s, d, files[:n], opts)
		if len(made) > 0 {
			made[0].AfterUnread = afterUnread
			afterUnread = false
		}
		afterUnread = afterUnread || unread
		s.Migrations = append(s.Migrations, made...)
		files = files[n:]
	}
}

// versions makes migrations of the files of one version: one, unless a direction
// is there twice, which is reported. unread tells of ups that are programs.
func (l *Layout) versions(s *Stream, d *Dir, files []*layoutFile, opts Options) (made []*Migration, unread bool) {
	var ups, downs []*layoutFile
	for _, f := range files {
		if f.unread {
			s.ignore(d, f.path, "a migration written in a programming language, which is not read")
		}
		if f.down {
			downs = append(downs, f)
		} else {
			ups = append(ups, f)
		}
	}
	twice := func(m *Migration) {
		if len(made) > 0 {
			m.Problems = append(m.Problems, duplicateVersion(cmp.Or(m.Version, m.Name), m.span(), made[0].span(),
				fmt.Sprintf("the layout at %s does not say which of them runs first", l.At)))
		}
		made = append(made, m)
	}
	for _, up := range ups {
		i := slices.IndexFunc(downs, func(down *layoutFile) bool { return l.group(down, groupName) == l.group(up, groupName) })
		if len(ups) == 1 && len(downs) == 1 {
			i = 0
		}
		var down *layoutFile
		if i >= 0 {
			down = downs[i]
			downs = slices.Delete(downs, i, i+1)
		}
		if up.unread {
			unread = true
			if down != nil && !down.unread {
				twice(l.newMigration(down, opts))
			}
			continue
		}
		m := l.newMigration(up, opts)
		switch {
		case down != nil && down.unread:
			m.DownUnread = true
		case down != nil:
			m.pair(down.input, func(file *source.File) Scripts { return l.parseAs(file, true, opts) })
		}
		twice(m)
	}
	for _, down := range downs {
		if !down.unread {
			twice(l.newMigration(down, opts))
		}
	}
	return made, unread
}

// newMigration is the migration of one file.
func (l *Layout) newMigration(f *layoutFile, opts Options) *Migration {
	in := f.input
	m := in.migration(func(file *source.File) Scripts { return l.parseAs(file, f.down, opts) })
	if f.down && !in.text {
		m.parse = func() Scripts { return Scripts{Down: unread(in.file), Problems: in.problems} }
	}
	m.Version, m.Name = l.version(f)
	m.Time = versionTime(m.Version)
	return m
}

// pair adds the file of the way back.
func (m *Migration) pair(down input, parse func(*source.File) Scripts) {
	m.Files = append(m.Files, down.file)
	up := m.parse
	m.parse = func() Scripts {
		both := up()
		if !down.text {
			both.Down, both.Problems = unread(down.file), append(both.Problems, down.problems...)
			return both
		}
		back := parse(down.file)
		both.Down, both.Problems = back.Down, append(both.Problems, back.Problems...)
		return both
	}
}

// parse reads one file on its own, as an up.
func (l *Layout) parse(f *source.File, opts Options) Scripts { return l.parseAs(f, false, opts) }

// parseAs reads a file, which is all of one direction or, where lines in it tell
// the directions apart, of both.
func (l *Layout) parseAs(f *source.File, down bool, opts Options) Scripts {
	r := runner{title: cmp.Or(l.Name, "the runner")}
	up, back, noTx := l.sections(f)
	var scripts Scripts
	read := func(sec *section) *Script {
		if sec == nil {
			return nil
		}
		s, problems := r.script(f, opts, *sec)
		s.NoTransaction = noTx
		scripts.Problems = append(scripts.Problems, problems...)
		return s
	}
	if down {
		scripts.Down = read(up)
		return scripts
	}
	scripts.Problems = emptyFile(f)
	scripts.Up, scripts.Down = read(up), read(back)
	sortProblems(scripts.Problems)
	return scripts
}

// sections cuts a file at the lines that the layout knows. down is nil if no line
// begins it.
func (l *Layout) sections(f *source.File) (up, down *section, noTx bool) {
	cuts := l.cuts(f)
	up = &section{}
	at, cur := 0, up
	piecesEnd := func(end int) { cur.pieces = append(cur.pieces, piece{at, end, l.Tx, true}) }
	for ln := range lines(f) {
		is := func(mark *regexp.Regexp) bool { return mark != nil && mark.MatchString(ln.text) }
		switch {
		case is(l.MarkNoTransaction):
			noTx = true
		case is(l.MarkUp):
			up.start, up.pieces, at = ln.next, nil, ln.next
			cur = up
			continue
		case is(l.MarkDown) && cur == up:
			piecesEnd(ln.start)
			up.end = ln.start
			down = &section{start: ln.next}
			cur, at = down, ln.next
			continue
		case is(l.MarkSplit):
			piecesEnd(ln.start)
			at = ln.next
		default:
			continue
		}
		cuts = append(cuts, source.Cut{Start: ln.start, End: ln.end})
	}
	piecesEnd(len(f.Text))
	cur.end = len(f.Text)
	cuts = inOrder(cuts)
	for _, sec := range []*section{up, down} {
		if sec == nil {
			continue
		}
		sec.cuts = cuts
		if noTx {
			for i := range sec.pieces {
				sec.pieces[i].tx = Implicit
			}
		}
	}
	return up, down, noTx
}

// cuts are what the runner takes out of a file, and the placeholders in the
// layout's own delimiters.
func (l *Layout) cuts(f *source.File) []source.Cut {
	var cuts []source.Cut
	if l.Remove != nil {
		for _, at := range l.Remove.FindAllIndex(f.Text, -1) {
			if at[0] < at[1] {
				cuts = append(cuts, source.Cut{Start: at[0], End: at[1]})
			}
		}
	}
	if open, end := l.Delimiters[0], l.Delimiters[1]; open != "" {
		hole := regexp.MustCompile(regexp.QuoteMeta(open) + `[ \t]*([A-Za-z_][\w.]*)[ \t]*` + regexp.QuoteMeta(end))
		for _, at := range hole.FindAllSubmatchIndex(f.Text, -1) {
			cuts = append(cuts, source.Cut{Start: at[0], End: at[1], New: "{{" + string(f.Text[at[2]:at[3]]) + "}}"})
		}
	}
	return cuts
}

// inOrder sorts cuts and leaves out those that overlap one before.
func inOrder(cuts []source.Cut) []source.Cut {
	slices.SortStableFunc(cuts, func(a, b source.Cut) int { return cmp.Compare(a.Start, b.Start) })
	end := 0
	return slices.DeleteFunc(cuts, func(c source.Cut) bool {
		overlaps := c.Start < end
		end = max(end, c.End)
		return overlaps
	})
}

// listed keeps the files that manifests list, each with its place. A file beside
// a manifest that does not list it is a mistake.
func (l *Layout) listed(s *Stream, d *Dir, files []*layoutFile, opts Options) []*layoutFile {
	byPath := make(map[string]*layoutFile, len(files))
	for _, f := range files {
		byPath[f.path] = f
	}
	var manifests []string
	for _, name := range d.Files {
		if path.Base(name) == l.Manifest {
			manifests = append(manifests, name)
		}
	}
	kept := map[*layoutFile]bool{}
	empty := map[string]bool{} // folders
	for _, name := range manifests {
		if !l.readManifest(s, d, name, byPath, kept) {
			empty[path.Dir(name)] = true
		}
	}
	for _, f := range files {
		switch {
		case kept[f]:
		case empty[path.Dir(f.path)]:
			s.ignore(d, f.path, "its "+l.Manifest+" lists nothing that can be run")
		default:
			s.mistake(d, f.path, "no "+l.Manifest+" lists it", opts)
		}
	}
	return slices.DeleteFunc(files, func(f *layoutFile) bool { return !kept[f] })
}
