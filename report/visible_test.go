package report

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/miglint/miglint/source"
)

func TestVisible(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"plain text stays", "drop table \"a\"; -- 100 % #[x]", "drop table \"a\"; -- 100 % #[x]"},
		{"letters of any script stay", "注文 naïve é עברית", "注文 naïve é עברית"},
		{"emoji with joiners stay", "🧑‍🚀👍🏽🇩🇪", "🧑‍🚀👍🏽🇩🇪"},
		{"C0 controls", "\x00\a\b\n\r\x1b[31m\x7f", "␀␇␈␊␍␛[31m␡"},
		{"tabs", "a\tb", "a    b"},
		{"C1 controls", "\u0080\u009b31m", "<U+0080><U+009B>31m"},
		{"directional controls", "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c",
			"<U+202A><U+202B><U+202C><U+202D><U+202E><U+2066><U+2067><U+2068><U+2069><U+200E><U+200F><U+061C>"},
		{"line separators", "\u0085\u2028\u2029", "<U+0085><U+2028><U+2029>"},
		{"characters without room", "a\u200bb\ufeffc\u00add\U000e0041", "a<U+200B>b<U+FEFF>c<U+00AD>d<U+E0041>"},
		{"invalid UTF-8", "a\xff\xc3b\xe6\x95", "a��b��"},
		{"old workflow command", "x ##[set-output name=a]b", "x <U+0023>#[set-output name=a]b"},
		{"more signs than a command has", "####[a]", "##<U+0023>#[a]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := visible(tt.in); got != tt.want {
				t.Errorf("visible(%q) = %q, want %q", tt.in, got, tt.want)
			}
			if again := visible(tt.want); again != tt.want {
				t.Errorf("visible(%q) = %q: what is visible already must stay", tt.want, again)
			}
		})
	}
}

func TestVisibleLines(t *testing.T) {
	in := "SELECT a::text\r\n::set-env name=A::b\n \u3000\t::x\n\n  \n"
	want := []string{"SELECT a::text", "<U+003A>:set-env name=A::b", " \u3000    <U+003A>:x"}
	if diff := cmp.Diff(want, visibleLines(in)); diff != "" {
		t.Error(diff)
	}
}

func TestWrap(t *testing.T) {
	tests := []struct {
		name, in     string
		first, width int
		want         []string
	}{
		{"no terminal", "one two three", 4, 0, []string{"one two three"}},
		{"fits", "one two", 7, 7, []string{"one two"}},
		{"breaks at blanks", "one two three", 5, 9, []string{"one", "two three"}},
		{"a long word has its own line", "a incomprehensibilities b", 5, 5, []string{"a", "incomprehensibilities", "b"}},
		{"wide characters count twice", "高速 高速", 8, 8, []string{"高速", "高速"}},
		{"no line begins like a command", "one ::two three", 5, 5, []string{"one ::two", "three"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, wrap(tt.in, tt.first, tt.width)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// hostileText is random text of what is hard to position and to print.
func hostileText(r *rand.Rand, n int) string {
	parts := []string{"a", " ", "SELECT 1;", "\n", "\r\n", "\r", "\t", "é", "e\u0301", "数", "🚀", "🧑‍🚀", "\xff", "\xe6\x95", "\x80\x80\x80\x80\x80",
		"\x1b[2J", "\u202e", "\u2028", "\x00", "#", "##[", "##[error]x", "::", "\n::error::x", "\u3000::add-mask::y", "%", "%0A", ",", "\u0301\u0301\u0301"}
	var b strings.Builder
	for b.Len() < n {
		b.WriteString(parts[r.IntN(len(parts))])
	}
	return b.String()
}

func TestLocatorAgreesWithSource(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	texts := []string{"", "\n", strings.Repeat("\n", 3*blockSize), strings.Repeat("x", 2*blockSize), strings.Repeat("\x80", 3*blockSize),
		strings.Repeat("数", blockSize), "x" + strings.Repeat("🚀", blockSize) + "\n"}
	for i := range 40 {
		texts = append(texts, hostileText(r, i*200))
	}
	for _, text := range texts {
		f := source.NewFile("f.sql", []byte(text))
		var l locator
		check := func(offset int) {
			if got, want := l.position(f, offset), f.Position(offset); got != want {
				t.Fatalf("offset %d of %d bytes is at %+v, want %+v", offset, len(text), got, want)
			}
		}
		for range 300 {
			check(r.IntN(len(text) + 1))
		}
		for _, edge := range []int{-1, 0, blockSize, len(text) - 1, len(text), len(text) + 1} {
			check(edge)
		}
	}
}

func TestViewFitsAndKeepsTheSpan(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 3000 {
		text := strings.NewReplacer("\n", " ", "\r", " ").Replace(hostileText(r, 1+r.IntN(400)))
		f := source.NewFile("f.sql", []byte(text))
		start := r.IntN(len(text) + 1)
		end := start + r.IntN(len(text)-start+1)
		limit := minWidth + r.IntN(200)
		v := newTextReport(nil, Options{}).view(f, 1, start, end, limit)
		if w := displayWidth(string(v.text)); w > limit && utf8.ValidString(text) && !strings.ContainsAny(text, "\u0301\u200d") {
			t.Fatalf("%q shows as %q, which takes %d of %d columns", text, v.text, w, limit)
		}
		if end > start && displayWidth(visible(text[start:end])) > 0 && v.width == 0 {
			t.Fatalf("%q shows as %q without its span %d-%d", text, v.text, start, end)
		}
		if again := visible(string(v.text)); again != string(v.text) {
			t.Fatalf("%q shows as %q, which is not all visible", text, v.text)
		}
	}
}
