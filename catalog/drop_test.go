package catalog_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

func TestDrop(t *testing.T) {
	runTableTests(t, []tableTest{
		{
			name: "a column takes its constraints, indexes and sequence along",
			sql: `CREATE TABLE t (id serial PRIMARY KEY, a int, b int, UNIQUE (a, b), CHECK (a > b), CHECK (b > 0));
				CREATE INDEX ON t (b) WHERE a > 1; CREATE INDEX ON t ((a + 1)); CREATE INDEX ON t (b) INCLUDE (a); CREATE INDEX ON t (b);
				ALTER TABLE t DROP COLUMN a, DROP COLUMN id`,
			table: "t",
			want:  []string{"b int4", "check t_b_check (b)", "index t_b_idx1"},
		},
		{
			name: "foreign keys go with the key they were made on, not with another on the same columns",
			sql: `CREATE TABLE r (id int PRIMARY KEY); ALTER TABLE r ADD CONSTRAINT old UNIQUE (id);
				CREATE TABLE t (a int REFERENCES r, b int REFERENCES r (id), c int);
				ALTER TABLE r DROP CONSTRAINT r_pkey CASCADE, ADD PRIMARY KEY (id);
				ALTER TABLE t ADD FOREIGN KEY (c) REFERENCES r (id), ADD CONSTRAINT d FOREIGN KEY (c) REFERENCES r;
				ALTER INDEX old RENAME TO older;
				ALTER TABLE r DROP CONSTRAINT older CASCADE`,
			table: "t",
			want:  []string{"a int4", "b int4", "c int4", "foreign key d (c) to public.r (id)"},
		},
		{
			name: "with CASCADE also what else needs it",
			sql: `CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
				CREATE TABLE t (a int UNIQUE, b int, c int GENERATED ALWAYS AS (a + b) STORED);
				CREATE TRIGGER t1 BEFORE UPDATE OF a ON t FOR EACH ROW EXECUTE FUNCTION f();
				CREATE TRIGGER t2 BEFORE UPDATE ON t FOR EACH ROW WHEN (new.a > 1) EXECUTE FUNCTION f();
				CREATE TRIGGER t3 BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f();
				CREATE POLICY p ON t USING (a > 1);
				ALTER TABLE t DROP COLUMN a CASCADE`,
			table: "t",
			want:  []string{"b int4", "trigger t3"},
		},
		{
			name: "foreign keys that reference it",
			sql: `CREATE TABLE p (a int, b int, c int UNIQUE, UNIQUE (a, b));
				CREATE TABLE t (x int, y int, z int REFERENCES p (c), FOREIGN KEY (x, y) REFERENCES p (a, b));
				ALTER TABLE p DROP COLUMN a CASCADE`,
			table: "t",
			want:  []string{"x int4", "y int4", "z int4", "foreign key t_z_fkey (z) to public.p (c)"},
		},
		{
			name:  "the table that foreign keys reference",
			sql:   `CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (p int REFERENCES p); DROP TABLE p CASCADE`,
			table: "t",
			want:  []string{"p int4"},
		},
		{
			name:  "the primary key that foreign keys need",
			sql:   `CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (p int REFERENCES p); ALTER TABLE p DROP CONSTRAINT p_pkey CASCADE`,
			table: "t",
			want:  []string{"p int4"},
		},
		{
			name: "constraints are replaced in one ALTER TABLE, in either order",
			sql: `CREATE TABLE t (a int, b int, CONSTRAINT c CHECK (a > 0));
				ALTER TABLE t ADD CONSTRAINT c CHECK (b > 0), DROP CONSTRAINT c`,
			table: "t",
			want:  []string{"a int4", "b int4", "check c (b)"},
		},
		{
			name:  "the primary key leaves NOT NULL behind",
			sql:   `CREATE TABLE t (a int PRIMARY KEY); ALTER TABLE t DROP CONSTRAINT t_pkey`,
			table: "t",
			want:  []string{"a int4 not null"},
		},
		{
			name:  "a type, with the columns of it",
			sql:   `CREATE TYPE mood AS ENUM ('ok'); CREATE TABLE t (a int, m mood, ms mood[]); DROP TYPE mood CASCADE`,
			table: "t",
			want:  []string{"a int4"},
		},
		{
			name: "a domain, with those made of it",
			sql: `CREATE DOMAIN d AS int CHECK (value > 1); CREATE DOMAIN d2 AS d; CREATE TABLE t (a d, b d2, c int);
				DROP DOMAIN d CASCADE`,
			table: "t",
			want:  []string{"c int4"},
		},
		{
			name:  "a sequence, with the defaults that draw from it",
			sql:   `CREATE SEQUENCE s; CREATE TABLE t (a int DEFAULT nextval('s'), b int DEFAULT nextval('public.s'::regclass)); DROP SEQUENCE s CASCADE`,
			table: "t",
			want:  []string{"a int4", "b int4"},
		},
		{
			name: "a function, with all that calls it",
			sql: `CREATE FUNCTION f(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
				CREATE TABLE t (a int DEFAULT f(1), b int GENERATED ALWAYS AS (f(a)) STORED, c int CHECK (f(c) > 0), d int);
				CREATE INDEX ON t (f(d)); CREATE INDEX ON t (d) WHERE f(d) > 0; CREATE POLICY p ON t USING (f(d) = 1);
				DROP FUNCTION f(int) CASCADE`,
			table: "t",
			want:  []string{"a int4", "c int4", "d int4"},
		},
		{
			name:  "what is not there",
			sql:   `CREATE TABLE t (a int); ALTER TABLE t DROP COLUMN IF EXISTS b, DROP CONSTRAINT IF EXISTS c; DROP TABLE IF EXISTS u; DROP INDEX IF EXISTS i`,
			table: "t",
			want:  []string{"a int4"},
		},
	})
}

func TestDropTakesDependentsAlong(t *testing.T) {
	c := replay(t, `
		CREATE SCHEMA app;
		CREATE TABLE app.t (id serial PRIMARY KEY, a int, b int);
		CREATE TABLE child (t int REFERENCES app.t);
		CREATE VIEW v AS SELECT a FROM app.t; CREATE VIEW w AS SELECT * FROM v; CREATE MATERIALIZED VIEW m AS SELECT b FROM app.t;
		CREATE PUBLICATION p FOR TABLE app.t, child`)
	before := c.Snapshot()
	apply(t, c, 1, `ALTER TABLE app.t DROP COLUMN a CASCADE`)
	if c.View(name("v")) != nil || c.View(name("w")) != nil || c.View(name("m")) == nil {
		t.Error("DROP COLUMN drops the views that use it, and only those")
	}
	c.Restore(before)
	if c.View(name("w")) == nil {
		t.Error("Restore brings the view back")
	}
	apply(t, c, 1, `DROP SCHEMA app CASCADE`)
	if c.Schema("app") || c.Table(name("app.t")) != nil || c.Sequence(name("app.t_id_seq")) != nil || c.View(name("m")) != nil {
		t.Error("DROP SCHEMA drops all in it and what depends on that")
	}
	if diff := cmp.Diff([]catalog.Key{{Schema: "public", Name: "child"}}, c.Publication("p").Tables); diff != "" {
		t.Errorf("published tables (-want +got):\n%s", diff)
	}
	if got := describe(c, "child"); len(got) != 1 {
		t.Errorf("child has %q", got)
	}
}

func TestColumnDependents(t *testing.T) {
	c := replay(t, `
		CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
		CREATE TABLE t (id serial PRIMARY KEY, a int UNIQUE, b int, g int GENERATED ALWAYS AS (a * 2) STORED, CHECK (a > b));
		CREATE INDEX by_a ON t (b) WHERE a > 1;
		CREATE TABLE r (a int REFERENCES t (a));
		CREATE TRIGGER tr BEFORE UPDATE OF a ON t FOR EACH ROW EXECUTE FUNCTION f();
		CREATE POLICY p ON t USING (a > 1);
		CREATE VIEW v AS SELECT x.a FROM t x; CREATE VIEW star AS SELECT * FROM t; CREATE VIEW other AS SELECT b FROM t;
		CREATE MATERIALIZED VIEW m AS SELECT 1 FROM r JOIN t USING (a) WHERE t.a IN (SELECT b FROM t)`)
	pub := func(s string) catalog.Key { return catalog.Key{Schema: "public", Name: s} }
	want := []catalog.Dependent{
		{Kind: sqlast.TableConstraint, Of: pub("t"), Name: "t_check", Auto: true},
		{Kind: sqlast.TableConstraint, Of: pub("t"), Name: "t_a_key", Auto: true},
		{Kind: sqlast.Index, Of: pub("by_a"), Name: "by_a", Auto: true},
		{Kind: sqlast.Column, Of: pub("t"), Name: "g"},
		{Kind: sqlast.TableConstraint, Of: pub("r"), Name: "r_a_fkey"},
		{Kind: sqlast.Trigger, Of: pub("t"), Name: "tr"},
		{Kind: sqlast.Policy, Of: pub("t"), Name: "p"},
		{Kind: sqlast.View, Of: pub("v"), Name: "v"},
		{Kind: sqlast.View, Of: pub("star"), Name: "star"},
		{Kind: sqlast.MaterializedView, Of: pub("m"), Name: "m"},
	}
	if diff := cmp.Diff(want, c.ColumnDependents(c.Table(name("t")), "a")); diff != "" {
		t.Errorf("of a (-want +got):\n%s", diff)
	}
	want = []catalog.Dependent{
		{Kind: sqlast.TableConstraint, Of: pub("t"), Name: "t_pkey", Auto: true},
		{Kind: sqlast.Sequence, Of: pub("t_id_seq"), Name: "t_id_seq", Auto: true},
		{Kind: sqlast.View, Of: pub("star"), Name: "star"},
	}
	if diff := cmp.Diff(want, c.ColumnDependents(c.Table(name("t")), "id")); diff != "" {
		t.Errorf("of id (-want +got):\n%s", diff)
	}
}

// What * stands for is fixed when the view is made, and is that of its own FROM.
func TestViewUses(t *testing.T) {
	setup := `CREATE TABLE a (x int, y int); CREATE TABLE b (x int, z int);`
	tests := []struct {
		query string
		want  []string
	}{
		{`SELECT * FROM a`, []string{"a.x", "a.y"}},
		{`SELECT a.* FROM a, b`, []string{"a.x", "a.y"}},
		{`SELECT * FROM a WHERE y IN (SELECT z FROM b)`, []string{"a.x", "a.y", "b.z"}},
		{`SELECT * FROM (SELECT y FROM a) s`, []string{"a.y"}},
		{`WITH s AS (SELECT y FROM a) SELECT * FROM s`, []string{"a.y"}},
		{`SELECT * FROM a JOIN (SELECT z FROM b) s ON z = y`, []string{"a.x", "a.y", "b.z"}},
		{`SELECT * FROM a UNION ALL SELECT x, z FROM b`, []string{"a.x", "a.y", "b.x", "b.z"}},
		{`SELECT count(*) FROM a`, nil},
		{`SELECT q.y FROM a AS q`, []string{"a.y"}},
		{`SELECT z, y FROM a JOIN b ON true`, []string{"b.z", "a.y"}},
		{`SELECT (SELECT max(z) FROM b) FROM a /* , b */`, []string{"b.z"}},
		{`SELECT x FROM a UNION SELECT z FROM b`, []string{"a.x", "b.z"}},
		{`SELECT t.y FROM a t UNION SELECT t.z FROM b t`, []string{"a.y", "b.z"}},
		{`SELECT y AS x FROM a UNION SELECT z FROM b ORDER BY x`, []string{"a.y", "b.z"}},
		{`SELECT x FROM (SELECT z AS x FROM b) s`, []string{"b.z"}},
		{`SELECT s.x FROM a, (SELECT z AS x FROM b) s`, []string{"b.z"}},
		{`SELECT (SELECT max(z) FROM b WHERE b.x = y) FROM a`, []string{"b.z", "b.x", "a.y"}},
		{`SELECT a.x FROM a, LATERAL (SELECT z FROM b WHERE b.x = a.y) l`, []string{"a.x", "b.z", "b.x", "a.y"}},
		{`SELECT q.x FROM b q WHERE EXISTS (SELECT FROM a q WHERE q.y = 1)`, []string{"b.x", "a.y"}},
		{`WITH s AS (SELECT z AS y FROM b WHERE x::text = ')') SELECT y FROM s`, []string{"b.z", "b.x"}},
	}
	for _, tt := range tests {
		t.Run(tt.query, func(t *testing.T) {
			c := replay(t, setup+"CREATE VIEW v AS "+tt.query+"; ALTER TABLE a ADD COLUMN later int")
			got := map[string]bool{}
			for _, use := range c.View(name("v")).Uses {
				got[use.Table.Name+"."+use.Column] = true
			}
			want := map[string]bool{}
			for _, use := range tt.want {
				want[use] = true
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
