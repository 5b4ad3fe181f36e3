package effect_test

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/effect"
	"github.com/miglint/miglint/internal/pgparse"
	"github.com/miglint/miglint/source"
	"github.com/miglint/miglint/sqlast"
)

// TestMeasured holds Of against what real servers did: testdata/effects has one
// archive for each family of statements; its README says how to read them.
func TestMeasured(t *testing.T) {
	for _, c := range recorded(t) {
		t.Run(c.name, c.run)
	}
}

// recorded reads all cases.
func recorded(t *testing.T) []*measured {
	t.Helper()
	paths, err := filepath.Glob("../testdata/effects/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no recorded cases found: %v", err)
	}
	var all []*measured
	for _, path := range paths {
		a, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, readCases(strings.TrimSuffix(filepath.Base(path), ".txtar"), a)...)
	}
	return all
}

// measured is one recorded case.
type measured struct {
	name       string
	setup      string
	before     string // earlier in the same transaction
	statement  string
	autocommit bool
	want       map[int]string // by major
	// unpredicted says why Of cannot tell what was measured.
	unpredicted string
}

// readCases reads the cases of one family.
func readCases(family string, a *txtar.Archive) []*measured {
	shared := ""
	var all []*measured
	for _, f := range a.Files {
		name, section, ok := strings.Cut(f.Name, "/")
		if !ok {
			shared = string(f.Data)
			continue
		}
		name = family + "/" + name
		if n := len(all); n == 0 || all[n-1].name != name {
			all = append(all, &measured{name: name, setup: shared, want: map[int]string{}})
		}
		c, data := all[len(all)-1], string(f.Data)
		switch kind, majors, _ := strings.Cut(section, " "); kind {
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
		case "want":
			for _, m := range strings.Fields(majors) {
				major, _ := strconv.Atoi(m)
				c.want[major] = data
			}
		}
	}
	return all
}

func (c *measured) run(t *testing.T) {
	if len(c.want) == 0 {
		t.Fatal("nothing was recorded")
	}
	cat := catalog.New()
	for i, stmt := range parse(t, c.setup) {
		cat.Apply(stmt, catalog.Origin{Migration: 1, Tx: i + 1, Span: stmt.Span})
	}
	existing := cat.Snapshot()
	const tx = 1000
	env := effect.Env{InTransaction: !c.autocommit, Tx: tx}
	changed := false // by earlier statements of the transaction
	for _, stmt := range parse(t, c.before) {
		cat.Apply(stmt, catalog.Origin{Migration: 2, Tx: tx, Span: stmt.Span})
		set, ok := stmt.Ops[0].(*sqlast.Set)
		changed = changed || !ok
		env.TimeZoneUTC = env.TimeZoneUTC || ok && set.Name == "timezone"
	}
	stmts := parse(t, c.statement)
	if len(stmts) != 1 {
		t.Fatalf("%d statements, want 1", len(stmts))
	}
	majors := []int{}
	for m := range c.want {
		majors = append(majors, m)
	}
	slices.Sort(majors)
	last := ""
	for _, major := range majors {
		env.Major = major
		got := effect.Of(stmts[0], cat, env)
		want := strings.Split(strings.TrimSuffix(c.want[major], "\n"), "\n")
		if diff := cmp.Diff(comparable(want, changed), c.describe(&got, existing, want, changed)); diff != last && diff != "" {
			last = diff
			if c.unpredicted != "" {
				return
			}
			t.Errorf("PostgreSQL %d: %s(-measured +predicted):\n%s", major, c.statement, diff)
		}
	}
	if c.unpredicted != "" {
		t.Errorf("now predicted: remove %s/unpredicted", c.name)
	}
}

func parse(t *testing.T, sql string) []*sqlast.Statement {
	t.Helper()
	f := source.NewFile("case.sql", []byte(sql))
	res := pgparse.Parse(source.FileFragment(f, 0, len(f.Text)), pgparse.Options{})
	for _, s := range res.Statements {
		if s.Problem != nil {
			t.Fatalf("%s: %s", s.Problem.Message, s.Text)
		}
	}
	return res.Statements
}

// comparable drops what cannot be told apart when earlier statements of the
// transaction hold locks too.
func comparable(lines []string, changed bool) []string {
	kept := []string{}
	for _, l := range lines {
		if l != "" && (!changed || strings.HasPrefix(l, "fail ")) {
			kept = append(kept, l)
		}
	}
	slices.Sort(kept)
	return kept
}

var dependent = regexp.MustCompile(`because .* depends? on it$`)

// describe writes an effect as the recorded cases are written. want is the
// measurement: the server's own names for indexes are taken from it, and a
// failure that needs rows is left out if there were none.
func (c *measured) describe(e *effect.Effect, existing *catalog.Catalog, want []string, changed bool) []string {
	failed := len(want) > 0 && strings.HasPrefix(want[0], "fail ")
	if f := e.Fails; f != nil && (!f.IfRows || failed) {
		// The server names what depends on an object in the DETAIL only.
		return []string{"fail " + f.SQLState + " " + dependent.ReplaceAllString(f.Message, "because other objects depend on it")}
	}
	if failed || changed {
		return []string{}
	}
	lines := []string{}
	mode := map[catalog.Key]effect.Mode{}
	for _, l := range e.Locks {
		mode[l.Relation] = l.Mode
	}
	for _, l := range e.Locks {
		if _, ok := existing.RelationKind(l.Relation); !ok || existing.Type(sqlast.Name{Schema: l.Relation.Schema, Name: l.Relation.Name}) != nil {
			continue
		}
		// A lock on an index is recorded if it is stronger than that on its table,
		// and was not just sampled.
		if i := existing.IndexAt(l.Relation); i != nil && (c.autocommit || l.Mode < effect.ShareUpdateExclusive || l.Mode <= mode[i.Table]) {
			continue
		}
		lines = append(lines, fmt.Sprintf("lock %s %s", l.Relation, l.Mode))
	}
	for _, r := range e.Rewrites {
		lines = append(lines, "rewrite "+r.Key.String()+maybe(r))
	}
	for _, s := range e.Scans {
		lines = append(lines, "scan "+s.Key.String()+maybe(s))
	}
	lines = append(lines, builds(e, want)...)
	for _, o := range e.Loses {
		line := "lose " + o.Kind.String() + " " + o.Name
		if o.Data {
			line += " data"
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return lines
}

func maybe(r effect.Relation) string {
	if r.Maybe {
		return " maybe"
	}
	return ""
}

// builds writes the index builds that a rewrite of the table does not imply.
func builds(e *effect.Effect, want []string) []string {
	var lines []string
	for _, b := range e.Builds {
		if slices.ContainsFunc(e.Rewrites, func(r effect.Relation) bool { return r.Key == b.Table }) {
			continue
		}
		line := "build " + b.Table.String() + " " + sqlast.QuoteIdent(b.Index)
		if b.Index == "" {
			for _, w := range want {
				if strings.HasPrefix(w, "build "+b.Table.String()+" ") && !slices.Contains(lines, w) {
					line = w
					break
				}
			}
		} else if b.Concurrently {
			line += " concurrently"
		}
		lines = append(lines, line)
	}
	return lines
}
