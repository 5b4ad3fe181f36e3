package migration

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/miglint/miglint/source"
)

// half is a file that holds one direction of a migration.
type half struct {
	name, version, title string
	down                 bool
	input
}

// pairing is how a framework makes migrations of halves.
type pairing struct {
	compare func(a, b string) int // versions; halves of equal ones belong together
	script  func(f *source.File, opts Options) (*Script, []Problem)
	// twice is what the framework does when a version has two files for one
	// direction: "it refuses to start …".
	twice string
}

// load reads the halves and makes migrations of them, in the order of their
// versions.
func (p pairing) load(d *Dir, halves []*half, opts Options) []*Migration {
	slices.SortStableFunc(halves, func(a, b *half) int { return p.compare(a.version, b.version) })
	parallel(len(halves), func(i int) { halves[i].input = d.read(halves[i].name) })
	var ms []*Migration
	for len(halves) > 0 {
		n := 1
		for n < len(halves) && p.compare(halves[n].version, halves[0].version) == 0 {
			n++
		}
		ms = append(ms, p.join(halves[:n], opts)...)
		halves = halves[n:]
	}
	return ms
}

// join makes migrations of the halves of one version: a single one unless a
// direction is there twice.
func (p pairing) join(halves []*half, opts Options) []*Migration {
	slices.SortStableFunc(halves, func(a, b *half) int {
		return cmp.Or(b2i(a.down)-b2i(b.down), cmp.Compare(a.name, b.name))
	})
	ups := slices.IndexFunc(halves, func(h *half) bool { return h.down })
	if ups < 0 {
		ups = len(halves)
	}
	downs := halves[ups:]
	ms := make([]*Migration, max(ups, len(downs)))
	for i := range ms {
		var up, down *half
		if i < ups {
			up = halves[i]
		}
		if i < len(downs) {
			down = downs[i]
		}
		ms[i] = p.migration(up, down, opts)
		for _, twice := range [][2]*half{{up, halves[0]}, {down, halves[min(ups, len(halves)-1)]}} {
			if h, first := twice[0], twice[1]; h != nil && h != first {
				ms[i].Problems = append(ms[i].Problems, duplicateVersion(h.version, h.file.Span(0, 0), first.file.Span(0, 0), p.twice))
			}
		}
	}
	return ms
}

// migration is the migration of two files, one of which may be missing.
func (p pairing) migration(up, down *half, opts Options) *Migration {
	m := &Migration{}
	for _, h := range []*half{down, up} {
		if h != nil {
			m.Version, m.Name, m.Time = h.version, h.title, versionTime(h.version)
			m.Files = append([]*source.File{h.file}, m.Files...)
		}
	}
	m.parse = func() Scripts {
		var both Scripts
		if up != nil {
			both.Up, both.Problems = p.half(up, opts)
		}
		if down != nil {
			script, problems := p.half(down, opts)
			both.Down, both.Problems = script, append(both.Problems, problems...)
		}
		return both
	}
	return m
}

func (p pairing) half(h *half, opts Options) (*Script, []Problem) {
	if !h.text {
		return unread(h.file), h.problems
	}
	s, problems := p.script(h.file, opts)
	if !h.down { // an empty down is missing-down's business
		problems = append(problems, emptyFile(h.file)...)
	}
	return s, problems
}

// alone reads a file on its own, which is taken for an up.
func (p pairing) alone(f *source.File, opts Options) Scripts {
	up, problems := p.script(f, opts)
	return Scripts{Up: up, Problems: append(emptyFile(f), problems...)}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// afterGo notes where migrations written in Go, which are not read, run between
// those of the stream, and reports those that share a version with one of them.
// files are their names; the migrations are in the order of compare.
func (s *Stream) afterGo(d *Dir, files []string, version func(name string) string, compare func(a, b string) int, consequence string) {
	for _, name := range files {
		v := version(name)
		i, found := slices.BinarySearchFunc(s.Migrations, v, func(m *Migration, v string) int { return compare(m.Version, v) })
		if i == len(s.Migrations) {
			continue
		}
		m := s.Migrations[i]
		m.AfterUnread = true
		if found && m.Judged {
			m.Problems = append(m.Problems, Problem{Rule: "duplicate-version", Span: m.span(),
				Message: fmt.Sprintf("version %s is also that of %s: %s", v, d.display(name), consequence)})
		}
	}
}
