package catalog_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/miglint/miglint/catalog"
)

func TestRename(t *testing.T) {
	runTableTests(t, []tableTest{
		{
			name: "a column, wherever it is used",
			sql: `CREATE TABLE t (a int, b int, c int, d int GENERATED ALWAYS AS (a + 1) STORED, PRIMARY KEY (a), CONSTRAINT k CHECK (a > b));
				CREATE INDEX i ON t (b) WHERE a > 0;
				ALTER TABLE t RENAME COLUMN a TO z;
				ALTER TABLE t DROP COLUMN z CASCADE`,
			table: "t",
			want:  []string{"b int4", "c int4"},
		},
		{
			name:  "the column that a foreign key references",
			sql:   `CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (p int REFERENCES p); ALTER TABLE p RENAME COLUMN id TO key; ALTER TABLE t RENAME COLUMN p TO q`,
			table: "t",
			want:  []string{"q int4", "foreign key t_p_fkey (q) to public.p (key)"},
		},
		{
			name:  "a column that a foreign key names twice",
			sql:   `CREATE TABLE p (a int, b int, UNIQUE (a, b)); CREATE TABLE t (c int, FOREIGN KEY (c, c) REFERENCES p (a, b)); ALTER TABLE t RENAME COLUMN c TO d`,
			table: "t",
			want:  []string{"d int4", "foreign key t_c_c_fkey (d, d) to public.p (a, b)"},
		},
		{
			name: "the table that a foreign key references, and its schema",
			sql: `CREATE SCHEMA app; CREATE TABLE p (id int PRIMARY KEY, parent int REFERENCES p); CREATE TABLE t (p int REFERENCES p);
				ALTER TABLE p RENAME TO q; ALTER TABLE q SET SCHEMA app; ALTER SCHEMA app RENAME TO core`,
			table: "t",
			want:  []string{"p int4", "foreign key t_p_fkey (p) to core.q (id)"},
		},
		{
			name: "a table that references itself",
			sql: `CREATE SCHEMA app; CREATE TABLE p (id serial PRIMARY KEY, parent int REFERENCES p);
				ALTER TABLE p RENAME TO q; ALTER TABLE q SET SCHEMA app`,
			table: "app.q",
			want: []string{
				"id int4 default, not null, owns p_id_seq", "parent int4",
				"primary key p_pkey (id)", "foreign key p_parent_fkey (parent) to app.q (id)",
			},
		},
		{
			name:  "a constraint and its index are one",
			sql:   `CREATE TABLE t (a int PRIMARY KEY, b int UNIQUE); ALTER INDEX t_pkey RENAME TO pk; ALTER TABLE t RENAME CONSTRAINT t_b_key TO uq; DROP INDEX IF EXISTS t_b_key`,
			table: "t",
			want:  []string{"a int4 not null", "b int4", "primary key pk (a)", "unique uq (b)"},
		},
		{
			name:  "ALTER TABLE renames an index too",
			sql:   `CREATE TABLE t (a int); CREATE INDEX i ON t (a); ALTER TABLE i RENAME TO j`,
			table: "t",
			want:  []string{"a int4", "index j"},
		},
		{
			name:  "USING INDEX gives the index the constraint's name",
			sql:   `CREATE TABLE t (a int, b int); CREATE UNIQUE INDEX i ON t (a); CREATE UNIQUE INDEX j ON t (b); ALTER TABLE t ADD CONSTRAINT pk PRIMARY KEY USING INDEX i; ALTER TABLE t ADD UNIQUE USING INDEX j`,
			table: "t",
			want:  []string{"a int4 not null", "b int4", "primary key pk (a)", "unique j (b)"},
		},
		{
			name: "a type, its schema and a trigger's function",
			sql: `CREATE SCHEMA app; CREATE TYPE mood AS ENUM ('ok'); CREATE TABLE t (m mood);
				CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
				CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();
				ALTER TYPE mood RENAME TO feeling; ALTER TYPE feeling SET SCHEMA app; ALTER FUNCTION f() RENAME TO g;
				ALTER TRIGGER tr ON t RENAME TO tr2; CREATE POLICY p ON t USING (true); ALTER POLICY p ON t RENAME TO q`,
			table: "t",
			want:  []string{"m feeling", "trigger tr2", "policy q"},
		},
	})
}

func TestRenameKeepsReferences(t *testing.T) {
	c := replay(t, `
		CREATE TABLE t (id serial, a int); CREATE SEQUENCE s; CREATE TABLE u (x int DEFAULT nextval('s'));
		CREATE VIEW v AS SELECT a FROM t; CREATE VIEW w AS SELECT a FROM v;
		CREATE TABLE part (k int) PARTITION BY LIST (k); CREATE TABLE part1 PARTITION OF part FOR VALUES IN (1);
		CREATE PUBLICATION pub FOR TABLE t;
		ALTER TABLE t RENAME TO tt; ALTER TABLE tt RENAME a TO aa; ALTER VIEW v RENAME TO vv; ALTER SEQUENCE s RENAME TO ss;
		ALTER SEQUENCE t_id_seq RENAME TO ids; ALTER TABLE part RENAME TO whole; ALTER TABLE part1 RENAME TO one`)
	key := func(s string) catalog.Key { return catalog.Key{Schema: "public", Name: s} }
	tt := c.Table(name("tt"))
	type refs struct {
		Views, WholeParts, Published, SequenceUsers []catalog.Key
		Uses                                        []catalog.ColumnRef
		PartOf, Sequence                            catalog.Key
	}
	got := refs{
		tt.ReferencedViews, c.Table(name("whole")).Partitions, c.Publication("pub").Tables, c.Sequence(name("ss")).UsedBy,
		c.View(name("vv")).Uses, c.Table(name("one")).PartitionOf, tt.Column("id").Sequence,
	}
	want := refs{
		[]catalog.Key{key("vv")}, []catalog.Key{key("one")}, []catalog.Key{key("tt")}, []catalog.Key{key("u")},
		[]catalog.ColumnRef{{Table: key("tt"), Column: "aa"}}, key("whole"), key("ids"),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]catalog.Key{key("vv")}, c.View(name("w")).Reads); diff != "" {
		t.Errorf("w reads (-want +got):\n%s", diff)
	}
	apply(t, c, 1, `DROP SEQUENCE ss CASCADE`)
	if c.Table(name("u")).Column("x").Default != nil {
		t.Error("the default follows the sequence")
	}
}
