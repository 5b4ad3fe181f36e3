package catalog_test

import (
	"testing"

	"github.com/miglint/miglint/catalog"
)

// commitEach replays statements that have a transaction each.
func commitEach(t *testing.T, sql string) *catalog.Catalog {
	t.Helper()
	c := catalog.New()
	for i, s := range parse(t, sql) {
		c.Apply(s, catalog.Origin{Tx: i + 1})
	}
	return c
}

func TestCertain(t *testing.T) {
	const setup = `CREATE TABLE t (a int); CREATE INDEX t_a ON t (a); CREATE TABLE u (b int);
		CREATE FUNCTION harmless() RETURNS void LANGUAGE plpgsql AS 'BEGIN PERFORM 1 FROM t; END';
		CREATE FUNCTION widen() RETURNS void LANGUAGE plpgsql AS 'BEGIN ALTER TABLE t ADD COLUMN x int; END';
		CREATE FUNCTION outer_one() RETURNS void LANGUAGE plpgsql AS 'BEGIN PERFORM widen(); END';
		CREATE FUNCTION anything(n text) RETURNS void LANGUAGE plpgsql AS $$BEGIN EXECUTE format('DROP TABLE %I', n); END$$;`
	tests := []struct {
		name, sql string
		t, u      bool
	}{
		{"nothing hidden", `ALTER TABLE t ADD COLUMN x int`, true, true},
		{"block without DDL", `DO $$BEGIN UPDATE t SET a = 1; RAISE NOTICE 'done'; END$$`, true, true},
		{"block that names one table", `DO $$BEGIN ALTER TABLE t ADD COLUMN x int; END$$`, false, true},
		{"block that names a quoted table", `DO $$BEGIN ALTER TABLE "t" ADD COLUMN x int; END$$`, false, true},
		{"block that names a table with its schema", `DO $$BEGIN ALTER TABLE public.t ADD COLUMN x int; END$$`, false, true},
		{"block that names an index", `DO $$BEGIN DROP INDEX IF EXISTS t_a; END$$`, false, true},
		{"named in a comment only", `DO $$BEGIN ALTER TABLE u ADD COLUMN x int; -- like t
			/* and t */ END$$`, true, false},
		{"named before the command", `DO $$DECLARE r t; BEGIN CREATE INDEX ON u (b); END$$`, false, false},
		{"makes a type", `DO $$BEGIN CREATE TYPE mood AS ENUM ('ok'); EXCEPTION WHEN duplicate_object THEN NULL; END$$`, true, true},
		{"text that is put together", `DO $$BEGIN EXECUTE 'ALTER TABLE ' || 't' || ' ADD COLUMN x int'; END$$`, false, false},
		{"text that is not", `DO $$BEGIN EXECUTE 'ALTER TABLE t ADD COLUMN x int'; END$$`, false, true},
		{"EXECUTE of a trigger", `DO $$BEGIN CREATE TRIGGER g BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f(); END$$`, false, true},
		{"EXECUTE as a privilege", `DO $$BEGIN GRANT EXECUTE ON FUNCTION f TO PUBLIC; END$$`, true, true},
		{"DROP CASCADE", `DO $$BEGIN DROP TABLE old CASCADE; END$$`, false, false},
		{"ON DELETE CASCADE", `DO $$BEGIN CREATE TABLE n (t int REFERENCES t ON DELETE CASCADE); END$$`, false, true},
		{"block calls a function", `DO $$BEGIN PERFORM widen(); END$$`, false, true},
		{"block calls one in an expression", `DO $$DECLARE x int; BEGIN x := widen(); END$$`, false, true},
		{"block calls an unknown one", `DO $$BEGIN PERFORM make_partitions(); END$$`, false, false},
		{"block calls one of PostgreSQL's", `DO $$BEGIN PERFORM set_config('a.b', 'c', false), pg_notify('x', 'y'); END$$`, true, true},
		{"block in another language", `DO LANGUAGE plpython3u 'pass'`, false, false},
		{"SELECT of a harmless function", `SELECT harmless()`, true, true},
		{"SELECT of one that changes a table", `SELECT widen()`, false, true},
		{"SELECT of one that calls it", `SELECT outer_one()`, false, true},
		{"SELECT of one that may do anything", `SELECT anything('u')`, false, false},
		{"SELECT of an unknown one", `SELECT create_hypertable('t', 'a')`, false, false},
		{"SELECT of one of PostgreSQL's", `SELECT setval('s', max(a)) FROM t`, true, true},
		{"unknown function in an INSERT", `INSERT INTO t VALUES (st_something(1))`, true, true},
		{"INSERT calls one that changes a table", `INSERT INTO u SELECT widen()`, false, true},
		{"CALL", `CREATE PROCEDURE p() LANGUAGE plpgsql AS 'BEGIN DROP INDEX t_a; END'; CALL p()`, false, true},
		{"CALL of an unknown procedure", `CALL run_maintenance()`, false, false},
		{"made again", `DROP TABLE t; CREATE TABLE t (a int)`, true, true},
		{"made after it", `SELECT create_hypertable('t', 'a'); DROP TABLE t; CREATE TABLE t (a int)`, true, false},
		{"renamed after it", `DO $$BEGIN ALTER TABLE t DROP a; END$$; ALTER TABLE u RENAME TO v; ALTER TABLE t RENAME TO u; ALTER TABLE v RENAME TO t`, true, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := commitEach(t, setup+tt.sql)
			for table, want := range map[string]bool{"t": tt.t, "u": tt.u} {
				if got := c.Certain(catalog.Key{Schema: "public", Name: table}); got != want {
					t.Errorf("%s: got %v, want %v", table, got, want)
				}
			}
		})
	}
}

func TestCertainOfOthers(t *testing.T) {
	c := commitEach(t, `CREATE TABLE t (a int); CREATE INDEX t_a ON t (a); CREATE VIEW v AS SELECT a FROM t;
		CREATE SEQUENCE s; CREATE TYPE mood AS ENUM ('ok'); CREATE TYPE size AS ENUM ('s'); CREATE INDEX o_a ON old (a);
		DO $$BEGIN ALTER TYPE mood ADD VALUE 'fine'; CREATE OR REPLACE VIEW v AS SELECT 1 AS a; END$$`)
	for name, want := range map[string]bool{"t_a": true, "v": false, "s": true, "old": false, "o_a": false, "none": false} {
		if got := c.Certain(catalog.Key{Schema: "public", Name: name}); got != want {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
	for n, want := range map[string]bool{"mood": false, "size": true} {
		if got := c.CertainType(c.Type(name(n))); got != want {
			t.Errorf("type %s: got %v, want %v", n, got, want)
		}
	}
}

func TestGone(t *testing.T) {
	tests := []struct {
		name, sql string
		want      bool
	}{
		{"never seen", ``, false},
		{"there", `CREATE TABLE x ()`, false},
		{"dropped", `CREATE TABLE x (); DROP TABLE x`, true},
		{"dropped if it exists", `DROP TABLE IF EXISTS x`, true},
		{"dropped with its schema", `CREATE SCHEMA s; CREATE TABLE s.y (); DROP TABLE s.y`, false},
		{"renamed", `CREATE TABLE x (); ALTER TABLE x RENAME TO y`, true},
		{"moved", `CREATE TABLE x (); CREATE SCHEMA s; ALTER TABLE x SET SCHEMA s`, true},
		{"an index dropped with its table", `CREATE TABLE t (a int); CREATE INDEX x ON t (a); DROP TABLE t`, true},
		{"an index dropped with its column", `CREATE TABLE t (a int); CREATE INDEX x ON t (a); ALTER TABLE t DROP a`, true},
		{"a sequence dropped with its column", `CREATE TABLE t (a int); CREATE SEQUENCE x OWNED BY t.a; ALTER TABLE t DROP a`, true},
		{"made again", `CREATE TABLE x (); DROP TABLE x; CREATE VIEW x AS SELECT 1`, false},
		{"perhaps made again", `CREATE TABLE x (); DROP TABLE x; DO $$BEGIN CREATE TABLE x (); END$$`, false},
		{"perhaps anything", `CREATE TABLE x (); DROP TABLE x; SELECT make_partitions()`, false},
		{"dropped after that", `SELECT make_partitions(); DROP TABLE x`, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := commitEach(t, tt.sql).Gone(name("x")); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestCertainWhereSearchPathMayDiffer(t *testing.T) {
	for _, sql := range []string{"ALTER TABLE x ADD COLUMN b int", "ALTER TABLE IF EXISTS x ADD COLUMN b int", "COMMENT ON COLUMN x.a IS 'note'"} {
		t.Run(sql, func(t *testing.T) {
			c := commitEach(t, "CREATE SCHEMA s; CREATE TABLE s.x (a int); CREATE TABLE s.y (a int);"+sql)
			if c.Certain(catalog.Key{Schema: "s", Name: "x"}) {
				t.Error("s.x is certain, although the statement may be about it")
			}
			if !c.Certain(catalog.Key{Schema: "s", Name: "y"}) {
				t.Error("s.y is not certain")
			}
		})
	}
}
