package migration

import (
	"fmt"
	"slices"
	"strings"

	"github.com/miglint/miglint/source"
)

// newStream is an empty stream for the folder, with the files nobody can read
// already listed.
func newStream(fw *Framework, d *Dir) *Stream {
	return &Stream{Root: d.Display, Framework: fw, Ignored: d.Odd[:len(d.Odd):len(d.Odd)]}
}

// ignore lists a file that the framework does not run.
func (s *Stream) ignore(d *Dir, name, why string) {
	s.Ignored = append(s.Ignored, Ignored{Path: d.display(name), Why: why})
}

// mistake lists a file that the framework does not run although somebody seems
// to think so, and reports it.
func (s *Stream) mistake(d *Dir, name, why string, opts Options) {
	in := d.read(name)
	s.Ignored = append(s.Ignored, Ignored{Path: in.file.Path, Why: why, Mistake: true, File: in.file})
	if opts.judges(in.file) {
		s.Problems = append(s.Problems, Problem{Rule: "ignored-file", Span: in.file.Span(0, 0),
			Message: fmt.Sprintf("%s does not run this file: %s", s.Framework.Title, why)})
	}
}

// judges reports whether findings in f are wanted.
func (o Options) judges(f *source.File) bool { return o.Changed == nil || o.Changed[f.Path] }

// judge tells the migrations that are under review from those that are history.
func (s *Stream) judge(opts Options) {
	for _, m := range s.Migrations {
		m.Judged = slices.ContainsFunc(m.Files, opts.judges)
		if m.Judged && opts.Base != nil {
			s.noteBase(m, opts)
		}
	}
}

// finish is the last step of every framework that numbers its migrations: it
// marks what is judged, and reports versions used twice and, for sequences,
// versions left out. The migrations must be in order; same tells whether two
// neighbours have one version.
func (s *Stream) finish(opts Options, same func(a, b *Migration) bool, consequence string) {
	s.judge(opts)
	for i := 1; i < len(s.Migrations); i++ {
		a, b := s.Migrations[i-1], s.Migrations[i]
		if same(a, b) {
			s.duplicate(a, b, consequence)
		}
	}
	gaps(s.Migrations)
}

// Grouped reports whether migration i is one of several steps of one change.
func (s *Stream) Grouped(i int) bool {
	group := s.Migrations[i].Group
	return group != "" && (i > 0 && s.Migrations[i-1].Group == group || i+1 < len(s.Migrations) && s.Migrations[i+1].Group == group)
}

// duplicate reports two migrations of one version, at the later one unless only
// the earlier one is under review.
func (s *Stream) duplicate(a, b *Migration, consequence string) {
	if a.Judged && !b.Judged {
		a, b = b, a
	}
	b.Problems = append(b.Problems, duplicateVersion(b.Version, b.span(), a.span(), consequence))
}

func duplicateVersion(version string, at, other source.Span, consequence string) Problem {
	return Problem{Rule: "duplicate-version", Span: at,
		Message: fmt.Sprintf("version %s is also that of %s: %s", version, other.File.Path, consequence),
		Related: other, RelatedMsg: "the other file"}
}

// textOrder reports numbers that an order of strings puts in the wrong place. Two
// timestamps stand in the right one, with as many digits as they like.
func (s *Stream) textOrder() {
	for i := 1; i < len(s.Migrations); i++ {
		prev, m := s.Migrations[i-1], s.Migrations[i]
		if !isNumber(prev.Version) || !isNumber(m.Version) {
			continue
		}
		timestamps := !prev.Time.IsZero() && !m.Time.IsZero()
		if m.Judged && !timestamps && compareNumbers(prev.Version, m.Version) > 0 {
			m.Problems = append(m.Problems, Problem{Rule: "version-order", Span: m.span(),
				Message: fmt.Sprintf("%s orders %s by name as text, so %s runs after %s; give all numbers the same count of digits",
					s.Framework.Title, s.Framework.unit(), m.Version, prev.Version),
				Related: prev.span(), RelatedMsg: "it runs before"})
		}
	}
}

// unit is what holds one migration: a file, or a folder of its own.
func (fw *Framework) unit() string {
	if strings.Contains(fw.Files, "/") {
		return "folders"
	}
	return "files"
}

// load reads one file per migration, in parallel and in order. Version and Name
// are left to the caller.
func (d *Dir) load(names []string, parse func(i int, f *source.File) Scripts) []*Migration {
	ms := make([]*Migration, len(names))
	for i, in := range d.readAll(names) {
		ms[i] = in.migration(func(f *source.File) Scripts { return parse(i, f) })
	}
	return ms
}

// migration is the migration of one file.
func (in input) migration(parse func(f *source.File) Scripts) *Migration {
	return &Migration{Files: []*source.File{in.file}, parse: func() Scripts {
		if !in.text {
			return Scripts{Up: unread(in.file), Problems: in.problems}
		}
		return parse(in.file)
	}}
}

// emptyFile reports a file that the framework runs and that has nothing in it.
func emptyFile(f *source.File) []Problem {
	if len(f.Text) > 0 {
		return nil
	}
	return []Problem{{Rule: "unreadable-file", Span: f.Span(0, 0), Message: "the file is empty: the migration does nothing"}}
}

// splitName cuts a file name without its extension into its version and the rest
// after an underscore or dash.
func splitName(version, name string) (string, string) {
	rest := strings.TrimPrefix(name, version)
	if ext := len(rest) - len(".sql"); ext >= 0 && isSQL(rest) {
		rest = rest[:ext]
	}
	return version, strings.TrimLeft(rest, "_-. ")
}
