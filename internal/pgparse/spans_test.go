package pgparse

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/miglint/miglint/source"
	"github.com/miglint/miglint/sqlast"
)

// statementsOf parses a file that holds text alone.
func statementsOf(t *testing.T, text string) []*sqlast.Statement {
	t.Helper()
	f := source.NewFile("m.sql", []byte(text))
	return Parse(source.FileFragment(f, 0, len(text)), Options{}).Statements
}

// parseOp parses a statement that lowers to one op of type T.
func parseOp[T sqlast.Op](t *testing.T, text string) T {
	t.Helper()
	stmts := statementsOf(t, text)
	if len(stmts) != 1 || stmts[0].Problem != nil || len(stmts[0].Ops) != 1 {
		t.Fatalf("%s: want one statement with one op, got %d statements (%+v)", text, len(stmts), stmts)
	}
	op, ok := stmts[0].Ops[0].(T)
	if !ok {
		t.Fatalf("%s: lowered to %T", text, stmts[0].Ops[0])
	}
	return op
}

// spanCases are statements and the bytes of each of their ops; nil means that one
// op has the whole statement.
var spanCases = []struct {
	name, sql string
	want      []string
}{
	{"one action", `ALTER TABLE users ADD COLUMN x int DEFAULT 1`, []string{"ADD COLUMN x int DEFAULT 1"}},
	{
		"many actions", `ALTER TABLE IF EXISTS ONLY app."Us,ers" /* a, b */
  ADD COLUMN IF NOT EXISTS price numeric(10, 2) DEFAULT (1 + 2) NOT NULL, -- first, second
  ADD CONSTRAINT "c, k" CHECK ((price > 0) AND note <> 'a, b' OR kind IN (1, 2)) NOT VALID ,
  DROP COLUMN "old, one" CASCADE,
  ALTER z TYPE varchar(20)[] USING array[z, ',']::varchar(20)[]`,
		[]string{
			`ADD COLUMN IF NOT EXISTS price numeric(10, 2) DEFAULT (1 + 2) NOT NULL`,
			`ADD CONSTRAINT "c, k" CHECK ((price > 0) AND note <> 'a, b' OR kind IN (1, 2)) NOT VALID`,
			`DROP COLUMN "old, one" CASCADE`,
			`ALTER z TYPE varchar(20)[] USING array[z, ',']::varchar(20)[]`,
		},
	},
	{"parenthesised ONLY", `ALTER TABLE ONLY (t) DROP a, DROP b`, []string{"DROP a", "DROP b"}},
	{"star", `ALTER TABLE t * DROP a, DROP b`, []string{"DROP a", "DROP b"}},
	{"dollar quote with commas", `ALTER TABLE t ALTER a SET DEFAULT $q$,(,$q$, ALTER b DROP DEFAULT`, []string{"ALTER a SET DEFAULT $q$,(,$q$", "ALTER b DROP DEFAULT"}},
	{"emoji and accents", `ALTER TABLE "таблица😀" ADD "é,è" text DEFAULT '😀,', ADD ñ int`, []string{`ADD "é,è" text DEFAULT '😀,'`, "ADD ñ int"}},
	{"carriage returns", "ALTER TABLE t\r\n\tADD a int,\r\n\tADD b int\r\n", []string{"ADD a int", "ADD b int"}},
	{"storage parameters", `ALTER TABLE t SET (fillfactor = 70, autovacuum_enabled = off), RESET (a, b)`, []string{"SET (fillfactor = 70, autovacuum_enabled = off)", "RESET (a, b)"}},
	{"index", `ALTER INDEX s.i SET (fillfactor = 70)`, []string{"SET (fillfactor = 70)"}},
	{"composite type", `ALTER TYPE s.c ADD ATTRIBUTE a numeric(3,1), DROP ATTRIBUTE b`, []string{"ADD ATTRIBUTE a numeric(3,1)", "DROP ATTRIBUTE b"}},
	{"exclusion", `ALTER TABLE t ADD EXCLUDE USING gist (a WITH =, b WITH &&), ADD UNIQUE (a, b)`, []string{"ADD EXCLUDE USING gist (a WITH =, b WITH &&)", "ADD UNIQUE (a, b)"}},
	{"rename has the statement", `ALTER TABLE t RENAME COLUMN a TO b`, nil},
	{"drop of one", `DROP TABLE IF EXISTS a CASCADE`, nil},
	{"drop of several", `DROP TABLE IF EXISTS a, "b,c" /* , */, s.d CASCADE`, []string{"a", `"b,c"`, "s.d"}},
	{"drop of quoted key words", `DROP TABLE "table", "if"`, []string{`"table"`, `"if"`}},
	{"drop of several functions", `DROP FUNCTION f(int, text), s.g()`, []string{"f(int, text)", "s.g()"}},
	{"drop of materialized views", `DROP MATERIALIZED VIEW a, b`, []string{"a", "b"}},
	{"truncate is one", `TRUNCATE a, b`, nil},
	{"lock is one", `LOCK TABLE a, b IN SHARE MODE`, nil},
	{"schema elements", `CREATE SCHEMA s CREATE TABLE t (a int) GRANT CREATE ON SCHEMA s TO r WITH GRANT OPTION CREATE VIEW v AS SELECT 1`, []string{
		"CREATE SCHEMA s", "CREATE TABLE t (a int)", "GRANT CREATE ON SCHEMA s TO r WITH GRANT OPTION", "CREATE VIEW v AS SELECT 1",
	}},
	{"explain analyze", `EXPLAIN ANALYZE VERBOSE UPDATE t SET a = 1`, []string{"EXPLAIN ANALYZE VERBOSE UPDATE t SET a = 1", "UPDATE t SET a = 1"}},
}

// All statements stand in one file, so that a span that is off shows up in the
// statements behind it.
func TestOpSpans(t *testing.T) {
	var text strings.Builder
	text.WriteString("-- début, 😀; DROP TABLE x;\r\n")
	for _, c := range spanCases {
		text.WriteString("/* é ; */ " + c.sql + ";\r\n\r\n\t-- trailing, comment\n")
	}
	stmts := statementsOf(t, text.String())
	if len(stmts) != len(spanCases) {
		t.Fatalf("got %d statements, want %d", len(stmts), len(spanCases))
	}
	for i, c := range spanCases {
		stmt := stmts[i]
		t.Run(c.name, func(t *testing.T) {
			if stmt.Problem != nil {
				t.Fatalf("problem: %s", stmt.Problem.Message)
			}
			want := c.want
			if want == nil {
				want = []string{c.sql}
			}
			var got []string
			for _, op := range stmt.Ops {
				got = append(got, op.Pos().Text())
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPartSpans(t *testing.T) {
	column := func(sql string, part func(sqlast.ColumnDef) source.Span) func(*testing.T) source.Span {
		return func(t *testing.T) source.Span { return part(parseOp[*sqlast.AddColumn](t, sql).Column) }
	}
	constraint := func(sql string, part func(sqlast.Constraint) source.Span) func(*testing.T) source.Span {
		return func(t *testing.T) source.Span { return part(parseOp[*sqlast.AddConstraint](t, sql).Constraint) }
	}
	const add = `ALTER TABLE s . "T" ADD "c, d" s.kind [] COLLATE "C" CONSTRAINT nn NOT NULL /* , */ DEFAULT 'a,' || 'b' CHECK (x > 0) REFERENCES "O"(id) ON DELETE CASCADE DEFERRABLE`
	const check = `ALTER TABLE t ADD CONSTRAINT ck CHECK (not valid) NOT VALID`
	const index = `CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "on" ON ONLY s.t (lower(a))`
	tests := []struct {
		name string
		span func(*testing.T) source.Span
		want string
	}{
		{"relation", func(t *testing.T) source.Span { return parseOp[*sqlast.AddColumn](t, add).Table.Span }, `s . "T"`},
		{"column", column(add, func(c sqlast.ColumnDef) source.Span { return c.At }), add[len(`ALTER TABLE s . "T" ADD `):]},
		{"column name", column(add, func(c sqlast.ColumnDef) source.Span { return c.NameSpan }), `"c, d"`},
		{"column type", column(add, func(c sqlast.ColumnDef) source.Span { return c.Type.Span }), "s.kind []"},
		{"collation", column(add, func(c sqlast.ColumnDef) source.Span { return c.Collation.Span }), `"C"`},
		{"NOT NULL", column(add, func(c sqlast.ColumnDef) source.Span { return c.NotNullAt }), "CONSTRAINT nn NOT NULL"},
		{"DEFAULT", column(add, func(c sqlast.ColumnDef) source.Span { return c.DefaultAt }), "DEFAULT 'a,' || 'b'"},
		{"default expression", column(add, func(c sqlast.ColumnDef) source.Span { return c.Default.Pos() }), "'a,' || 'b'"},
		{"column check", column(add, func(c sqlast.ColumnDef) source.Span { return c.Constraints[1].At }), "CHECK (x > 0)"},
		{"column reference", column(add, func(c sqlast.ColumnDef) source.Span { return c.Constraints[2].At }), `REFERENCES "O"(id) ON DELETE CASCADE DEFERRABLE`},
		{"referenced table", column(add, func(c sqlast.ColumnDef) source.Span { return c.Constraints[2].RefTable.Span }), `"O"`},
		{"constraint", constraint(check, func(c sqlast.Constraint) source.Span { return c.At }), "CONSTRAINT ck CHECK (not valid) NOT VALID"},
		{"NOT VALID", constraint(check, func(c sqlast.Constraint) source.Span { return c.NotValidAt }), "NOT VALID"},
		{"index name", func(t *testing.T) source.Span { return parseOp[*sqlast.CreateIndex](t, index).NameAt }, `"on"`},
		{"no index name", func(t *testing.T) source.Span {
			return parseOp[*sqlast.CreateIndex](t, `CREATE INDEX ON t (a)`).NameAt
		}, ""},
		{"indexed table", func(t *testing.T) source.Span { return parseOp[*sqlast.CreateIndex](t, index).Table.Span }, "s.t"},
		{"enum value", func(t *testing.T) source.Span {
			return parseOp[*sqlast.AddEnumValue](t, `ALTER TYPE s.e ADD VALUE IF NOT EXISTS 'it''s' BEFORE 'x'`).ValueAt
		}, "'it''s'"},
		{"function body", func(t *testing.T) source.Span {
			return parseOp[*sqlast.CreateFunction](t, "CREATE FUNCTION f() RETURNS int AS $a$ '$$' $a$ LANGUAGE sql").BodyAt
		}, " '$$' "},
		{"quoted function body", func(t *testing.T) source.Span {
			return parseOp[*sqlast.CreateFunction](t, "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS E'select ''1'''").BodyAt
		}, "select ''1''"},
		{"DO body", func(t *testing.T) source.Span {
			return parseOp[*sqlast.Do](t, "DO LANGUAGE plpgsql $$\nbegin\n$$").BodyAt
		}, "\nbegin\n"},
		{"dropped trigger", func(t *testing.T) source.Span {
			return parseOp[*sqlast.Drop](t, `DROP TRIGGER IF EXISTS "t r" ON s.t`).Name.Span
		}, `"t r"`},
		{"table of a dropped trigger", func(t *testing.T) source.Span {
			return parseOp[*sqlast.Drop](t, `DROP TRIGGER IF EXISTS "t r" ON s.t`).On.Span
		}, "s.t"},
		{"table of a commented column", func(t *testing.T) source.Span {
			return parseOp[*sqlast.CommentOn](t, `COMMENT ON COLUMN s."T".c IS 'x'`).On.Span
		}, `s."T"`},
		{"domain of a commented constraint", func(t *testing.T) source.Span {
			return parseOp[*sqlast.CommentOn](t, `COMMENT ON CONSTRAINT c ON DOMAIN s.d IS 'x'`).On.Span
		}, `s.d`},
		{"view query", func(t *testing.T) source.Span {
			return parseOp[*sqlast.CreateView](t, "CREATE VIEW v (a) AS SELECT 1 WITH CASCADED CHECK OPTION").Query.At
		}, "SELECT 1"},
		{"query of a materialized view with a WITH named data", func(t *testing.T) source.Span {
			return parseOp[*sqlast.CreateView](t, "CREATE MATERIALIZED VIEW v AS WITH data AS (SELECT 1) SELECT * FROM data WITH NO DATA").Query.At
		}, "WITH data AS (SELECT 1) SELECT * FROM data"},
		{"inserted query", func(t *testing.T) source.Span {
			return parseOp[*sqlast.Insert](t, "INSERT INTO t AS x (a) OVERRIDING USER VALUE SELECT 1 FROM c JOIN conflict ON conflict.a = 1 ON CONFLICT DO NOTHING").Query.At
		}, "SELECT 1 FROM c JOIN conflict ON conflict.a = 1"},
		{"type of a typed table", func(t *testing.T) source.Span {
			return parseOp[*sqlast.CreateTable](t, "CREATE TABLE p OF s.kind (a PRIMARY KEY)").OfType.Span
		}, "s.kind"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.span(t).Text(); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// An expression has the span that a person would mark, outer parentheses left
// out.
func TestExprSpans(t *testing.T) {
	tests := []string{
		"1", "-1", "- 1.5", "'a' || b", "(a + b) * c", "a * (b + c)", "((a)) + ((b))",
		"a::int", "(a + b)::numeric(10, 2)", "a::double precision", "a::timestamp(3) with time zone", "a::text[][3]", "-a::int",
		"CAST(a AS varchar(3))", "interval '1' day to second(3)", "date '2020-01-01'", "s.f(a, (b))", "count(*) FILTER (WHERE a > (1))",
		"row_number() OVER (PARTITION BY a)", "percentile_cont(0.5) WITHIN GROUP (ORDER BY a)", "sum(a) OVER w",
		"a IS NULL", "(a) IS NOT NULL", "a NOTNULL", "a IS NOT TRUE", "NOT (a AND b)", "(a OR b) AND (c) AND d",
		"a IN (1, (2))", "a NOT IN (1, 2)", "a IN (SELECT b FROM c)", "(a) = ANY (ARRAY[1, 2])", "a = ANY (SELECT 1)",
		"a OPERATOR(pg_catalog.=) ALL (SELECT 1)", "EXISTS (SELECT 1)", "ARRAY(SELECT 1)", "(SELECT max(a) FROM b)",
		"a BETWEEN (1) AND (2)", "a NOT LIKE 'x%' ESCAPE '!'", "a SIMILAR TO 'b'", "a IS DISTINCT FROM (b)",
		"CASE a WHEN 1 THEN CASE WHEN b THEN 2 END ELSE (3) END", "COALESCE(a, NULL)", "GREATEST(a, (b))", "NULLIF(a, (b))",
		"ARRAY[1, 2]", "ARRAY[[1], [2]]", "ROW(1, 2)", "(1, 2)", "(a).b", "a[1]", "(f(a)).b[1:2]", "a[1][2]", "$1", "$1.x",
		`a COLLATE "C"`, `(a || b) COLLATE pg_catalog."C"`, "a AT TIME ZONE 'utc'", "(now()) AT TIME ZONE ('utc')",
		"(a, b) OVERLAPS (c, d)", "a IS NOT NFC NORMALIZED", "EXTRACT(year FROM a)", "position('a' IN b)", "trim(both 'x' from a)",
		"current_timestamp", "CURRENT_TIMESTAMP(3)", "TRUE", "'a'\n'b'", "f(x => 1)", "- (a)", "@ a", "a -> 'b' ->> 'c'",
		"xmlelement(name a)", "json_object('a': 1)", "a IS JSON", "COLLATION FOR (a)",
	}
	for _, expr := range tests {
		t.Run(expr, func(t *testing.T) {
			q := parseOp[*sqlast.Select](t, "SELECT /* é */ "+expr+" AS x, 1 FROM t").Query
			if got := q.Targets[0].Expr.Pos().Text(); got != expr {
				t.Errorf("got %q", got)
			}
			op := parseOp[*sqlast.Update](t, "UPDATE t SET a = ( "+expr+" ) WHERE b")
			if got := op.Set[0].Value.Pos().Text(); got != expr {
				t.Errorf("in parentheses: got %q", got)
			}
		})
	}
}
