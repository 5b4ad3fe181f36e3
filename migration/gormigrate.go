package migration

import (
	"bytes"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/miglint/miglint/internal/gosrc"
	"github.com/miglint/miglint/source"
)

// gormigratePackages are its import paths, without a major version.
var gormigratePackages = []string{"github.com/go-gormigrate/gormigrate", "gopkg.in/gormigrate"}

var gormigrateImport = regexp.MustCompile(`"(github\.com/go-gormigrate/gormigrate(/v\d+)?|gopkg\.in/gormigrate\.v\d+)"`)

// gormigrateMark is a migration, or a list of them.
var gormigrateMark = regexp.MustCompile(`\.Migration\{`)

// gormigrate is github.com/go-gormigrate/gormigrate (its gormigrate.go): lists of
// structs in Go, each with an ID and functions that are given a *gorm.DB. They run
// in the order of the list, outside of a transaction unless Options.UseTransaction
// puts all of a run in one.
func gormigrate() *Framework {
	fw := &Framework{
		Name:             "gormigrate",
		Title:            "gormigrate",
		Downs:            OptionalDown,
		Files:            "Go files with a []*gormigrate.Migration",
		Late:             "gormigrate runs it late, in its place in the list",
		Edited:           "gormigrate never runs it again",
		LeaveTransaction: "run it with Options.UseTransaction off",
		Runs:             func(string) bool { return false },
		Detect:           detectGormigrate,
		Parse:            func(f *source.File, _ Options) Scripts { return Scripts{Up: unread(f)} },
	}
	fw.Load = func(d *Dir, opts Options) (*Stream, error) {
		s := newStream(fw, d)
		loadGormigrate(s, d, opts)
		return s, nil
	}
	return fw
}

// detectGormigrate looks for a Go file that has one of its migrations: at every
// file if go.mod requires the package, else at those that speak of migrations and
// a few more.
func detectGormigrate(d *Dir) Evidence {
	if len(d.sqlFiles()) > 0 {
		return Evidence{}
	}
	required := gormigrateModule(d)
	others := 0
	for _, name := range d.Files {
		if !isGoMigration(name) {
			continue
		}
		if required == "" && !strings.Contains(strings.ToLower(path.Join(d.Path, name)), "migrat") {
			if others++; others > headFiles {
				continue
			}
		}
		if head := d.head(name, headSize); gormigrateMark.Match(head) && gormigrateImport.Match(head) {
			return Evidence{markerScore, []string{d.display(name) + " has migrations of gormigrate"}}.hint(required)
		}
	}
	return Evidence{}
}

// gormigrateModule is what go.mod says of it, "" if nothing.
func gormigrateModule(d *Dir) string {
	name, text := d.above("go.mod")
	for line := range bytes.Lines(text) {
		words := strings.Fields(strings.TrimPrefix(strings.TrimSpace(string(line)), "require "))
		if len(words) > 1 && gormigrateImport.MatchString(`"`+words[0]+`"`) {
			return fmt.Sprintf("%s requires %s", name, words[0])
		}
	}
	return ""
}

func loadGormigrate(s *Stream, d *Dir, opts Options) {
	var goFiles []string
	for _, name := range d.Files {
		if isGoMigration(name) {
			goFiles = append(goFiles, name)
		} else {
			s.ignore(d, name, "not Go")
		}
	}
	g := readGormigrate(d.goPackage(goFiles))
	used := map[string]bool{}
	for _, list := range g.lists {
		after := len(s.Migrations) > 0 // what runs between two runs is not known
		for _, el := range list.Elements {
			if !el.Known() {
				after = true
				s.Problems = append(s.Problems, unknownElement(el, opts)...)
				continue
			}
			m := g.migration(el, opts)
			m.AfterUnread, after = after, false
			for _, f := range m.Files {
				used[f.Path] = true
			}
			s.Migrations = append(s.Migrations, m)
		}
	}
	for _, name := range goFiles {
		if !used[d.display(name)] {
			s.ignore(d, name, "it has no migration")
		}
	}
	s.judge(opts)
	for _, m := range s.Migrations {
		m.unchanged(opts)
	}
	s.sameIDs()
}

// unknownElement reports a migration that is not made in this package.
func unknownElement(el gosrc.Element, opts Options) []Problem {
	if !opts.judges(el.Span.File) {
		return nil
	}
	return []Problem{{Rule: "unreadable-file", Span: el.Span,
		Message: fmt.Sprintf("the migration that %s stands for is not made in this package: it is not read", clip(el.Span.Text()))}}
}

// sameIDs reports two migrations of one list that have one ID.
func (s *Stream) sameIDs() {
	first := map[string]*Migration{}
	for _, m := range s.Migrations {
		if other := first[m.Version]; other == nil {
			first[m.Version] = m
		} else if m.Judged || other.Judged {
			m.Problems = append(m.Problems, duplicateVersion(m.Version, m.place, other.place, "gormigrate refuses to start while two migrations of a list have one ID, and skips the second of two lists"))
		}
	}
}

// gormigrateLists are the migrations of a package.
type gormigrateLists struct {
	p     *gosrc.Package
	lists []gosrc.List
	tx    TxShape
}

func readGormigrate(p *gosrc.Package) gormigrateLists {
	g := gormigrateLists{p: p}
	for _, pkg := range gormigratePackages {
		g.lists = append(g.lists, p.Lists(pkg, "Migration")...)
	}
	if p.SetsTrue("UseTransaction") {
		g.tx = PerRun
	}
	for _, list := range g.lists {
		if list.Sorted {
			slices.SortStableFunc(list.Elements, func(a, b gosrc.Element) int { return strings.Compare(g.id(a), g.id(b)) })
		}
	}
	return g
}

// id is the ID of a migration or, if that is not known, the expression that is it.
func (g gormigrateLists) id(el gosrc.Element) string {
	if !el.Known() {
		return ""
	}
	e := el.Field("ID")
	if e == nil {
		return ""
	}
	if id, ok := g.p.Constant(el.Call, e); ok {
		return id
	}
	return el.File.Text(e)
}

func (g gormigrateLists) migration(el gosrc.Element, opts Options) *Migration {
	r := goRegistered{version: g.id(el), call: el.Call,
		up: goDirection{fn: el.Field("Migrate"), tx: g.tx}, down: goDirection{fn: el.Field("Rollback"), tx: g.tx}}
	m := r.migration(g.p, opts)
	for _, f := range el.Through {
		if !slices.Contains(m.Files, f.Source) {
			m.Files = append(m.Files, f.Source)
		}
	}
	m.Time, m.place = versionTime(leadingDigits(m.Version)), el.Span
	m.before = func(old *source.File) Scripts {
		was := readGormigrate(g.p.With(old))
		if el, ok := was.find(m.Version); ok {
			return was.migration(el, opts).parse()
		}
		return Scripts{}
	}
	return m
}

func (g gormigrateLists) find(id string) (gosrc.Element, bool) {
	for _, list := range g.lists {
		for _, el := range list.Elements {
			if el.Known() && g.id(el) == id {
				return el, true
			}
		}
	}
	return gosrc.Element{}, false
}

// unchanged takes a migration of a file under review, which may hold many, for
// history if it was in the file before.
func (m *Migration) unchanged(opts Options) {
	f := m.Files[0]
	if old, ok := opts.Base[f.Path]; ok && m.Judged && bytes.Contains(old, []byte(m.place.Text())) {
		m.Judged, m.base = false, nil
	}
}
