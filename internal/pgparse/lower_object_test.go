package pgparse

import (
	"testing"

	"github.com/miglint/miglint/source"
	"github.com/miglint/miglint/sqlast"
)

func TestLowerRename(t *testing.T) {
	runLowerCases(t, []lowerCase{
		{"table", "ALTER TABLE IF EXISTS s.t RENAME TO u", []sqlast.Op{&sqlast.Rename{Object: sqlast.Table, Via: sqlast.Table, Name: name("s.t"), Old: "t", New: "u", IfExists: true}}},
		{"index", "ALTER INDEX i RENAME TO j", []sqlast.Op{&sqlast.Rename{Object: sqlast.Index, Via: sqlast.Index, Name: name("i"), Old: "i", New: "j"}}},
		{"column", "ALTER TABLE t RENAME a TO b", []sqlast.Op{&sqlast.Rename{Object: sqlast.Column, Via: sqlast.Table, On: rel("t"), Old: "a", New: "b"}}},
		{"column of a view", "ALTER VIEW t RENAME a TO b", []sqlast.Op{&sqlast.Rename{Object: sqlast.Column, Via: sqlast.View, On: rel("t"), Old: "a", New: "b"}}},
		{"constraint", "ALTER TABLE t RENAME CONSTRAINT a TO b", []sqlast.Op{&sqlast.Rename{Object: sqlast.TableConstraint, Via: sqlast.Table, On: rel("t"), Old: "a", New: "b"}}},
		{"domain constraint", "ALTER DOMAIN s.d RENAME CONSTRAINT a TO b", []sqlast.Op{&sqlast.Rename{Object: sqlast.DomainConstraint, Via: sqlast.Domain, On: rel("s.d"), Old: "a", New: "b"}}},
		{"attribute", "ALTER TYPE s.c RENAME ATTRIBUTE a TO b", []sqlast.Op{&sqlast.Rename{Object: sqlast.Attribute, Via: sqlast.Type, On: rel("s.c"), Old: "a", New: "b"}}},
		{"enum value", "ALTER TYPE s.e RENAME VALUE 'a' TO 'b'", []sqlast.Op{&sqlast.Rename{Object: sqlast.EnumValue, Via: sqlast.Type, On: rel("s.e"), Old: "a", New: "b"}}},
		{"trigger", "ALTER TRIGGER a ON s.t RENAME TO b", []sqlast.Op{&sqlast.Rename{Object: sqlast.Trigger, Via: sqlast.Trigger, On: rel("s.t"), Old: "a", New: "b"}}},
		{"type", "ALTER TYPE s.e RENAME TO f", []sqlast.Op{&sqlast.Rename{Object: sqlast.Type, Via: sqlast.Type, Name: name("s.e"), Old: "e", New: "f"}}},
		{"function", "ALTER FUNCTION s.f(int) RENAME TO g", []sqlast.Op{&sqlast.Rename{Object: sqlast.Function, Via: sqlast.Function, Name: name("s.f"), HasArgs: true, Args: []sqlast.TypeName{typ("int4")}, Old: "f", New: "g"}}},
		{"schema", "ALTER SCHEMA a RENAME TO b", []sqlast.Op{&sqlast.Rename{Object: sqlast.Schema, Via: sqlast.Schema, Name: name("a"), Old: "a", New: "b"}}},
		{"set schema of a table", "ALTER TABLE s.t SET SCHEMA u", []sqlast.Op{&sqlast.SetSchema{Object: sqlast.Table, Name: name("s.t"), Schema: "u"}}},
		{"set schema of a type", "ALTER TYPE s.t SET SCHEMA u", []sqlast.Op{&sqlast.SetSchema{Object: sqlast.Type, Name: name("s.t"), Schema: "u"}}},
		{"owner of a function", "ALTER FUNCTION s.f() OWNER TO r", []sqlast.Op{&sqlast.OwnerTo{Object: sqlast.Function, Name: name("s.f"), Owner: "r"}}},
	})
}

func TestLowerDrop(t *testing.T) {
	runLowerCases(t, []lowerCase{
		{"tables", "DROP TABLE IF EXISTS a, s.b CASCADE", []sqlast.Op{
			&sqlast.Drop{Object: sqlast.Table, Name: name("a"), IfExists: true, Cascade: true},
			&sqlast.Drop{Object: sqlast.Table, Name: name("s.b"), IfExists: true, Cascade: true},
		}},
		{"index", "DROP INDEX CONCURRENTLY s.i", []sqlast.Op{&sqlast.Drop{Object: sqlast.Index, Name: name("s.i"), Concurrently: true}}},
		{"function", "DROP FUNCTION s.f(int, text[])", []sqlast.Op{&sqlast.Drop{
			Object: sqlast.Function, Name: name("s.f"), HasArgs: true, Args: []sqlast.TypeName{typ("int4"), {Name: name("text"), ArrayDims: 1}},
		}}},
		{"function without arguments", "DROP FUNCTION f()", []sqlast.Op{&sqlast.Drop{Object: sqlast.Function, Name: name("f"), HasArgs: true}}},
		{"function by name", "DROP FUNCTION f", []sqlast.Op{&sqlast.Drop{Object: sqlast.Function, Name: name("f")}}},
		{"trigger", "DROP TRIGGER IF EXISTS a ON s.t", []sqlast.Op{&sqlast.Drop{Object: sqlast.Trigger, Name: name("a"), On: name("s.t"), IfExists: true}}},
		{"policy", "DROP POLICY a ON t", []sqlast.Op{&sqlast.Drop{Object: sqlast.Policy, Name: name("a"), On: name("t")}}},
		{"types", "DROP TYPE s.a, b", []sqlast.Op{&sqlast.Drop{Object: sqlast.Type, Name: name("s.a")}, &sqlast.Drop{Object: sqlast.Type, Name: name("b")}}},
		{"schema", "DROP SCHEMA s CASCADE", []sqlast.Op{&sqlast.Drop{Object: sqlast.Schema, Name: name("s"), Cascade: true}}},
		{"operator class", "DROP OPERATOR CLASS s.o USING btree", []sqlast.Op{&sqlast.Drop{Object: sqlast.OperatorClass, Name: name("s.o")}}},
		{"roles", "DROP ROLE a, b", []sqlast.Op{&sqlast.Drop{Object: sqlast.Role, Name: name("a")}, &sqlast.Drop{Object: sqlast.Role, Name: name("b")}}},
		{"database", "DROP DATABASE IF EXISTS d", []sqlast.Op{&sqlast.Drop{Object: sqlast.Database, Name: name("d"), IfExists: true}}},
	})
}

func TestLowerObjects(t *testing.T) {
	deprecated := "deprecated"
	runLowerCases(t, []lowerCase{
		{"comment on column", "COMMENT ON COLUMN s.t.c IS 'deprecated'", []sqlast.Op{&sqlast.CommentOn{Object: sqlast.Column, On: rel("s.t"), Sub: "c", Text: &deprecated}}},
		{"comment on table", "COMMENT ON TABLE s.t IS ''", []sqlast.Op{&sqlast.CommentOn{Object: sqlast.Table, Name: name("s.t")}}},
		{"comment on constraint", "COMMENT ON CONSTRAINT c ON s.t IS NULL", []sqlast.Op{&sqlast.CommentOn{Object: sqlast.TableConstraint, On: rel("s.t"), Sub: "c"}}},
		{"comment on domain constraint", "COMMENT ON CONSTRAINT c ON DOMAIN s.d IS NULL", []sqlast.Op{&sqlast.CommentOn{Object: sqlast.DomainConstraint, On: rel("s.d"), Sub: "c"}}},
		{"comment on function", "COMMENT ON FUNCTION s.f(int) IS NULL", []sqlast.Op{&sqlast.CommentOn{Object: sqlast.Function, Name: name("s.f")}}},
		{"comment on type", "COMMENT ON TYPE s.e IS NULL", []sqlast.Op{&sqlast.CommentOn{Object: sqlast.Type, Name: name("s.e")}}},
		{"sequence", "CREATE TEMP SEQUENCE IF NOT EXISTS s AS integer OWNED BY a.t.c", []sqlast.Op{&sqlast.CreateSequence{
			Name: name("s"), IfNotExists: true, Temporary: true, As: "int4", OwnedBy: &sqlast.ColumnOf{Table: name("a.t"), Column: "c"},
		}}},
		{"alter sequence", "ALTER SEQUENCE IF EXISTS a.s AS smallint RESTART OWNED BY NONE", []sqlast.Op{&sqlast.AlterSequence{
			Name: name("a.s"), IfExists: true, As: "int2", Options: sqlast.SequenceOptions{Restart: true}, Owned: true,
		}}},
		{"sequence options", "CREATE SEQUENCE s START 5 INCREMENT BY -2 MAXVALUE 9000000000 CYCLE", []sqlast.Op{&sqlast.CreateSequence{
			Name: name("s"), Options: sqlast.SequenceOptions{Start: ptr(5), Increment: ptr(-2), Max: ptr(9000000000), Cycle: true},
		}}},
		{"restart with", "ALTER SEQUENCE s RESTART WITH 7 NO MAXVALUE NO CYCLE", []sqlast.Op{&sqlast.AlterSequence{
			Name: name("s"), Options: sqlast.SequenceOptions{Restart: true, RestartWith: ptr(7)},
		}}},
		{"enum", "CREATE TYPE s.e AS ENUM ('a', 'b')", []sqlast.Op{&sqlast.CreateType{Name: name("s.e"), Kind: sqlast.EnumType, Labels: []string{"a", "b"}}}},
		{"enum value", "ALTER TYPE s.e ADD VALUE 'c' AFTER 'b'", []sqlast.Op{&sqlast.AddEnumValue{Type: name("s.e"), Value: "c", After: "b"}}},
		{"composite", "CREATE TYPE c AS (a int, b text)", []sqlast.Op{&sqlast.CreateType{Name: name("c"), Kind: sqlast.CompositeType, Attributes: []sqlast.ColumnDef{{Name: "a", Type: typ("int4")}, {Name: "b", Type: typ("text")}}}}},
		{"range", "CREATE TYPE r AS RANGE (subtype = int)", []sqlast.Op{&sqlast.CreateType{Name: name("r"), Kind: sqlast.RangeType}}},
		{"shell", "CREATE TYPE s.x", []sqlast.Op{&sqlast.CreateType{Name: name("s.x")}}},
		{"domain", "CREATE DOMAIN s.d AS varchar(9) DEFAULT 'x' CONSTRAINT n NOT NULL CONSTRAINT c CHECK (value > 'a')", []sqlast.Op{&sqlast.CreateDomain{
			Name: name("s.d"), Base: sqlast.ColumnDef{Type: typ("varchar", 9), Default: text("x"), NotNull: true, Constraints: []sqlast.Constraint{
				{Kind: sqlast.NotNullConstraint, Name: "n"},
				{Name: "c", Expr: &sqlast.OpExpr{Op: ">", Args: []sqlast.Expr{col("value"), text("a")}}},
			}},
		}}},
		{"domain default", "ALTER DOMAIN d SET DEFAULT 1", []sqlast.Op{&sqlast.AlterDomain{Name: name("d"), Action: "set default", Default: num("1")}}},
		{"domain drop default", "ALTER DOMAIN d DROP DEFAULT", []sqlast.Op{&sqlast.AlterDomain{Name: name("d"), Action: "drop default"}}},
		{"domain not null", "ALTER DOMAIN d SET NOT NULL", []sqlast.Op{&sqlast.AlterDomain{Name: name("d"), Action: "set not null"}}},
		{"domain constraint", "ALTER DOMAIN d ADD CHECK (value) NOT VALID", []sqlast.Op{&sqlast.AlterDomain{Name: name("d"), Action: "add constraint", Constraint: sqlast.Constraint{Expr: col("value"), NotValid: true}}}},
		{"domain drop constraint", "ALTER DOMAIN d DROP CONSTRAINT IF EXISTS c CASCADE", []sqlast.Op{&sqlast.AlterDomain{Name: name("d"), Action: "drop constraint", Constraint: sqlast.Constraint{Name: "c"}, IfExists: true, Cascade: true}}},
		{"domain validate", "ALTER DOMAIN d VALIDATE CONSTRAINT c", []sqlast.Op{&sqlast.AlterDomain{Name: name("d"), Action: "validate constraint", Constraint: sqlast.Constraint{Name: "c"}}}},
		{"function", "CREATE OR REPLACE FUNCTION s.f(a int, OUT b text, VARIADIC c int[] DEFAULT '{}') RETURNS SETOF record LANGUAGE PLpgSQL IMMUTABLE SECURITY DEFINER SET search_path = '' AS $$x$$", []sqlast.Op{&sqlast.CreateFunction{
			Name: name("s.f"), Replace: true, Returns: sqlast.TypeName{Name: name("record"), SetOf: true}, Language: "plpgsql",
			Args: []sqlast.FunctionArg{
				{Name: "a", Type: typ("int4"), Mode: "in"}, {Name: "b", Type: typ("text"), Mode: "out"},
				{Name: "c", Type: sqlast.TypeName{Name: name("int4"), ArrayDims: 1}, Mode: "variadic", HasDefault: true},
			},
			Volatility: sqlast.Immutable, SecurityDefiner: true, Settings: []string{"search_path"}, Body: "x",
		}}},
		{"function of a table", "CREATE FUNCTION f() RETURNS TABLE (a int) BEGIN ATOMIC SELECT 1; END", []sqlast.Op{&sqlast.CreateFunction{
			Name: name("f"), Args: []sqlast.FunctionArg{{Name: "a", Type: typ("int4"), Mode: "table"}}, ReturnsTable: true, Language: "sql", Atomic: true,
		}}},
		{"procedure", "CREATE PROCEDURE p(INOUT int) LANGUAGE sql AS 'select 1'", []sqlast.Op{&sqlast.CreateFunction{
			Name: name("p"), Procedure: true, Args: []sqlast.FunctionArg{{Type: typ("int4"), Mode: "inout"}}, Language: "sql", Body: "select 1",
		}}},
		{"trigger", "CREATE CONSTRAINT TRIGGER g AFTER UPDATE OF a, b ON s.t FROM u DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (old.a) EXECUTE FUNCTION s.f('x')", []sqlast.Op{&sqlast.CreateTrigger{
			Name: "g", Table: rel("s.t"), Function: name("s.f"), Constraint: true, RefTable: name("u"), Row: true,
			Columns: []string{"a", "b"}, When: &sqlast.ColumnExpr{Qualifier: "old", Column: "a"}, Deferrable: true, InitiallyDeferred: true,
			Events: []string{"update"},
		}}},
		{"set constraints", "SET CONSTRAINTS s.a, b IMMEDIATE", []sqlast.Op{&sqlast.SetConstraints{Names: []sqlast.Name{name("s.a"), name("b")}}}},
		{"set all constraints", "SET CONSTRAINTS ALL DEFERRED", []sqlast.Op{&sqlast.SetConstraints{Deferred: true}}},
		{"rule", "CREATE OR REPLACE RULE r AS ON INSERT TO s.t DO INSTEAD NOTHING", []sqlast.Op{&sqlast.CreateRule{Name: "r", Table: rel("s.t"), Event: "insert", Instead: true, Replace: true}}},
		{"policy", "CREATE POLICY p ON t USING (a) WITH CHECK (b)", []sqlast.Op{&sqlast.CreatePolicy{
			Name: "p", Table: rel("t"), Command: "all", Roles: []string{"public"}, Using: col("a"), Check: col("b"),
		}}},
		{"restrictive policy", "CREATE POLICY p ON s.t AS RESTRICTIVE FOR SELECT TO r, CURRENT_USER USING (true)", []sqlast.Op{&sqlast.CreatePolicy{
			Name: "p", Table: rel("s.t"), Restrictive: true, Command: "select", Roles: []string{"r", "current_user"},
			Using: &sqlast.ConstExpr{Kind: sqlast.BoolConst, Value: "true"},
		}}},
		{"alter policy", "ALTER POLICY p ON t USING (a)", []sqlast.Op{&sqlast.CreatePolicy{Name: "p", Table: rel("t"), Alter: true, Using: col("a")}}},
		{"extension", "CREATE EXTENSION IF NOT EXISTS x WITH SCHEMA s", []sqlast.Op{&sqlast.CreateExtension{Name: "x", IfNotExists: true, Schema: "s"}}},
		{"publication", "CREATE PUBLICATION p FOR TABLE a, ONLY s.b (x) WHERE (x > 1), TABLES IN SCHEMA c, d", []sqlast.Op{&sqlast.CreatePublication{
			Name: "p", Action: "create", Tables: []sqlast.Relation{rel("a"), {Name: name("s.b"), Only: true}}, Schemas: []string{"c", "d"},
		}}},
		{"publication of all", "CREATE PUBLICATION p FOR ALL TABLES", []sqlast.Op{&sqlast.CreatePublication{Name: "p", Action: "create", AllTables: true}}},
		{"publication add", "ALTER PUBLICATION p ADD TABLE a", []sqlast.Op{&sqlast.CreatePublication{Name: "p", Action: "add", Tables: []sqlast.Relation{rel("a")}}}},
		{"publication options", "ALTER PUBLICATION p SET (publish = 'insert')", []sqlast.Op{&sqlast.CreatePublication{Name: "p", Action: "options", Publish: []string{"insert"}}}},
		{"publication of some changes", "CREATE PUBLICATION p FOR TABLE a WITH (publish = 'insert, truncate', publish_via_partition_root)", []sqlast.Op{&sqlast.CreatePublication{
			Name: "p", Action: "create", Tables: []sqlast.Relation{rel("a")}, Publish: []string{"insert", "truncate"},
		}}},
		{"view with the rights of who reads it", "CREATE VIEW v WITH (security_barrier, security_invoker = on) AS SELECT 1 AS a", []sqlast.Op{&sqlast.CreateView{
			Name: name("v"), SecurityInvoker: true, Query: &sqlast.Query{Targets: []sqlast.Target{{Name: "a", Expr: num("1")}}},
		}}},
		{"statistics", "CREATE STATISTICS s.x ON a, b FROM t", []sqlast.Op{&sqlast.CreateStatistics{Name: name("s.x"), Table: rel("t")}}},
		{"grant", "GRANT SELECT (a), INSERT ON t, s.u TO PUBLIC, r", []sqlast.Op{&sqlast.Grant{
			Object: sqlast.Table, Names: []sqlast.Name{name("t"), name("s.u")}, Privileges: []string{"select", "insert"}, Grantees: []string{"public", "r"},
		}}},
		{"revoke", "REVOKE ALL ON ALL SEQUENCES IN SCHEMA a FROM SESSION_USER", []sqlast.Op{&sqlast.Grant{
			Revoke: true, Object: sqlast.Sequence, AllIn: []string{"a"}, Grantees: []string{"session_user"},
		}}},
		{"grant on schema", "GRANT USAGE ON SCHEMA a, b TO r", []sqlast.Op{&sqlast.Grant{
			Object: sqlast.Schema, Names: []sqlast.Name{name("a"), name("b")}, Privileges: []string{"usage"}, Grantees: []string{"r"},
		}}},
		{"schema with elements", "CREATE SCHEMA IF NOT EXISTS s", []sqlast.Op{&sqlast.CreateSchema{Name: "s", IfNotExists: true}}},
		{"elements are in the new schema", "CREATE SCHEMA AUTHORIZATION r CREATE TABLE t (a int) CREATE INDEX i ON t (a) CREATE SEQUENCE q CREATE TABLE x.u ()", []sqlast.Op{
			&sqlast.CreateSchema{Name: "r"},
			&sqlast.CreateTable{Name: name("r.t"), Columns: []sqlast.ColumnDef{{Name: "a", Type: typ("int4")}}},
			&sqlast.CreateIndex{Name: "i", Table: rel("r.t"), Method: "btree", Elements: []sqlast.IndexElem{{Column: "a"}}},
			&sqlast.CreateSequence{Name: name("r.q")},
			&sqlast.CreateTable{Name: name("x.u")},
		}},
	})
}

func TestLowerAccess(t *testing.T) {
	volatile, definer := sqlast.Volatile, true
	runLowerCases(t, []lowerCase{
		{"role", "CREATE ROLE r WITH SUPERUSER LOGIN NOINHERIT BYPASSRLS CONNECTION LIMIT 5 VALID UNTIL '2030-01-01'", []sqlast.Op{&sqlast.CreateRole{
			Name: "r", Attributes: []string{"superuser", "login", "noinherit", "bypassrls"},
		}}},
		{"user", "CREATE USER u IN ROLE g", []sqlast.Op{&sqlast.CreateRole{Name: "u"}}},
		{"alter role", "ALTER USER u NOSUPERUSER CREATEROLE", []sqlast.Op{&sqlast.CreateRole{Name: "u", Alter: true, Attributes: []string{"nosuperuser", "createrole"}}}},
		{"membership", "GRANT a, pg_read_all_data TO b WITH ADMIN OPTION", []sqlast.Op{&sqlast.Other{Tag: "GRANT ROLE", Names: []sqlast.Name{name("a"), name("pg_read_all_data")}}}},
		{"setting of a role", "ALTER ROLE r SET search_path = app", []sqlast.Op{&sqlast.Other{Tag: "ALTER ROLE"}}},
		{"default privileges", "ALTER DEFAULT PRIVILEGES FOR ROLE r IN SCHEMA a, b GRANT SELECT ON TABLES TO PUBLIC", []sqlast.Op{&sqlast.Grant{
			Default: true, Object: sqlast.Table, AllIn: []string{"a", "b"}, Privileges: []string{"select"}, Grantees: []string{"public"},
		}}},
		{"default privileges everywhere", "ALTER DEFAULT PRIVILEGES REVOKE ALL ON FUNCTIONS FROM PUBLIC", []sqlast.Op{&sqlast.Grant{
			Revoke: true, Default: true, Object: sqlast.Function, Grantees: []string{"public"},
		}}},
		{"alter function", "ALTER FUNCTION s.f(int) VOLATILE SECURITY DEFINER SET search_path = '' RESET work_mem RESET ALL", []sqlast.Op{&sqlast.AlterFunction{
			Object: sqlast.Function, Name: name("s.f"), Args: []sqlast.TypeName{typ("int4")}, HasArgs: true, Volatility: &volatile,
			SecurityDefiner: &definer, Settings: []string{"search_path"}, Reset: []string{"work_mem", "all"},
		}}},
		{"alter procedure", "ALTER PROCEDURE p SET work_mem TO DEFAULT", []sqlast.Op{&sqlast.AlterFunction{Object: sqlast.Procedure, Name: name("p"), Reset: []string{"work_mem"}}}},
		{"event trigger", "CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION s.f()", []sqlast.Op{&sqlast.CreateEventTrigger{Name: "e", Event: "ddl_command_end", Function: name("s.f")}}},
		{"event trigger on some commands", "CREATE EVENT TRIGGER e ON sql_drop WHEN TAG IN ('DROP TABLE', 'drop view') EXECUTE FUNCTION f()", []sqlast.Op{&sqlast.CreateEventTrigger{
			Name: "e", Event: "sql_drop", Tags: []string{"DROP TABLE", "DROP VIEW"}, Function: name("f"),
		}}},
		{"subscription", "CREATE SUBSCRIPTION s CONNECTION 'host=h' PUBLICATION p", []sqlast.Op{&sqlast.CreateSubscription{Name: "s", CreateSlot: true}}},
		{"subscription without a slot", "CREATE SUBSCRIPTION s CONNECTION 'host=h' PUBLICATION p WITH (create_slot = false)", []sqlast.Op{&sqlast.CreateSubscription{Name: "s"}}},
		{"subscription without a connection", "CREATE SUBSCRIPTION s CONNECTION 'host=h' PUBLICATION p WITH (connect = off)", []sqlast.Op{&sqlast.CreateSubscription{Name: "s"}}},
		{"subscription elsewhere", "ALTER SUBSCRIPTION s CONNECTION 'host=h'", []sqlast.Op{&sqlast.CreateSubscription{Name: "s", Alter: true}}},
		{"subscription switched off", "ALTER SUBSCRIPTION s DISABLE", []sqlast.Op{&sqlast.Other{Tag: "ALTER SUBSCRIPTION", Names: []sqlast.Name{name("s")}}}},
	})
}

func TestLowerPasswords(t *testing.T) {
	for _, c := range []struct{ name, sql, want string }{
		{"role", "CREATE ROLE r LOGIN PASSWORD 'open sesame'", "'open sesame'"},
		{"user, encrypted on the way", "ALTER USER u WITH ENCRYPTED PASSWORD 'x' VALID UNTIL 'infinity'", "'x'"},
		{"none", "ALTER ROLE r PASSWORD NULL", ""},
		{"scram hash", "ALTER ROLE r PASSWORD 'SCRAM-SHA-256$4096:c2FsdA==$aGFzaA==:aGFzaA=='", ""},
		{"md5 hash", "ALTER ROLE r PASSWORD 'md5aabbccddeeff00112233445566778899'", ""},
		{"no hash", "ALTER ROLE r PASSWORD 'md5 of it'", "'md5 of it'"},
		{"user mapping", "CREATE USER MAPPING FOR u SERVER s OPTIONS (user 'u', password 'x')", "'x'"},
		{"changed user mapping", "ALTER USER MAPPING FOR u SERVER s OPTIONS (SET password 'x')", "'x'"},
		{"user mapping without", "CREATE USER MAPPING FOR u SERVER s OPTIONS (user 'u', password_required 'false')", ""},
		{"server", "CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (host 'h')", ""},
		{"subscription", "CREATE SUBSCRIPTION s CONNECTION 'host=h password=x dbname=d' PUBLICATION p", "'host=h password=x dbname=d'"},
		{"subscription by URI", "ALTER SUBSCRIPTION s CONNECTION 'postgres://u:x@h/d'", "'postgres://u:x@h/d'"},
		{"subscription with a passfile", "CREATE SUBSCRIPTION s CONNECTION 'host=h passfile=/x user=password' PUBLICATION p", ""},
		{"URI without", "CREATE SUBSCRIPTION s CONNECTION 'postgres://u@h:5432/d' PUBLICATION p", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var at source.Span
			switch op := statementsOf(t, c.sql)[0].Ops[0].(type) {
			case *sqlast.CreateRole:
				at = op.PasswordAt
			case *sqlast.CreateSubscription:
				at = op.PasswordAt
			case *sqlast.Other:
				at = op.PasswordAt
			}
			got := ""
			if !at.IsZero() {
				got = at.Text()
			}
			if got != c.want {
				t.Errorf("password at %q, want %q", got, c.want)
			}
		})
	}
}

func TestLowerMaintenance(t *testing.T) {
	runLowerCases(t, []lowerCase{
		{"lock", "LOCK TABLE a, ONLY s.b IN SHARE UPDATE EXCLUSIVE MODE NOWAIT", []sqlast.Op{&sqlast.LockTable{Tables: []sqlast.Relation{rel("a"), {Name: name("s.b"), Only: true}}, Mode: 4, NoWait: true}}},
		{"lock default", "LOCK a", []sqlast.Op{&sqlast.LockTable{Tables: []sqlast.Relation{rel("a")}, Mode: 8}}},
		{"truncate", "TRUNCATE a, s.b RESTART IDENTITY CASCADE", []sqlast.Op{&sqlast.Truncate{Tables: []sqlast.Relation{rel("a"), rel("s.b")}, RestartIdentity: true, Cascade: true}}},
		{"vacuum", "VACUUM (FULL, ANALYZE off) a (x)", []sqlast.Op{&sqlast.Vacuum{Tables: []sqlast.Relation{rel("a")}, Vacuum: true, Full: true}}},
		{"vacuum analyze", "VACUUM ANALYZE", []sqlast.Op{&sqlast.Vacuum{Vacuum: true, Analyze: true}}},
		{"analyze", "ANALYZE a", []sqlast.Op{&sqlast.Vacuum{Tables: []sqlast.Relation{rel("a")}, Analyze: true}}},
		{"cluster", "CLUSTER s.t USING i", []sqlast.Op{&sqlast.Cluster{Table: rel("s.t"), Index: "i"}}},
		{"reindex", "REINDEX (CONCURRENTLY) INDEX s.i", []sqlast.Op{&sqlast.Reindex{Object: sqlast.Index, Name: name("s.i"), Concurrently: true}}},
		{"reindex not concurrently", "REINDEX (CONCURRENTLY false) TABLE t", []sqlast.Op{&sqlast.Reindex{Object: sqlast.Table, Name: name("t")}}},
		{"reindex schema", "REINDEX SCHEMA CONCURRENTLY s", []sqlast.Op{&sqlast.Reindex{Object: sqlast.Schema, Name: name("s"), Concurrently: true}}},
		{"reindex system", "REINDEX SYSTEM d", []sqlast.Op{&sqlast.Reindex{Name: name("d")}}},
		{"refresh", "REFRESH MATERIALIZED VIEW CONCURRENTLY s.v", []sqlast.Op{&sqlast.RefreshMaterializedView{Name: name("s.v"), Concurrently: true}}},
		{"refresh without data", "REFRESH MATERIALIZED VIEW v WITH NO DATA", []sqlast.Op{&sqlast.RefreshMaterializedView{Name: name("v"), NoData: true}}},
		{"do", "DO LANGUAGE plperl 'x'", []sqlast.Op{&sqlast.Do{Language: "plperl", Body: "x"}}},
		{"call", "CALL s.p(1, 2)", []sqlast.Op{&sqlast.Call{Name: name("s.p")}}},
	})
}

func ptr(i int64) *int64 { return &i }
