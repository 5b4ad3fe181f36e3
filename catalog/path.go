package catalog

import (
	"strings"

	"github.com/miglint/miglint/sqlast"
)

// maxPath bounds the schemas of search_path that are looked into.
const maxPath = 100

// applySet follows SET search_path in all its forms. Other settings are no part
// of the schema.
func (c *Catalog) applySet(op *sqlast.Set) {
	switch {
	case op.Name == "search_path":
	case op.Name == "all" && op.Reset:
	default:
		return
	}
	path := defaultPath()
	if !op.Reset {
		path = []string{}
		for _, schema := range op.Values[:min(len(op.Values), maxPath)] {
			if schema != "" {
				path = append(path, schema)
			}
		}
	}
	if op.Local {
		if c.sessionPath == nil {
			c.sessionPath = c.path
		}
	} else {
		c.sessionPath = nil
	}
	c.path = path
}

// splitIdent splits a list of identifiers and folds those without quotes
// (SplitIdentifierString in varlena.c).
func splitIdent(s string, sep byte) []string {
	var parts []string
	for s != "" {
		s = strings.TrimLeft(s, " \t\r\n")
		if !strings.HasPrefix(s, `"`) {
			part, rest, _ := strings.Cut(s, string(sep))
			parts = append(parts, strings.ToLower(strings.TrimRight(part, " \t\r\n")))
			s = rest
			continue
		}
		var b strings.Builder
		i := 1
		for ; i < len(s); i++ {
			if s[i] == '"' {
				if i+1 < len(s) && s[i+1] == '"' {
					i++
				} else {
					break
				}
			}
			b.WriteByte(s[i])
		}
		parts = append(parts, b.String())
		_, s, _ = strings.Cut(s[min(i+1, len(s)):], string(sep))
	}
	return parts
}
