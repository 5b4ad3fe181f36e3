package catalog_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

// Whatever is applied to a catalog, no snapshot of it changes, nor does what is
// applied to a snapshot show elsewhere.
func TestSnapshotsNeverChange(t *testing.T) {
	script := `
		CREATE TABLE hub (id int PRIMARY KEY, n int);
		CREATE TABLE a (h int REFERENCES hub); CREATE TABLE b (h int REFERENCES hub); CREATE VIEW v AS SELECT n FROM hub;
		DROP TABLE b; CREATE TABLE c (h int REFERENCES hub); ALTER TABLE hub ADD COLUMN x int; ALTER TABLE hub RENAME COLUMN n TO m;
		CREATE INDEX i ON hub (m); ALTER TABLE hub DROP COLUMN x; CREATE TYPE e AS ENUM ('a'); ALTER TYPE e ADD VALUE 'b';
		ALTER TABLE a ADD COLUMN e e; ALTER TABLE hub RENAME TO center; ALTER TABLE a RENAME TO aa; DROP VIEW v; DROP TABLE center CASCADE`
	stmts := parse(t, script)
	c := catalog.New()
	var snapshots []*catalog.Catalog
	var seen []string
	for i, s := range stmts {
		snapshots = append(snapshots, c.Snapshot())
		seen = append(seen, dump(c))
		c.Apply(s, catalog.Origin{Migration: i})
	}
	for i, s := range snapshots {
		fork := s.Snapshot()
		for _, stmt := range parse(t, `CREATE TABLE fork (h int REFERENCES hub); ALTER TABLE hub ADD COLUMN forked int; DROP TABLE a; DROP TYPE e`) {
			fork.Apply(stmt, catalog.Origin{})
		}
		if got := dump(s); got != seen[i] {
			t.Errorf("snapshot before %q changed (-want +got):\n%s", stmts[i].Text, cmp.Diff(seen[i], got))
		}
	}
	c.Restore(snapshots[5])
	for i := 5; i < len(stmts); i++ {
		if got := dump(c); got != seen[i] {
			t.Errorf("replayed again, before %q (-want +got):\n%s", stmts[i].Text, cmp.Diff(seen[i], got))
		}
		c.Apply(stmts[i], catalog.Origin{Migration: i})
	}
	for i, s := range snapshots {
		if got := dump(s); got != seen[i] {
			t.Errorf("snapshot before %q changed after Restore (-want +got):\n%s", stmts[i].Text, cmp.Diff(seen[i], got))
		}
	}
}

// dump prints all tables with what refers to them.
func dump(c *catalog.Catalog) string {
	var b strings.Builder
	for t := range c.Tables() {
		fmt.Fprintln(&b, t.Key, t.Partial, t.ReferencedBy, t.ReferencedViews)
		for _, line := range describe(c, t.Schema+"."+t.Name) {
			fmt.Fprintln(&b, "  ", line)
		}
	}
	if e := c.Type(name("e")); e != nil {
		fmt.Fprintln(&b, "e", len(e.Labels), e.UsedBy)
	}
	return b.String()
}

func TestSearchPath(t *testing.T) {
	key := func(schema string) catalog.Key { return catalog.Key{Schema: schema, Name: "t"} }
	tests := []struct {
		name, sql string
		want      catalog.Key // what t stands for
		path      []string
	}{
		{"default", `CREATE TABLE t ()`, key("public"), []string{"$user", "public"}},
		{"the first schema", `CREATE SCHEMA app; SET search_path TO app, public; CREATE TABLE t ()`, key("app"), []string{"app", "public"}},
		{"a schema that history has not seen", `SET search_path = app; CREATE TABLE t ()`, key("app"), []string{"app"}},
		{"a schema that was dropped", `CREATE SCHEMA app; DROP SCHEMA app; SET search_path = app, public; CREATE TABLE t ()`, key("public"), []string{"app", "public"}},
		{"found further on", `CREATE TABLE t (); SET search_path = app, public`, key("public"), []string{"app", "public"}},
		{"RESET", `SET search_path = app; RESET search_path; CREATE TABLE t ()`, key("public"), []string{"$user", "public"}},
		{"RESET ALL", `SET search_path = app; RESET ALL; CREATE TABLE t ()`, key("public"), []string{"$user", "public"}},
		{"set_config", `SELECT pg_catalog.set_config('search_path', '"My App", public', false); CREATE TABLE t ()`, key("My App"), []string{"My App", "public"}},
		{"elements of CREATE SCHEMA", `CREATE SCHEMA app CREATE TABLE t () CREATE VIEW v AS SELECT FROM t; SET search_path = app`, key("app"), []string{"app"}},
		{"as pg_dump sets it", `SELECT pg_catalog.set_config('search_path', '', false); CREATE TABLE public.t ()`, key("public"), nil},
		{"temporary tables come first", `CREATE TABLE t (); CREATE TEMP TABLE t ()`, key("pg_temp"), []string{"$user", "public"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := replay(t, tt.sql)
			if got := c.Resolve(name("t")); got != tt.want {
				t.Errorf("t is %s, want %s", got, tt.want)
			}
			if got := c.SearchPath(); !slices.Equal(got, tt.path) {
				t.Errorf("search_path %q, want %q", got, tt.path)
			}
		})
	}
}

func TestSessionEnds(t *testing.T) {
	c := replay(t, `SET search_path = a; SET LOCAL search_path = b; SET LOCAL search_path = c; CREATE TEMP TABLE tmp ()`)
	c.EndTransaction()
	if got := c.SearchPath(); !slices.Equal(got, []string{"a"}) {
		t.Errorf("after the transaction: %q", got)
	}
	c.ResetSession()
	if got := c.SearchPath(); !slices.Equal(got, []string{"$user", "public"}) {
		t.Errorf("in a new session: %q", got)
	}
	if c.Table(name("tmp")) != nil {
		t.Error("temporary tables end with the session")
	}
}

func TestUnseenObjectsArePartial(t *testing.T) {
	c := replay(t, `ALTER TABLE old ADD COLUMN a int NOT NULL; ALTER TABLE old ALTER COLUMN b SET NOT NULL; CREATE INDEX i ON old (z);
		CREATE TABLE new (o int REFERENCES old); CREATE VIEW v AS SELECT q FROM ghost; ALTER TABLE IF EXISTS nothing ADD COLUMN x int;
		ALTER TYPE status ADD VALUE 'x'; INSERT INTO other VALUES (1); COMMENT ON COLUMN app.u.c IS 'deprecated'`)
	old := c.Table(name("old"))
	if old == nil || !old.Partial || old.Created.Migration != catalog.StartingSchema {
		t.Fatalf("old = %+v", old)
	}
	want := []string{"a int4 not null", "b  not null", "index i"}
	if diff := cmp.Diff(want, describe(c, "old")); diff != "" {
		t.Errorf("old (-want +got):\n%s", diff)
	}
	if !slices.Equal(old.ReferencedBy, []catalog.Key{{Schema: "public", Name: "new"}}) {
		t.Errorf("old is referenced by %v", old.ReferencedBy)
	}
	if g := c.Table(name("ghost")); g == nil || !g.Partial || len(g.ReferencedViews) != 1 {
		t.Errorf("ghost = %+v", g)
	}
	if c.Table(name("nothing")) != nil || c.Table(name("other")) != nil {
		t.Error("IF EXISTS and INSERT make no table")
	}
	if ty := c.Type(name("status")); ty == nil || !ty.Partial || len(ty.Labels) != 1 {
		t.Errorf("status = %+v", ty)
	}
	if got := c.Table(name("app.u")).Column("c").Comment; got != "deprecated" {
		t.Errorf("comment %q", got)
	}
	apply(t, c, 1, `CREATE TABLE old (a int); CREATE OR REPLACE VIEW ghost AS SELECT 1 AS q`)
	if old := c.Table(name("old")); old.Partial || len(old.ReferencedBy) != 1 || len(old.Indexes) != 0 {
		t.Errorf("created later, old = %+v", old)
	}
	if g := c.View(name("ghost")); g == nil || len(g.ReferencedViews) != 1 {
		t.Errorf("created later, ghost = %+v", g)
	}
}

func TestFilled(t *testing.T) {
	create := `CREATE TABLE t (a int); CREATE TABLE p (a int) PARTITION BY LIST (a); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);`
	tests := []struct {
		name, sql, table string
		filled           bool
		rows             int
	}{
		{"new", ``, "t", false, 0},
		{"literal rows", `INSERT INTO t VALUES (1), (2); INSERT INTO t DEFAULT VALUES`, "t", true, 3},
		{"a query", `INSERT INTO t VALUES (1); INSERT INTO t SELECT generate_series(1, 9)`, "t", true, -1},
		{"COPY FROM", `COPY t FROM '/tmp/x'`, "t", true, -1},
		{"COPY TO", `COPY t TO '/tmp/x'`, "t", false, 0},
		{"inside WITH", `WITH x AS (INSERT INTO t VALUES (1) RETURNING a) SELECT * FROM x`, "t", true, 1},
		{"through a view", `CREATE VIEW v AS SELECT a FROM t; INSERT INTO v VALUES (1)`, "t", true, 1},
		{"DELETE", `DELETE FROM t`, "t", false, 0},
		{"TRUNCATE", `INSERT INTO t VALUES (1); TRUNCATE t`, "t", false, 0},
		{"CREATE TABLE AS", `CREATE TABLE n AS SELECT * FROM t`, "n", true, -1},
		{"CREATE TABLE AS, no data", `CREATE TABLE n AS SELECT * FROM t WITH NO DATA`, "n", false, 0},
		{"SELECT INTO", `SELECT * INTO n FROM t`, "n", true, -1},
		{"partitions, through the parent", `INSERT INTO p VALUES (1)`, "p1", true, -1},
		{"the parent, through a partition", `INSERT INTO p1 VALUES (1)`, "p", true, 1},
		{"the parent, by ATTACH", `INSERT INTO t VALUES (2); ALTER TABLE p ATTACH PARTITION t FOR VALUES IN (2)`, "p", true, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tab := replay(t, create, tt.sql).Table(name(tt.table))
			if (tab.Filled != nil) != tt.filled || tab.FilledRows != tt.rows {
				t.Errorf("%s: filled %v with %d rows, want %v with %d", tt.table, tab.Filled != nil, tab.FilledRows, tt.filled, tt.rows)
			}
			if tab.Filled != nil && (tab.Filled.Migration != 1 || tab.Filled.Span.IsZero()) {
				t.Errorf("filled at %+v", tab.Filled)
			}
		})
	}
}

func TestTypes(t *testing.T) {
	c := replay(t, `CREATE TYPE mood AS ENUM ('a', 'b')`,
		`ALTER TYPE mood ADD VALUE 'c' BEFORE 'b'; ALTER TYPE mood ADD VALUE 'd' AFTER 'a'; ALTER TYPE mood ADD VALUE IF NOT EXISTS 'd';
		ALTER TYPE mood RENAME VALUE 'a' TO 'A'; CREATE TABLE t (m mood, n mood[], k text); ALTER TABLE t ALTER m TYPE text, ALTER n TYPE text[]`,
		`CREATE DOMAIN d AS int NOT NULL CHECK (value > 0); ALTER DOMAIN d ADD CONSTRAINT c CHECK (value < 9) NOT VALID;
		CREATE TABLE u (d d); ALTER DOMAIN d VALIDATE CONSTRAINT c`)
	var got []string
	for _, l := range c.Type(name("mood")).Labels {
		got = append(got, fmt.Sprint(l.Value, l.Created.Migration))
	}
	if diff := cmp.Diff([]string{"A0", "d1", "c1", "b0"}, got); diff != "" {
		t.Errorf("labels (-want +got):\n%s", diff)
	}
	if used := c.Type(name("mood")).UsedBy; len(used) != 0 {
		t.Errorf("mood is used by %v", used)
	}
	d := c.Type(name("d"))
	if !d.NotNull || len(d.Checks) != 2 || d.Checks[0].Name != "d_check" || !d.Checks[1].Valid || d.Checks[1].Validated.Migration != 2 {
		t.Errorf("d = %+v", d)
	}
	if got := c.Table(name("u")).Column("d").UserType; got != d.Key || len(d.UsedBy) != 1 {
		t.Errorf("u.d is of %s, d is used by %v", got, d.UsedBy)
	}
	for written, want := range map[string]string{"int4": "pg_catalog.int4", "mood": "public.mood", "nope": "public.nope"} {
		if got := c.ResolveType(name(written)).String(); got != want {
			t.Errorf("type %s is %s, want %s", written, got, want)
		}
	}
}

func TestRelationKind(t *testing.T) {
	c := replay(t, `CREATE TABLE t (id serial PRIMARY KEY); CREATE VIEW v AS SELECT 1; CREATE MATERIALIZED VIEW m AS SELECT 1 AS a; CREATE UNIQUE INDEX i ON m (a)`)
	for rel, want := range map[string]sqlast.ObjectKind{
		"t": sqlast.Table, "v": sqlast.View, "m": sqlast.MaterializedView, "t_id_seq": sqlast.Sequence, "t_pkey": sqlast.Index, "i": sqlast.Index,
	} {
		if got, ok := c.RelationKind(c.Resolve(name(rel))); !ok || got != want {
			t.Errorf("%s is %v, want %v", rel, got, want)
		}
	}
	if _, ok := c.RelationKind(c.Resolve(name("none"))); ok {
		t.Error("none is a relation")
	}
	if i := c.Index(name("i")); i == nil || i.Table.Name != "m" {
		t.Errorf("i = %+v", i)
	}
}
