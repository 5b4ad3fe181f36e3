package effect_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/miglint/miglint/effect"
)

// TestKept: the error names what depends on the object as the server's DETAIL
// does. The objects were measured on PostgreSQL 15; it has them in another order,
// and those that depend on them in turn.
func TestKept(t *testing.T) {
	const setup = `
		CREATE TABLE r (id serial PRIMARY KEY, a int, b int GENERATED ALWAYS AS (a + 1) STORED, c int, boss int CONSTRAINT r_boss REFERENCES r);
		CREATE TABLE s (r_id int CONSTRAINT s_r REFERENCES r, n int DEFAULT nextval('r_id_seq'));
		CREATE TABLE "S 2" (r_id int CONSTRAINT "S_r" REFERENCES r);
		CREATE VIEW v AS SELECT a FROM r;
		CREATE MATERIALIZED VIEW m AS SELECT a FROM r;
		CREATE VIEW w AS SELECT * FROM v;
		CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
		CREATE TRIGGER g BEFORE UPDATE OF a ON r FOR EACH ROW EXECUTE FUNCTION f();
		CREATE POLICY p ON r USING (a > 0);
		CREATE TYPE mood AS ENUM ('ok');
		CREATE DOMAIN d AS mood;
		CREATE TABLE x (c mood, ms mood[]);
		CREATE TABLE old (k int PRIMARY KEY); CREATE TABLE child () INHERITS (old);
		CREATE SCHEMA z; CREATE TABLE z.t ();
		CREATE TABLE pp (k int PRIMARY KEY) PARTITION BY LIST (k); CREATE TABLE p1 PARTITION OF pp FOR VALUES IN (1);
		CREATE TABLE pr (k int CONSTRAINT pr_k REFERENCES pp);`
	tests := []struct{ statement, want string }{
		{"DROP VIEW v", "cannot drop view v because view w depends on it"},
		{"DROP VIEW v, w", ""},
		{"DROP TABLE r", `cannot drop table r because constraint s_r on table s, constraint S_r on table "S 2", view v and 2 other objects depend on it`},
		{"DROP TABLE r CASCADE", ""},
		{"ALTER TABLE r DROP COLUMN a", "cannot drop column a of table r because column b of table r, trigger g on table r, policy p on table r and 2 other objects depend on it"},
		{"ALTER TABLE r DROP COLUMN c", ""},
		{"ALTER TABLE r DROP COLUMN id", `cannot drop column id of table r because constraint r_boss on table r, default value for column n of table s, constraint s_r on table s and constraint S_r on table "S 2" depend on it`},
		{"ALTER TABLE r DROP CONSTRAINT r_pkey", `cannot drop constraint r_pkey on table r because constraint s_r on table s, constraint S_r on table "S 2" and constraint r_boss on table r depend on it`},
		{"DROP SEQUENCE r_id_seq", "cannot drop sequence r_id_seq because default value for column id of table r and default value for column n of table s depend on it"},
		{"DROP FUNCTION f()", "cannot drop function f() because trigger g on table r depends on it"},
		{"DROP FUNCTION IF EXISTS f", "cannot drop function f() because trigger g on table r depends on it"},
		{"DROP FUNCTION IF EXISTS f(int)", ""},
		{"DROP TYPE mood", "cannot drop type mood because column c of table x, column ms of table x and type d depend on it"},
		{"DROP TABLE old", "cannot drop table old because table child depends on it"},
		{"DROP SCHEMA z", "cannot drop schema z because table z.t depends on it"},
		{"DROP TABLE p1", "cannot drop table p1 because constraint pr_k on table pr depends on it"},
	}
	for _, tt := range tests {
		t.Run(tt.statement, func(t *testing.T) {
			got := ""
			if e := predict(t, setup, tt.statement, effect.Env{Major: 15}); e.Fails != nil {
				got = e.Fails.Message
			}
			if got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// TestNotKept: what has come loose before keeps nothing.
func TestNotKept(t *testing.T) {
	tests := []struct{ name, setup, statement string }{
		{"a sequence is the column's own", "CREATE SEQUENCE q; CREATE TABLE t (id int DEFAULT nextval('q')); ALTER SEQUENCE q OWNED BY t.id",
			"ALTER TABLE t DROP COLUMN id"},
		{"a default was dropped", "CREATE SEQUENCE q; CREATE TABLE t (id int DEFAULT nextval('q')); ALTER SEQUENCE q OWNED BY t.id; ALTER TABLE t ALTER id DROP DEFAULT",
			"DROP SEQUENCE q"},
		{"a default draws from another sequence now", "CREATE TABLE t (id serial); CREATE SEQUENCE q; ALTER TABLE t ALTER id SET DEFAULT nextval('q')",
			"DROP SEQUENCE t_id_seq"},
		{"a foreign key was made on another key", "CREATE TABLE r (id int PRIMARY KEY); ALTER TABLE r ADD CONSTRAINT u UNIQUE (id); CREATE TABLE t (id int REFERENCES r)",
			"ALTER TABLE r DROP CONSTRAINT u"},
		{"a foreign key goes first", "CREATE TABLE t (id int PRIMARY KEY, up int CONSTRAINT fk REFERENCES t)",
			"ALTER TABLE t DROP CONSTRAINT fk, DROP CONSTRAINT t_pkey"},
		{"both columns of a foreign key are dropped with one", "CREATE TABLE t (id int PRIMARY KEY); ALTER TABLE t ADD FOREIGN KEY (id) REFERENCES t",
			"ALTER TABLE t DROP COLUMN id"},
		{"a view was perhaps dropped", "CREATE TABLE t (a int, b int); CREATE VIEW v AS SELECT a FROM t; DO $$ BEGIN DROP VIEW v; END $$",
			"ALTER TABLE t DROP COLUMN a"},
		{"a view was made anew without the column", "CREATE TABLE t (a int, b int); CREATE VIEW v AS SELECT a FROM t; DROP VIEW v; CREATE VIEW v AS SELECT b FROM t",
			"ALTER TABLE t DROP COLUMN a"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if e := predict(t, tt.setup, tt.statement, effect.Env{Major: 15}); e.Fails != nil {
				t.Errorf("fails: %s", e.Fails.Message)
			}
		})
	}
}

// TestGone: what history has dropped or renamed is missing, unless something that
// history cannot follow may have made it again.
func TestGone(t *testing.T) {
	const setup = "CREATE TABLE t (a int); CREATE INDEX t_a ON t (a); "
	tests := []struct{ name, setup, statement, want string }{
		{"an index went with its table", "DROP TABLE t", "DROP INDEX t_a", "fail 42704\n"},
		{"an index went with its column", "ALTER TABLE t DROP COLUMN a", "DROP INDEX t_a", "fail 42704\n"},
		{"which does not matter", "DROP TABLE t", "DROP INDEX IF EXISTS t_a", ""},
		{"dropped twice", "DROP TABLE t", "DROP TABLE t", "fail 42P01\n"},
		{"dropped twice, if it exists", "DROP TABLE t", "DROP TABLE IF EXISTS t", ""},
		{"the old name", "ALTER TABLE t RENAME TO u", "CREATE INDEX ON t (a)", "fail 42P01\n"},
		{"a trigger of a dropped table", "DROP TABLE t", "DROP TRIGGER g ON t", "fail 42P01\n"},
		{"a trigger of a dropped table, if it exists", "DROP TABLE t", "DROP TRIGGER IF EXISTS g ON t", ""},
		{"a change of a dropped table", "DROP TABLE t", "ALTER TABLE t ADD COLUMN b int", "fail 42P01\n"},
		{"a change of a dropped table, if it exists", "DROP TABLE t", "ALTER TABLE IF EXISTS t ADD COLUMN b int", ""},
		{"a reference to a dropped table", "DROP TABLE t; CREATE TABLE u (a int)", "ALTER TABLE u ADD FOREIGN KEY (a) REFERENCES t", "lock public.u SHARE ROW EXCLUSIVE\nfail 42P01\n"},
		{"made again by a DO block", "DROP TABLE t; DO $$ BEGIN CREATE TABLE t (); END $$", "DROP TABLE t", "lock public.t ACCESS EXCLUSIVE\nlose table public.t\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := predict(t, setup+tt.setup, tt.statement, effect.Env{Major: 15})
			if diff := cmp.Diff(tt.want, brief(&got)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
