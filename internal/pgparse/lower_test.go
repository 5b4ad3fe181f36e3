package pgparse

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	pg "github.com/pganalyze/pg_query_go/v5"

	"github.com/miglint/miglint/source"
	"github.com/miglint/miglint/sqlast"
)

// lowerCase is a statement and its ops, spans left out.
type lowerCase struct {
	name, sql string
	want      []sqlast.Op
}

var withoutSpans = cmp.Comparer(func(a, b source.Span) bool { return true })

// withoutRoutines leaves the bodies of functions out: they are read when called.
var withoutRoutines = cmp.Comparer(func(a, b func(map[string]string) *sqlast.Routine) bool { return true })

func runLowerCases(t *testing.T, cases []lowerCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			stmts := statementsOf(t, c.sql)
			if len(stmts) != 1 {
				t.Fatalf("got %d statements", len(stmts))
			}
			if p := stmts[0].Problem; p != nil {
				t.Fatalf("problem: %s", p.Message)
			}
			if diff := cmp.Diff(c.want, stmts[0].Ops, withoutSpans, withoutRoutines); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func name(s string) sqlast.Name {
	if schema, n, ok := strings.Cut(s, "."); ok {
		return sqlast.Name{Schema: schema, Name: n}
	}
	return sqlast.Name{Name: s}
}

func rel(s string) sqlast.Relation { return sqlast.Relation{Name: name(s)} }

func typ(s string, mods ...int) sqlast.TypeName {
	return sqlast.TypeName{Name: name(s), Mods: mods}
}

func num(v string) *sqlast.ConstExpr { return &sqlast.ConstExpr{Kind: sqlast.NumberConst, Value: v} }
func text(v string) *sqlast.ConstExpr {
	return &sqlast.ConstExpr{Kind: sqlast.StringConst, Value: v}
}
func col(c string) *sqlast.ColumnExpr { return &sqlast.ColumnExpr{Column: c} }

// statementTokens is enough text for any lowering to look for its words in.
const statementTokens = "ALTER TABLE t (a, b) ON x AS (SELECT 1) FROM y"

func lowerNode(n *pg.Node) []sqlast.Op {
	f := source.NewFile("m.sql", []byte(statementTokens))
	return new(lowerer).lower(lowerInput{
		frag: source.FileFragment(f, 0, len(statementTokens)),
		raw:  &pg.RawStmt{Stmt: n}, text: statementTokens, toks: Lex(statementTokens, nil),
	})
}

// Every node that libpg_query can give as a statement, and for good measure every
// other node, lowers to an op even if all its fields are missing.
func TestEveryNodeLowers(t *testing.T) {
	fields := new(pg.Node).ProtoReflect().Descriptor().Oneofs().ByName("node").Fields()
	for i := range fields.Len() {
		field := fields.Get(i)
		t.Run(string(field.Name()), func(t *testing.T) {
			n := &pg.Node{}
			n.ProtoReflect().Set(field, n.ProtoReflect().NewField(field))
			ops := lowerNode(n)
			if len(ops) == 0 {
				t.Fatal("no op")
			}
			for _, op := range ops {
				if other, ok := op.(*sqlast.Other); ok && other.Tag == "" && isStatement(string(field.Name())) {
					t.Error("a statement without a command tag")
				}
				if op.Pos().IsZero() {
					t.Errorf("%T has no span", op)
				}
			}
			f := source.NewFile("m.sql", []byte(statementTokens))
			l := &lowerer{frag: source.FileFragment(f, 0, len(f.Text)), text: statementTokens, toks: Lex(statementTokens, nil)}
			l.hi = len(l.toks)
			l.expr(n)
		})
	}
}

// isStatement leaves out the nodes that are called Stmt but are parts of others.
func isStatement(name string) bool {
	switch name {
	case "raw_stmt", "return_stmt", "plassign_stmt", "set_operation_stmt", "replica_identity_stmt":
		return false
	}
	return strings.HasSuffix(name, "_stmt")
}

// internalActions are made by the server only, never by the grammar.
var internalActions = map[pg.AlterTableType]bool{
	pg.AlterTableType_ALTER_TABLE_TYPE_UNDEFINED: true,
	pg.AlterTableType_AT_CheckNotNull:            true,
	pg.AlterTableType_AT_AddIndex:                true,
	pg.AlterTableType_AT_ReAddIndex:              true,
	pg.AlterTableType_AT_ReAddConstraint:         true,
	pg.AlterTableType_AT_ReAddDomainConstraint:   true,
	pg.AlterTableType_AT_AddIndexConstraint:      true,
	pg.AlterTableType_AT_ReAddComment:            true,
	pg.AlterTableType_AT_ReAddStatistics:         true,
}

func TestEveryAlterTableTypeLowers(t *testing.T) {
	for value, name := range pg.AlterTableType_name {
		t.Run(name, func(t *testing.T) {
			subtype := pg.AlterTableType(value)
			cmd := &pg.Node{Node: &pg.Node_AlterTableCmd{AlterTableCmd: &pg.AlterTableCmd{Subtype: subtype}}}
			for _, kind := range []pg.ObjectType{pg.ObjectType_OBJECT_TABLE, pg.ObjectType_OBJECT_TYPE} {
				ops := lowerNode(&pg.Node{Node: &pg.Node_AlterTableStmt{AlterTableStmt: &pg.AlterTableStmt{
					Relation: &pg.RangeVar{Relname: "t", Location: 12}, Cmds: []*pg.Node{cmd}, Objtype: kind,
				}}})
				if len(ops) != 1 {
					t.Fatalf("got %d ops", len(ops))
				}
				other, ok := ops[0].(*sqlast.OtherAlter)
				if ok && other.Action == "" && !internalActions[subtype] {
					t.Error("lowered to an action without a name")
				}
			}
		})
	}
}

func TestCommandTags(t *testing.T) {
	tests := map[string]string{
		"ALTER SUBSCRIPTION s ENABLE":                                  "ALTER SUBSCRIPTION",
		"ALTER EXTENSION postgis UPDATE":                               "ALTER EXTENSION",
		"ALTER MATERIALIZED VIEW ALL IN TABLESPACE a SET TABLESPACE b": "ALTER MATERIALIZED VIEW",
		"ALTER SYSTEM SET a = 1":                                       "ALTER SYSTEM",
		"ALTER ROLE r SET a = 1":                                       "ALTER ROLE",
		"ALTER TYPE t SET (storage = plain)":                           "ALTER TYPE",
		"CREATE AGGREGATE a (int) (sfunc = f, stype = int)":            "CREATE AGGREGATE",
		"CREATE COLLATION c (locale = 'de')":                           "CREATE COLLATION",
		"CREATE TEXT SEARCH DICTIONARY d (template = simple)":          "CREATE TEXT SEARCH DICTIONARY",
		"CREATE DATABASE d":                                            "CREATE DATABASE",
		"DROP OWNED BY r":                                              "DROP OWNED",
		"GRANT a TO b":                                                 "GRANT ROLE",
		"REVOKE a FROM b":                                              "REVOKE ROLE",
		"CLOSE ALL":                                                    "CLOSE CURSOR ALL",
		"MOVE c":                                                       "MOVE",
		"DEALLOCATE ALL":                                               "DEALLOCATE ALL",
		"DISCARD TEMP":                                                 "DISCARD TEMP",
		"SHOW a":                                                       "SHOW",
		"NOTIFY c":                                                     "NOTIFY",
		"EXPLAIN SELECT 1":                                             "EXPLAIN",
		"PREPARE p AS SELECT 1":                                        "PREPARE",
		"IMPORT FOREIGN SCHEMA s FROM SERVER x INTO y":                 "IMPORT FOREIGN SCHEMA",
	}
	for sql, want := range tests {
		t.Run(want, func(t *testing.T) {
			if got := parseOp[*sqlast.Other](t, sql).Tag; got != want {
				t.Errorf("%s: got %q", sql, got)
			}
		})
	}
}

// Deep nesting and long lists must not take time that grows with their square;
// this test would run for minutes if they did.
func TestLargeStatements(t *testing.T) {
	const n = 1500
	tests := map[string]string{
		"nested calls":       "SELECT " + strings.Repeat("f(", n) + strings.Repeat("a,", 20_000) + "a" + strings.Repeat(")", n),
		"nested parentheses": "UPDATE t SET a = " + strings.Repeat("(", n) + "a" + strings.Repeat(" + 1)", n),
		"nested sub-selects": "SELECT " + strings.Repeat("(SELECT a FROM t WHERE b = ", 300) + "1" + strings.Repeat(")", 300),
		"many columns":       "CREATE TABLE t (" + strings.Repeat("a int DEFAULT f(1, 2) NOT NULL CHECK (a > 0), ", 4_000) + "z int)",
		"many actions":       "ALTER TABLE t " + strings.Repeat("ADD a int DEFAULT (1), ", 4_000) + "ADD z int",
		"many rows":          "INSERT INTO t VALUES " + strings.Repeat("(1, 'x', now()), ", 10_000) + "(1, 'x', now())",
		"many drops":         "DROP TABLE " + strings.Repeat("a, ", 10_000) + "z",
	}
	for name, sql := range tests {
		t.Run(name, func(t *testing.T) {
			tree, err := pg.Parse(sql)
			if err != nil {
				t.Fatal(err)
			}
			f := source.NewFile("m.sql", []byte(sql))
			ops := new(lowerer).lower(lowerInput{frag: source.FileFragment(f, 0, len(sql)), raw: tree.Stmts[0], text: sql, toks: Lex(sql, nil)})
			if last := ops[len(ops)-1].Pos(); last.End != len(sql) {
				t.Errorf("the last op ends at %d of %d", last.End, len(sql))
			}
		})
	}
}

func BenchmarkLower(b *testing.B) {
	const sql = `ALTER TABLE app.users ADD COLUMN price numeric(10, 2) DEFAULT 0 NOT NULL, ADD CONSTRAINT price_positive CHECK (price >= 0) NOT VALID;
CREATE TABLE IF NOT EXISTS orders (id bigserial PRIMARY KEY, user_id bigint NOT NULL REFERENCES app.users (id) ON DELETE CASCADE, note text, made timestamptz NOT NULL DEFAULT now(), UNIQUE (user_id, made));
CREATE INDEX CONCURRENTLY orders_made ON orders USING btree (made DESC, lower(note)) WHERE note IS NOT NULL;
UPDATE app.users SET price = 1 WHERE price IS NULL AND id IN (SELECT user_id FROM orders);
DROP TABLE IF EXISTS old_orders, old_users;`
	tree, err := pg.Parse(sql)
	if err != nil {
		b.Fatal(err)
	}
	frag := source.FileFragment(source.NewFile("m.sql", []byte(sql)), 0, len(sql))
	toks := Lex(sql, nil)
	inputs := make([]lowerInput, 0, len(tree.Stmts))
	for _, piece := range split(sql, toks) {
		raw := tree.Stmts[len(inputs)]
		stmtToks := toks[piece.lo:piece.hi]
		if isSemicolon(sql, stmtToks[len(stmtToks)-1]) {
			stmtToks = stmtToks[:len(stmtToks)-1]
		}
		inputs = append(inputs, lowerInput{frag: frag, raw: raw, text: sql, toks: stmtToks})
	}
	b.ReportAllocs()
	b.SetBytes(int64(len(sql)))
	for b.Loop() {
		for _, in := range inputs {
			new(lowerer).lower(in)
		}
	}
	b.ReportMetric(float64(len(inputs)), "statements/op")
}
