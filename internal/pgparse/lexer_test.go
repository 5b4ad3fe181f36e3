package pgparse

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	pg_query "github.com/pganalyze/pg_query_go/v5"
)

var kindNames = map[TokenKind]string{
	Ident: "ident", QuotedIdent: "quoted", String: "string", DollarQuote: "dollar", Number: "number", Param: "param",
	Operator: "op", Punct: "punct", LineComment: "line", BlockComment: "block", Unterminated: "unterminated", Invalid: "invalid",
}

func TestLex(t *testing.T) {
	tests := map[string]struct {
		text string
		want []string // kind and text, in turn
	}{
		"nothing":            {"", nil},
		"blanks":             {" \t\r\n\f", nil},
		"identifiers":        {`a _b $c d$1 "E f" "g""h" é🙂x`, []string{"ident", "a", "ident", "_b", "invalid", "$", "ident", "c", "ident", "d$1", "quoted", `"E f"`, "quoted", `"g""h"`, "ident", "é🙂x"}},
		"no-break space":     {"a\u00a0b", []string{"ident", "a\u00a0b"}},
		"unicode identifier": {`U&"d\0061t" u&'x' u & 'y'`, []string{"quoted", `U&"d\0061t"`, "string", "u&'x'", "ident", "u", "op", "&", "string", "'y'"}},
		"strings": {`'a' 'it''s' 'a\' E'b\'c' e'\\' B'01' x'f' N'é' nn'x'`, []string{
			"string", "'a'", "string", "'it''s'", "string", `'a\'`, "string", `E'b\'c'`, "string", `e'\\'`,
			"string", "B'01'", "string", "x'f'", "string", "N'é'", "ident", "nn", "string", "'x'"}},
		"continued string":             {"'a'\n  'b' 'c' 'd'", []string{"string", "'a'\n  'b'", "string", "'c'", "string", "'d'"}},
		"continued after a comment":    {"'a' -- x\n 'b'", []string{"string", "'a' -- x\n 'b'"}},
		"escapes hold when it goes on": {"E'a'\n'b\\'c' d", []string{"string", "E'a'\n'b\\'c'", "ident", "d"}},
		"not continued":                {"'a' -- x\n, 'b'", []string{"string", "'a'", "line", "-- x", "punct", ",", "string", "'b'"}},
		"dollar quotes": {"$$a $b$ c$$ $x$ $$ $y$ $x$ $é$'$é$ $1$2 a$$b", []string{
			"dollar", "$$a $b$ c$$", "dollar", "$x$ $$ $y$ $x$", "dollar", "$é$'$é$", "param", "$1", "param", "$2", "ident", "a$$b"}},
		"numbers": {"1 1.5 .5 1. 1e5 1e-5 1e 0x1F 0o17 0b01 1_000.5_0 0x 1..2", []string{
			"number", "1", "number", "1.5", "number", ".5", "number", "1.", "number", "1e5", "number", "1e-5", "number", "1", "ident", "e",
			"number", "0x1F", "number", "0o17", "number", "0b01", "number", "1_000.5_0", "number", "0", "ident", "x",
			"number", "1", "op", "..", "number", "2"}},
		"operators": {"a+-b a*-b @- - <> => := :: != >=@+ =- a<-1 ||/ ->> #>>", []string{
			"ident", "a", "op", "+", "op", "-", "ident", "b", "ident", "a", "op", "*", "op", "-", "ident", "b",
			"op", "@-", "op", "-", "op", "<>", "op", "=>", "op", ":=", "op", "::", "op", "!=", "op", ">=@+", "op", "=", "op", "-",
			"ident", "a", "op", "<", "op", "-", "number", "1", "op", "||/", "op", "->>", "op", "#>>"}},
		"operator before a comment": {"1*--x\n2 @/*c*/3 */*y*/", []string{
			"number", "1", "op", "*", "line", "--x", "number", "2", "op", "@", "block", "/*c*/", "number", "3", "op", "*", "block", "/*y*/"}},
		"signs":                   {"+++1 +-+@", []string{"op", "+", "op", "+", "op", "+", "number", "1", "op", "+-+@"}},
		"punctuation":             {"(a[1:2]);b.c", []string{"punct", "(", "ident", "a", "punct", "[", "number", "1", "punct", ":", "number", "2", "punct", "]", "punct", ")", "punct", ";", "ident", "b", "punct", ".", "ident", "c"}},
		"line comments":           {"-- a\n--b\r--c\r\nd--", []string{"line", "-- a", "line", "--b", "line", "--c", "ident", "d", "line", "--"}},
		"block comments":          {"/*a*/b/* /* */ c */d/**/", []string{"block", "/*a*/", "ident", "b", "block", "/* /* */ c */", "ident", "d", "block", "/**/"}},
		"not a comment's end":     {"/*/ a */b", []string{"block", "/*/ a */", "ident", "b"}},
		"unterminated string":     {"a 'b", []string{"ident", "a", "unterminated", "'b"}},
		"unterminated escape":     {`E'b\'`, []string{"unterminated", `E'b\'`}},
		"unterminated identifier": {`a "b""`, []string{"ident", "a", "unterminated", `"b""`}},
		"unterminated dollar":     {"$x$ $y$", []string{"unterminated", "$x$ $y$"}},
		"unterminated comment":    {"a /* /* */", []string{"ident", "a", "unterminated", "/* /* */"}},
		"stray bytes":             {"\\a {b}\x00c\x01", []string{"invalid", "\\", "ident", "a", "invalid", "{", "ident", "b", "invalid", "}", "invalid", "\x00", "ident", "c", "invalid", "\x01"}},
		"invalid UTF-8":           {"a\xff\xfe 'b\x80'", []string{"ident", "a\xff\xfe", "string", "'b\x80'"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, tok := range Lex(tt.text, nil) {
				got = append(got, kindNames[tok.Kind], tt.text[tok.Start:tok.End])
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestLexAppends(t *testing.T) {
	toks := Lex("a b", []Token{{Kind: Number, Start: 7, End: 8}})
	if d := cmp.Diff([]Token{{Number, 7, 8}, {Ident, 0, 1}, {Ident, 2, 3}}, toks); d != "" {
		t.Error(d)
	}
}

// sameAsScan holds our tokens against those of the parser's scanner, if that reads
// the text. The scanner takes the N of N'x' for a token and gives U&'x' no end.
func sameAsScan(t *testing.T, text string) {
	t.Helper()
	scan, err := pg_query.Scan(text)
	if err != nil {
		return
	}
	var want, got []string
	for _, tok := range scan.Tokens {
		want = append(want, text[tok.Start:tok.End])
	}
	s := scanner{text: text}
	for tok, ok := s.next(); ok; tok, ok = s.next() {
		part := text[tok.Start:tok.End]
		switch {
		case tok.Kind == String && len(s.inside) > 0:
			return // it ends the string at the comment, which the server does not
		case tok.Kind == String && (part[0] == 'N' || part[0] == 'n'):
			got = append(got, part[:1])
			part = part[1:]
		case len(part) > 2 && part[1] == '&' && (part[0] == 'U' || part[0] == 'u'):
			part = ""
		}
		got = append(got, part)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("tokens of %q differ from the scanner's: %s", text, d)
	}
}

func TestLexLikeScan(t *testing.T) {
	for _, text := range lexSeeds {
		sameAsScan(t, text)
	}
}

var lexSeeds = []string{
	"CREATE TABLE a.b (id int8 DEFAULT nextval('s'), \"C\" text[]); -- done",
	"SELECT E'a\\'b'\n'c''d', U&'\\0041' UESCAPE '!', B'01', X'1F', N'x'",
	"SELECT 1+-2, 3*-4, @-5, a<@b, c->>'d', x::int, y:=1, f(z => 2), a[1:2], 1_000, 0x1f, 1.5e-3, .5, 1..2",
	"DO $$ BEGIN RAISE NOTICE '%', $1; END $$; SELECT $a$ $b$ $$ $a$, $1, a$b",
	"/* a /* b */ c */ SELECT 'x' -- y\n'z' /* end */",
	"SELECT a=-1, b>=-1, c@-1, d||-1, e!=-1, f~~*-1 --x\n, g */*c*/ 2",
	"SELECT é, \"ü\"\"ö\", '🙂', \u00a0x",
	"SELECT +++1, - - -1, +-+-1, a <-> b, a #- b, a ?| b, a %% b, a ^ b",
}

func FuzzLex(f *testing.F) {
	for _, text := range lexSeeds {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		end := 0
		for _, tok := range Lex(text, nil) {
			if tok.Start < end || tok.End <= tok.Start || tok.End > len(text) {
				t.Fatalf("token %+v after offset %d in a text of %d bytes", tok, end, len(text))
			}
			if strings.Trim(text[end:tok.Start], " \t\n\r\f") != "" {
				t.Fatalf("left out %q", text[end:tok.Start])
			}
			end = tok.End
		}
		if at, _ := unreadable(text); at < 0 && len(text) < 1000 && strings.Count(text, "/*") < 50 {
			sameAsScan(t, text)
		}
	})
}

func BenchmarkLex(b *testing.B) {
	for name, text := range benchTexts() {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			toks := make([]Token, 0, len(text))
			for b.Loop() {
				toks = Lex(text, toks[:0])
			}
		})
	}
}
