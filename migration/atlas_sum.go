package migration

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/miglint/miglint/source"
)

const atlasSum = "atlas.sum"

// sumEntry is a file and its hash: a line of atlas.sum, or what it should be.
type sumEntry struct {
	name, hash string
	line       source.Span
}

// sumFile is atlas.sum as HashFile.UnmarshalText of Atlas's sql/migrate/dir.go
// reads it.
type sumFile struct {
	file     *source.File
	total    string
	first    source.Span // the first line
	entries  []sumEntry
	problems []Problem
}

func (s *sumFile) problem(at source.Span, message string) {
	s.problems = append(s.problems, Problem{Rule: "atlas-sum", Span: at, Message: message})
}

// verifySum holds the atlas.sum of a folder against its files, whatever framework
// their format is of: Atlas refuses to do anything while they differ.
func (s *Stream) verifySum(d *Dir, opts Options) {
	in := d.read(atlasSum)
	if !opts.judges(in.file) && !slices.ContainsFunc(s.Migrations, func(m *Migration) bool { return m.Judged }) {
		return
	}
	if !in.text {
		s.Problems = append(s.Problems, in.problems...)
		return
	}
	sum := &sumFile{file: in.file}
	if sum.read() {
		sum.compare(s.sums(d, sum.entries))
	}
	s.Problems = append(s.Problems, sum.problems...)
}

// read takes the lines apart. It is false if Atlas refuses the file whole.
func (s *sumFile) read() bool {
	n := 0
	for l := range lines(s.file) {
		at := s.file.Span(l.start, l.end)
		if n++; n == 1 {
			s.first, s.total = at, strings.TrimPrefix(l.text, "h1:")
			if s.total == l.text {
				s.problem(at, "atlas.sum does not begin with a line `h1:` and the hash of all others; run `atlas migrate hash`")
			}
			continue
		}
		name, hash, ok := strings.Cut(l.text, "h1:")
		switch {
		case ok:
			s.entries = append(s.entries, sumEntry{strings.TrimSpace(name), hash, at})
		case strings.HasPrefix(l.text, "<<<<<<<") || strings.HasPrefix(l.text, "=======") || strings.HasPrefix(l.text, ">>>>>>>"):
			s.problem(at, "a merge conflict was left in atlas.sum: Atlas refuses the folder; take one side and run `atlas migrate hash`")
		default:
			s.problem(at, "Atlas refuses the folder: a line of atlas.sum is a file name, a blank, `h1:` and a hash")
		}
	}
	if n == 0 {
		s.problem(s.file.Span(0, 0), "atlas.sum is empty: Atlas refuses the folder; run `atlas migrate hash`")
	}
	return len(s.problems) == 0
}

// sums are the entries that the files call for (NewHashFile of dir.go): a hash of
// the names and contents of all files up to the one it is of, so one edit changes
// those of all later files too. It ends before a file that cannot be read.
func (s *Stream) sums(d *Dir, listed []sumEntry) []sumEntry {
	read := map[string][]byte{}
	for _, m := range s.Migrations {
		for _, f := range m.Files {
			read[f.Path] = f.Text
		}
	}
	var want []sumEntry
	h := sha256.New()
	for _, name := range s.hashed(d, listed) {
		text, ok := read[d.display(name)]
		if !ok || len(text) == 0 {
			var err error
			if text, err = d.contents(name); err != nil {
				return want
			}
		}
		_, _ = io.WriteString(h, name)
		if args, ok := firstDirective(text, "sum"); ok && args == "ignore" {
			continue
		}
		_, _ = h.Write(text)
		want = append(want, sumEntry{name: name, hash: base64.StdEncoding.EncodeToString(h.Sum(nil))})
	}
	return want
}

// hashed are the files that the sum is of, also those that miglint's configuration
// leaves out. For a folder of pairs they are the ups, unless the sum has a down too
// and so was made as if the files were Atlas's own.
func (s *Stream) hashed(d *Dir, listed []sumEntry) []string {
	end := ".sql"
	isUp := func(name string) bool { return strings.HasSuffix(name, ".up.sql") }
	if slices.ContainsFunc(d.Files, isUp) && !slices.ContainsFunc(listed, func(e sumEntry) bool { return !isUp(e.name) }) {
		end = ".up.sql"
	}
	var files []string
	entries, err := fs.ReadDir(d.FS, d.Path)
	if err != nil {
		return nil
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), end) && !e.IsDir() {
			files = append(files, e.Name())
		}
	}
	if s.Framework.Name == "flyway" {
		return flywayHashed(d.tree().Files)
	}
	return files
}

// compare reports how the lines differ from what the files call for. Hashes build
// on each other, so they say something up to the first difference only.
func (s *sumFile) compare(want []sumEntry) {
	place := map[string]int{}
	for i, w := range want {
		place[w.name] = i
	}
	listed := map[string]bool{}
	last := -1
	for _, e := range s.entries {
		i, ok := place[e.name]
		switch {
		case listed[e.name]:
			s.problem(e.line, fmt.Sprintf("atlas.sum lists %s twice: Atlas refuses the folder; run `atlas migrate hash`", e.name))
		case !ok:
			s.problem(e.line, fmt.Sprintf("atlas.sum lists %s, which is not in the folder: Atlas refuses the folder until the file is back or `atlas migrate hash` has run", e.name))
		case i < last:
			s.problem(e.line, fmt.Sprintf("atlas.sum lists %s behind %s, and Atlas goes by the names; run `atlas migrate hash`", e.name, want[last].name))
		}
		listed[e.name] = true
		last = max(last, i)
	}
	s.missing(want, listed)
	if len(s.problems) > 0 {
		return
	}
	for i, e := range s.entries {
		if e.hash != want[i].hash {
			s.problem(e.line, fmt.Sprintf("%s is not what it was when atlas.sum was made: Atlas refuses the folder; take the edit back, or run `atlas migrate hash` if no database has run the file", e.name))
			return
		}
	}
	h := sha256.New()
	for _, e := range s.entries {
		_, _ = io.WriteString(h, e.name+e.hash)
	}
	if s.total != base64.StdEncoding.EncodeToString(h.Sum(nil)) {
		s.problem(s.first, "the first line of atlas.sum is not the hash of the others, as after a merge: Atlas refuses the folder; run `atlas migrate hash`")
	}
}

// missing reports the files without a line, each where its line belongs: before
// that of the next file that has one, or at the end.
func (s *sumFile) missing(want []sumEntry, listed map[string]bool) {
	lines := map[string]int{}
	for _, e := range s.entries {
		lines[e.name] = e.line.Start
	}
	at := len(bytes.TrimRight(s.file.Text, "\r\n"))
	var found []Problem
	for _, w := range slices.Backward(want) {
		if listed[w.name] {
			at = lines[w.name]
			continue
		}
		found = append(found, Problem{Rule: "atlas-sum", Span: s.file.Span(at, at),
			Message: fmt.Sprintf("atlas.sum does not list %s, which is in the folder: Atlas refuses the folder until `atlas migrate hash` has run", w.name)})
	}
	slices.Reverse(found)
	s.problems = append(s.problems, found...)
}

// flywayHashed are the files that Atlas takes from a folder in Flyway's format
// (FlywayDir of its sql/sqltool/tool.go): the last baseline, what is versioned after
// it, and what is repeatable.
func flywayHashed(tree []string) []string {
	var baseline string
	var versioned, repeatable []string
	version := func(name string) string {
		v, _, _ := strings.Cut(strings.TrimSuffix(path.Base(name), ".sql"), "__")
		return v[1:]
	}
	for _, name := range tree {
		base := path.Base(name)
		if path.Ext(base) != ".sql" || len(base) < 4 {
			continue
		}
		switch base[0] {
		case 'B':
			if baseline == "" || version(name) >= version(baseline) {
				baseline = name
			}
		case 'V':
			versioned = append(versioned, name)
		case 'R':
			repeatable = append(repeatable, name)
		}
	}
	files := repeatable
	if baseline != "" {
		versioned = slices.DeleteFunc(versioned, func(name string) bool { return version(name) <= version(baseline) })
	}
	slices.SortStableFunc(versioned, func(a, b string) int {
		number := func(name string) string { return strings.ReplaceAll(version(name), "_", ".") }
		return compareFlyway(number(a), number(b))
	})
	files = append(versioned, files...)
	if baseline != "" {
		files = append([]string{baseline}, files...)
	}
	return files
}
