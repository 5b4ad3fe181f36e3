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
					return op.Routine()
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
