package pgparse

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/miglint/miglint/sqlast"
)

// facts is what a query reads and does, as words.
type facts struct {
	Reads, Locks, Columns, Targets, Functions string
	Writes                                    string // kind and table
	Rows                                      int
	Limit                                     bool
}

func factsOf(q *sqlast.Query) facts {
	if q == nil {
		return facts{}
	}
	f := facts{Rows: q.ValueRows, Limit: q.Limit}
	var reads, locks, columns, targets, functions, writes []string
	for _, r := range q.Reads {
		reads = append(reads, strings.TrimSpace(r.Name.String()+" "+r.Alias))
	}
	for _, r := range q.Locks {
		locks = append(locks, r.Name.String())
	}
	for _, c := range q.Columns {
		columns = append(columns, c.Pos().Text())
	}
	for _, t := range q.Targets {
		targets = append(targets, t.Name)
	}
	for _, fn := range q.Functions {
		functions = append(functions, fn.Name.Name)
	}
	for _, w := range q.Writes {
		switch w := w.(type) {
		case *sqlast.Insert:
			writes = append(writes, "insert "+w.Table.String())
		case *sqlast.Update:
			writes = append(writes, "update "+w.Table.String())
		case *sqlast.Delete:
			writes = append(writes, "delete "+w.Table.String())
		}
	}
	join := func(s []string) string { return strings.Join(s, ", ") }
	f.Reads, f.Locks, f.Columns, f.Targets = join(reads), join(locks), join(columns), join(targets)
	f.Functions, f.Writes = join(functions), join(writes)
	return f
}

func TestQuery(t *testing.T) {
	tests := []struct {
		name, sql string
		want      facts
	}{
		{"joins", "SELECT t.a, b AS c FROM s.t JOIN u x ON t.id = x.id LEFT JOIN v USING (k) WHERE f(x.d) > 1",
			facts{Reads: "s.t, u x, v", Columns: "t.id, x.id, t.a, b, x.d", Targets: "a, c", Functions: "f"}},
		{"derived names", "SELECT now(), count(*), a::int, 1::int, CASE WHEN a THEN b END, COALESCE(a, b), (SELECT z FROM y), a[1], (a).f, 1 + 1, current_date, EXISTS (SELECT 1), t.*",
			facts{Reads: "y", Columns: "a, a, b, a, b, z, a, a, t.*", Targets: "now, count, a, int4, case, coalesce, z, a, f, ?column?, current_date, exists, *", Functions: "now, count, current_date"}},
		{"names in WITH are no reads", "WITH a AS (SELECT * FROM x), b AS (SELECT * FROM a, s.a) SELECT 1 FROM b, c", facts{Reads: "x, s.a, c", Columns: "*, *", Targets: "?column?"}},
		{"a name in WITH is not in its own scope", "WITH t AS (SELECT * FROM t) SELECT 1 FROM t", facts{Reads: "t", Columns: "*", Targets: "?column?"}},
		{"but is if recursive", "WITH RECURSIVE r AS (SELECT 1 UNION ALL SELECT n FROM r JOIN x USING (n)) SELECT 1 FROM r", facts{Reads: "x", Columns: "n", Targets: "?column?"}},
		{"nor after the query", "SELECT * FROM (WITH w AS (SELECT 1) SELECT 1 FROM w) q, w", facts{Reads: "w", Columns: "*", Targets: "*"}},
		{"writes in WITH", "WITH d AS (DELETE FROM a USING b WHERE a.id = b.id RETURNING a.id), i AS (INSERT INTO c SELECT * FROM d, e) SELECT 1 FROM d",
			facts{Reads: "b, e", Columns: "a.id, b.id, a.id, *", Targets: "?column?", Writes: "delete a, insert c"}},
		{"sub-selects", "SELECT 1 FROM a WHERE x IN (SELECT y FROM b) AND EXISTS (SELECT 1 FROM c WHERE c.z = a.z) ORDER BY (SELECT 1 FROM d)",
			facts{Reads: "a, b, c, d", Columns: "x, y, c.z, a.z", Targets: "?column?"}},
		{"lateral and functions", "SELECT 1 FROM a, LATERAL (SELECT * FROM b LIMIT 1) q, generate_series(1, a.n), ROWS FROM (g(1), h(2)) r",
			facts{Reads: "a, b", Columns: "*, a.n", Targets: "?column?", Functions: "generate_series, g, h"}},
		{"set operations", "SELECT a FROM x UNION SELECT b FROM y LIMIT 3", facts{Reads: "x, y", Columns: "a, b", Targets: "a", Limit: true}},
		{"limit all is none", "SELECT 1 LIMIT ALL", facts{Targets: "?column?"}},
		{"fetch first", "SELECT 1 FETCH FIRST ROW ONLY", facts{Targets: "?column?", Limit: true}},
		{"values", "VALUES (1, a), (2, f())", facts{Columns: "a", Functions: "f", Rows: 2}},
		{"row locks", "SELECT 1 FROM a, b x JOIN c ON true FOR UPDATE OF x, c", facts{Reads: "a, b x, c", Locks: "b, c", Targets: "?column?"}},
		{"all row locks", "SELECT 1 FROM a, (SELECT 1 FROM b) q WHERE EXISTS (SELECT 1 FROM c) FOR SHARE", facts{Reads: "a, b, c", Locks: "a, b", Targets: "?column?"}},
		{"windows and aggregates", "SELECT sum(a) FILTER (WHERE b) OVER (PARTITION BY c ORDER BY d), string_agg(e, ',' ORDER BY f) OVER w FROM t WINDOW w AS (PARTITION BY g)",
			facts{Reads: "t", Columns: "a, b, c, d, e, f, g", Targets: "sum, string_agg", Functions: "sum, string_agg"}},
		{"grouping sets", "SELECT 1 FROM t GROUP BY GROUPING SETS (a, (b, c), ROLLUP (d)) HAVING max(e) > 1", facts{Reads: "t", Columns: "a, b, c, d, e", Targets: "?column?", Functions: "max"}},
		{"distinct", "SELECT DISTINCT ON (a) b FROM t", facts{Reads: "t", Columns: "b, a", Targets: "b"}},
		{"plain distinct", "SELECT DISTINCT b FROM t", facts{Reads: "t", Columns: "b", Targets: "b"}},
		{"table command", "TABLE s.t", facts{Reads: "s.t", Columns: "TABLE s.t", Targets: "*"}},
		{"sample", "SELECT 1 FROM t TABLESAMPLE system (f(1))", facts{Reads: "t", Targets: "?column?", Functions: "f"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := factsOf(parseOp[*sqlast.Select](t, tt.sql).Query)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A sub-select's own query has what it reads, and the query around it has that
// too.
func TestNestedQueries(t *testing.T) {
	q := parseOp[*sqlast.Select](t, "SELECT 1 FROM a WHERE x IN (SELECT y FROM b WHERE EXISTS (SELECT f(z) FROM c LIMIT 1)) AND w").Query
	var inner []facts
	for _, c := range q.Columns {
		if c.Column == "w" {
			inner = append(inner, facts{})
		}
	}
	where := parseOp[*sqlast.Delete](t, "DELETE FROM t WHERE x IN (SELECT y FROM b WHERE EXISTS (SELECT f(z) FROM c LIMIT 1)) AND w").Where
	sqlast.WalkExpr(where, func(e sqlast.Expr) bool {
		if s, ok := e.(*sqlast.SubqueryExpr); ok {
			inner = append(inner, factsOf(s.Query))
		}
		return true
	})
	want := []facts{{}, {Reads: "b, c", Columns: "y, z", Targets: "y", Functions: "f"}}
	if diff := cmp.Diff(want, inner); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(facts{Reads: "a, b, c", Columns: "x, y, z, w", Targets: "?column?", Functions: "f"}, factsOf(q)); diff != "" {
		t.Error(diff)
	}
}

func TestLowerWrites(t *testing.T) {
	t.Run("insert values", func(t *testing.T) {
		op := parseOp[*sqlast.Insert](t, "INSERT INTO s.t (a, b) VALUES (1, DEFAULT), (f(), 'x') ON CONFLICT (a) DO UPDATE SET b = excluded.b WHERE t.c RETURNING d")
		if op.Table.String() != "s.t" || !op.OnConflict || len(op.Values) != 4 || strings.Join(op.Columns, ",") != "a,b" {
			t.Errorf("got %+v", op)
		}
		want := facts{Columns: "excluded.b, t.c, d", Functions: "f", Rows: 2}
		if diff := cmp.Diff(want, factsOf(op.Query)); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("insert default values", func(t *testing.T) {
		if op := parseOp[*sqlast.Insert](t, "INSERT INTO t DEFAULT VALUES"); op.Query != nil || op.Values != nil {
			t.Errorf("got %+v", op)
		}
	})
	t.Run("insert select", func(t *testing.T) {
		op := parseOp[*sqlast.Insert](t, "WITH w AS (UPDATE x SET a = 1 RETURNING b) INSERT INTO t SELECT b, c FROM w, y")
		want := facts{Reads: "y", Columns: "b, b, c", Targets: "b, c", Writes: "update x"}
		if diff := cmp.Diff(want, factsOf(op.Query)); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("update", func(t *testing.T) {
		op := parseOp[*sqlast.Update](t, "UPDATE ONLY t AS x SET a = b, (c, d) = (1, e), (f, g) = (SELECT 1, 2 FROM u) FROM v JOIN s.w ON true WHERE x.id = v.id")
		var set []string
		for _, a := range op.Set {
			set = append(set, a.Column+"="+a.Value.Pos().Text())
		}
		if got, want := strings.Join(set, " "), "a=b c=1 d=e f=(SELECT 1, 2 FROM u) g=(SELECT 1, 2 FROM u)"; got != want {
			t.Errorf("set: got %s, want %s", got, want)
		}
		if diff := cmp.Diff([]sqlast.Relation{rel("v"), rel("s.w")}, op.From, withoutSpans); diff != "" {
			t.Error(diff)
		}
		want := facts{Reads: "v, s.w, u", Columns: "b, e, x.id, v.id"}
		if diff := cmp.Diff(want, factsOf(op.Query)); diff != "" {
			t.Error(diff)
		}
		if !op.Table.Only || op.Table.Alias != "x" || op.Where == nil {
			t.Errorf("got %+v", op)
		}
	})
	t.Run("delete", func(t *testing.T) {
		op := parseOp[*sqlast.Delete](t, "WITH w AS (SELECT 1 FROM x) DELETE FROM t USING w, y WHERE t.id = y.id")
		if diff := cmp.Diff([]sqlast.Relation{rel("y")}, op.Using, withoutSpans); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(facts{Reads: "x, y", Columns: "t.id, y.id"}, factsOf(op.Query)); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("merge", func(t *testing.T) {
		op := parseOp[*sqlast.Merge](t, "MERGE INTO s.t USING (SELECT * FROM u) q ON t.a = q.a WHEN MATCHED AND f(q.b) THEN UPDATE SET c = q.c WHEN NOT MATCHED THEN INSERT VALUES (q.d)")
		want := facts{Reads: "u", Columns: "*, t.a, q.a, q.b, q.c, q.d", Functions: "f"}
		if diff := cmp.Diff(want, factsOf(op.Query)); diff != "" || op.Table.String() != "s.t" {
			t.Error(diff, op.Table)
		}
	})
	t.Run("copy", func(t *testing.T) {
		if op := parseOp[*sqlast.Copy](t, "COPY s.t (a) FROM '/x'"); !op.From || op.Stdin || op.Table.String() != "s.t" {
			t.Errorf("got %+v", op)
		}
		op := parseOp[*sqlast.Copy](t, "COPY (SELECT a FROM t) TO STDOUT")
		if diff := cmp.Diff(facts{Reads: "t", Columns: "a", Targets: "a"}, factsOf(op.Query)); diff != "" || !op.Stdin || op.From {
			t.Error(diff)
		}
		if got := op.Query.At.Text(); got != "SELECT a FROM t" {
			t.Errorf("query at %q", got)
		}
	})
	t.Run("write of an explained statement", func(t *testing.T) {
		if ops := statementsOf(t, "EXPLAIN (ANALYZE) DELETE FROM t")[0].Ops; len(ops) != 2 {
			t.Errorf("got %d ops", len(ops))
		}
		if ops := statementsOf(t, "EXPLAIN (ANALYZE off) DELETE FROM t")[0].Ops; len(ops) != 1 {
			t.Errorf("without ANALYZE: got %d ops", len(ops))
		}
	})
}

func TestLowerSet(t *testing.T) {
	set := func(sql string, want sqlast.Set) lowerCase { return lowerCase{sql, sql, []sqlast.Op{&want}} }
	tx := func(sql string, want sqlast.Transaction) lowerCase {
		return lowerCase{sql, sql, []sqlast.Op{&want}}
	}
	runLowerCases(t, []lowerCase{
		set("SET lock_timeout = '5s'", sqlast.Set{Name: "lock_timeout", Values: []string{"5s"}}),
		set("SET LOCAL Lock_Timeout TO 5000", sqlast.Set{Name: "lock_timeout", Values: []string{"5000"}, Local: true}),
		set("SET a.b = -1", sqlast.Set{Name: "a.b", Values: []string{"-1"}}),
		set("SET x = on", sqlast.Set{Name: "x", Values: []string{"on"}}),
		set("SET x = 1.5", sqlast.Set{Name: "x", Values: []string{"1.5"}}),
		set(`SET search_path TO a, "B c", DEFAULT_x`, sqlast.Set{Name: "search_path", Values: []string{"a", "B c", "default_x"}}),
		set("SET search_path = ''", sqlast.Set{Name: "search_path", Values: []string{""}}),
		set("SET TIME ZONE 'UTC'", sqlast.Set{Name: "timezone", Values: []string{"UTC"}}),
		set("SET ROLE r", sqlast.Set{Name: "role", Values: []string{"r"}}),
		set("SET SCHEMA 's'", sqlast.Set{Name: "search_path", Values: []string{"s"}}),
		set("SET x TO DEFAULT", sqlast.Set{Name: "x", Reset: true}),
		set("RESET x", sqlast.Set{Name: "x", Reset: true}),
		set("RESET ALL", sqlast.Set{Name: "all", Reset: true}),
		set("SELECT pg_catalog.set_config('search_path', '', false)", sqlast.Set{Name: "search_path", Values: []string{""}}),
		set(`SELECT set_config('search_path', 'a, "B,""c" ,D', true)`, sqlast.Set{Name: "search_path", Values: []string{"a", `B,"c`, "d"}, Local: true}),
		set("SELECT set_config('Lock_timeout', '5s', 't') AS x", sqlast.Set{Name: "lock_timeout", Values: []string{"5s"}, Local: true}),
		tx("BEGIN ISOLATION LEVEL SERIALIZABLE", sqlast.Transaction{Kind: sqlast.Begin}),
		tx("START TRANSACTION", sqlast.Transaction{Kind: sqlast.Begin}),
		tx("END AND CHAIN", sqlast.Transaction{Kind: sqlast.Commit, Chain: true}),
		tx("ABORT", sqlast.Transaction{Kind: sqlast.Rollback}),
		tx("SAVEPOINT a", sqlast.Transaction{Kind: sqlast.Savepoint, Savepoint: "a"}),
		tx("RELEASE a", sqlast.Transaction{Kind: sqlast.ReleaseSavepoint, Savepoint: "a"}),
		tx("ROLLBACK TO a", sqlast.Transaction{Kind: sqlast.RollbackToSavepoint, Savepoint: "a"}),
		tx("PREPARE TRANSACTION 'x'", sqlast.Transaction{Kind: sqlast.PrepareTransaction}),
		tx("COMMIT PREPARED 'x'", sqlast.Transaction{Kind: sqlast.CommitPrepared}),
		tx("ROLLBACK PREPARED 'x'", sqlast.Transaction{Kind: sqlast.RollbackPrepared}),
		tx("SET TRANSACTION READ ONLY", sqlast.Transaction{Kind: sqlast.SetTransaction}),
		{"session characteristics", "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE, READ WRITE", []sqlast.Op{
			&sqlast.Set{Name: "default_transaction_isolation", Values: []string{"serializable"}},
			&sqlast.Set{Name: "default_transaction_read_only", Values: []string{"off"}},
		}},
	})
	for _, sql := range []string{
		"SELECT set_config(a, '', false) FROM t", "SELECT set_config('a', f(), false)", "SELECT set_config('a', 'b', false), 1", "SELECT s.set_config('a', 'b', false)",
	} {
		t.Run(sql, func(t *testing.T) { parseOp[*sqlast.Select](t, sql) })
	}
}

func TestLowerTypes(t *testing.T) {
	tests := map[string]string{ // as written, as shown
		"int": "integer", "INTEGER": "integer", "int4": "integer", "pg_catalog.int4": "integer", "bigint": "bigint", "smallint": "smallint",
		"serial": "serial", "bigserial": "bigserial", "serial8": "bigserial", "smallserial": "smallserial",
		"float": "double precision", "float(3)": "real", "decimal(10, 2)": "numeric(10,2)", "numeric": "numeric", "real": "real",
		"char": "character(1)", "char(3)": "character(3)", "bpchar": "bpchar", `"char"`: `"char"`, "national character varying(3)": "character varying(3)",
		"varchar": "character varying", "text[]": "text[]", "int array[3]": "integer[]", "text[][]": "text[][]",
		"timestamp": "timestamp without time zone", "timestamp(3) with time zone": "timestamp(3) with time zone", "timestamptz(3)": "timestamp(3) with time zone",
		"time": "time without time zone", "timetz": "time with time zone", "interval": "interval", "interval(3)": "interval(3)",
		"interval day to second(3)": "interval day to second(3)", "interval year": "interval year",
		"bit(3)": "bit(3)", "bit varying": "bit varying", "boolean": "boolean", "uuid": "uuid",
		`s."My Type"`: `s."My Type"`, "geometry(Point, 4326)": "geometry(Point, 4326)", "s.serial": "s.serial", "jsonb": "jsonb",
	}
	for written, want := range tests {
		t.Run(written, func(t *testing.T) {
			got := parseOp[*sqlast.AddColumn](t, "ALTER TABLE t ADD c "+written+" NULL").Column.Type
			if got.String() != want {
				t.Errorf("got %q, want %q", got.String(), want)
			}
			if got.Span.Text() != written {
				t.Errorf("span %q", got.Span.Text())
			}
		})
	}
}
