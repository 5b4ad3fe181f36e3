package pgparse

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/miglint/miglint/source"
	"github.com/miglint/miglint/sqlast"
)

// outline prints statements one a line: where they are, their text, and their
// problem with its place.
func outline(res Result) []string {
	var lines []string
	for _, s := range res.Statements {
		line := fmt.Sprintf("%s-%s %s", s.Span.StartPos(), s.Span.EndPos(), s.Text)
		if p := s.Problem; p != nil {
			line += fmt.Sprintf(" !%s %q %s", p.Span.StartPos(), p.Span.Text(), p.Message)
		}
		lines = append(lines, line)
	}
	return lines
}

func TestStatements(t *testing.T) {
	tests := map[string]struct {
		text string
		want []string
	}{
		"nothing":            {"", nil},
		"blanks only":        {" \n\t\r\n", nil},
		"comments only":      {"-- a\n/* b */", nil},
		"semicolons only":    {";; ;\n;", nil},
		"last without one":   {"SELECT 1;\nSELECT 2", []string{"1:1-1:9 SELECT 1", "2:1-2:9 SELECT 2"}},
		"empty between":      {";SELECT 1;;  ; SELECT 2;;", []string{"1:2-1:10 SELECT 1", "1:16-1:24 SELECT 2"}},
		"comments around":    {"/* a */ SELECT /* b */ 1 /* c */ ; -- d", []string{"1:9-1:25 SELECT /* b */ 1"}},
		"comment at the end": {"SELECT 1 -- a\n", []string{"1:1-1:9 SELECT 1"}},
		"several lines":      {"SELECT\r\n\t1,\r\n  2\r\n;\r\nSELECT 3;\r\n", []string{"1:1-3:4 SELECT\r\n\t1,\r\n  2", "5:1-5:9 SELECT 3"}},
		"carriage returns":   {"SELECT 1;\rSELECT 2;", []string{"1:1-1:9 SELECT 1", "1:11-1:19 SELECT 2"}},
		"byte order mark":    {"\uFEFFSELECT 1; SELECT FROM FROM;", []string{"1:2-1:10 SELECT 1", `1:12-1:28 SELECT FROM FROM !1:24 "FROM" syntax error at or near "FROM"`}},
		"wide characters":    {"SELECT 'é🙂', 日本 ; SELECT '🙂🙂' a b c;", []string{"1:1-1:16 SELECT 'é🙂', 日本", `1:19-1:36 SELECT '🙂🙂' a b c !1:33 "b" syntax error at or near "b"`}},
		"tabs":               {"\tSELECT\t1\t2;", []string{`1:2-1:12 SELECT	1	2 !1:11 "2" syntax error at or near "2"`}},

		"one error among others": {"SELECT 1; SELEC 2; SELECT 3; SELECT (; SELECT 5", []string{
			"1:1-1:9 SELECT 1", `1:11-1:18 SELEC 2 !1:11 "SELEC" syntax error at or near "SELEC"`, "1:20-1:28 SELECT 3",
			`1:30-1:38 SELECT ( !1:38 ";" syntax error at or near ";"`, "1:40-1:48 SELECT 5"}},
		"error at the end":        {"SELECT 1;\nALTER TABLE t ADD COLUMN", []string{"1:1-1:9 SELECT 1", `2:1-2:25 ALTER TABLE t ADD COLUMN !2:19 "COLUMN" syntax error at end of input`}},
		"missing semicolon":       {"SELECT 1\nDROP TABLE a;\nSELECT 2;", []string{"1:1-2:13 SELECT 1\nDROP TABLE a !2:6 \"TABLE\" syntax error at or near \"TABLE\"", "3:1-3:9 SELECT 2"}},
		"bracket left open":       {"CREATE TABLE a (id int;\nCREATE TABLE b (id int);", []string{"1:1-1:23 CREATE TABLE a (id int !1:23 \";\" syntax error at or near \";\"", "2:1-2:24 CREATE TABLE b (id int)"}},
		"error inside a string":   {`SELECT 1; SELECT E'ab\u12zz', 2;`, []string{"1:1-1:9 SELECT 1", `1:11-1:32 SELECT E'ab\u12zz', 2 !1:22 "\\u12zz'" invalid Unicode escape`}},
		"error that has no words": {`SELECT ""`, []string{`1:1-1:10 SELECT "" !1:8 "\"\"" zero-length delimited identifier at or near """"`}},
		"string left open":        {"SELECT 1; SELECT 'a;\nSELECT 2;", []string{"1:1-1:9 SELECT 1", "1:11-2:10 SELECT 'a;\nSELECT 2; !1:18 \"'a;\\nSELECT 2;\" unterminated quoted string at or near \"'a;…\""}},
		"identifier left open":    {`SELECT "a;`, []string{`1:1-1:11 SELECT "a; !1:8 "\"a;" unterminated quoted identifier at or near "\"a;"`}},
		"dollar quote left open":  {"DO $x$ a; $$;", []string{`1:1-1:14 DO $x$ a; $$; !1:4 "$x$ a; $$;" unterminated dollar-quoted string at or near "$x$ a; $$;"`}},
		"comment left open":       {"SELECT 1; /* a; SELECT 2;", []string{"1:1-1:9 SELECT 1", `1:11-1:26 /* a; SELECT 2; !1:11 "/* a; SELECT 2;" unterminated /* comment`}},
		"stray byte":              {"SELECT 1; SELECT {a};", []string{"1:1-1:9 SELECT 1", `1:11-1:21 SELECT {a} !1:18 "{" syntax error at or near "{"`}},

		"dollar-quoted body": {"SELECT FROM FROM; CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $f$ BEGIN; ' $f$; DO $$ x; $$", []string{
			`1:1-1:17 SELECT FROM FROM !1:13 "FROM" syntax error at or near "FROM"`,
			"1:19-1:87 CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $f$ BEGIN; ' $f$", "1:89-1:100 DO $$ x; $$"}},
		"atomic body": {"SELECT FROM FROM;CREATE OR REPLACE FUNCTION f(a int) RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN a THEN 1 END; END; BEGIN; SELECT 2; END;", []string{
			`1:1-1:17 SELECT FROM FROM !1:13 "FROM" syntax error at or near "FROM"`,
			"1:18-1:123 CREATE OR REPLACE FUNCTION f(a int) RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN a THEN 1 END; END",
			"1:125-1:130 BEGIN", "1:132-1:140 SELECT 2", "1:142-1:145 END"}},
		"rule": {"SELECT FROM FROM;CREATE RULE r AS ON INSERT TO t DO (DELETE FROM u; SELECT 1;); SELECT 2;", []string{
			`1:1-1:17 SELECT FROM FROM !1:13 "FROM" syntax error at or near "FROM"`,
			"1:18-1:79 CREATE RULE r AS ON INSERT TO t DO (DELETE FROM u; SELECT 1;)", "1:81-1:89 SELECT 2"}},
		"string that goes on after a comment": {"SELECT 'a' -- why\n  'b'; SELECT 2", []string{"1:1-2:6 SELECT 'a' -- why\n  'b'", "2:8-2:16 SELECT 2"}},

		"NUL": {"SELECT 1; SELECT '\x00'; SELECT 3;", []string{"1:1-1:9 SELECT 1",
			"1:11-1:21 SELECT '\x00' !1:19 \"\\x00\" NUL byte: PostgreSQL reads a query only up to it; remove it, or save the file as UTF-8", "1:23-1:31 SELECT 3"}},
		"NUL in a comment": {"SELECT 1; -- \x00\n", []string{"1:1-1:9 SELECT 1",
			"1:14-1:15  !1:14 \"\\x00\" NUL byte: PostgreSQL reads a query only up to it; remove it, or save the file as UTF-8"}},
		"invalid UTF-8": {"SELECT 'é'; SELECT 'caf\xe9'; SELECT FROM FROM;", []string{"1:1-1:11 SELECT 'é'",
			"1:13-1:26 SELECT 'caf\xe9' !1:24 \"\\xe9\" invalid UTF-8: byte 0xe9; save the file as UTF-8",
			`1:28-1:44 SELECT FROM FROM !1:40 "FROM" syntax error at or near "FROM"`}},
		"UTF-16":      {"\xff\xfeS\x00E\x00", []string{"1:1-1:2  !1:1 \"\\xff\" UTF-16 text, which PostgreSQL does not read; save the file as UTF-8"}},
		"binary file": {strings.Repeat("\x7fELF;\x00\x80", 20), []string{"1:6-1:7  !1:6 \"\\x00\" NUL byte: PostgreSQL reads a query only up to it; remove it, or save the file as UTF-8"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if d := cmp.Diff(tt.want, outline(parse(tt.text, Options{}))); d != "" {
				t.Error(d)
			}
		})
	}
}

// A fragment need not be at the start of its file, nor the whole of it.
func TestStatementsOfAFragment(t *testing.T) {
	text := "-- +goose Up\nSELECT 1;\nSELECT FROM FROM; -- é\nSELECT 3;\n-- +goose Down\nDROP"
	file := source.NewFile("x.sql", []byte(text))
	res := Parse(source.FileFragment(file, len("-- +goose Up\n"), strings.Index(text, "-- +goose Down")), Options{})
	want := []string{"2:1-2:9 SELECT 1", `3:1-3:17 SELECT FROM FROM !3:13 "FROM" syntax error at or near "FROM"`, "4:1-4:9 SELECT 3"}
	if d := cmp.Diff(want, outline(res)); d != "" {
		t.Error(d)
	}
	if len(res.Comments) != 1 || res.Comments[0].Span.String() != "x.sql:3:19" {
		t.Errorf("comments: %+v", res.Comments)
	}
}

func TestComments(t *testing.T) {
	// Each statement with its comments; > marks a trailing one.
	tests := map[string]struct {
		text string
		want [][]string
		all  int
	}{
		"before":                      {"-- a\n\n/* b\n */\nSELECT 1;", [][]string{{"a", "b"}}, 2},
		"inside":                      {"SELECT -- a\n 1 /* b */ + 2 -- c\n;", [][]string{{"a", "b", "c"}}, 3},
		"trailing":                    {"SELECT 1; -- a\nSELECT 2; /* b */ -- c\n-- d\nSELECT 3", [][]string{{">a"}, {">b", ">c"}, {"d"}}, 4},
		"trailing without semicolon":  {"SELECT 1 -- a\n-- b", [][]string{{">a"}}, 2},
		"before one on the same line": {"SELECT 1; /* a */ SELECT 2; -- b", [][]string{nil, {"a", ">b"}}, 2},
		"trailing over two lines":     {"SELECT 1; /* a\n b */\nSELECT 2", [][]string{{">a\n b"}, nil}, 1},
		"on the line of the end":      {"SELECT\n1\n; -- a\nSELECT 2; ", [][]string{{">a"}, nil}, 1},
		"of an empty statement":       {"-- a\n; -- b\nSELECT 1;", [][]string{{"a", "b"}}, 2},
		"of no statement":             {"-- a\n", nil, 1},
		"of a wrong statement":        {"-- a\nSELECT FROM /* b */ FROM; -- c\n-- d\nSELECT 1;", [][]string{{"a", "b", ">c"}, {"d"}}, 4},
		"line ends":                   {"-- a\r\nSELECT 1; -- b\r\nSELECT 2; -- c\rSELECT 3;", [][]string{{"a", ">b"}, {">c"}, nil}, 3},
		"dashes and stars":            {"--- a --\n/** b **/SELECT 1", [][]string{{"- a --", "* b *"}}, 2},
		"nested":                      {"/* a /* b */ c */SELECT 1", [][]string{{"a /* b */ c"}}, 1},
		"between parts of a string":   {"SELECT 'a' -- x\n'b'; -- y", [][]string{{"x", ">y"}}, 2},
		"not in quotes":               {"SELECT '-- a', \"/* b */\", $$-- c\n$$;", [][]string{nil}, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			res := parse(tt.text, Options{})
			var got [][]string
			for _, s := range res.Statements {
				var texts []string
				for _, c := range s.Comments {
					text := c.Text
					if c.Trailing {
						text = ">" + text
					}
					texts = append(texts, text)
				}
				got = append(got, texts)
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Error(d)
			}
			if len(res.Comments) != tt.all {
				t.Errorf("%d comments in all, want %d", len(res.Comments), tt.all)
			}
		})
	}
}

// FuzzParse: whatever the text, spans lie inside it and in order, and the text of
// a statement is what its span covers.
func FuzzParse(f *testing.F) {
	for _, text := range lexSeeds {
		f.Add(text, true)
	}
	for _, tt := range newerSQL {
		f.Add(tt.sql+";", false)
	}
	for _, tt := range maskTests {
		f.Add(tt.text, tt.opt.PSQL)
	}
	f.Add(twentyLines, false)
	f.Fuzz(func(t *testing.T, text string, psql bool) {
		for _, opt := range []Options{{PSQL: psql}, {PSQL: psql, Placeholders: map[string]string{"a": "x'$y", "b": ""}}} {
			checkResult(t, text, parse(text, opt))
		}
	})
}

func checkResult(t *testing.T, text string, res Result) {
	t.Helper()
	inside := func(what string, at source.Span, from, to int) {
		if at.File == nil || at.Start < from || at.End > to || at.Start > at.End {
			t.Fatalf("%s at %d-%d, outside of %d-%d in %q", what, at.Start, at.End, from, to, text)
		}
	}
	end := 0
	for _, s := range res.Statements {
		inside("statement", s.Span, end, len(text))
		end = s.Span.End
		if s.Text != "" && s.Text != s.Span.Text() {
			t.Fatalf("text %q, span %q", s.Text, s.Span.Text())
		}
		if s.Problem != nil {
			from := s.Span.Start
			if s.Problem.Kind == sqlast.UnreadableText {
				from = 0 // it may be in a comment before
			}
			inside("problem", s.Problem.Span, from, len(text))
			if len(s.Ops) > 0 {
				t.Fatalf("a problem and ops: %q", s.Text)
			}
		}
		for _, op := range s.Ops {
			inside(fmt.Sprintf("%T", op), op.Pos(), s.Span.Start, s.Span.End)
		}
	}
	at := 0
	for _, c := range res.Comments {
		inside("comment", c.Span, at, len(text))
		at = c.Span.End
	}
	at = 0
	for _, h := range res.Holes {
		inside("placeholder", h.Span, at, len(text))
		at = h.Span.Start // that in a value is where the value's is
	}
	for _, spans := range [][]source.Span{res.Meta, res.CopyData} {
		at = 0
		for _, s := range spans {
			inside("masked", s, at, len(text))
			at = s.End
		}
	}
}
