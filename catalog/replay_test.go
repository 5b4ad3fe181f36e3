package catalog_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/internal/pgparse"
	"github.com/miglint/miglint/source"
	"github.com/miglint/miglint/sqlast"
)

// parse returns the statements of a text; all of them must be valid.
func parse(t testing.TB, sql string) []*sqlast.Statement {
	t.Helper()
	f := source.NewFile("m.sql", []byte(sql))
	result := pgparse.Parse(source.FileFragment(f, 0, len(sql)), pgparse.Options{})
	for _, s := range result.Statements {
		if s.Problem != nil {
			t.Fatalf("%s: %s", s.Problem.Span, s.Problem.Message)
		}
	}
	return result.Statements
}

// replay applies each text as one migration.
func replay(t testing.TB, migrations ...string) *catalog.Catalog {
	t.Helper()
	c := catalog.New()
	for i, sql := range migrations {
		apply(t, c, i, sql)
	}
	return c
}

func apply(t testing.TB, c *catalog.Catalog, migration int, sql string) {
	t.Helper()
	for _, s := range parse(t, sql) {
		c.Apply(s, catalog.Origin{Migration: migration})
	}
}

func name(s string) sqlast.Name {
	schema, rel, ok := strings.Cut(s, ".")
	if !ok {
		return sqlast.Name{Name: s}
	}
	return sqlast.Name{Schema: schema, Name: rel}
}

// describe prints a table as lines: its columns, constraints, free indexes and
// so on.
func describe(c *catalog.Catalog, table string) []string {
	t := c.Table(name(table))
	if t == nil {
		return []string{"no table"}
	}
	var lines []string
	add := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	for _, col := range t.Columns {
		add("%s", describeColumn(col))
	}
	for _, con := range t.Constraints {
		add("%s", describeConstraint(con))
	}
	for _, i := range t.Indexes {
		if i.Constraint == "" {
			add("index %s%s", i.Name, flags(map[string]bool{"unique": i.Unique, "invalid": !i.Valid, "of " + i.Parent.Name: i.Parent.Name != ""}))
		}
	}
	for _, tr := range t.Triggers {
		add("trigger %s", tr.Name)
	}
	for _, p := range t.Policies {
		add("policy %s", p.Name)
	}
	return lines
}

func describeColumn(col *catalog.Column) string {
	s := col.Name + " " + col.Type.Name.Name
	return s + flags(map[string]bool{
		"not null": col.NotNull, "default": col.Default != nil, "identity": col.Identity != sqlast.NoIdentity,
		"generated": col.Expression != nil, "owns " + col.Sequence.Name: col.Sequence.Name != "",
	})
}

func describeConstraint(con *catalog.Constraint) string {
	s := fmt.Sprintf("%s %s (%s)", con.Kind, con.Name, strings.Join(con.Columns, ", "))
	if con.Kind == sqlast.ForeignKey {
		s += fmt.Sprintf(" to %s (%s)", con.RefTable, strings.Join(con.RefColumns, ", "))
	}
	return s + flags(map[string]bool{"not valid": !con.Valid, "of " + con.Parent: con.Parent != ""})
}

func flags(on map[string]bool) string {
	var list []string
	for flag, set := range on {
		if set {
			list = append(list, flag)
		}
	}
	slices.Sort(list)
	if len(list) == 0 {
		return ""
	}
	return " " + strings.Join(list, ", ")
}

// tableTest replays a text and describes one table. What is wanted is what
// PostgreSQL 15 made of the same text.
type tableTest struct {
	name  string
	sql   string
	table string
	want  []string
}

func runTableTests(t *testing.T, tests []tableTest) {
	t.Helper()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := describe(replay(t, tt.sql), tt.table)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.table, diff)
			}
		})
	}
}
