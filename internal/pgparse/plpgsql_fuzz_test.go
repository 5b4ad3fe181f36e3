package pgparse

import (
	"cmp"
	"slices"
	"testing"

	"github.com/miglint/miglint/source"
	"github.com/miglint/miglint/sqlast"
)

// bodySeeds are bodies, right and wrong.
var bodySeeds = []string{
	"BEGIN END", "DECLARE x int := 1; BEGIN x := x + 1; END;", "<<l>> DECLARE BEGIN EXIT l; END l", "BEGIN IF a THEN b; ELSIF c THEN ELSE d; END IF; END",
	"BEGIN CASE x WHEN 1, 2 THEN NULL; ELSE RAISE 'a %', f(1) USING ERRCODE = 'x'; END CASE; END", "BEGIN FOR i IN REVERSE 1..3 BY 2 LOOP NULL; END LOOP; END",
	"DECLARE c CURSOR (k int) FOR SELECT 1; BEGIN OPEN c(1); FETCH NEXT FROM c INTO a; FOR r IN c(1) LOOP END LOOP; END",
	"BEGIN FOREACH t IN ARRAY ARRAY['a','b'] LOOP EXECUTE 'SELECT ' || t || format('%I%2$L', t, 'x') INTO STRICT y USING f(t), 2; END LOOP; END",
	"BEGIN SELECT a INTO b.c, d FROM e; INSERT INTO t VALUES (1) RETURNING id INTO x; COMMIT AND CHAIN; ROLLBACK; EXCEPTION WHEN others OR SQLSTATE '22012' THEN RAISE; END",
	"BEGIN IF a THEN LOOP END IF; END", "BEGIN ELSE WHEN THEN END LOOP; END CASE; END; SELECT 1; END", "BEGIN IF (a; SELECT 1 END", "", ";", "x := ", "BEGIN x(", "BEGIN EXECUTE",
	"DECLARE a text[] = '{x,y}'; BEGIN FOR r IN SELECT * FROM (VALUES ('a',1)) v(b,c) LOOP EXECUTE r.b || a[1] || U&'x' || E'\\x41\\u0041'; END LOOP; RETURN QUERY EXECUTE 'x'; END",
	"BEGIN EXECUTE 'DO ''BEGIN EXECUTE ''''DROP TABLE t'''';END'''; CREATE FUNCTION f() RETURNS int AS 'BEGIN RETURN 1; END' LANGUAGE plpgsql; {{ if x }} GET STACKED DIAGNOSTICS a = b; END",
}

// FuzzRoutine: whatever the body, what is read of it lies inside it, and no two
// of its statements overlap.
func FuzzRoutine(f *testing.F) {
	for _, text := range bodySeeds {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		file := source.NewFile("x.sql", []byte("  "+text+" "))
		frag := source.FileFragment(file, 2, len(text)+2)
		left := mostBuilt(len(text))
		body := frag.Span(0, len(text))
		r := readPLpgSQL(body, frag, nesting{depth: 1, left: &left}, nil)
		for _, c := range r.Comments {
			checkInside(t, "comment", c.Span, body)
		}
		if r.Problem != nil {
			checkInside(t, "problem", r.Problem.Span, body)
		}
		var static []source.Span
		checkSteps(t, r.Body, body, &static)
		slices.SortFunc(static, func(a, b source.Span) int { return cmp.Or(a.Start-b.Start, a.End-b.End) })
		static = slices.Compact(static)
		for i := 1; i < len(static); i++ {
			if static[i].Start < static[i-1].End {
				t.Fatalf("%q and %q overlap in %q", static[i-1].Text(), static[i].Text(), text)
			}
		}
	})
}

func checkInside(t *testing.T, what string, at, in source.Span) {
	t.Helper()
	if at.File == nil || at.Start < in.Start || at.End > in.End || at.Start > at.End {
		t.Fatalf("%s at %d-%d, outside of %d-%d in %q", what, at.Start, at.End, in.Start, in.End, in.Text())
	}
}

func checkSteps(t *testing.T, steps []sqlast.RoutineStmt, in source.Span, static *[]source.Span) {
	t.Helper()
	for _, step := range steps {
		switch s := step.(type) {
		case *sqlast.Run:
			checkInside(t, "statement", s.Stmt.Span, in)
			if !s.Dynamic {
				*static = append(*static, s.Stmt.Span)
			}
			for _, op := range s.Stmt.Ops {
				checkInside(t, "op", op.Pos(), in)
			}
			if s.Stmt.Problem != nil {
				checkInside(t, "problem", s.Stmt.Problem.Span, in)
			}
		case *sqlast.Choose:
			checkInside(t, "choice", s.Span, in)
			for _, arm := range s.Arms {
				checkSteps(t, arm, in, static)
			}
		case *sqlast.Loop:
			checkInside(t, "loop", s.Span, in)
			checkSteps(t, s.Body, in, static)
		case *sqlast.Protected:
			checkInside(t, "block", s.Span, in)
			checkSteps(t, s.Body, in, static)
			for _, h := range s.Handlers {
				checkSteps(t, h.Body, in, static)
			}
		case *sqlast.Leave:
			checkInside(t, "leave", s.Span, in)
		case *sqlast.EndTransaction:
			checkInside(t, "end", s.Span, in)
		}
	}
}
