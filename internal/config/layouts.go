package config

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/goccy/go-yaml/ast"

	"github.com/miglint/miglint/migration"
)

// layouts reads the descriptions of home-grown runners.
func (r *reader) layouts(c *Config, n ast.Node) {
	switch n := n.(type) {
	case *ast.NullNode:
	case *ast.SequenceNode:
		for _, item := range n.Values {
			c.Layouts = append(c.Layouts, r.layout(item))
		}
	default:
		r.fail(n, "layouts must be a list, one entry for each layout")
	}
}

// layoutReader is one layout while it is being read.
type layoutReader struct {
	*reader
	*migration.Layout
	files ast.Node // nil until it is there
	order ast.Node
	list  ast.Node
	has   map[string]bool
}

type layoutKey struct {
	name string
	read func(l *layoutReader, n ast.Node)
}

func layoutKeys() []layoutKey {
	return []layoutKey{
		{"name", func(l *layoutReader, n ast.Node) { l.Name, _ = l.str(n, "name") }},
		{"folders", func(l *layoutReader, n ast.Node) {
			l.strs(n, "a folder", func(s string, n ast.Node) { l.folder(s, n) })
		}},
		{"files", func(l *layoutReader, n ast.Node) { l.files, l.Files = n, l.regexp(n, "files") }},
		{"order", func(l *layoutReader, n ast.Node) { l.order = n }},
		{"up", func(l *layoutReader, n ast.Node) {
			l.strs(n, "a word for up", func(s string, _ ast.Node) { l.Up = append(l.Up, s) })
		}},
		{"down", func(l *layoutReader, n ast.Node) {
			l.strs(n, "a word for down", func(s string, _ ast.Node) { l.Down = append(l.Down, s) })
		}},
		{"transaction", func(l *layoutReader, n ast.Node) {
			word, _ := l.choice(n, "transaction", Transactions())
			l.Tx = shapes[word]
		}},
		{"markers", (*layoutReader).markers},
		{"remove", func(l *layoutReader, n ast.Node) { l.Remove = l.regexp(n, "remove") }},
		{"delimiters", (*layoutReader).delimiters},
		{"manifest", func(l *layoutReader, n ast.Node) {
			if l.Manifest, _ = l.str(n, "manifest"); strings.ContainsAny(l.Manifest, `/\*?`) {
				l.fail(n, "manifest %q must be the name of a file, without a folder: each folder that has one is run by it", l.Manifest)
			}
		}},
		{"manifest-list", func(l *layoutReader, n ast.Node) {
			l.list = n
			if s, ok := l.str(n, "manifest-list"); ok {
				l.ManifestList = strings.Split(s, ".")
			}
		}},
	}
}

var shapes = map[string]migration.TxShape{
	"statement": migration.PerStatement, "file": migration.PerFile, "run": migration.PerRun, "implicit": migration.Implicit,
}

// layout reads one layout and checks that it is complete.
func (r *reader) layout(n ast.Node) *migration.Layout {
	start := n.GetToken()
	for start.Position.Column > 1 && start.Prev != nil && start.Prev.Position.Line == start.Position.Line && start.Value == ":" {
		start = start.Prev
	}
	l := &layoutReader{reader: r, has: map[string]bool{},
		Layout: &migration.Layout{At: fmt.Sprintf("%s:%d", filepath.Base(r.file.Path), start.Position.Line)}}
	before := len(r.errs)
	table := layoutKeys()
	r.mapping(n, "a layout", func(name string, k, v ast.Node) {
		l.has[name] = true
		i := slices.IndexFunc(table, func(e layoutKey) bool { return e.name == name })
		if i < 0 {
			var names []string
			for _, e := range table {
				names = append(names, e.name)
			}
			r.fail(k, "%s", Unknown("key of a layout", name, names))
			return
		}
		table[i].read(l, v)
	})
	if len(r.errs) == before {
		l.complete(n)
	}
	return l.Layout
}

// complete checks what only the layout as a whole can be asked.
func (l *layoutReader) complete(n ast.Node) {
	for _, need := range [][2]string{
		{"folders", "which folders it describes"},
		{"files", "what the names of migrations look like, as a regular expression over their path below the folder"},
		{"transaction", "how migrations are sent: " + strings.Join(Transactions(), ", ")},
	} {
		if !l.has[need[0]] {
			l.fail(n, "the layout lacks %s: %s", need[0], need[1])
			return
		}
	}
	if l.Up == nil {
		l.Up = []string{"up"}
	}
	if l.Down == nil {
		l.Down = []string{"down"}
	}
	if l.list != nil && l.Manifest == "" {
		l.fail(l.list, "manifest-list says where in the manifest the files are listed, but there is no manifest")
	}
	l.orders()
}

// orders reads by which groups migrations are ordered.
func (l *layoutReader) orders() {
	groups := l.Files.SubexpNames()
	add := func(name string, n ast.Node, text bool) {
		if !slices.Contains(groups, name) {
			named := slices.DeleteFunc(slices.Clone(groups), func(g string) bool { return g == "" })
			l.fail(n, "%s", Unknown("group", name, named))
		}
		l.Order = append(l.Order, migration.LayoutKey{Group: name, Text: text})
	}
	switch n := l.order.(type) {
	case nil:
		for _, g := range migration.OrderGroups(l.Files) {
			add(g, l.files, false)
		}
		if l.Order == nil {
			l.fail(l.files, "files has no named group that orders the migrations: write the part with the version as (?<version>[0-9]+)")
		}
	case *ast.MappingNode, *ast.MappingValueNode:
		l.mapping(n, "order", func(name string, k, v ast.Node) {
			word, _ := l.choice(v, "kind of order", []string{"number", "text"})
			add(name, k, word == "text")
		})
	default:
		l.strs(n, "a group", func(s string, n ast.Node) { add(s, n, false) })
	}
}

func (l *layoutReader) folder(s string, n ast.Node) {
	if !doublestar.ValidatePattern(s) {
		l.fail(n, "%q is no valid pattern: expected a path with *, ** or ?", s)
		return
	}
	if s, ok := l.path(n, "folder", s); ok {
		l.Folders = append(l.Folders, strings.TrimSuffix(strings.TrimPrefix(s, "./"), "/"))
	}
}

// regexp reads a regular expression.
func (l *layoutReader) regexp(n ast.Node, what string) *regexp.Regexp {
	s, ok := l.str(n, what)
	if !ok {
		return nil
	}
	re, err := regexp.Compile(s)
	if err != nil {
		l.fail(n, "%s is no valid regular expression: %s", what, strings.TrimPrefix(err.Error(), "error parsing regexp: "))
		return nil
	}
	return re
}

// markers reads the lines that the runner knows.
func (l *layoutReader) markers(n ast.Node) {
	table := map[string]**regexp.Regexp{
		"up": &l.MarkUp, "down": &l.MarkDown, "split": &l.MarkSplit, "no-transaction": &l.MarkNoTransaction,
	}
	l.mapping(n, "markers", func(name string, k, v ast.Node) {
		if to := table[name]; to != nil {
			*to = l.regexp(v, "the marker "+name)
			return
		}
		l.fail(k, "%s", Unknown("marker", name, []string{"up", "down", "split", "no-transaction"}))
	})
}

// delimiters reads what stands around a placeholder.
func (l *layoutReader) delimiters(n ast.Node) {
	var both []string
	l.strs(n, "a delimiter", func(s string, _ ast.Node) { both = append(both, s) })
	if len(both) != 2 {
		l.fail(n, `delimiters must be two: what stands before a placeholder's name and what behind it, as ["<%%", "%%>"]`)
		return
	}
	l.Delimiters = [2]string(both)
}
