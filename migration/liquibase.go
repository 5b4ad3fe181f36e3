package migration

import (
	"bytes"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/miglint/miglint/source"
)

// liquibase is Liquibase's formatted SQL: several change sets in a file, each a
// migration of its own, cut into statements and run in a transaction of its own.
// The order of the files is that of the changelogs that include them, or else of
// their names. Change sets in XML, YAML and JSON are not read.
func liquibase() *Framework {
	fw := &Framework{
		Name:             "liquibase",
		Title:            "Liquibase",
		Downs:            OptionalDown,
		Files:            "<name>.sql with a first line `--liquibase formatted sql`",
		Mark:             liquibaseMark,
		Directive:        "--liquibase formatted sql",
		Recursive:        true,
		Late:             "Liquibase runs it late, after those that were there before",
		Edited:           "Liquibase stops with a checksum mismatch",
		LeaveTransaction: "put `runInTransaction:false` behind the `--changeset` of a change set of its own",
		Runs:             isSQL,
		Detect:           detectLiquibase,
		Parse:            parseLiquibaseAlone,
	}
	fw.Load = func(d *Dir, opts Options) (*Stream, error) {
		tree := d.tree()
		s := newStream(fw, tree)
		loadLiquibase(s, tree, rootChangelogs(d), opts)
		return s, nil
	}
	return fw
}

func detectLiquibase(d *Dir) Evidence {
	e := markers(d, liquibaseMark, "--liquibase formatted sql")
	if roots := rootChangelogs(d); len(roots) > 0 && (e.Score > 0 || leadsToSQL(d.tree(), roots)) {
		e.Score = markerScore + markerShare
		e.Why = append(e.Why, "there is the changelog "+d.display(roots[0]))
	}
	return e
}

// leadsToSQL reports whether changelogs include SQL files, or there are none that
// another framework could have.
func leadsToSQL(tree *Dir, roots []string) bool {
	c := &changelogs{dir: tree, seen: map[string]bool{}, properties: map[string]string{}}
	for _, root := range roots {
		c.read(root)
	}
	return len(c.files) > 0 || len(tree.sqlFiles()) == 0
}

func loadLiquibase(s *Stream, d *Dir, roots []string, opts Options) {
	c := &changelogs{dir: d, seen: map[string]bool{}, properties: map[string]string{}}
	slices.SortStableFunc(roots, func(a, b string) int {
		return b2i(strings.Contains(b, "master")) - b2i(strings.Contains(a, "master"))
	})
	for _, root := range roots {
		c.read(root)
	}
	s.Ignored = append(s.Ignored, c.ignored...)
	for _, p := range c.problems {
		if opts.judges(p.Span.File) {
			s.Problems = append(s.Problems, p)
		}
	}
	formatted := func(name string) bool { return liquibaseMark.Match(d.head(name, headSize)) }
	for _, name := range d.sqlFiles() {
		switch {
		case c.seen[name]:
		case !formatted(name):
			s.ignore(d, name, "its first line is not `--liquibase formatted sql`")
		case len(roots) == 0 || c.lost:
			c.read(name)
		default:
			s.mistake(d, name, "no changelog includes it", opts)
		}
	}
	s.loadChangeSets(d, c, opts)
}

// loadChangeSets reads the files in order.
func (s *Stream) loadChangeSets(d *Dir, c *changelogs, opts Options) {
	names := make([]string, len(c.files))
	for i, f := range c.files {
		names[i] = f.name
	}
	ins := d.readAll(names)
	parsed := make([]*liquibaseFile, len(ins))
	parallel(len(ins), func(i int) { parsed[i] = liquibaseInput(ins[i], c.files[i].set) })
	values := c.properties
	for _, p := range parsed {
		for name, value := range p.properties {
			if _, known := values[name]; !known {
				values[name] = value
			}
		}
	}
	maps.Copy(values, opts.Placeholders)
	opts.Placeholders = values
	first := map[string]source.Span{}
	for i, p := range parsed {
		s.addChangeSets(p, c.files[i].afterUnread, first, opts)
	}
	s.judge(opts)
	s.narrow(opts)
}

// liquibaseInput is a file as Liquibase takes it: formatted, or as the change set
// that runs it, or as one of its own.
func liquibaseInput(in input, set *changeSet) *liquibaseFile {
	f := in.file
	if set == nil && in.text && liquibaseMark.Match(f.Text) {
		return parseLiquibase(f)
	}
	if set == nil {
		set = &changeSet{author: "includeAll", id: "raw", block: true, hasSQL: true}
	}
	set.at, set.end = f.Span(0, 0), len(f.Text)
	p := &liquibaseFile{file: f, sets: []*changeSet{set}, problems: in.problems}
	if in.text {
		p.problems = emptyFile(f)
	} else {
		p.sets = nil
	}
	return p
}

// addChangeSets makes migrations of the change sets of a file.
func (s *Stream) addChangeSets(p *liquibaseFile, afterUnread bool, first map[string]source.Span, opts Options) {
	f := p.file
	if len(p.sets) == 0 {
		problems := p.problems
		s.Migrations = append(s.Migrations, &Migration{Name: path.Base(f.Path), Files: []*source.File{f}, AfterUnread: afterUnread,
			parse: func() Scripts { return Scripts{Up: unread(f), Problems: problems} }})
		return
	}
	sortProblems(p.problems)
	problems, others := p.problems, 0
	for _, c := range p.sets {
		if c.says("ignore", false) || !forPostgres(c.attrs["dbms"]) {
			others++
			continue
		}
		m := &Migration{Version: c.author + ":" + c.id, Files: []*source.File{f}, AfterUnread: afterUnread,
			Repeatable: c.says("runOnChange", false) || c.says("runAlways", false), NoDown: c.declinesDown()}
		if c.block {
			m.Version = path.Base(f.Path)
		}
		n := 0
		for n < len(problems) && problems[n].Span.Start < c.end {
			n++
		}
		own := problems[:n:n]
		if !c.at.IsZero() && c.start < c.at.End { // not of another format
			own = append(own, duplicateChangeSet(c, f, first)...)
		}
		problems, afterUnread = problems[n:], false
		m.parse = func() Scripts {
			both := c.scripts(f, opts)
			both.Problems = append(own[:len(own):len(own)], both.Problems...)
			sortProblems(both.Problems)
			return both
		}
		s.Migrations = append(s.Migrations, m)
	}
	if opts.judges(f) {
		s.Problems = append(s.Problems, problems...)
	}
	if others > 0 {
		s.Ignored = append(s.Ignored, Ignored{Path: f.Path, Why: counted(others, "change set") + " not for PostgreSQL, or ignored by Liquibase"})
	}
}

// duplicateChangeSet reports a change set whose author, id and file another has.
func duplicateChangeSet(c *changeSet, f *source.File, first map[string]source.Span) []Problem {
	file := f.Path
	if logical := c.attrs["logicalfilepath"]; logical != "" {
		file = logical
	}
	key := c.author + "\x00" + c.id + "\x00" + file
	other, found := first[key]
	if !found {
		first[key] = c.at
		return nil
	}
	return []Problem{{Rule: "duplicate-version", Span: c.at,
		Message: fmt.Sprintf("there is a change set %s:%s before it: Liquibase refuses to start while two have one author, id and file", c.author, c.id),
		Related: other, RelatedMsg: "the other one"}}
}

// narrow takes the change sets of a changed file that are as they were out of
// review, and compares the others with what they were.
func (s *Stream) narrow(opts Options) {
	was := map[string]map[string]*changeSet{}
	for _, m := range s.Migrations {
		f := m.Files[0]
		text, ok := opts.Base[f.Path]
		if !ok || !m.Judged || !liquibaseMark.Match(f.Text) {
			continue
		}
		if was[f.Path] == nil {
			was[f.Path] = map[string]*changeSet{}
			old := parseLiquibase(source.NewFile(f.Path, text))
			for _, c := range old.sets {
				was[f.Path][c.author+":"+c.id] = c
			}
		}
		c := was[f.Path][m.Version]
		if c == nil {
			m.base = nil
			continue
		}
		before := opts
		m.base.parse = func(old *source.File) Scripts { return c.scripts(old, before) }
		now := m.Scripts()
		if old := c.scripts(m.base.files[f.Path], before); bytes.Equal([]byte(old.Up.Span.Text()), []byte(now.Up.Span.Text())) {
			m.Judged = false
		}
	}
}

// parseLiquibaseAlone reads a file on its own: all change sets as one.
func parseLiquibaseAlone(f *source.File, opts Options) Scripts {
	p := liquibaseInput(checked(f), nil)
	values := maps.Clone(p.properties)
	if values == nil {
		values = map[string]string{}
	}
	maps.Copy(values, opts.Placeholders)
	opts.Placeholders = values
	both := Scripts{Up: &Script{File: f, Span: f.Span(0, len(f.Text))}, Problems: p.problems}
	for _, c := range p.sets {
		if c.says("ignore", false) || !forPostgres(c.attrs["dbms"]) {
			continue
		}
		one := c.scripts(f, opts)
		both.Up.Batches = append(both.Up.Batches, one.Up.Batches...)
		both.Up.Comments = append(both.Up.Comments, one.Up.Comments...)
		both.Problems = append(both.Problems, one.Problems...)
	}
	sortProblems(both.Problems)
	return both
}

// counted is a number and its noun.
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
