package migration

import (
	"strings"

	"github.com/miglint/miglint/source"
)

// tomlKey is a `key = value` line of a TOML file.
type tomlKey struct {
	table string // of the [table] it stands in, "" at the top
	name  string
	value string // as written, without the comment behind it
	at    source.Span
	raw   source.Span // the value
}

// tomlKeys reads the keys of a small TOML file line by line, which is enough for
// files that hold a flag or two. broken is the first line that is no TOML, the
// zero Span if there is none; a value of several lines is skipped.
func tomlKeys(f *source.File) (keys []tomlKey, broken source.Span) {
	table, until := "", ""
	for l := range lines(f) {
		text := strings.TrimSpace(l.text)
		if until != "" {
			if strings.Contains(text, until) {
				until = ""
			}
			continue
		}
		switch {
		case text == "" || text[0] == '#':
			continue
		case text[0] == '[':
			end := strings.LastIndexByte(text, ']')
			if end < 0 {
				return keys, l.span(f)
			}
			table = strings.Trim(text[:end], "[] \t")
			continue
		}
		name, rest, ok := strings.Cut(l.text, "=")
		name = strings.Trim(strings.TrimSpace(name), `"'`)
		value := tomlValue(strings.TrimSpace(rest))
		if !ok || !isTOMLKey(name) || value == "" {
			return keys, l.span(f)
		}
		at := l.span(f)
		start := l.start + len(l.text) - len(strings.TrimLeft(rest, " \t"))
		keys = append(keys, tomlKey{table, name, value, at, f.Span(start, start+len(value))})
		switch {
		case strings.HasPrefix(value, `"""`) && strings.Count(value, `"""`) == 1:
			until = `"""`
		case strings.HasPrefix(value, "'''") && strings.Count(value, "'''") == 1:
			until = "'''"
		case value[0] == '[' && !strings.Contains(value, "]"):
			until = "]"
		}
	}
	return keys, source.Span{}
}

// tomlValue is a value without the comment behind it.
func tomlValue(s string) string {
	quote := byte(0)
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '#':
			return strings.TrimSpace(s[:i])
		}
	}
	return s
}

func isTOMLKey(name string) bool {
	return name != "" && strings.IndexFunc(name, func(r rune) bool {
		return r != '_' && r != '-' && r != '.' && (r < '0' || '9' < r) && (r < 'A' || 'Z' < r) && (r < 'a' || 'z' < r)
	}) < 0
}
