package effect_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/effect"
)

// predict applies setup and judges the one statement.
func predict(t *testing.T, setup, statement string, env effect.Env) effect.Effect {
	t.Helper()
	cat := catalog.New()
	for i, stmt := range parse(t, setup) {
		cat.Apply(stmt, catalog.Origin{Migration: 1, Tx: i + 1, Span: stmt.Span})
	}
	stmts := parse(t, statement)
	if len(stmts) != 1 {
		t.Fatalf("%d statements, want 1", len(stmts))
	}
	return effect.Of(stmts[0], cat, env)
}

// brief writes an effect on few lines, with everything that is only possible
// marked.
func brief(e *effect.Effect) string {
	var b strings.Builder
	for _, l := range e.Locks {
		b.WriteString("lock " + l.Relation.String() + " " + l.Mode.SQL() + "\n")
	}
	for _, r := range e.Rewrites {
		b.WriteString("rewrite " + r.Key.String() + maybe(r) + "\n")
	}
	for _, r := range e.Scans {
		b.WriteString("scan " + r.Key.String() + maybe(r) + "\n")
	}
	for _, i := range e.Builds {
		b.WriteString("build " + i.Table.String() + " " + i.Index + "\n")
	}
	for _, o := range e.Loses {
		b.WriteString("lose " + o.Kind.String() + " " + o.Name + "\n")
	}
	if f := e.Fails; f != nil {
		b.WriteString("fail " + f.SQLState)
		if f.IfRows {
			b.WriteString(" if rows")
		}
		b.WriteString("\n")
	}
	return b.String()
}

// TestUnseen: of what history does not show, nothing certain is said that
// depends on it.
func TestUnseen(t *testing.T) {
	tests := []struct{ name, setup, statement, want string }{
		{"type of a column", "", "ALTER TABLE u ALTER COLUMN c TYPE text",
			"lock public.u ACCESS EXCLUSIVE\nrewrite public.u maybe\n"},
		{"type of a column, computed", "", "ALTER TABLE u ALTER COLUMN c TYPE int USING length(c)",
			"lock public.u ACCESS EXCLUSIVE\nrewrite public.u\n"},
		{"extension type", "CREATE TABLE u (c text)", "ALTER TABLE u ALTER COLUMN c TYPE hstore USING c::hstore",
			"lock public.u ACCESS EXCLUSIVE\nrewrite public.u maybe\n"},
		{"nullability", "", "ALTER TABLE u ALTER COLUMN c SET NOT NULL",
			"lock public.u ACCESS EXCLUSIVE\nscan public.u maybe\nfail 23502 if rows\n"},
		{"function of a default", "CREATE TABLE u (c text)", "ALTER TABLE u ADD COLUMN d text DEFAULT secret()",
			"lock public.u ACCESS EXCLUSIVE\nrewrite public.u maybe\n"},
		{"constraint to validate", "", "ALTER TABLE u VALIDATE CONSTRAINT c",
			"lock public.u SHARE UPDATE EXCLUSIVE\nscan public.u maybe\n"},
		{"table of an index", "", "CREATE INDEX i ON u (c)", "lock public.u SHARE\nbuild public.u i\n"},
		{"referenced table", "", "ALTER TABLE u ADD FOREIGN KEY (c) REFERENCES v (d)",
			"lock public.u SHARE ROW EXCLUSIVE\nlock public.v SHARE ROW EXCLUSIVE\nscan public.u\n"},
		{"a qualified name", "", "DROP TABLE s.u", "lock s.u ACCESS EXCLUSIVE\nlose table s.u\n"},
		{"a table that may be missing", "", "DROP TABLE IF EXISTS u", "lock public.u ACCESS EXCLUSIVE\n"},
		{"a column that may be hidden", "CREATE TABLE u (c text); DO $$ BEGIN ALTER TABLE u ADD d int; END $$", "ALTER TABLE u DROP COLUMN d",
			"lock public.u ACCESS EXCLUSIVE\nlose column public.u.d\n"},
		{"an index that may be hidden", "CREATE TABLE u (c int); CREATE TABLE v (c int); DO $$ BEGIN CREATE UNIQUE INDEX i ON v (c); END $$",
			"ALTER TABLE u ADD FOREIGN KEY (c) REFERENCES v (c) NOT VALID",
			"lock public.u SHARE ROW EXCLUSIVE\nlock public.v SHARE ROW EXCLUSIVE\n"},
		{"bound of a partition", "CREATE TABLE p (k timestamptz NOT NULL) PARTITION BY RANGE (k); CREATE TABLE u (k timestamptz NOT NULL, CHECK (k >= current_date))",
			"ALTER TABLE p ATTACH PARTITION u FOR VALUES FROM ('2024-01-01') TO ('2024-02-01')",
			"lock public.p SHARE UPDATE EXCLUSIVE\nlock public.u ACCESS EXCLUSIVE\nscan public.u maybe\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := predict(t, tt.setup, tt.statement, effect.Env{Major: 15, InTransaction: true})
			if diff := cmp.Diff(tt.want, brief(&got)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.statement, diff)
			}
		})
	}
}

// TestEmptyHistory: against a database it knows nothing of, only what the
// statement itself says can be certain to fail.
func TestEmptyHistory(t *testing.T) {
	cat := catalog.New()
	for _, c := range cases(t) {
		for _, stmt := range parse(t, c.statement) {
			for major := 14; major <= 18; major++ {
				e := effect.Of(stmt, cat, effect.Env{Major: major})
				if f := e.Fails; f != nil && !f.IfRows && !c.failsByItself(f) {
					t.Errorf("%s: %s: %s", c.statement, f.SQLState, f.Message)
				}
			}
		}
	}
}

// failsByItself is true of errors that need no schema.
func (c *recorded) failsByItself(f *effect.Failure) bool {
	switch f.SQLState {
	case "42601", "42P17", "22023", "42701", "25P01": // a clause that contradicts another one, or needs a transaction
		return true
	case "0A000":
		return slices.ContainsFunc([]string{"DROP INDEX CONCURRENTLY does not support", "cannot use ", "array of serial", "virtual generated column", "access method "},
			func(s string) bool { return strings.Contains(f.Message, s) })
	case "42804":
		return strings.HasPrefix(f.Message, "collations are not supported")
	case "42704":
		return f.Message == `type "bigserial" does not exist`
	}
	return false
}

// TestShares: each op has its own share, in the lock it would need alone; the
// statement has the strongest, and a rewrite makes its scans superfluous.
func TestShares(t *testing.T) {
	setup := "CREATE TABLE t (a int, b text); ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID"
	got := predict(t, setup, "ALTER TABLE t VALIDATE CONSTRAINT c, ALTER b SET DEFAULT 'x', ALTER a TYPE bigint",
		effect.Env{Major: 15})
	for i, want := range []string{
		"lock public.t SHARE UPDATE EXCLUSIVE\nscan public.t\n",
		"lock public.t ACCESS EXCLUSIVE\n",
		"lock public.t ACCESS EXCLUSIVE\nrewrite public.t\n",
	} {
		if diff := cmp.Diff(want, brief(got.Op(i))); diff != "" {
			t.Errorf("op %d (-want +got):\n%s", i, diff)
		}
	}
	if diff := cmp.Diff("lock public.t ACCESS EXCLUSIVE\nrewrite public.t\n", brief(&got)); diff != "" {
		t.Errorf("statement (-want +got):\n%s", diff)
	}
	one := predict(t, setup, "DROP TABLE t", effect.Env{})
	if diff := cmp.Diff(brief(&one), brief(one.Op(0))); diff != "" {
		t.Errorf("the only op's share is not the whole (-whole +share):\n%s", diff)
	}
}

// TestFailsOnlyIf: an error that depends on the run is raised only in it.
func TestFailsOnlyIf(t *testing.T) {
	tests := []struct {
		name, setup, statement string
		env                    effect.Env
		want                   string
	}{
		{"CONCURRENTLY in a transaction", "CREATE TABLE t (a int)", "CREATE INDEX CONCURRENTLY i ON t (a)",
			effect.Env{InTransaction: true}, "fail 25001\n"},
		{"CONCURRENTLY outside", "CREATE TABLE t (a int)", "CREATE INDEX CONCURRENTLY i ON t (a)",
			effect.Env{}, "lock public.t SHARE UPDATE EXCLUSIVE\nbuild public.t i\n"},
		{"missing column", "CREATE TABLE t (a int)", "ALTER TABLE t DROP COLUMN b",
			effect.Env{}, "lock public.t ACCESS EXCLUSIVE\nfail 42703\n"},
		{"new label of an earlier transaction", "CREATE TYPE e AS ENUM ('a'); CREATE TABLE t (x e); ALTER TYPE e ADD VALUE 'b'",
			"INSERT INTO t VALUES ('b')", effect.Env{InTransaction: true, Tx: 9}, "lock public.t ROW EXCLUSIVE\n"},
		{"new label of this transaction", "CREATE TYPE e AS ENUM ('a'); CREATE TABLE t (x e); ALTER TYPE e ADD VALUE 'b'",
			"INSERT INTO t VALUES ('b')", effect.Env{InTransaction: true, Tx: 3}, "lock public.t ROW EXCLUSIVE\nfail 55P04\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := predict(t, tt.setup, tt.statement, tt.env)
			if diff := cmp.Diff(tt.want, brief(&got)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.statement, diff)
			}
		})
	}
}

// TestPublishedRows: rows that are published can only be changed if subscribers
// can find them. Measured on PostgreSQL 14 to 18.
func TestPublishedRows(t *testing.T) {
	const fails = "lock public.t ROW EXCLUSIVE\nfail 55000\n"
	tests := []struct{ name, setup, statement, want string }{
		{"update", "CREATE TABLE t (a int); CREATE PUBLICATION p FOR TABLE t", "UPDATE t SET a = 1", fails},
		{"delete of no row", "CREATE TABLE t (a int); CREATE PUBLICATION p FOR TABLE t", "DELETE FROM t WHERE false", fails},
		{"insert", "CREATE TABLE t (a int); CREATE PUBLICATION p FOR TABLE t", "INSERT INTO t VALUES (1)", ""},
		{"all tables", "CREATE PUBLICATION p FOR ALL TABLES; CREATE TABLE t (a int)", "DELETE FROM t", fails},
		{"of the schema", "CREATE PUBLICATION p FOR TABLES IN SCHEMA public; CREATE TABLE t (a int)", "DELETE FROM t", fails},
		{"of another schema", "CREATE PUBLICATION p FOR TABLES IN SCHEMA s; CREATE TABLE t (a int)", "DELETE FROM t", ""},
		{"unlogged", "CREATE PUBLICATION p FOR ALL TABLES; CREATE UNLOGGED TABLE t (a int)", "DELETE FROM t", ""},
		{"inserts only", "CREATE TABLE t (a int); CREATE PUBLICATION p FOR TABLE t WITH (publish = 'insert')", "UPDATE t SET a = 1", ""},
		{"deletes too", "CREATE TABLE t (a int); CREATE PUBLICATION p FOR TABLE t WITH (publish = 'insert'); ALTER PUBLICATION p SET (publish = 'delete')", "DELETE FROM t", fails},
		{"primary key", "CREATE TABLE t (a int PRIMARY KEY); CREATE PUBLICATION p FOR TABLE t", "UPDATE t SET a = 1", ""},
		{"deferrable primary key", "CREATE TABLE t (a int PRIMARY KEY DEFERRABLE); CREATE PUBLICATION p FOR TABLE t", "UPDATE t SET a = 1", fails},
		{"primary key dropped", "CREATE TABLE t (a int PRIMARY KEY); CREATE PUBLICATION p FOR TABLE t; ALTER TABLE t DROP CONSTRAINT t_pkey", "UPDATE t SET a = 1", fails},
		{"unique index", "CREATE TABLE t (a int NOT NULL UNIQUE); CREATE PUBLICATION p FOR TABLE t", "UPDATE t SET a = 1", fails},
		{"identity of an index", "CREATE TABLE t (a int NOT NULL UNIQUE); ALTER TABLE t REPLICA IDENTITY USING INDEX t_a_key; CREATE PUBLICATION p FOR TABLE t", "UPDATE t SET a = 1", ""},
		{"its index dropped", "CREATE TABLE t (a int NOT NULL); CREATE UNIQUE INDEX i ON t (a); ALTER TABLE t REPLICA IDENTITY USING INDEX i; DROP INDEX i; CREATE PUBLICATION p FOR TABLE t", "UPDATE t SET a = 1", fails},
		{"full", "CREATE TABLE t (a int); ALTER TABLE t REPLICA IDENTITY FULL; CREATE PUBLICATION p FOR TABLE t", "UPDATE t SET a = 1", ""},
		{"nothing", "CREATE TABLE t (a int PRIMARY KEY); ALTER TABLE t REPLICA IDENTITY NOTHING; CREATE PUBLICATION p FOR TABLE t", "UPDATE t SET a = 1", fails},
		{"taken out", "CREATE TABLE t (a int); CREATE PUBLICATION p FOR TABLE t; ALTER PUBLICATION p DROP TABLE t", "UPDATE t SET a = 1", ""},
		{"publication dropped", "CREATE TABLE t (a int); CREATE PUBLICATION p FOR ALL TABLES; DROP PUBLICATION p", "UPDATE t SET a = 1", ""},
		{"publication of before", "CREATE TABLE t (a int); ALTER PUBLICATION p ADD TABLE t", "UPDATE t SET a = 1", ""},
		{"partition", "CREATE TABLE r (a int) PARTITION BY RANGE (a); CREATE TABLE t PARTITION OF r DEFAULT; CREATE PUBLICATION p FOR TABLE r",
			"DELETE FROM t", fails},
		{"child", "CREATE TABLE r (a int); CREATE TABLE t () INHERITS (r); CREATE PUBLICATION p FOR TABLE r", "DELETE FROM t", fails},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.want == "" {
				tt.want = "lock public.t ROW EXCLUSIVE\n"
			}
			got := predict(t, tt.setup, tt.statement, effect.Env{})
			if diff := cmp.Diff(tt.want, brief(&got)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.statement, diff)
			}
		})
	}
}

// TestConflicts is table 13.2 of the manual.
func TestConflicts(t *testing.T) {
	table := []string{ // rows and columns from ACCESS SHARE to ACCESS EXCLUSIVE
		".......x", "......xx", "....xxxx", "...xxxxx", "..xx.xxx", "..xxxxxx", ".xxxxxxx", "xxxxxxxx",
	}
	for i, row := range table {
		for k, c := range row {
			m, n := effect.Mode(i+1), effect.Mode(k+1)
			if m.Conflicts(n) != (c == 'x') {
				t.Errorf("%s conflicts with %s: %t", m, n, m.Conflicts(n))
			}
		}
	}
}

func maybe(r effect.Relation) string {
	if r.Maybe {
		return " maybe"
	}
	return ""
}
