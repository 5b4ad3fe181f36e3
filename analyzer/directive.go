package analyzer

import (
	"strings"
	"sync"

	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/migration"
	"github.com/miglint/miglint/source"
	"github.com/miglint/miglint/sqlast"
)

// Directive is a comment that speaks to miglint: `-- miglint:verb arguments`.
type Directive struct {
	Span source.Span
	Verb string // "ignore", "ignore-file", "irreversible", "deprecate"; as written
	Args string // the rest of the comment, trimmed
}

const directivePrefix = "miglint:"

// parseDirective reads a comment; ok is false for an ordinary one.
func parseDirective(c sqlast.Comment) (d Directive, ok bool) {
	rest, ok := strings.CutPrefix(c.Text, directivePrefix)
	if !ok {
		return Directive{}, false
	}
	verb, args, _ := strings.Cut(strings.TrimSpace(rest), " ")
	return Directive{Span: c.Span, Verb: verb, Args: strings.TrimSpace(args)}, true
}

// Directives returns the `miglint:` comments of a script, which may be nil.
func Directives(s *migration.Script) []Directive {
	if s == nil {
		return nil
	}
	var ds []Directive
	for _, c := range s.Comments {
		if d, ok := parseDirective(c); ok {
			ds = append(ds, d)
		}
	}
	return ds
}

// Deprecations are the columns that migrations announced they will drop, by a
// `-- miglint:deprecate table.column reason` directive.
type Deprecations struct {
	marks *sync.Map // of all migrations: column to *deprecation, the first of it
	seen  int       // only marks below this number count
}

// column is a column as a directive names it; schema may be "".
type column struct{ schema, table, name string }

type deprecation struct {
	number int
	reason string
	at     catalog.Origin
}

// add records a deprecate directive.
func (d *Deprecations) add(dir Directive, at catalog.Origin) {
	target, reason, _ := strings.Cut(dir.Args, " ")
	schema, table, name, ok := SplitColumn(target)
	if !ok {
		return
	}
	at.Span = dir.Span
	d.seen++
	d.marks.LoadOrStore(column{schema, table, name}, &deprecation{d.seen, strings.TrimSpace(reason), at})
}

// Of returns where the column was first marked and why.
func (d *Deprecations) Of(table catalog.Key, name string) (at catalog.Origin, reason string, ok bool) {
	first := &deprecation{number: d.seen + 1}
	for _, schema := range []string{"", table.Schema} {
		if m, marked := d.marks.Load(column{schema, table.Name, name}); marked && m.(*deprecation).number < first.number {
			first = m.(*deprecation)
		}
	}
	return first.at, first.reason, first.number <= d.seen
}

// SplitColumn reads "table.column" or "schema.table.column".
func SplitColumn(s string) (schema, table, column string, ok bool) {
	parts := strings.Split(s, ".")
	for _, p := range parts {
		if p == "" {
			return "", "", "", false
		}
	}
	switch len(parts) {
	case 2:
		return "", parts[0], parts[1], true
	case 3:
		return parts[0], parts[1], parts[2], true
	}
	return "", "", "", false
}
