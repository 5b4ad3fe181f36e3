package source

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSplice(t *testing.T) {
	const text = "CREATE TABLE ${s}.t (id ${type}) -- ${s}"
	tests := map[string]struct {
		values map[string]string
		want   string
		// maps says which part of the file a part of the new text comes from.
		maps map[string]string
	}{
		"longer and shorter": {
			values: map[string]string{"${s}": "application", "${type}": "int"},
			want:   "CREATE TABLE application.t (id int) -- application",
			maps: map[string]string{
				"CREATE": "CREATE", "application": "${s}", "lica": "${s}", ".t": ".t", "int": "${type}",
				"TABLE application.t": "TABLE ${s}.t", "d int": "d ${type}", ") --": ") --",
			},
		},
		"removed": {
			values: map[string]string{"${s}.": "", "${type}": "bigint"},
			want:   "CREATE TABLE t (id bigint) -- ${s}",
			maps:   map[string]string{"TABLE t": "TABLE ${s}.t", "t (": "t (", "bigint": "${type}", "${s}": "${s}"},
		},
		"nothing": {want: text, maps: map[string]string{"TABLE ${s}": "TABLE ${s}"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			file := NewFile("a.sql", []byte("\n"+text))
			var cuts []Cut
			for i := 0; i < len(text); i++ {
				for old, value := range tt.values {
					if strings.HasPrefix(text[i:], old) {
						cuts = append(cuts, Cut{i, i + len(old), value})
					}
				}
			}
			got := FileFragment(file, 1, len(text)+1).Splice(cuts)
			if got.Text != tt.want {
				t.Fatalf("text: %q", got.Text)
			}
			for part, want := range tt.maps {
				i := strings.Index(got.Text, part)
				if d := cmp.Diff(want, got.Span(i, i+len(part)).Text()); d != "" {
					t.Errorf("%q: %s", part, d)
				}
			}
		})
	}
}

func TestSpliceTwice(t *testing.T) {
	file := NewFile("a.sql", []byte("a ${b} c ${d} e"))
	first := FileFragment(file, 0, len(file.Text)).Splice([]Cut{{2, 6, "bbbbbbb"}})
	second := first.Splice([]Cut{{12, 16, "d"}})
	if second.Text != "a bbbbbbb c d e" {
		t.Fatalf("text: %q", second.Text)
	}
	for part, want := range map[string]string{"bbb": "${b}", "c d": "c ${d}", "d e": "${d} e", " e": " e", "a b": "a ${b}"} {
		i := strings.Index(second.Text, part)
		if got := second.Span(i, i+len(part)).Text(); got != want {
			t.Errorf("%q maps to %q, want %q", part, got, want)
		}
	}
}

func TestSliceAndConcat(t *testing.T) {
	const text = "x 'ALTER TABLE ${t} ADD' y 'é'"
	file := NewFile("a.sql", []byte(text))
	hole := strings.Index(text, "${t}")
	frag := FileFragment(file, 0, len(text)).Splice([]Cut{{hole, hole + 4, "orders"}})
	at := func(part string) Fragment {
		i := strings.Index(frag.Text, part)
		return frag.Slice(i, i+len(part))
	}
	tests := map[string]struct {
		frag       Fragment
		text, span string // span of the whole fragment
	}{
		"before":                   {at("ALTER"), "ALTER", "ALTER"},
		"over a value":             {at("TABLE orders ADD"), "TABLE orders ADD", "TABLE ${t} ADD"},
		"in a value":               {at("rder"), "rder", "${t}"},
		"after":                    {at("'é'"), "'é'", "'é'"},
		"of a slice":               {at("TABLE orders ADD' y").Slice(6, 16), "orders ADD", "${t} ADD"},
		"empty":                    {frag.Slice(3, 3), "", ""},
		"joined":                   {Concat(at("ALTER"), at(" ADD"), at("é")), "ALTER ADDé", "ALTER TABLE ${t} ADD' y 'é"},
		"joined empty":             {Concat(frag.Slice(3, 3), at("é")), "é", "é"},
		"joined of none but empty": {Concat(frag.Slice(3, 3), frag.Slice(5, 5)), "", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if tt.frag.Text != tt.text {
				t.Errorf("text %q, want %q", tt.frag.Text, tt.text)
			}
			if got := tt.frag.Span(0, len(tt.frag.Text)).Text(); got != tt.span {
				t.Errorf("span %q, want %q", got, tt.span)
			}
		})
	}
}
