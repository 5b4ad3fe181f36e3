package effect_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/effect"
	"github.com/miglint/miglint/sqlast"
	"github.com/miglint/miglint/verify"
)

// family is an archive of testdata/effects, whose README says what is in it.
type family struct {
	path    string
	archive *txtar.Archive
	cases   []*recorded
}

// recorded is a case of a family.
type recorded struct {
	name        string // "add_column/plain"
	setup       string
	before      string // earlier in the same transaction
	statement   string
	autocommit  bool
	first, last int              // majors
	want        map[int][]string // lines, by major
	unpredicted string           // why Of cannot tell what was measured
}

// families reads all cases.
func families(t *testing.T) []*family {
	t.Helper()
	paths, err := filepath.Glob("../testdata/effects/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no recorded cases found: %v", err)
	}
	var all []*family
	for _, path := range paths {
		a, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		f := &family{path: path, archive: a}
		if err := f.read(); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		all = append(all, f)
	}
	return all
}

// cases are those of all families.
func cases(t *testing.T) []*recorded {
	t.Helper()
	var all []*recorded
	for _, f := range families(t) {
		all = append(all, f.cases...)
	}
	return all
}

func (f *family) read() error {
	name := strings.TrimSuffix(filepath.Base(f.path), ".txtar")
	shared := ""
	var c *recorded
	for _, file := range f.archive.Files {
		data := string(file.Data)
		id, section, ok := strings.Cut(file.Name, "/")
		if !ok {
			shared = data
			continue
		}
		if id = name + "/" + id; c == nil || c.name != id {
			c = &recorded{name: id, setup: shared, first: 14, last: 18, want: map[int][]string{}}
			f.cases = append(f.cases, c)
		}
		kind, majors, _ := strings.Cut(section, " ")
		switch kind {
		case "setup.sql":
			c.setup += data
		case "before.sql":
			c.before = data
		case "statement.sql":
			c.statement = data
		case "autocommit.sql":
			c.statement, c.autocommit = data, true
		case "unpredicted":
			c.unpredicted = data
		case "majors":
			if _, err := fmt.Sscanf(data, "%d-%d", &c.first, &c.last); err != nil {
				return fmt.Errorf("%s: want two majors as in 15-18: %w", file.Name, err)
			}
		case "want":
			for _, m := range strings.Fields(majors) {
				major, err := strconv.Atoi(m)
				if err != nil {
					return fmt.Errorf("%s: %w", file.Name, err)
				}
				c.want[major] = lines(data)
			}
		default:
			return fmt.Errorf("%s: no such section", file.Name)
		}
	}
	return nil
}

func lines(text string) []string {
	all := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if all[0] == "" {
		return []string{}
	}
	return all
}

// write puts the want of every case into the file. Majors that agree share a
// section.
func (f *family) write() error {
	var kept []txtar.File
	i := -1
	for _, file := range f.archive.Files {
		id, section, ok := strings.Cut(file.Name, "/")
		if ok && (i < 0 || !strings.HasSuffix(f.cases[i].name, "/"+id)) {
			if i >= 0 {
				kept = append(kept, f.cases[i].sections()...)
			}
			i++
		}
		if !ok || !strings.HasPrefix(section, "want ") {
			kept = append(kept, file)
		}
	}
	f.archive.Files = append(kept, f.cases[i].sections()...)
	return os.WriteFile(f.path, txtar.Format(f.archive), 0o644)
}

// sections are the want sections of a case.
func (c *recorded) sections() []txtar.File {
	var all []txtar.File
	_, id, _ := strings.Cut(c.name, "/")
	for major := c.first; major <= c.last; major++ {
		lines, ok := c.want[major]
		if !ok {
			continue
		}
		text := ""
		for _, l := range lines {
			text += l + "\n"
		}
		if n := len(all); n > 0 {
			if j := slices.IndexFunc(all, func(f txtar.File) bool { return string(f.Data) == text }); j >= 0 {
				all[j].Name += " " + strconv.Itoa(major)
				continue
			}
		}
		all = append(all, txtar.File{Name: id + "/want " + strconv.Itoa(major), Data: []byte(text)})
	}
	return all
}

// predict returns the lines that Of predicts on a major, to be held against those
// measured.
func (c *recorded) predict(t *testing.T, major int, measured []string) []string {
	t.Helper()
	cat := catalog.NewFor(major)
	for i, stmt := range parse(t, c.setup) {
		cat.Apply(stmt, catalog.Origin{Migration: 1, Tx: i + 1, Span: stmt.Span})
	}
	const tx = 1000
	env := effect.Env{Major: major, InTransaction: !c.autocommit, Tx: tx}
	in := verify.Context{Before: cat, Held: map[catalog.Key]effect.Mode{}, Autocommit: c.autocommit}
	for _, stmt := range parse(t, c.before) {
		e := effect.Of(stmt, cat, env)
		for _, l := range e.Locks {
			in.Held[l.Relation] = max(in.Held[l.Relation], l.Mode)
		}
		cat.Apply(stmt, catalog.Origin{Migration: 2, Tx: tx, Span: stmt.Span})
		for _, op := range stmt.Ops {
			switch op := op.(type) {
			case *sqlast.Set:
				env.TimeZoneUTC = env.TimeZoneUTC || op.Name == "timezone"
			case *sqlast.CreateTable:
				in.Held[cat.Resolve(op.Name)] = effect.AccessExclusive
			case *sqlast.CreateView:
				in.Held[cat.Resolve(op.Name)] = effect.AccessExclusive
			case *sqlast.CreateSequence:
				in.Held[cat.Resolve(op.Name)] = effect.AccessExclusive
			case *sqlast.Rename:
				in.Held[catalog.Key{Schema: "public", Name: op.New}] = in.Held[catalog.Key{Schema: "public", Name: op.Name.Name}]
			}
		}
	}
	stmts := parse(t, c.statement)
	if len(stmts) != 1 {
		t.Fatalf("%d statements, want 1", len(stmts))
	}
	e := effect.Of(stmts[0], cat, env)
	e = in.Comparable(&e, measured)
	return verify.Lines(&e)
}
