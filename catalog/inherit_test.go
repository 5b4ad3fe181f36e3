package catalog_test

import (
	"testing"

	"github.com/miglint/miglint/catalog"
)

func TestPartitions(t *testing.T) {
	setup := `CREATE TABLE o (id int PRIMARY KEY);
		CREATE TABLE p (id int NOT NULL, k int, v text DEFAULT 'x', o int REFERENCES o, CHECK (v <> ''), PRIMARY KEY (id)) PARTITION BY RANGE (id);
		CREATE INDEX ON p (k);`
	runTableTests(t, []tableTest{
		{
			name:  "a new partition gets columns, constraints and indexes",
			sql:   setup + `CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10)`,
			table: "p1",
			want: []string{
				"id int4 not null", "k int4", "v text default", "o int4", "check p_v_check (v) of p_v_check",
				"primary key p1_pkey (id) of p_pkey", "foreign key p_o_fkey (o) to public.o (id) of p_o_fkey", "index p1_k_idx of p_k_idx",
			},
		},
		{
			name: "what a partition has is used when it is attached",
			sql: setup + `CREATE TABLE p1 (id int NOT NULL, k int, v text, o int, CONSTRAINT p_v_check CHECK (v <> ''), CONSTRAINT fk FOREIGN KEY (o) REFERENCES o);
				CREATE INDEX mine ON p1 (k); CREATE UNIQUE INDEX u ON p1 (id); ALTER TABLE p ATTACH PARTITION p1 FOR VALUES FROM (0) TO (10)`,
			table: "p1",
			want: []string{
				"id int4 not null", "k int4", "v text", "o int4", "check p_v_check (v) of p_v_check",
				"foreign key fk (o) to public.o (id) of p_o_fkey", "primary key p1_pkey (id) of p_pkey", "index mine of p_k_idx", "index u unique",
			},
		},
		{
			name: "later changes of the parent",
			sql: setup + `CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
				ALTER TABLE p ADD COLUMN q int DEFAULT 3, DROP COLUMN v, DROP CONSTRAINT p_o_fkey, ALTER COLUMN k SET NOT NULL;
				CREATE INDEX ON p (q); DROP INDEX p_k_idx; ALTER TABLE p RENAME COLUMN k TO kk; ALTER TABLE p ADD CONSTRAINT c CHECK (kk > 0) NOT VALID`,
			table: "p1",
			want: []string{
				"id int4 not null", "kk int4 not null", "o int4", "q int4 default", "primary key p1_pkey (id) of p_pkey",
				"check c (kk) not valid, of c", "index p1_q_idx of p_q_idx",
			},
		},
		{
			name: "DETACH leaves constraints and indexes",
			sql: setup + `CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10); ALTER TABLE p DETACH PARTITION p1;
				ALTER TABLE p DROP CONSTRAINT p_o_fkey, DROP CONSTRAINT p_v_check; DROP INDEX p_k_idx`,
			table: "p1",
			want: []string{
				"id int4 not null", "k int4", "v text default", "o int4", "check p_v_check (v)", "primary key p1_pkey (id)",
				"foreign key p_o_fkey (o) to public.o (id)", "index p1_k_idx",
			},
		},
		{
			name: "an index ON ONLY is valid once every partition has one",
			sql: `CREATE TABLE t (k int) PARTITION BY LIST (k); CREATE TABLE t1 PARTITION OF t FOR VALUES IN (1); CREATE TABLE t2 PARTITION OF t FOR VALUES IN (2);
				CREATE INDEX a ON ONLY t (k); CREATE INDEX a1 ON t1 (k); ALTER INDEX a ATTACH PARTITION a1;
				CREATE INDEX b ON ONLY t (k); CREATE INDEX b1 ON t1 (k); CREATE INDEX b2 ON t2 (k); ALTER INDEX b ATTACH PARTITION b1; ALTER INDEX b ATTACH PARTITION b2`,
			table: "t",
			want:  []string{"k int4", "index a invalid", "index b"},
		},
		{
			name: "DETACH CONCURRENTLY leaves the bound as a CHECK, but for that of a hash",
			sql: `CREATE TABLE t (k int) PARTITION BY LIST (k); CREATE TABLE t1 PARTITION OF t FOR VALUES IN (1); ALTER TABLE t DETACH PARTITION t1 CONCURRENTLY;
				CREATE TABLE h (k int) PARTITION BY HASH (k); CREATE TABLE h1 PARTITION OF h FOR VALUES WITH (MODULUS 2, REMAINDER 1); ALTER TABLE h DETACH PARTITION h1 CONCURRENTLY`,
			table: "h1",
			want:  []string{"k int4"},
		},
		{
			name: "an index ON ONLY stays invalid when the partitions without it are gone and others have come",
			sql: `CREATE TABLE t (k int) PARTITION BY LIST (k); CREATE TABLE t1 PARTITION OF t FOR VALUES IN (1); CREATE INDEX a ON ONLY t (k); DROP TABLE t1;
				CREATE TABLE t2 PARTITION OF t FOR VALUES IN (2); CREATE TABLE t3 (k int); CREATE INDEX a3 ON t3 (k); ALTER TABLE t ATTACH PARTITION t3 FOR VALUES IN (3)`,
			table: "t",
			want:  []string{"k int4", "index a invalid"},
		},
		{
			name: "row triggers",
			sql: `CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
				CREATE TABLE t (k int) PARTITION BY LIST (k); CREATE TABLE t1 PARTITION OF t FOR VALUES IN (1);
				CREATE TRIGGER r AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f(); CREATE TRIGGER s AFTER INSERT ON t EXECUTE FUNCTION f()`,
			table: "t1",
			want:  []string{"k int4", "trigger r"},
		},
	})
}

func TestInheritance(t *testing.T) {
	runTableTests(t, []tableTest{
		{
			name:  "a column that ONLY the parent loses is the child's own",
			sql:   `CREATE TABLE p (a int); CREATE TABLE c () INHERITS (p); ALTER TABLE ONLY p DROP COLUMN a; ALTER TABLE p ADD COLUMN a int; ALTER TABLE p DROP COLUMN a`,
			table: "c",
			want:  []string{"a int4"},
		},
		{
			name:  "a default of one of two parents",
			sql:   `CREATE TABLE p (a int); CREATE TABLE q (a int DEFAULT 1); CREATE TABLE c () INHERITS (p, q)`,
			table: "c",
			want:  []string{"a int4 default"},
		},
		{
			name:  "a check that ONLY the parent loses is the child's own",
			sql:   `CREATE TABLE p (a int, CONSTRAINT k CHECK (a > 0), CONSTRAINT l CHECK (a > 1)); CREATE TABLE c () INHERITS (p); ALTER TABLE ONLY p DROP CONSTRAINT k; ALTER TABLE p DROP CONSTRAINT l`,
			table: "c",
			want:  []string{"a int4", "check k (a)"},
		},
		{
			name:  "LIKE adds an identity to what is inherited",
			sql:   `CREATE TABLE p (a int GENERATED ALWAYS AS IDENTITY); CREATE TABLE c (LIKE p INCLUDING IDENTITY) INHERITS (p)`,
			table: "c",
			want:  []string{"a int4 identity, not null, owns c_a_seq"},
		},
		{
			name:  "equal exclusion constraints of a new table are one",
			sql:   `CREATE TABLE c (a int, EXCLUDE (a WITH =), EXCLUDE (a WITH =), EXCLUDE (a WITH <>))`,
			table: "c",
			want:  []string{"a int4", "exclusion c_a_excl (a)", "exclusion c_a_excl1 (a)"},
		},
		{
			name:  "a temporary table is made of the one that it hides",
			sql:   `CREATE TABLE c (a int, b text); CREATE TEMP TABLE c AS SELECT * FROM c`,
			table: "c",
			want:  []string{"a int4", "b text"},
		},
		{
			name:  "a foreign key goes with a partition that it refers to",
			sql:   `CREATE TABLE p (a int PRIMARY KEY) PARTITION BY LIST (a); CREATE TABLE q PARTITION OF p DEFAULT; CREATE TABLE c (a int REFERENCES p); DROP TABLE q CASCADE`,
			table: "c",
			want:  []string{"a int4"},
		},
		{
			name:  "INHERIT leaves a check NO INHERIT of the parent aside",
			sql:   `CREATE TABLE p (a int, CONSTRAINT k CHECK (a > 0) NO INHERIT); CREATE TABLE c (a int, CONSTRAINT k CHECK (a > 0)); ALTER TABLE c INHERIT p; ALTER TABLE p DROP CONSTRAINT k`,
			table: "c",
			want:  []string{"a int4", "check k (a)"},
		},
		{
			name:  "a child gets columns and checks, not keys",
			sql:   `CREATE TABLE p (a int PRIMARY KEY, b int CHECK (b > 0)); CREATE TABLE c (d int) INHERITS (p); ALTER TABLE p ADD COLUMN e int UNIQUE, ADD CONSTRAINT own CHECK (a > 1) NO INHERIT`,
			table: "c",
			want:  []string{"a int4 not null", "b int4", "d int4", "e int4", "check p_b_check (b) of p_b_check"},
		},
		{
			name: "what a child had first stays",
			sql: `CREATE TABLE p (a int, b int, CONSTRAINT k CHECK (b > 0), CONSTRAINT l CHECK (a > 0));
				CREATE TABLE c (a int, b int, CONSTRAINT k CHECK (b > 0), CONSTRAINT l CHECK (a > 0));
				ALTER TABLE c INHERIT p; ALTER TABLE p DROP CONSTRAINT k; ALTER TABLE p DROP COLUMN a`,
			table: "c",
			want:  []string{"a int4", "b int4", "check k (b)", "check l (a)"},
		},
	})
}

func TestLike(t *testing.T) {
	source := `CREATE TABLE o (id int PRIMARY KEY);
		CREATE TABLE l (id serial PRIMARY KEY, a int DEFAULT 5 NOT NULL, b int UNIQUE, c int GENERATED ALWAYS AS IDENTITY,
			d int GENERATED ALWAYS AS (a + 1) STORED, CHECK (a > 1), CONSTRAINT named CHECK (b > 1), FOREIGN KEY (b) REFERENCES o);
		CREATE INDEX ON l (lower(a::text)); CREATE INDEX lnamed ON l (a) WHERE b > 1;`
	runTableTests(t, []tableTest{
		{
			name:  "alone",
			sql:   source + `CREATE TABLE m (LIKE l)`,
			table: "m",
			want:  []string{"id int4 not null", "a int4 not null", "b int4", "c int4 not null", "d int4"},
		},
		{
			name:  "INCLUDING ALL",
			sql:   source + `CREATE TABLE m (LIKE l INCLUDING ALL)`,
			table: "m",
			want: []string{
				"id int4 default, not null", "a int4 default, not null", "b int4", "c int4 identity, not null, owns m_c_seq", "d int4 generated",
				"check l_a_check (a)", "check named (b)", "primary key m_pkey (id)", "unique m_b_key (b)", "index m_lower_idx", "index m_a_idx",
			},
		},
		{
			name:  "its columns stand where it is written",
			sql:   source + `CREATE TABLE m (x int, LIKE l INCLUDING DEFAULTS INCLUDING CONSTRAINTS, y int)`,
			table: "m",
			want: []string{
				"x int4", "id int4 default, not null", "a int4 default, not null", "b int4", "c int4 not null", "d int4", "y int4",
				"check l_a_check (a)", "check named (b)",
			},
		},
	})
}

// A partition has its parent's identity since PostgreSQL 17.
func TestIdentityOfAttached(t *testing.T) {
	sql := `CREATE TABLE p (a int GENERATED ALWAYS AS IDENTITY) PARTITION BY LIST (a); CREATE TABLE q (a int NOT NULL); ALTER TABLE p ATTACH PARTITION q DEFAULT`
	for major, want := range map[int]string{16: "a int4 not null", 17: "a int4 identity, not null"} {
		c := catalog.NewFor(major)
		apply(t, c, 0, sql)
		if got := describe(c, "q"); len(got) != 1 || got[0] != want {
			t.Errorf("PostgreSQL %d: %q, want %q", major, got, want)
		}
	}
}
