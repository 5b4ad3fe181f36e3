package catalog_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestGeneratedNames(t *testing.T) {
	runTableTests(t, []tableTest{
		{
			name: "constraints of a new table",
			sql: `CREATE TABLE account (id serial PRIMARY KEY, email text UNIQUE, age int CHECK (age > 0), ref int,
				CHECK (age < ref), CHECK (age < 200), UNIQUE (email, ref), EXCLUDE USING btree (ref WITH =),
				FOREIGN KEY (ref) REFERENCES account, FOREIGN KEY (email, ref) REFERENCES account (email, ref))`,
			table: "account",
			want: []string{
				"id int4 default, not null, owns account_id_seq", "email text", "age int4", "ref int4",
				"check account_age_check (age)", "check account_check (age, ref)", "check account_age_check1 (age)",
				"primary key account_pkey (id)", "unique account_email_key (email)", "unique account_email_ref_key (email, ref)",
				"exclusion account_ref_excl (ref)",
				"foreign key account_ref_fkey (ref) to public.account (id)",
				"foreign key account_email_ref_fkey (email, ref) to public.account (email, ref)",
			},
		},
		{
			name: "the names of a renamed table stay taken",
			sql: `CREATE TABLE o (id int PRIMARY KEY);
				CREATE TABLE t (id serial PRIMARY KEY, a int CHECK (a > 0), o int REFERENCES o);
				ALTER TABLE t RENAME TO t_old;
				CREATE TABLE t (id serial PRIMARY KEY, a int CHECK (a > 0), o int REFERENCES o)`,
			table: "t",
			want: []string{
				"id int4 default, not null, owns t_id_seq1", "a int4", "o int4",
				"check t_a_check1 (a)", "primary key t_pkey1 (id)", "foreign key t_o_fkey1 (o) to public.o (id)",
			},
		},
		{
			name:  "equal UNIQUE constraints are one, and a name wins",
			sql:   `CREATE TABLE t (a int PRIMARY KEY UNIQUE, b int UNIQUE, CONSTRAINT only_b UNIQUE (b), UNIQUE (b))`,
			table: "t",
			want:  []string{"a int4 not null", "b int4", "primary key t_pkey (a)", "unique only_b (b)"},
		},
		{
			name:  "also if both have names; the primary key, else the first wins",
			sql:   `CREATE TABLE t (a int, b int, CONSTRAINT a_once UNIQUE (a), CONSTRAINT key PRIMARY KEY (a), CONSTRAINT b_once UNIQUE (b), CONSTRAINT b_only UNIQUE (b))`,
			table: "t",
			want:  []string{"a int4 not null", "b int4", "primary key key (a)", "unique b_once (b)"},
		},
		{
			name: "those of one new column are one, those of several actions are not",
			sql: `CREATE TABLE t (b int);
				ALTER TABLE t ADD COLUMN a int UNIQUE PRIMARY KEY, ADD CONSTRAINT b_once UNIQUE (b), ADD UNIQUE (b)`,
			table: "t",
			want:  []string{"b int4", "a int4 not null", "primary key t_pkey (a)", "unique b_once (b)", "unique t_b_key (b)"},
		},
		{
			name: "indexes",
			sql: `CREATE TABLE t (a int, b int, d text);
				CREATE INDEX ON t (a); CREATE INDEX ON t (a); CREATE UNIQUE INDEX ON t (a);
				CREATE INDEX ON t (d, lower(d), upper(d), lower(d));
				CREATE INDEX ON t ((a + 1), (b + 1)) INCLUDE (d);
				CREATE INDEX ON t ((d::varchar)); CREATE INDEX ON t (((a + 1)::bigint));
				CREATE INDEX ON t ((CASE WHEN a > 1 THEN a ELSE b END)); CREATE INDEX ON t ((CASE WHEN a > 1 THEN 1 ELSE 2 END));
				CREATE INDEX ON t (coalesce(a, b)); CREATE INDEX ON t ((ARRAY[a, b])); CREATE INDEX ON t ((d COLLATE "C"));
				CREATE INDEX ON t (nullif(a, b)); CREATE INDEX ON t ((a IS NULL)); CREATE INDEX ON t (trim(d))`,
			table: "t",
			want: []string{
				"a int4", "b int4", "d text",
				"index t_a_idx", "index t_a_idx1", "index t_a_idx2 unique", "index t_d_lower_upper_lower1_idx",
				"index t_expr_expr1_d_idx", "index t_d_idx", "index t_int8_idx", "index t_b_idx", "index t_case_idx",
				"index t_coalesce_idx", "index t_array_idx", "index t_d_idx1", "index t_nullif_idx", "index t_expr_idx",
				"index t_btrim_idx",
			},
		},
		{
			name: "an index copied after its column was renamed",
			sql: `CREATE TABLE t (a int UNIQUE); ALTER TABLE t RENAME COLUMN a TO b;
				CREATE TABLE u (LIKE t INCLUDING ALL)`,
			table: "u",
			want:  []string{"b int4", "unique u_a_key (b)"},
		},
	})
}

// A name is cut to 63 bytes, the longer part first and never inside a character.
func TestGeneratedNamesAreCut(t *testing.T) {
	table := "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee"
	column := "ffffffffffgggggggggghhhhhhhhhhiiiiiiiiiijjjjjjjjjjkkkkkkkkkk"
	c := replay(t, strings.NewReplacer("T", table, "C", column).Replace(
		`create table T (C serial unique, x int, y int, l int check (l > 0)); create index on T (x, y, C, l); create index on T (x, y, C, l)`))
	want := []string{
		column + " int4 default, not null, owns aaaaaaaaaabbbbbbbbbbccccccccc_ffffffffffgggggggggghhhhhhhhh_seq",
		"x int4", "y int4", "l int4",
		"check " + table + "_l_check (l)",
		"unique aaaaaaaaaabbbbbbbbbbccccccccc_ffffffffffgggggggggghhhhhhhhh_key (" + column + ")",
		"index aaaaaaaaaabbbbbbbbbbccccccccc_x_y_ffffffffffgggggggggghhhhh_idx",
		"index aaaaaaaaaabbbbbbbbbbccccccccc_x_y_ffffffffffgggggggggghhhh_idx1",
	}
	if diff := cmp.Diff(want, describe(c, table)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	c = replay(t, `create table "日本語日本語日本語日本語日本語" ("列列列列列列列列列列列列列列" int unique)`)
	for tab := range c.Tables() {
		if got, want := tab.Constraints[0].Name, "日本語日本語日本語_列列列列列列列列列_key"; got != want {
			t.Errorf("constraint %s, want %s", got, want)
		}
	}
}
