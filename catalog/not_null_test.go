package catalog_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/miglint/miglint/catalog"
)

func TestNotNullConstraintIsThereOnce(t *testing.T) {
	tests := []struct {
		name, sql string
		want      int
	}{
		{"on a nullable column", `ALTER TABLE t ADD NOT NULL b NOT VALID`, 1},
		{"twice", `ALTER TABLE t ADD NOT NULL b NOT VALID; ALTER TABLE t ADD NOT NULL b NOT VALID`, 1},
		{"not valid, where it is valid already", `ALTER TABLE t ADD NOT NULL a NOT VALID`, 0},
		{"valid, where it is already", `ALTER TABLE t ADD NOT NULL a`, 0},
		{"not valid, where it has the name already", `ALTER TABLE t ADD CONSTRAINT x NOT NULL b; ALTER TABLE t ADD CONSTRAINT x NOT NULL b NOT VALID`, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := replay(t, `CREATE TABLE t (a int NOT NULL, b int);`+tt.sql)
			if got := len(c.Table(name("t")).Constraints); got != tt.want {
				t.Errorf("%d constraints, want %d", got, tt.want)
			}
		})
	}
}

// What a child has NOT NULL by itself stays when the parent's goes.
func TestNotNullOfChild(t *testing.T) {
	tests := []struct {
		name, sql string
		want      []string
	}{
		{"of its key", `CREATE TABLE c (a int PRIMARY KEY); ALTER TABLE c INHERIT p; ALTER TABLE p ADD CONSTRAINT k NOT NULL a`,
			[]string{"a int4 not null", "primary key c_pkey (a)"}},
		{"by name", `CREATE TABLE c (a int CONSTRAINT l NOT NULL); ALTER TABLE c INHERIT p; ALTER TABLE p ADD CONSTRAINT k NOT NULL a`,
			[]string{"a int4 not null", "not-null l (a) of k"}},
		{"by name, and the parent's is gone", `CREATE TABLE c (a int CONSTRAINT l NOT NULL); ALTER TABLE c INHERIT p; ALTER TABLE p ADD CONSTRAINT k NOT NULL a; ALTER TABLE p DROP CONSTRAINT k`,
			[]string{"a int4 not null", "not-null l (a)"}},
		{"of its own, where the parent has none", `CREATE TABLE c (a int); ALTER TABLE c INHERIT p; ALTER TABLE c ALTER a SET NOT NULL; ALTER TABLE p ALTER a DROP NOT NULL`,
			[]string{"a int4 not null"}},
		{"of a table that it is like", `CREATE TABLE s (a int CONSTRAINT l NOT NULL); CREATE TABLE c (LIKE s); ALTER TABLE c DROP CONSTRAINT l`,
			[]string{"a int4"}},
		{"made from one that is not valid", `ALTER TABLE p ADD CONSTRAINT l NOT NULL a NOT VALID; CREATE TABLE c () INHERITS (p)`,
			[]string{"a int4 not null"}},
		{"NO INHERIT of the parent", `ALTER TABLE p ADD CONSTRAINT l NOT NULL a NO INHERIT; CREATE TABLE c () INHERITS (p)`,
			[]string{"a int4"}},
		{"from the parent only", `CREATE TABLE c () INHERITS (p); ALTER TABLE p ADD CONSTRAINT k NOT NULL a; ALTER TABLE p DROP CONSTRAINT k`,
			[]string{"a int4"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := catalog.NewFor(18)
			apply(t, c, 0, `CREATE TABLE p (a int);`+tt.sql)
			if diff := cmp.Diff(tt.want, describe(c, "c")); diff != "" {
				t.Error(diff)
			}
		})
	}
}
