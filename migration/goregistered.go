package migration

import (
	"bytes"
	"go/ast"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/miglint/miglint/internal/gosrc"
	"github.com/miglint/miglint/source"
)

// goRegistered is a migration written in Go, as it registers itself with its
// framework.
type goRegistered struct {
	version, name string
	call          gosrc.Call
	up, down      goDirection
}

// goDirection is one function of a registration.
type goDirection struct {
	fn ast.Expr // nil: none
	tx TxShape
	// outside is set when it opts out of the transaction that others run in.
	outside bool
	// leave is how it gets out of the framework's transaction, if it runs in one.
	leave string
}

// migration is the registration as a migration.
func (g goRegistered) migration(p *gosrc.Package, opts Options) *Migration {
	m := &Migration{Version: g.version, Name: g.name, Time: versionTime(g.version), Files: []*source.File{g.call.File.Source}}
	m.parse = func() Scripts {
		both := Scripts{Up: unread(g.call.File.Source)}
		for _, problem := range g.call.File.Problems {
			both.Problems = append(both.Problems, Problem{Rule: "unreadable-file", Span: problem.Span,
				Message: "the Go code cannot be read here, and what it runs may be missing: " + problem.Message})
		}
		if s := g.script(p, g.up, opts); s != nil {
			both.Up = s
		}
		both.Down = g.script(p, g.down, opts)
		return both
	}
	return m
}

// script is nil for a direction that has no function.
func (g goRegistered) script(p *gosrc.Package, d goDirection, opts Options) *Script {
	if gosrc.IsNil(d.fn) {
		return nil
	}
	s := goScript(p, g.call, d.fn, d.tx, opts)
	if s == nil {
		return unread(g.call.File.Source)
	}
	s.NoTransaction, s.LeaveTransaction = d.outside, d.leave
	return s
}

// goRegistry is how a framework whose SQL and Go files share one version space has
// migrations registered.
type goRegistry struct {
	// find are the registrations of a package, in the order they are written.
	find func(p *gosrc.Package) []goRegistered
	// grammar is what a migration's file is called.
	grammar string
	// mark matches a call that registers, in a file that imports the package.
	mark *regexp.Regexp
	pkg  string
}

// evidence is that of a folder that has no SQL: one of its first Go files that
// are called as migrations are, or speak of them in their names, registers some.
func (r goRegistry) evidence(d *Dir, parts func(name string) (version, title string, ok bool)) Evidence {
	looked := 0
	for _, name := range d.Files {
		if _, _, ok := parts(name); !isGoMigration(name) || !ok && !strings.Contains(strings.ToLower(name), "migrat") {
			continue
		}
		if head := d.head(name, headSize); r.mark.Match(head) && bytes.Contains(head, []byte(`"`+r.pkg)) {
			return Evidence{markerScore, []string{d.display(name) + " registers a migration written in Go with " + r.pkg}}
		}
		if looked++; looked == headFiles {
			break
		}
	}
	return Evidence{}
}

// load reads the migrations of the folder that are written in Go. named are the
// files that are called as migrations, helpers its other Go files, which may
// register some, and hold what they call. Those that nothing in the package
// registers are unread.
func (r goRegistry) load(s *Stream, d *Dir, named, helpers []string, opts Options) (ms []*Migration, unread []string) {
	if len(named)+len(helpers) == 0 {
		return nil, nil
	}
	p := d.goPackage(append(named[:len(named):len(named)], helpers...))
	registered := map[string]bool{}
	for _, g := range r.find(p) {
		registered[g.call.File.Source.Path] = true
		m := g.migration(p, opts)
		m.before = func(old *source.File) Scripts { return r.before(p.With(old), m, opts) }
		ms = append(ms, m)
	}
	for _, name := range named {
		switch {
		case registered[d.display(name)]:
		case len(ms) > 0:
			s.mistake(d, name, "it registers no migration", opts)
		default:
			s.ignore(d, name, "nothing in the package registers it")
			unread = append(unread, name)
		}
	}
	for _, name := range helpers {
		if !registered[d.display(name)] {
			s.ignore(d, name, "not named "+r.grammar)
		}
	}
	return ms, unread
}

// before is what a migration did in another state of the package; its Up is nil if
// it was not there.
func (r goRegistry) before(p *gosrc.Package, m *Migration, opts Options) Scripts {
	for _, g := range r.find(p) {
		if g.version == m.Version && g.call.File.Source.Path == m.Files[0].Path {
			return g.migration(p, opts).parse()
		}
	}
	return Scripts{}
}

// mergeGo puts migrations written in Go between those of the stream, which are
// SQL, and finishes it. Pairs of SQL files have been compared before.
func (s *Stream) mergeGo(ms []*Migration, compare func(a, b string) int, opts Options, consequence string) {
	s.Migrations = append(s.Migrations, ms...)
	slices.SortStableFunc(s.Migrations, func(a, b *Migration) int { return compare(a.Version, b.Version) })
	s.finish(opts, func(a, b *Migration) bool {
		return compare(a.Version, b.Version) == 0 && (a.isGo() || b.isGo())
	}, consequence)
}

func (m *Migration) isGo() bool { return len(m.Files) > 0 && path.Ext(m.Files[0].Path) == ".go" }

// goFileName is the name of the file that a registration stands in.
func goFileName(call gosrc.Call) string { return path.Base(call.File.Source.Path) }
