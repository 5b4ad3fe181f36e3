package pyparse

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/miglint/miglint/source"
)

func parseText(text string) *Module { return Parse(source.NewFile("versions/x.py", []byte(text))) }

// outline says a tree in few words: the Go type of each statement, the blocks in
// braces, and the text of those that are bad.
func outline(body []Stmt) string {
	var words []string
	for _, s := range body {
		word := strings.TrimPrefix(fmt.Sprintf("%T", s), "*pyparse.")
		switch s := s.(type) {
		case *Bad:
			word = fmt.Sprintf("Bad(%q)", s.Span().Text())
		case *FunctionDef:
			word += "{" + outline(s.Body) + "}"
		case *ClassDef:
			word += "{" + outline(s.Body) + "}"
		case *If:
			word += "{" + outline(s.Body) + "}{" + outline(s.Else) + "}"
		case *Try:
			word += "{" + outline(s.Body) + "}"
			for _, h := range s.Handlers {
				word += "{" + outline(h.Body) + "}"
			}
		case *Match:
			for _, c := range s.Cases {
				word += "{" + outline(c.Body) + "}"
			}
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

func TestBadStatementsAreLostAlone(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"print statement", "a\nprint 'x'\nb\n", `ExprStmt Bad("print 'x'") ExprStmt`},
		{"in a function", "def f():\n  a\n  print x\n  b\nc\n", `FunctionDef{ExprStmt Bad("print x") ExprStmt} ExprStmt`},
		{"after a semicolon", "a; b c; d\ne\n", `ExprStmt Bad("b c; d") ExprStmt`},
		{"except of Python 2", "try:\n  a\nexcept X, e:\n  b\nc\n", `Try{ExprStmt}{ExprStmt} ExprStmt`},
		{"backticks", "a = `b`\nc\n", "Bad(\"a = `b`\") ExprStmt"},
		{"numbers of Python 2", "a = 0777\nb = 10L\nc = 0xg\nd\n", `Bad("a = 0777") Bad("b = 10L") Bad("c = 0xg") ExprStmt`},
		{"raise of Python 2", "raise E, 'x'\na\n", `Bad("raise E, 'x'") ExprStmt`},
		{"exec of Python 2", "exec 'x' in y\na\n", `Bad("exec 'x' in y") ExprStmt`},
		{"broken header takes its block", "if a b:\n  c\n  if d:\n    e\nf\n",
			"Bad(\"if a b:\\n  c\\n  if d:\\n    e\") ExprStmt"},
		{"broken header takes its clauses", "if a b:\n  c\nelif d:\n  e\nelse:\n  f\ng\n",
			"Bad(\"if a b:\\n  c\\nelif d:\\n  e\\nelse:\\n  f\") ExprStmt"},
		{"broken elif", "if a:\n  b\nelif c d:\n  e\nelse:\n  f\ng\n", "If{ExprStmt}{} Bad(\"elif c d:\\n  e\\nelse:\\n  f\") ExprStmt"},
		{"broken else", "if a:\n  b\nelse c:\n  d\ne\n", "If{ExprStmt}{} Bad(\"else c:\\n  d\") ExprStmt"},
		{"broken handler", "try:\n  a\nexcept b c:\n  d\nfinally:\n  e\nf\n",
			"Try{ExprStmt} Bad(\"except b c:\\n  d\\nfinally:\\n  e\") ExprStmt"},
		{"broken case", "match x:\n  case 1\n    a\n  case 2:\n    b\nc\n", "Match{Bad(\"case 1\\n    a\")}{ExprStmt} ExprStmt"},
		{"no block", "def f():\na\n", `Bad("def f():") ExprStmt`},
		{"indented too much", "def f():\n  a\n    b\n    c\n  d\ne\n", "FunctionDef{ExprStmt Bad(\"b\\n    c\") ExprStmt} ExprStmt"},
		{"indented too much at the top", "  a\nb\n", `Bad("a") ExprStmt`},
		{"indented as no block", "if a:\n    b\n  c\nd\n", `If{ExprStmt}{} Bad("c") ExprStmt`},
		{"bracket never closed", "a(\ndef f():\n  b\nc\n", `Bad("a(") FunctionDef{ExprStmt} ExprStmt`},
		{"bracket never closed in a function", "def f():\n  a(b,\n  with c:\n    d\n  e\nf\n",
			`FunctionDef{Bad("a(b,") With ExprStmt} ExprStmt`},
		{"closed too often", "a)\nb\n", `Bad("a)") ExprStmt`},
		{"wrong bracket", "a(]\nb\n", `Bad("a(]") ExprStmt`},
		{"string without end", "a = 'b\nc\n", `Bad("a = 'b") ExprStmt`},
		{"f-string without end", "a = f'b{c\nd\n", `Bad("a = f'b{c") ExprStmt`},
		{"triple-quoted string without end", "a\nb = '''c\nd\n", "ExprStmt Bad(\"b = '''c\\nd\\n\")"},
		{"bad field", "a = f'{b c}'\nd\n", `Bad("a = f'{b c}'") ExprStmt`},
		{"empty field", "a = f'{}'\nb\n", `Bad("a = f'{}'") ExprStmt`},
		{"lone brace", "a = f'}'\nb\n", `Bad("a = f'}'") ExprStmt`},
		{"bytes and text", "a = b'x' 'y'\nb\n", `Bad("a = b'x' 'y'") ExprStmt`},
		{"decorator of nothing", "if a:\n  @b\nc\n", "If{Bad(\"@b\")}{} ExprStmt"},
		{"characters of no token", "a ? b\nc $ d\n! e\nf\n", `Bad("a ? b") Bad("c $ d") Bad("! e") ExprStmt`},
		{"backslash inside a line", "a \\ b\nc\n", `Bad("a \\ b") ExprStmt`},
		{"conflict markers", "<<<<<<< x\na\n=======\nb\n>>>>>>> y\nc\n", `Bad("<<<<<<< x") ExprStmt Bad("=======") ExprStmt Bad(">>>>>>> y") ExprStmt`},
		{"type parameters", "def f[T: (int, str)](x: T): a\nclass C[*Ts, **P]: b\ntype X[T] = list[T]\nc\n",
			`FunctionDef{ExprStmt} ClassDef{ExprStmt} TypeAlias ExprStmt`},
		{"match that is a name", "match = 1\nmatch(x)\nmatch[0]\nprint(match)\n", `Assign ExprStmt ExprStmt ExprStmt`},
		{"tabs go to eight", "if a:\n        b\n\tc\nd\n", `If{ExprStmt ExprStmt}{} ExprStmt`},
		{"form feed starts the line", "if a:\n    b\n  \f    c\nd\n", `If{ExprStmt ExprStmt}{} ExprStmt`},
		{"carriage returns alone", "if a:\r  b\rc\r", `If{ExprStmt}{} ExprStmt`},
		{"empty", "", ""},
		{"only a comment", "# a", ""},
		{"fields of Python 3.12", "f'{a['b']} {'\\n'.join(c)} {f'{d!r:>{e['w']}}'}'\nf'{\n  a # b\n}'\nc\n", `ExprStmt ExprStmt ExprStmt`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, outline(parseText(tt.text).Body)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestMessages(t *testing.T) {
	tests := []struct{ text, want string }{
		{"print 'x'\n", `1:7 expected the end of the statement, found a string`},
		{"a = (b c)\n", `1:8 expected ")", found "c"`},
		{"a = \n", `1:5 expected an expression, found the end of the line`},
		{"a = 0777\n", `1:5 not a number of Python 3`},
		{"x = f'{a b}'\n", `1:10 expected the end of the replacement field, found "b"`},
		{"if a:\n    b\n  c\n", `3:3 the line is indented less than the line before, but as no block around it`},
		{"  a\n", `1:3 the line is indented more than the line before`},
		{"if a:\nb\n", `1:6 expected an indented block`},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			got := "nothing bad"
			for _, s := range parseText(tt.text).Body {
				if bad, ok := s.(*Bad); ok {
					got = bad.Error.StartPos().String() + " " + bad.Message
				}
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestProblems(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"UTF-8", "# coding: utf-8\né = 1\n", ""},
		{"UTF-8 by another name", "#!x\n# -*- coding: UTF_8 -*-\né = 1\n", ""},
		{"latin-1 with ASCII only", "# coding: latin-1\na = 1\n", ""},
		{"cookie on the third line", "a = 1\n\n# coding: latin-1\né = 1\n", ""},
		{"cookie after code", "a = 1\n# coding: latin-1\né = 1\n", ""},
		{"latin-1", "# coding: latin-1\na = '\xe9'\n", "1:11-1:18 the encoding latin-1 is not read: save the file as UTF-8"},
		{"latin-1 that is UTF-8 too", "\n# vim: set fileencoding=latin-1 :\na = 'é'\n", "2:25-2:32 the encoding latin-1 is not read: save the file as UTF-8"},
		{"not UTF-8", "a\nb = '\xff'\n", "2:6-2:7 not UTF-8: Python refuses this byte; save the file as UTF-8"},
		{"NUL", "a\n\x00b\n", "2:1-2:2 a NUL byte: Python refuses such a file; save it as UTF-8"},
		{"too long", strings.Repeat("a = 1\n", maxSize/6+1), "1:1-1:1 the file is longer than 16 MiB: it is not read"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := ""
			m := parseText(tt.text)
			for _, p := range m.Problems {
				got += p.At.StartPos().String() + "-" + p.At.EndPos().String() + " " + p.Message
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if (len(m.Body) == 0) != (tt.want != "") {
				t.Errorf("%d statements", len(m.Body))
			}
		})
	}
}

// Each byte of a string's value knows where it was written.
func TestStringsMapBack(t *testing.T) {
	tests := []struct{ name, text, part, want string }{
		{"plain", `x = "DROP TABLE a"`, "TABLE", "TABLE"},
		{"after escapes", `x = 'a\tb\x41 TABLE'`, "TABLE", "TABLE"},
		{"an escape", `x = 'a\x41b'`, "A", `\x41`},
		{"over an escape", `x = "it\'s so"`, "it's", `it\'s`},
		{"adjacent", "x = ('CREATE ' # c\n 'INDEX a')", "CREATE INDEX", "CREATE ' # c\n 'INDEX"},
		{"second of two", `x = "a\n" r'\n TABLE'`, `\n TABLE`, `\n TABLE`},
		{"continued line", "x = 'a\\\nTABLE'", "aTABLE", "a\\\nTABLE"},
		{"carriage returns", "x = '''a\r\nTABLE'''", "\nTABLE", "\r\nTABLE"},
		{"named character", `x = 'a \N{EM DASH} b'`, "\uFFFD", `\N{EM DASH}`},
		{"in an f-string", `x = f'{a}\'b {{c}} TABLE'`, "{c} TABLE", "{{c}} TABLE"},
		{"bytes", `x = b'\xff TABLE'`, "TABLE", "TABLE"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			value := parseText(tt.text).Body[0].(*Assign).Value
			if f, ok := value.(*FString); ok {
				value = f.Parts[len(f.Parts)-1]
			}
			text := value.(*String).Text
			i := strings.Index(text.Text, tt.part)
			if i < 0 {
				t.Fatalf("%q is not in %q", tt.part, text.Text)
			}
			if got := text.Span(i, i+len(tt.part)).Text(); !strings.HasPrefix(got, tt.want) {
				t.Errorf("%q stands in %q, want %q", tt.part, got, tt.want)
			}
		})
	}
}

func TestComments(t *testing.T) {
	m := parseText("# a\nx = ( # b\n '# no', 1) # c\n\n  # d\n#e")
	var got []string
	for _, c := range m.Comments {
		got = append(got, c.StartPos().String()+" "+c.Text())
	}
	want := []string{"1:1 # a", "2:7 # b", "3:13 # c", "5:3 # d", "6:1 #e"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestInt(t *testing.T) {
	for literal, want := range map[string]int64{"0": 0, "00": 0, "50": 50, "1_000": 1000, "0xFF": 255, "0o17": 15, "0b11": 3} {
		n := parseText(literal).Body[0].(*ExprStmt).X.(*Number)
		if got, ok := n.Int(); !ok || got != want {
			t.Errorf("%s: got %d, %v", literal, got, ok)
		}
	}
	for _, literal := range []string{"1.0", "1e3", "1j", "99999999999999999999"} {
		n := parseText(literal).Body[0].(*ExprStmt).X.(*Number)
		if got, ok := n.Int(); ok {
			t.Errorf("%s: got %d, want none", literal, got)
		}
	}
}

// What is deep or long without end is read as far as the bounds go, and what
// follows it is read.
func TestBounds(t *testing.T) {
	const n = 200_000
	many := func(s string) string { return strings.Repeat(s, n) }
	tests := []struct{ name, text string }{
		{"parentheses", many("(") + many(")")},
		{"open brackets", many("[") + "\n" + many("pass\n")},
		{"mixed brackets", many("([{")},
		{"signs", many("-") + "a"}, {"not", many("not ") + "a"}, {"powers", many("a**") + "a"},
		{"plus", "a" + many("+a")}, {"attributes", "a" + many(".a")}, {"calls", "a" + many("()")},
		{"conditions", many("a if b else ") + "a"}, {"lambdas", many("lambda:") + "a"},
		{"stars", many("*") + "a"}, {"await", many("await ") + "a"},
		{"generators", many("f(a for a in ") + "a"},
		{"elif", "if a: b\n" + many("elif a: b\n")},
		{"with", many("with (") + "a"}, {"decorators", many("@a\n") + "class A: pass"},
		{"fields", many("f'{") + many("}'")}, {"fields, both quotes", many(`f'{f"{`) + many(`}"}'`)},
		{"fields without end on lines", many("f'{(\n")}, {"braces in a format", "f'{a:" + many("{a:") + many("}") + "}'"},
		{"named characters", `f"""` + many(`\N{`) + `"""`}, {"quotes", many("'")}, {"triple quotes", many(`"""`) + "a"},
		{"match", many("match x\n")}, {"strings", many("'a' ")}, {"f-strings", many("f'{a}' ")},
		{"f-strings on one line after some without end", many("f'{(\n") + many("f'{a}' ")},
		{"carriage returns", many("\r")}, {"escapes", "'" + many(`\n`) + "'"}, {"semicolons", many("a;")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := parseText(tt.text + "\nafterwards = 1\n")
			checkSpans(t, m)
		})
	}
}

// checkSpans checks that the spans of a tree are in the file, inside each other,
// and, for the members of one list, in order.
func checkSpans(t *testing.T, m *Module) {
	t.Helper()
	whole := m.File.Span(0, len(m.File.Text))
	var check func(v reflect.Value, outer source.Span, name string)
	check = func(v reflect.Value, outer source.Span, name string) {
		switch v.Kind() {
		case reflect.Interface, reflect.Pointer:
			if !v.IsNil() {
				check(v.Elem(), outer, name)
			}
		case reflect.Slice:
			at := outer.Start
			for i := range v.Len() {
				e := v.Index(i)
				if n, ok := e.Interface().(Node); ok && n.Span().Start < at && name != "Parts" { // {x=} is in two of them
					t.Fatalf("%s: member %d starts at %d, before %d", name, i, n.Span().Start, at)
				} else if ok {
					at = n.Span().End
				}
				check(e, outer, name)
			}
		case reflect.Struct:
			n, ok := v.Interface().(Node)
			if !ok {
				return
			}
			s := n.Span()
			if s.File != m.File || s.Start > s.End || !outer.Contains(s) {
				t.Fatalf("%s %s [%d,%d) is not in [%d,%d)", name, v.Type(), s.Start, s.End, outer.Start, outer.End)
			}
			for i := range v.NumField() {
				f := v.Type().Field(i)
				switch {
				case f.Anonymous:
				case f.Name == "Decorators":
					check(v.Field(i), whole, f.Name)
				default:
					check(v.Field(i), s, f.Name)
				}
			}
		}
	}
	check(reflect.ValueOf(m.Body), whole, "Body")
	at := 0
	for _, c := range m.Comments {
		if c.Start < at || c.End > len(m.File.Text) {
			t.Fatalf("comment [%d,%d) after %d", c.Start, c.End, at)
		}
		at = c.End
	}
}

func FuzzParse(f *testing.F) {
	for _, name := range cases(f) {
		f.Add(read(f, name))
	}
	f.Add("if a:\n    b\n  c\n@d\n    e\nf'{g!r:{h}}' \\\n 'i\\N{J}\\x'\nmatch k:\n case l: m\n case n\n")
	f.Fuzz(func(t *testing.T, text string) { checkSpans(t, parseText(text)) })
}
