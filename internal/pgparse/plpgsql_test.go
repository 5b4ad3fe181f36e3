package pgparse

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/miglint/miglint/sqlast"
)

// routineOutline prints a routine, a step a line, what is inside one indented.
func routineOutline(r *sqlast.Routine) []string {
	if r == nil {
		return nil
	}
	if p := r.Problem; p != nil {
		return []string{fmt.Sprintf("!%s %q %s", p.Span.StartPos(), p.Span.Text(), p.Message)}
	}
	return stepLines(nil, r.Body, "")
}

func stepLines(lines []string, steps []sqlast.RoutineStmt, in string) []string {
	add := func(format string, args ...any) { lines = append(lines, in+fmt.Sprintf(format, args...)) }
	for _, step := range steps {
		switch s := step.(type) {
		case *sqlast.Run:
			line := fmt.Sprintf("%s-%s %s", s.Stmt.Span.StartPos(), s.Stmt.Span.EndPos(), s.Stmt.Text)
			if s.Dynamic {
				line = "execute " + line
			}
			for _, op := range s.Stmt.Ops {
				line += " " + strings.TrimPrefix(fmt.Sprintf("%T", op), "*sqlast.")
			}
			for _, c := range s.Stmt.Comments {
				line += " --" + c.Text
			}
			if p := s.Stmt.Problem; p != nil {
				line += fmt.Sprintf(" !%s %q %s", p.Span.StartPos(), p.Span.Text(), p.Message)
			}
			add("%s", line)
		case *sqlast.Choose:
			for i, arm := range s.Arms {
				if s.Total && i == len(s.Arms)-1 {
					add("else")
				} else {
					add("when")
				}
				lines = stepLines(lines, arm, in+"  ")
			}
		case *sqlast.Loop:
			add("loop %d", s.Times)
			lines = stepLines(lines, s.Body, in+"  ")
		case *sqlast.Protected:
			add("try")
			lines = stepLines(lines, s.Body, in+"  ")
			for _, h := range s.Handlers {
				add("on %s", strings.Join(h.Conditions, ","))
				lines = stepLines(lines, h.Body, in+"  ")
			}
		case *sqlast.Leave:
			add("%s%s", [...]string{"return", "raise", "exit", "continue"}[s.Kind], map[bool]string{true: " sometimes"}[s.Sometimes])
		case *sqlast.EndTransaction:
			add("%s", map[bool]string{false: "commit", true: "rollback"}[s.Rollback])
		}
	}
	return lines
}

func routineOf(t *testing.T, text string) *sqlast.Routine {
	t.Helper()
	res := parse(text, Options{})
	for _, s := range res.Statements {
		for _, op := range s.Ops {
			switch op := op.(type) {
			case *sqlast.Do:
				return op.Routine
			case *sqlast.CreateFunction:
				if op.Routine != nil {
					return op.Routine(nil)
				}
			}
		}
	}
	t.Fatalf("no routine in %q: %s", text, outline(res))
	return nil
}

func TestRoutine(t *testing.T) {
	tests := map[string]struct {
		text string
		want []string
	}{
		"static statements": {"DO $$ BEGIN ALTER TABLE a ADD b int; -- why\n UPDATE a SET b = 1; END $$;", []string{
			"1:13-1:36 ALTER TABLE a ADD b int AddColumn --why", "2:2-2:20 UPDATE a SET b = 1 Update",
		}},
		"guard": {"DO $$\nBEGIN\n  IF NOT EXISTS (SELECT 1 FROM pg_class WHERE relname = 'a') THEN\n    -- first\n    CREATE TABLE a (id int);\n  ELSIF x THEN NULL;\n  ELSE\n    DROP TABLE b;\n  END IF;\nEND\n$$;", []string{
			"3:6-3:61 NOT EXISTS (SELECT 1 FROM pg_class WHERE relname = 'a') Select",
			"when", "  5:5-5:28 CREATE TABLE a (id int) CreateTable --first", "when", "else", "  8:5-8:17 DROP TABLE b Drop",
		}},
		"exception": {"DO $$ BEGIN CREATE TYPE m AS ENUM ('a'); EXCEPTION WHEN duplicate_object OR SQLSTATE '42P07' THEN NULL; WHEN OTHERS THEN RAISE; END $$", []string{
			"try", "  1:13-1:40 CREATE TYPE m AS ENUM ('a') CreateType", "on duplicate_object,42P07", "on others", "  raise",
		}},
		"loops": {"DO $$ DECLARE r record; i int; BEGIN <<l>> LOOP EXIT l WHEN i > 3; DELETE FROM a; END LOOP l; FOR i IN 1..4 LOOP DELETE FROM b; END LOOP; FOR r IN SELECT id FROM c LOOP CONTINUE; END LOOP; WHILE f(i) LOOP COMMIT; END LOOP; END $$", []string{
			"loop 0", "  exit sometimes", "  1:68-1:81 DELETE FROM a Delete", "loop 4", "  1:114-1:127 DELETE FROM b Delete",
			"1:148-1:164 SELECT id FROM c Select", "loop 0", "  continue", "loop 0", "  1:196-1:200 f(i) Select", "  commit",
		}},
		"INTO and PERFORM": {"DO 'DECLARE n int; BEGIN SELECT count(*) INTO STRICT n FROM a WHERE b = ''x''; PERFORM pg_sleep(1); END'", []string{
			"1:26-1:78 SELECT count(*) INTO STRICT n FROM a WHERE b = 'x' Select", "1:80-1:99 PERFORM pg_sleep(1) Select",
		}},
		"cursors": {"DO $$ DECLARE c CURSOR (k int) FOR SELECT 1 FROM a; r refcursor; BEGIN OPEN c(1); FETCH c INTO x; CLOSE c; OPEN r FOR SELECT 2 FROM b; FOR e IN c(2) LOOP NULL; END LOOP; END $$", []string{
			"1:36-1:51 SELECT 1 FROM a Select", "1:119-1:134 SELECT 2 FROM b Select", "loop 0",
		}},
		"CASE": {"DO $$ BEGIN CASE x WHEN 1, 2 THEN DELETE FROM a; ELSE RAISE NOTICE 'n %', (SELECT 1); END CASE; END $$", []string{
			"when", "  1:35-1:48 DELETE FROM a Delete", "else", "  1:75-1:85 (SELECT 1) Select",
		}},
		"RETURN and RAISE": {"CREATE FUNCTION f() RETURNS SETOF int LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY SELECT 1; RETURN NEXT g(); RAISE WARNING 'w'; RAISE 'e'; RETURN; END $$", []string{
			"1:81-1:89 SELECT 1 Select", "1:103-1:106 g() Select", "raise", "return",
		}},
		"GET DIAGNOSTICS, ASSERT, CALL, DO": {"DO $$ BEGIN GET DIAGNOSTICS n = ROW_COUNT; ASSERT (SELECT true), 'm'; CALL p(); DO $i$ BEGIN END $i$; ROLLBACK AND CHAIN; END $$", []string{
			"1:51-1:64 (SELECT true) Select", "1:71-1:79 CALL p() Call", "1:81-1:101 DO $i$ BEGIN END $i$ Do", "rollback",
		}},
		"statements with semicolons inside": {"DO $$ BEGIN CREATE RULE r AS ON INSERT TO t DO (DELETE FROM u; SELECT 1); CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; END; END $$", []string{
			"1:13-1:73 CREATE RULE r AS ON INSERT TO t DO (DELETE FROM u; SELECT 1) CreateRule",
			"1:75-1:133 CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; END CreateFunction",
		}},
		"INSERT INTO and MERGE INTO": {"DO $$ BEGIN INSERT INTO a VALUES (1) RETURNING id INTO x; MERGE INTO a USING b ON true WHEN MATCHED THEN DELETE; END $$", []string{
			"1:13-1:57 INSERT INTO a VALUES (1) RETURNING id INTO x Insert", "1:59-1:112 MERGE INTO a USING b ON true WHEN MATCHED THEN DELETE Merge",
		}},
		"comments": {"DO $$ -- a\nBEGIN\n-- b\nIF EXISTS (SELECT 1) THEN -- c\nDROP TABLE a; -- d\n/* e */ EXECUTE x; END IF; -- f\nEND $$", []string{
			"4:4-4:21 EXISTS (SELECT 1) Select", "when", "  5:1-5:13 DROP TABLE a Drop --a --b --c --d",
			`  execute 6:17-6:18 x --e !6:17 "x" what EXECUTE runs is only known when it runs ("x"); it is not analysed`,
		}},
		"placeholders": {"DO $$ BEGIN ALTER TABLE ${s}.a ADD b int; DROP TABLE {{ .t }}; {{ hook }}\nDROP TABLE c; END $$", []string{
			"1:13-1:41 ALTER TABLE ${s}.a ADD b int AddColumn", "1:43-1:62 DROP TABLE {{ .t }} Drop",
			`1:64-1:74 {{ hook }} !1:64 "{{ hook }}" the placeholder {{ hook }} hides what is sent; give its value to have the statement analysed`,
			"2:1-2:13 DROP TABLE c Drop",
		}},
		"a quoted body goes on on another line": {"DO E'BEGIN DROP\\tTABLE a; '\n'DROP TABLE \\\"b\\\"; END'", []string{
			"1:12-1:25 DROP\tTABLE a Drop", `2:2-2:18 DROP TABLE "b" Drop`,
		}},
		"settings": {"DO $$ BEGIN SET LOCAL lock_timeout = '2s'; PERFORM set_config('lock_timeout', '1s', true); x := set_config('a.b', '', false); END $$", []string{
			"1:13-1:42 SET LOCAL lock_timeout = '2s' Set", "1:44-1:90 PERFORM set_config('lock_timeout', '1s', true) Set", "1:97-1:125 set_config('a.b', '', false) Set",
		}},
		"an assignment from a table": {"DO $$ BEGIN n := a FROM t; IF a IS DISTINCT FROM b THEN NULL; END IF; END $$", []string{"1:18-1:26 a FROM t Select", "when"}},
		"newer grammar": {"DO $$ BEGIN IF EXISTS (SELECT FROM JSON_TABLE(j, '$[*]' COLUMNS (a int)) t) THEN NULL; END IF; END $$", []string{
			"1:16-1:76 EXISTS (SELECT FROM JSON_TABLE(j, '$[*]' COLUMNS (a int)) t) Select", "when",
		}},
		"loops that say how often": {"DO $$ DECLARE t text; r record; BEGIN FOREACH t IN ARRAY '{a,b}'::text[] LOOP DELETE FROM a; END LOOP; FOR r IN VALUES (1), (2), (3) LOOP DELETE FROM a; END LOOP; END $$", []string{
			"loop 2", "  1:79-1:92 DELETE FROM a Delete", "1:113-1:133 VALUES (1), (2), (3) Select", "loop 3", "  1:139-1:152 DELETE FROM a Delete",
		}},
		"SQL function":      {"CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ DELETE FROM a; SELECT $1 $$", []string{"1:52-1:65 DELETE FROM a Delete", "1:67-1:76 SELECT $1 Select"}},
		"BEGIN ATOMIC":      {"CREATE FUNCTION f() RETURNS int BEGIN ATOMIC DELETE FROM a; SELECT 1; END", []string{"1:46-1:59 DELETE FROM a Delete", "1:61-1:69 SELECT 1 Select"}},
		"RETURN expression": {"CREATE FUNCTION f(a int) RETURNS int RETURN a + (SELECT 1 FROM b)", []string{"1:45-1:66 a + (SELECT 1 FROM b) Select"}},

		"one statement is wrong": {"DO $$ BEGIN DROP TABEL a; DROP TABLE b; SELECT FROM WHERE INTO x; IF f( THEN DROP TABLE c; END IF; END $$", []string{
			`1:13-1:25 DROP TABEL a !1:18 "TABEL" syntax error at or near "TABEL"`, "1:27-1:39 DROP TABLE b Drop",
			`1:41-1:65 SELECT FROM WHERE INTO x !1:53 "WHERE" syntax error at or near "WHERE"`,
			`1:70-1:72 f( !1:71 "(" syntax error at end of input`, "when", "  1:78-1:90 DROP TABLE c Drop",
		}},
		"no semicolon": {"DO $$ BEGIN IF x THEN DROP TABLE a END IF; DROP TABLE b; END $$", []string{
			"when", `  1:23-1:42 DROP TABLE a END IF !1:36 "END" syntax error at or near "END"`, "  1:44-1:56 DROP TABLE b Drop",
		}},
		"the wrong END": {"DO $$ BEGIN LOOP DROP TABLE a; END IF; END LOOP; DROP TABLE b; END $$", []string{
			"loop 0", "  1:18-1:30 DROP TABLE a Drop", `  1:32-1:32  !1:32 "END" syntax error at or near "END"`, "1:50-1:62 DROP TABLE b Drop",
		}},
		"an END is missing": {"DO $$ BEGIN IF x THEN DROP TABLE a; END; $$", []string{"when", "  1:23-1:35 DROP TABLE a Drop", `  1:37-1:37  !1:37 "END" syntax error at or near "END"`}},
		"an END too many":   {"DO $$ BEGIN DROP TABLE a; END; END; DROP TABLE b; $$", []string{"1:13-1:25 DROP TABLE a Drop", `1:32-1:32  !1:32 "END" syntax error at or near "END"`, "1:37-1:49 DROP TABLE b Drop"}},
		"nothing of it":     {"DO $$ SELECT 1 $$", []string{`!1:7 "SELECT" syntax error at or near "SELECT"`}},
		"empty":             {"DO ''", []string{`!1:5 "" syntax error at end of input`}},
		"a quote is open":   {"DO $$ BEGIN DROP TABLE 'a; END $$", []string{`1:13-1:32 DROP TABLE 'a; END  !1:24 "'a; END " unterminated quoted string at or near "'a; END "`}},
		"other quotes":      {"DO U&'BEGIN END'", []string{`!1:7 "BEGIN END" the body is a kind of string constant that is not analysed; quote it with $$`}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if d := cmp.Diff(tt.want, routineOutline(routineOf(t, tt.text))); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestExecute(t *testing.T) {
	tests := map[string]struct {
		body string
		want []string
	}{
		"constants": {"BEGIN EXECUTE 'DROP TABLE a'; EXECUTE $q$DROP TABLE b$q$; EXECUTE E'DROP\\tTABLE \\'c\\''; END", []string{
			"execute 1:22-1:34 DROP TABLE a Drop", "execute 1:48-1:60 DROP TABLE b Drop",
			`execute 1:75-1:92 DROP	TABLE 'c' !1:87 "\\'c\\'" syntax error at or near "'c'"`,
		}},
		"several statements":              {"BEGIN EXECUTE 'DROP TABLE a; SELECT 1'; END", []string{"execute 1:22-1:34 DROP TABLE a Drop", "execute 1:36-1:44 SELECT 1 Select"}},
		"concatenation":                   {"BEGIN EXECUTE 'DROP TABLE ' || quote_ident('A') || ', b'; END", []string{`execute 1:22-1:62 DROP TABLE "A", b Drop Drop`}},
		"format":                          {"BEGIN EXECUTE format('ALTER TABLE %I.%2$s ALTER %1$I SET DEFAULT %L; --%%', 's', 'b'); END", []string{`execute 1:29-1:74 ALTER TABLE s.b ALTER s SET DEFAULT 'b' SetDefault --%`}},
		"a declared value":                {"DECLARE t CONSTANT text := 'a'; BEGIN EXECUTE format('DROP TABLE %I', t); END", []string{"execute 1:61-1:74 DROP TABLE a Drop"}},
		"a whole statement in a variable": {"DECLARE q text; BEGIN q := 'DROP TABLE a'; q := q || ', b'; EXECUTE q; END", []string{"execute 1:35-1:64 DROP TABLE a, b Drop Drop"}},
		"a parameter":                     {"BEGIN EXECUTE 'DROP TABLE ' || t; END", []string{`execute 1:21-1:39 'DROP TABLE ' || t !1:21 "'DROP TABLE ' || t" what EXECUTE runs is only known when it runs ("DROP TABLE "); it is not analysed`}},
		"set in a branch": {"DECLARE t text := 'a'; BEGIN IF x THEN t := 'b'; END IF; EXECUTE t; END", []string{"when",
			`execute 1:72-1:73 t !1:72 "t" what EXECUTE runs is only known when it runs ("t"); it is not analysed`}},
		"set in a loop later": {"DECLARE t text := 'DROP TABLE a'; BEGIN LOOP EXECUTE t; t := f(); END LOOP; END", []string{"loop 0",
			`  execute 1:60-1:61 t !1:60 "t" what EXECUTE runs is only known when it runs ("t"); it is not analysed`, "  1:68-1:71 f() Select"}},
		"set by a query": {"DECLARE t text := 'a'; BEGIN SELECT x INTO t FROM y; EXECUTE t; END", []string{"1:36-1:58 SELECT x INTO t FROM y Select",
			`execute 1:68-1:69 t !1:68 "t" what EXECUTE runs is only known when it runs ("t"); it is not analysed`}},
		"FOREACH": {"DECLARE t text; BEGIN FOREACH t IN ARRAY ARRAY['a', 'B'] LOOP DELETE FROM x; EXECUTE format('DROP TABLE %I', t); END LOOP; END", []string{
			"1:69-1:82 DELETE FROM x Delete", "execute 1:100-1:113 DROP TABLE a Drop", "1:69-1:82 DELETE FROM x Delete", `execute 1:100-1:113 DROP TABLE "B" Drop`}},
		"array in a variable": {"DECLARE ts text[] := '{a,b}'; BEGIN FOR i IN 1 .. array_length(ts, 1) LOOP EXECUTE 'DROP TABLE ' || ts[i]; END LOOP; END", []string{
			"execute 1:91-1:112 DROP TABLE a Drop", "execute 1:91-1:112 DROP TABLE b Drop"}},
		"query of constants": {"DECLARE r record; BEGIN FOR r IN SELECT v.n, k FROM (VALUES ('a', 1), ('b', 2)) AS v(n, k) LOOP EXECUTE 'DROP TABLE ' || r.n || r.k; END LOOP; END", []string{
			"1:40-1:97 SELECT v.n, k FROM (VALUES ('a', 1), ('b', 2)) AS v(n, k) Select", "execute 1:112-1:138 DROP TABLE a1 Drop", "execute 1:112-1:138 DROP TABLE b2 Drop"}},
		"unnest": {"DECLARE t text; BEGIN FOR t IN SELECT unnest(ARRAY['a','b']) LOOP EXECUTE 'DROP TABLE ' || t; END LOOP; END", []string{
			"1:38-1:67 SELECT unnest(ARRAY['a','b']) Select", "execute 1:82-1:99 DROP TABLE a Drop", "execute 1:82-1:99 DROP TABLE b Drop"}},
		"a literal that is not known": {"BEGIN EXECUTE format('ALTER TABLE a ALTER b SET DEFAULT %L', (SELECT min(c) FROM d)); EXECUTE 'SELECT ' || quote_literal(x); EXECUTE format('SELECT %s', x); END", []string{
			"1:21-1:91 format('ALTER TABLE a ALTER b SET DEFAULT %L', (SELECT min(c) FROM d)) Select",
			"execute 1:29-1:65 ALTER TABLE a ALTER b SET DEFAULT '0' SetDefault", "execute 1:102-1:130 SELECT '0' Select",
			`execute 1:140-1:162 format('SELECT %s', x) !1:140 "format('SELECT %s', x)" what EXECUTE runs is only known when it runs ("SELECT %s"); it is not analysed`}},
		"a literal that matters": {"BEGIN EXECUTE format('ALTER TYPE a ADD VALUE %L', x); END", []string{
			`execute 1:21-1:59 format('ALTER TYPE a ADD VALUE %L', x) !1:21 "format('ALTER TYPE a ADD VALUE %L', x)" what EXECUTE runs is only known when it runs ("ALTER TYPE a ADD VALUE %L"); it is not analysed`}},
		"some rows of a query": {"DECLARE t text; BEGIN FOR t IN SELECT unnest(ARRAY['a','b']) LIMIT 1 LOOP EXECUTE 'DROP TABLE ' || t; END LOOP; END", []string{
			"1:38-1:75 SELECT unnest(ARRAY['a','b']) LIMIT 1 Select", "loop 0", `  execute 1:89-1:107 'DROP TABLE ' || t !1:89 "'DROP TABLE ' || t" what EXECUTE runs is only known when it runs ("DROP TABLE "); it is not analysed`}},
		"nested loops": {"DECLARE t text[] := ARRAY['m', 'n']; BEGIN FOR i IN 1..cardinality(t) LOOP FOR j IN 1..i LOOP EXECUTE 'DROP TABLE ' || t[i] || j; END LOOP; END LOOP; END", []string{
			"execute 1:110-1:135 DROP TABLE m1 Drop", "execute 1:110-1:135 DROP TABLE n1 Drop", "execute 1:110-1:135 DROP TABLE n2 Drop"}},
		"a loop that is left": {"BEGIN FOR i IN 1..2 LOOP EXIT WHEN x; EXECUTE 'DROP TABLE t' || i; END LOOP; END", []string{
			"loop 1", "  exit sometimes", "  execute 1:54-1:72 DROP TABLE t1 Drop", "  exit sometimes", "  execute 1:54-1:72 DROP TABLE t2 Drop"}},
		"part of a loop": {"BEGIN FOR i IN 1..2 LOOP EXECUTE 'DROP TABLE t' || i; EXECUTE x; END LOOP; END", []string{
			"execute 1:41-1:59 DROP TABLE t1 Drop", `execute 1:69-1:70 x !1:69 "x" what EXECUTE runs is only known when it runs ("x"); it is not analysed`, "execute 1:41-1:59 DROP TABLE t2 Drop"}},
		"an inner variable of the same name": {"DECLARE a text := 'DROP TABLE o'; BEGIN DECLARE a text := 'DROP TABLE i'; BEGIN EXECUTE a; END; EXECUTE a; END", []string{
			"execute 1:66-1:78 DROP TABLE i Drop", "execute 1:26-1:38 DROP TABLE o Drop"}},
		"set before an error": {"DECLARE t text := 'DROP TABLE a'; BEGIN BEGIN t := 'DROP TABLE b'; EXCEPTION WHEN others THEN EXECUTE t; END; END", []string{"try", "on others",
			`  execute 1:109-1:110 t !1:109 "t" what EXECUTE runs is only known when it runs ("t"); it is not analysed`}},
		"a type that changes its values": {"DECLARE t varchar(3) := 'abcd'; BEGIN EXECUTE t; END", []string{
			`execute 1:53-1:54 t !1:53 "t" what EXECUTE runs is only known when it runs ("abcd"); it is not analysed`}},
		"a loop that needs no copies": {"BEGIN FOR i IN 1..3 LOOP EXECUTE 'DROP TABLE a'; END LOOP; END", []string{"loop 3", "  execute 1:41-1:53 DROP TABLE a Drop"}},
		"a DO block":                  {"BEGIN EXECUTE 'DO $x$ BEGIN DROP TABLE a; END $x$'; END", []string{"execute 1:22-1:56 DO $x$ BEGIN DROP TABLE a; END $x$ Do"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if d := cmp.Diff(tt.want, routineOutline(routineOf(t, "DO $$ "+tt.body+" $$"))); d != "" {
				t.Error(d)
			}
		})
	}
}
