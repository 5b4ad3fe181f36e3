package pgparse

import (
	"fmt"
	"strings"
	"testing"

	"github.com/miglint/miglint/source"
	"github.com/miglint/miglint/sqlast"
)

func parse(text string, opt Options) Result {
	file := source.NewFile("x.sql", []byte(text))
	return Parse(source.FileFragment(file, 0, len(text)), opt)
}

// What follows took the process down, or most of a minute, without the guard.
func TestTooComplex(t *testing.T) {
	r := strings.Repeat
	tests := map[string]string{
		"nested parentheses":    "SELECT " + r("(", 100_000) + "1" + r(")", 100_000),
		"open parentheses":      "SELECT " + r("(", 100_000),
		"nested sub-selects":    "SELECT " + r("(SELECT ", 2_500) + "1" + r(")", 2_500),
		"nested FROM":           "SELECT * FROM " + r("(SELECT * FROM ", 5_000) + "a" + r(") x", 5_000),
		"nested functions":      "SELECT " + r("f(", 30_000) + "1" + r(")", 30_000),
		"nested arrays":         "SELECT " + r("array[", 30_000) + "1" + r("]", 30_000),
		"nested subscripts":     "SELECT " + r("a[", 30_000) + "1" + r("]", 30_000),
		"nested CASE":           "SELECT " + r("CASE WHEN a THEN ", 30_000) + "1" + r(" END", 30_000),
		"nested ELSE CASE":      "SELECT " + r("CASE WHEN a AND b THEN 1 ELSE ", 30_000) + "1" + r(" END", 30_000),
		"nested WITH":           r("WITH x AS (", 10_000) + "SELECT 1" + r(") SELECT 1", 10_000),
		"nested joins":          "SELECT * FROM " + r("(a JOIN ", 20_000) + "b" + r(" ON true)", 20_000),
		"sums":                  "SELECT 1" + r("+1", 50_000),
		"spaced sums":           "SELECT 1" + r(" + a.and", 50_000),
		"concatenations":        "SELECT a" + r("||a", 50_000),
		"casts":                 "SELECT a" + r("::text", 50_000),
		"joins":                 "SELECT * FROM a" + r(" JOIN b ON a.x = b.x AND true", 50_000),
		"natural joins":         "SELECT * FROM a" + r(" NATURAL JOIN b", 50_000),
		"unions":                "SELECT 1" + r(" UNION SELECT 1, 2", 50_000),
		"intersections":         "SELECT 1" + r(" INTERSECT SELECT 1", 50_000),
		"exceptions":            "SELECT 1" + r(" EXCEPT ALL SELECT 1", 50_000),
		"comparisons":           "SELECT a" + r(" = a", 50_000),
		"signs in a row":        "SELECT " + r("+", 100_000) + "1",
		"signs apart":           "SELECT " + r("- ", 50_000) + "1",
		"prefix operators":      "SELECT " + r("@ ", 50_000) + "a",
		"NOT":                   "SELECT " + r("NOT ", 50_000) + "a",
		"IS NULL":               "SELECT a" + r(" IS NULL", 50_000),
		"COLLATE":               "SELECT a" + r(" COLLATE c", 50_000),
		"AT TIME ZONE":          "SELECT a" + r(" AT TIME ZONE b", 50_000),
		"LIKE":                  "SELECT a" + r(" LIKE b", 50_000),
		"OPERATOR":              "SELECT a" + r(" OPERATOR(pg_catalog.+) b", 50_000),
		"deep sum, then unions": "SELECT " + r("(", 1_500) + "1" + r(")", 1_500) + r(" UNION SELECT 1", 1_500),
		"nested sums":           "SELECT " + r("(1+1+1+1+", 1_000) + "1" + r(")", 1_000),
		"sum of nested sums":    "SELECT " + r("(", 1_500) + "1" + r(")", 1_500) + r("+1", 1_500),
		"two million tokens":    "SELECT * FROM t WHERE a IN (" + r("1,", 1_000_000) + "1)",
		"statement of 17 MB":    "SELECT '" + r("x", 17<<20) + "'",
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			res := parse("CREATE TABLE a ();"+text+";CREATE TABLE b ();", Options{})
			if len(res.Statements) != 3 {
				t.Fatalf("%d statements", len(res.Statements))
			}
			for i, s := range res.Statements {
				if i == 1 {
					if s.Problem == nil || s.Problem.Kind != sqlast.TooComplex {
						t.Errorf("problem: %+v", s.Problem)
					} else if !s.Span.Contains(s.Problem.Span) || s.Problem.Span.Start == s.Problem.Span.End {
						t.Errorf("span %d-%d", s.Problem.Span.Start, s.Problem.Span.End)
					}
				} else if s.Problem != nil || len(s.Ops) != 1 {
					t.Errorf("statement %d: %d ops, problem %+v", i, len(s.Ops), s.Problem)
				}
			}
		})
	}
}

// What is long but not deep is legal, and parsed.
func TestNotTooComplex(t *testing.T) {
	list := func(n int, format, sep string) string {
		items := make([]string, n)
		for i := range items {
			items[i] = strings.ReplaceAll(format, "#", fmt.Sprint(i))
		}
		return strings.Join(items, sep)
	}
	r := strings.Repeat
	tests := map[string]string{
		"IN list":               "SELECT * FROM t WHERE id IN (" + list(10_000, "-#", ", ") + ")",
		"IN list in a deletion": "DELETE FROM t WHERE a = 1 AND id NOT IN (" + list(10_000, "'#'::uuid", ",") + ")",
		"VALUES":                "INSERT INTO t (a, b, c) VALUES " + list(5_000, "(#, 'x' || '#', now() - interval '# days')", ",\n"),
		"insert of 5 MB":        "INSERT INTO t (a, b) VALUES " + list(50_000, "(#, '"+r("x", 90)+"')", ",\n"),
		"one line of 5 MB":      "COMMENT ON TABLE t IS '" + r("it''s ", 1<<20) + "'",
		"many ANDs":             "SELECT * FROM t WHERE " + list(20_000, "a <> #", " AND "),
		"many ORs of ANDs":      "SELECT * FROM t WHERE " + list(10_000, "(a = # AND b = -# * 2)", " OR "),
		"many unions":           list(900, "SELECT #, 'x'::text, a || b FROM t JOIN u ON t.a = u.a AND t.b = u.b WHERE c = #", " UNION ALL "),
		"many columns":          "CREATE TABLE t (" + list(1_600, "c# numeric(10, 2) NOT NULL DEFAULT -1 CHECK (c# > 0 AND c# < 9)", ", ") + ")",
		"many actions":          "ALTER TABLE t " + list(1_600, "ADD COLUMN c# int DEFAULT (1 + 1)", ", "),
		"long CASE":             "SELECT CASE " + list(10_000, "WHEN a = # AND b THEN #", " ") + " END",
		"long array":            "SELECT ARRAY[" + list(10_000, "#", ",") + "]::int[]",
		"long name":             "SELECT 1 AS " + r("x", 1<<18),
		"deep, but not too":     "SELECT " + r("(", 1_900) + "1" + r(")", 1_900),
		"chain, but not too":    "SELECT 1" + r("+1", 1_900),
		"nested comments":       "SELECT 1 " + r("/*", 100_000) + r("*/", 100_000) + "+ 1",
		"comments":              r("/* a */ -- b\n", 100_000) + "SELECT 1",
		"operator of signs":     "SELECT a @" + r("+", 60) + " b",
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			res := parse(text, Options{})
			if len(res.Statements) != 1 {
				t.Fatalf("%d statements", len(res.Statements))
			}
			if s := res.Statements[0]; s.Problem != nil || len(s.Ops) == 0 {
				t.Errorf("%d ops, problem %+v", len(s.Ops), s.Problem)
			}
		})
	}
}

// Many small statements: a text is read in parts when it is long.
func TestLongText(t *testing.T) {
	var b strings.Builder
	n := 0
	for ; b.Len() < 3<<19; n++ {
		fmt.Fprintf(&b, "-- number %d\nALTER TABLE t%d ADD COLUMN c int;\n", n, n)
		if n == 20_000 {
			b.WriteString("ALTER TABLE;\n")
		}
	}
	res := parse(b.String(), Options{})
	if len(res.Statements) != n+1 || len(res.Comments) != n {
		t.Fatalf("%d statements and %d comments, want %d", len(res.Statements), len(res.Comments), n)
	}
	for i, s := range res.Statements {
		switch {
		case i == 20_001:
			if s.Problem == nil {
				t.Errorf("%d: no problem", i)
			}
		case s.Problem != nil || len(s.Comments) != 1 || s.Text != s.Span.Text() || s.Ops[0].Pos().Text() != "ADD COLUMN c int":
			t.Fatalf("%d: %q, %d comments, problem %+v", i, s.Text, len(s.Comments), s.Problem)
		}
	}
}

// Texts that would take quadratic time if something were looked for again and
// again.
func TestHostileTexts(t *testing.T) {
	r := strings.Repeat
	for name, text := range map[string]string{
		"open braces":           r("${", 1<<17),
		"open templates":        r("{{", 1<<17),
		"templates in strings":  r("'{{'", 1<<18) + "}}",
		"dollars":               r("$a ", 1<<17),
		"colons":                r(":a,", 1<<16),
		"backslashes":           r("\\g\n", 1<<18),
		"copies without an end": r("COPY t FROM stdin;", 1<<14),
		"copies with data":      r("COPY t FROM stdin;\n\\.\n", 1<<13),
		"semicolons":            r(";", 1<<18),
		"open comment":          "/*" + r("/* ", 1<<17),
		"open string":           "'" + r("''", 1<<17),
		"strings that go on":    r("'a'\n", 1<<18),
		"strings that do not":   r("'a'\n--\n,", 1<<17),
		"signs":                 r("+", 1<<18),
		"signs in elements":     "SELECT " + r("1"+r("+", 60)+"1,", 1<<8) + "1",
		"closing brackets":      r(")", 1<<18),
		"newer words":           "ALTER TABLE t " + r("ALTER CONSTRAINT c NO INHERIT, ", 1<<15) + "x x",
		"newer json":            "SELECT " + r("JSON_VALUE(", 1<<10) + r("JSON_VALUE(a, 'b' NULL ON EMPTY),", 1<<13),
		"bare carriage returns": r("--\r", 1<<17),
		"NULs":                  r("\x00;", 1<<17),
		"invalid UTF-8":         r("\xff", 1<<18),
		"placeholders":          "SELECT " + r("${a}, ", 1<<14) + "1",
		"wrong placeholders":    r("SELECT ${a} ${b} ${c};\n", 1<<12),
	} {
		t.Run(name, func(t *testing.T) {
			parse(text, Options{})
			parse(text, Options{PSQL: true, Placeholders: map[string]string{"a": "x"}})
		})
	}
}
