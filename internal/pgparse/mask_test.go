package pgparse

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/miglint/miglint/source"
	"github.com/miglint/miglint/sqlast"
)

var maskTests = map[string]struct {
	text  string
	opt   Options
	want  []string // statements, as outline prints them without their places
	holes []string // name=written, with ! if it has a value
	meta  []string
	data  []string
}{
	"meta-commands": {
		text: "\\set ON_ERROR_STOP on\nSELECT 1;\n  \\echo it's done\n\\restrict abc\nSELECT 2; \\q\n",
		want: []string{"SELECT 1", "SELECT 2"},
		meta: []string{"\\set ON_ERROR_STOP on", "\\echo it's done", "\\restrict abc", "\\q"},
	},
	"a command that sends": {
		text: "SELECT 'DROP TABLE a' \\gexec\nSELECT 2 \\gset p_\nSELECT 3 \\x\n;",
		want: []string{"SELECT 'DROP TABLE a'", "SELECT 2", "SELECT 3"},
		meta: []string{"\\gexec", "\\gset p_", "\\x"},
	},
	"a command ended by two backslashes": {
		text: "\\t \\\\ SELECT 1; SELECT 2 \\; SELECT 3;",
		want: []string{"SELECT 1", "SELECT 2", "SELECT 3"},
		meta: []string{"\\t \\\\", "\\"},
	},
	"backslashes that are no commands": {
		text: "SELECT '\n\\x', $$\n\\y$$, \"\n\\z\" /*\n\\w */ -- \\v\n;",
		want: []string{"SELECT '\n\\x', $$\n\\y$$, \"\n\\z\""},
	},
	"COPY data": {
		text: "COPY t (a, b) FROM stdin; -- why\n1\tit's; $$\n2\t/* \\N\n\\.\nSELECT 1;",
		want: []string{"COPY t (a, b) FROM stdin", "SELECT 1"},
		data: []string{"1\tit's; $$\n2\t/* \\N\n\\."},
	},
	"COPY data with carriage returns": {
		text: "COPY t FROM STDIN WITH (FORMAT csv);\r\n\"\\.\"\r\n\\.\r\nSELECT 1;",
		want: []string{"COPY t FROM STDIN WITH (FORMAT csv)", "SELECT 1"},
		data: []string{"\"\\.\"\r\n\\."},
	},
	"COPY without data": {
		text: "COPY t FROM stdin;\nSELECT 1;",
		want: []string{"COPY t FROM stdin", "SELECT 1"},
	},
	"COPY without data under psql": {
		text: "COPY t FROM stdin;\nSELECT 1;\n",
		opt:  Options{PSQL: true},
		want: []string{"COPY t FROM stdin"},
		data: []string{"SELECT 1;\n"},
	},
	"COPY from elsewhere": {
		text: "COPY t FROM '/tmp/stdin'; COPY t TO STDOUT;\nSELECT 1;\n\\.\n",
		want: []string{"COPY t FROM '/tmp/stdin'", "COPY t TO STDOUT", "SELECT 1"},
		meta: []string{"\\."},
	},
	"data of \\copy": {
		text: "\\copy t FROM stdin\n1\t'\n\\.\nSELECT 1;",
		want: []string{"SELECT 1"},
		meta: []string{"\\copy t FROM stdin"},
		data: []string{"1\t'\n\\."},
	},

	"names": {
		text:  "CREATE TABLE ${schema}.${prefix}_t (id ${type}, {{ .Column }} int);",
		want:  []string{"CREATE TABLE ${schema}.${prefix}_t (id ${type}, {{ .Column }} int)"},
		holes: []string{"schema=${schema}", "prefix=${prefix}", "type=${type}", "Column={{ .Column }}"},
	},
	"a name that ends in a placeholder": {
		text:  "ALTER TABLE t_${n} ADD c int; ALTER TABLE a{{.N}}b ADD c int; SELECT $X;",
		want:  []string{"ALTER TABLE t_${n} ADD c int", "ALTER TABLE a{{.N}}b ADD c int", "SELECT $X"},
		holes: []string{"n=${n}", "N={{.N}}", "X=$X"},
	},
	"names with parts": {
		text:  "SELECT ${flyway:user}, ${a:-b}, ${c-${d}}, {{- .Values.x -}}, {{{ y }}}",
		want:  []string{"SELECT ${flyway:user}, ${a:-b}, ${c-${d}}, {{- .Values.x -}}, {{{ y }}}"},
		holes: []string{"flyway:user=${flyway:user}", "a=${a:-b}", "c=${c-${d}}", "Values.x={{- .Values.x -}}", "y={{{ y }}}"},
	},
	"numbers and strings": {
		text:  "CREATE TABLE t (a varchar(${n}), b numeric(:p, :s)); COMMENT ON TABLE t IS {{ .c }};",
		want:  []string{"CREATE TABLE t (a varchar(${n}), b numeric(:p, :s))", "COMMENT ON TABLE t IS {{ .c }}"},
		holes: []string{"n=${n}", "p=:p", "s=:s", "c={{ .c }}"},
	},
	"psql variables": {
		text:  "SELECT :a, :'b', :\"c\", :1, x::int, y[1:n], JSON_OBJECT('k':v), ':d', $$:e$$ WHERE :{?f}",
		want:  []string{"SELECT :a, :'b', :\"c\", :1, x::int, y[1:n], JSON_OBJECT('k':v), ':d', $$:e$$ WHERE :{?f}"},
		holes: []string{"a=:a", "b=:'b'", "c=:\"c\"", "1=:1", "f=:{?f}"},
	},
	"in quotes": {
		text: "SELECT '${a} {{ b }}', $$ ${c} $$, \"${d}\"",
		want: []string{"SELECT '${a} {{ b }}', $$ ${c} $$, \"${d}\""},
	},
	"not placeholders": {
		text: "SELECT '{\"a\":1}'::json, ARRAY[1:2], $1, a := 1",
		want: []string{"SELECT '{\"a\":1}'::json, ARRAY[1:2], $1, a := 1 !\":\" syntax error at or near \":\""},
	},
	"a hidden statement": {
		text:  "SELECT 1; ${statement}; SELECT 2;",
		want:  []string{"SELECT 1", "${statement} !\"${statement}\" the placeholder ${statement} hides what is sent; give its value to have the statement analysed", "SELECT 2"},
		holes: []string{"statement=${statement}"},
	},
	"a hidden clause": {
		text:  "CREATE INDEX ${concurrently} i ON t (a); CREATE TABL x ();",
		want:  []string{"CREATE INDEX ${concurrently} i ON t (a) !\"${concurrently}\" the placeholder ${concurrently} hides what is sent; give its value to have the statement analysed", "CREATE TABL x () !\"TABL\" syntax error at or near \"TABL\""},
		holes: []string{"concurrently=${concurrently}"},
	},
	"template actions on their own lines": {
		text: "{{ template \"shared.sql\" . }}\n{{ if .x }}\nALTER TABLE t ADD c int;\n{{ end }}\n",
		want: []string{
			"{{ template \"shared.sql\" . }} !\"{{ template \\\"shared.sql\\\" . }}\" the placeholder {{ template \"shared.sql\" . }} hides what is sent; give its value to have the statement analysed",
			"ALTER TABLE t ADD c int"},
		holes: []string{"template \"shared.sql\"={{ template \"shared.sql\" . }}"},
	},
	"with newer grammar": {
		text:  "ALTER TABLE ${t} ADD CONSTRAINT n NOT NULL c NOT VALID; SELECT FROM FROM",
		want:  []string{"ALTER TABLE ${t} ADD CONSTRAINT n NOT NULL c NOT VALID", "SELECT FROM FROM !\"FROM\" syntax error at or near \"FROM\""},
		holes: []string{"t=${t}"},
	},

	"with values": {
		text:  "CREATE TABLE ${schema}t (id {{ .type }}, b text DEFAULT '${b}', :c int DEFAULT :'d', :\"e\" int); ${stmt}; SELECT ${x} 1 2;",
		opt:   Options{Placeholders: map[string]string{"schema": "a_longer_name.", "type": "int", "b": "x", "c": "cc", "d": "it's", "e": `q"q`, "stmt": "DROP TABLE z", "x": ""}},
		want:  []string{"CREATE TABLE ${schema}t (id {{ .type }}, b text DEFAULT '${b}', :c int DEFAULT :'d', :\"e\" int)", "${stmt}", "SELECT ${x} 1 2 !\"2\" syntax error at or near \"2\""},
		holes: []string{"!schema=${schema}", "!type={{ .type }}", "!b=${b}", "!c=:c", "!d=:'d'", "!e=:\"e\"", "!stmt=${stmt}", "!x=${x}"},
	},
	"with some values": {
		text:  "ALTER TABLE ${a}.${b} ADD ${c} int",
		opt:   Options{Placeholders: map[string]string{"b": "orders"}},
		want:  []string{"ALTER TABLE ${a}.${b} ADD ${c} int"},
		holes: []string{"a=${a}", "!b=${b}", "c=${c}"},
	},
	"a value that is wrong": {
		text:  "SELECT 1;\nSELECT ${a} FROM t;",
		opt:   Options{Placeholders: map[string]string{"a": "FROM FROM"}},
		want:  []string{"SELECT 1", "SELECT ${a} FROM t !\"${a}\" syntax error at or near \"FROM\""},
		holes: []string{"!a=${a}"},
	},
	"a value with a placeholder": {
		text:  "SELECT ${a}",
		opt:   Options{Placeholders: map[string]string{"a": "${b}", "b": "1"}},
		want:  []string{"SELECT ${a}"},
		holes: []string{"!a=${a}", "b=${a}"},
	},
}

func TestMask(t *testing.T) {
	for name, tt := range maskTests {
		t.Run(name, func(t *testing.T) {
			res := parse(tt.text, tt.opt)
			var got, holes []string
			for _, s := range res.Statements {
				line := s.Text
				if s.Problem != nil {
					line += fmt.Sprintf(" !%q %s", s.Problem.Span.Text(), s.Problem.Message)
				} else if len(s.Ops) == 0 {
					line += " without ops"
				}
				if s.Span.Text() != s.Text {
					t.Errorf("span %q of %q", s.Span.Text(), s.Text)
				}
				got = append(got, line)
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("statements: %s", d)
			}
			for _, h := range res.Holes {
				known := ""
				if h.Resolved {
					known = "!"
				}
				holes = append(holes, known+h.Name+"="+h.Span.Text())
			}
			for _, c := range []struct {
				what      string
				want, got []string
			}{{"placeholders", tt.holes, holes}, {"meta-commands", tt.meta, texts(res.Meta)}, {"data", tt.data, texts(res.CopyData)}} {
				if d := cmp.Diff(c.want, c.got); d != "" {
					t.Errorf("%s: %s", c.what, d)
				}
			}
			checkResult(t, tt.text, res)
		})
	}
}

func texts(spans []source.Span) []string {
	var all []string
	for _, s := range spans {
		all = append(all, s.Text())
	}
	return all
}

// Masked text has the length of what it stands for, and its line ends.
func TestMaskKeepsLength(t *testing.T) {
	for name, tt := range maskTests {
		t.Run(name, func(t *testing.T) {
			file := source.NewFile("x.sql", []byte(tt.text))
			p := &fileParser{opt: Options{PSQL: tt.opt.PSQL}, frag: source.FileFragment(file, 0, len(tt.text)), scratch: new(scratch)}
			p.mask()
			if len(p.text) != len(tt.text) || strings.Count(p.text, "\n") != strings.Count(tt.text, "\n") {
				t.Errorf("%q became %q", tt.text, p.text)
			}
		})
	}
}

// The value of a placeholder is analysed, and its span is the placeholder.
func TestValuesAreAnalysed(t *testing.T) {
	text := "ALTER TABLE ${schema}.users\n  ADD COLUMN ${column} int NOT NULL;"
	res := parse(text, Options{Placeholders: map[string]string{"schema": "application", "column": "c"}})
	add, ok := res.Statements[0].Ops[0].(*sqlast.AddColumn)
	if !ok {
		t.Fatalf("%T", res.Statements[0].Ops[0])
	}
	if add.Table.Schema != "application" || add.Column.Name != "c" {
		t.Errorf("table %s, column %s", add.Table.Name, add.Column.Name)
	}
	for want, at := range map[string]source.Span{"${schema}.users": add.Table.Span, "${column}": add.Column.NameSpan, "NOT NULL": add.Column.NotNullAt} {
		if at.Text() != want {
			t.Errorf("span %q, want %q", at.Text(), want)
		}
	}
}
