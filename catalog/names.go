package catalog

import (
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/miglint/miglint/sqlast"
)

// maxIdent is the longest identifier in bytes, NAMEDATALEN - 1.
const maxIdent = 63

// objectName is makeObjectName of indexcmds.c: name1_name2_label, the longer of
// the two names shortened until it fits, at a character's edge.
func objectName(name1, name2, label string) string {
	overhead := 0
	if label != "" {
		overhead += len(label) + 1
	}
	if name2 != "" {
		overhead++
	}
	n1, n2 := len(name1), len(name2)
	for n1+n2 > maxIdent-overhead && n1+n2 > 0 {
		if n1 > n2 {
			n1--
		} else {
			n2--
		}
	}
	s := clipRunes(name1, n1)
	if name2 != "" {
		s += "_" + clipRunes(name2, n2)
	}
	if label != "" {
		s += "_" + label
	}
	return s
}

// clipRunes cuts s to at most n bytes without splitting a character
// (pg_mbcliplen).
func clipRunes(s string, n int) string {
	if n >= len(s) {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// relationName is ChooseRelationName of indexcmds.c. The name is free among the
// relations of the schema and, for a constraint's index, among its constraints.
func (c *Catalog) relationName(schema, name1, name2, label string, constraint bool) string {
	ns := c.schema(schema)
	return firstFree(name1, name2, label, func(name string) bool {
		if _, taken := ns.relations.get(name); taken {
			return true
		}
		if !constraint {
			return false
		}
		_, taken := ns.constraints.get(name)
		return taken
	})
}

// constraintName is ChooseConstraintName of pg_constraint.c: free among all
// constraints of the schema.
func (c *Catalog) constraintName(schema, name1, name2, label string) string {
	ns := c.schema(schema)
	return firstFree(name1, name2, label, func(name string) bool {
		_, taken := ns.constraints.get(name)
		return taken
	})
}

// firstFree tries the label alone and then with the numbers 1, 2, …. After a few
// it doubles and halves, so that a thousand equal indexes are not a million
// look-ups; the server's choice is the same as long as no number was given up.
func firstFree(name1, name2, label string, taken func(string) bool) string {
	name := objectName(name1, name2, label)
	if !taken(name) {
		return name
	}
	numbered := func(n int) string { return objectName(name1, name2, label+strconv.Itoa(n)) }
	const few = 16
	n := 1
	for ; n <= few; n++ {
		if name = numbered(n); !taken(name) {
			return name
		}
	}
	for taken(numbered(n)) {
		n *= 2
	}
	return numbered(sort.Search(n, func(i int) bool { return i > few && !taken(numbered(i)) }))
}

// joinColumns is ChooseIndexNameAddition and
// ChooseForeignKeyConstraintNameAddition: the names joined by "_", cut where the
// buffer is full.
func joinColumns(columns []string) string {
	var b strings.Builder
	for _, name := range columns {
		if b.Len() > 0 {
			b.WriteByte('_')
		}
		b.WriteString(clipRunes(name, maxIdent))
		if b.Len() > maxIdent {
			break
		}
	}
	return b.String()
}

// indexName is ChooseIndexName of indexcmds.c. i.Constraint does not matter:
// constraint tells whether the index is a constraint's.
func (c *Catalog) indexName(i *Index, constraint bool) string {
	table := i.Table
	switch {
	case i.Primary:
		return c.relationName(table.Schema, table.Name, "", "pkey", true)
	case constraint && !i.Unique:
		return c.relationName(table.Schema, table.Name, joinColumns(indexColumnNames(i)), "excl", true)
	case constraint:
		return c.relationName(table.Schema, table.Name, joinColumns(indexColumnNames(i)), "key", true)
	}
	return c.relationName(table.Schema, table.Name, joinColumns(indexColumnNames(i)), "idx", false)
}

// indexColumnNames is ChooseIndexColumnNames of indexcmds.c: the names of the
// index's own columns, INCLUDE columns too, made unique by numbers.
func indexColumnNames(i *Index) []string {
	if i.Names != nil {
		return i.Names
	}
	names := make([]string, 0, len(i.Elements)+len(i.Include))
	used := make(map[string]bool, cap(names))
	add := func(name string) {
		unique := name
		for n := 1; used[unique]; n++ {
			suffix := strconv.Itoa(n)
			unique = clipRunes(name, maxIdent-len(suffix)) + suffix
		}
		used[unique] = true
		names = append(names, unique)
	}
	for _, el := range i.Elements {
		name := el.Column
		if name == "" {
			name, _ = exprName(el.Expr)
		}
		if name == "" {
			name = "expr"
		}
		add(name)
	}
	for _, name := range i.Include {
		add(name)
	}
	return names
}

// exprName is FigureColnameInternal of parse_target.c: the name an expression
// gives its column, and how sure PostgreSQL is of it (2: certain, 1: a type or
// CASE, 0: none).
func exprName(e sqlast.Expr) (name string, strength int) {
	switch e := e.(type) {
	case *sqlast.ColumnExpr:
		if e.Column != "*" {
			return e.Column, 2
		}
	case *sqlast.FuncExpr:
		return e.Name.Name, 2
	case *sqlast.CastExpr:
		if name, strength = exprName(e.Arg); strength > 1 {
			return name, strength
		}
		return e.Type.Name.Name, 1
	case *sqlast.CollateExpr:
		return exprName(e.Arg)
	case *sqlast.CompositeExpr:
		return compositeName(e)
	case *sqlast.SubqueryExpr:
		if e.Query != nil && len(e.Query.Targets) == 1 && e.Query.Targets[0].Name != "?column?" {
			return e.Query.Targets[0].Name, 2
		}
	}
	return "", 0
}

func compositeName(e *sqlast.CompositeExpr) (name string, strength int) {
	switch e.Kind {
	case "case":
		if name, strength = exprName(caseElse(e)); strength > 1 {
			return name, strength
		}
		return "case", 1
	case "subscript":
		if len(e.Args) > 0 {
			return exprName(e.Args[0])
		}
	case "array", "row", "coalesce", "greatest", "least", "nullif", "grouping":
		return e.Kind, 2
	}
	return "", 0
}
