package gosrc

import "strings"

// tag is a struct tag of bun: a name and options that may have values
// (internal/tagparser of bun).
type tag struct {
	name    string
	options map[string][]string
}

func (t tag) has(option string) bool {
	_, ok := t.options[option]
	return ok
}

// value is the last value that an option is given.
func (t tag) value(option string) (string, bool) {
	if vs := t.options[option]; len(vs) > 0 {
		return vs[len(vs)-1], true
	}
	return "", false
}

// parseTag reads `name,option,key:value`. A value may be quoted, and have commas
// inside parentheses.
func parseTag(s string) tag {
	t := tag{options: map[string][]string{}}
	first := true
	for s != "" || first {
		var word, value string
		var hasValue bool
		word, value, hasValue, s = cutOption(s)
		switch {
		case hasValue:
			t.options[word] = append(t.options[word], value)
		case first:
			t.name = word
		case word != "":
			t.options[word] = append(t.options[word], "")
		}
		first = false
	}
	return t
}

// cutOption takes one option off the front of a tag.
func cutOption(s string) (word, value string, hasValue bool, rest string) {
	i := strings.IndexAny(s, ",:")
	if i < 0 {
		return s, "", false, ""
	}
	word = s[:i]
	if s[i] == ',' {
		return word, "", false, s[i+1:]
	}
	s = s[i+1:]
	if strings.HasPrefix(s, `"`) {
		if j := strings.IndexByte(s[1:], '"'); j >= 0 {
			return word, s[1 : 1+j], true, strings.TrimPrefix(s[j+2:], ",")
		}
	}
	depth := 0
	for j := 0; j < len(s); j++ {
		switch s[j] {
		case '(':
			depth++
		case ')':
			depth--
		case ',':
			if depth <= 0 {
				return word, s[:j], true, s[j+1:]
			}
		}
	}
	return word, s, true, ""
}

// underscore turns CamelCase into camel_case as bun does (internal/underscore.go).
func underscore(s string) string {
	upper := func(c byte) bool { return 'A' <= c && c <= 'Z' }
	lower := func(c byte) bool { return 'a' <= c && c <= 'z' }
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		if upper(c) {
			if i > 0 && i+1 < len(s) && (lower(s[i-1]) || lower(s[i+1])) {
				b.WriteByte('_')
			}
			c += 'a' - 'A'
		}
		b.WriteByte(c)
	}
	return b.String()
}
