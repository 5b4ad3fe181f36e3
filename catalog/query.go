package catalog

import (
	"slices"
	"strconv"
	"strings"

	"github.com/miglint/miglint/sqlast"
)

// readKey returns the key of a relation that a query reads. One that history has
// not seen becomes a partial table, so that it can tell who reads it; those of
// the system do not.
func (c *Catalog) readKey(n sqlast.Name) (Key, bool) {
	if k, _, ok := c.find(n); ok {
		return k, true
	}
	if isSystemName(n) || n.Name == "" {
		return Key{}, false
	}
	return c.stub(c.keyOf(n)).Key, true
}

// fromItem is a relation in a FROM clause with the name it goes by.
type fromItem struct {
	key   Key
	alias string
	at    int // where it is written, in bytes
}

// fromItems resolves what a query reads.
func (c *Catalog) fromItems(q *sqlast.Query) []fromItem {
	list := make([]fromItem, 0, len(q.Reads))
	for _, r := range q.Reads {
		k, ok := c.readKey(r.Name)
		if !ok {
			continue
		}
		alias := r.Alias
		if alias == "" {
			alias = r.Name.Name
		}
		list = append(list, fromItem{k, alias, r.Name.Span.Start})
	}
	return list
}

// columnNames returns the columns of a table or view; all is false if there may
// be more.
func (c *Catalog) columnNames(k Key) (names []string, all bool) {
	if v := c.ViewAt(k); v != nil {
		return v.Columns, len(v.Columns) > 0
	}
	t := c.TableAt(k)
	if t == nil {
		return nil, false
	}
	for _, col := range t.Columns {
		names = append(names, col.Name)
	}
	return names, !t.Partial && !t.ColumnsUnknown
}

// scope finds what the names in a query stand for. All sub-selects share it, for
// a Query has them folded in.
type scope struct {
	c       *Catalog
	items   []fromItem
	levels  []level
	columns places          // relations with a column of the name; "" for those whose columns are not all known
	aliases places          // relations that go by the name
	named   map[string]bool // what the query names AS, if it has sub-selects
	stars   int             // that were looked up
}

// place is a name at a level of a query.
type place struct {
	level int
	name  string
}

// places are the relations that names stand for, without repeats.
type places map[place][]Key

func (p places) add(level int, name string, k Key) {
	list := p[place{level, name}]
	addKey(&list, k)
	p[place{level, name}] = list
}

func (c *Catalog) newScope(q *sqlast.Query) *scope {
	s := &scope{c: c, items: c.fromItems(q), levels: levels(q), columns: places{}, aliases: places{}}
	if len(s.levels) != 1 {
		s.named = namedAs(q.At.Text())
	}
	type relationAt struct {
		level int
		key   Key
	}
	seen := map[relationAt]bool{}
	for _, item := range s.items {
		level := levelAt(s.levels, item.at)
		s.aliases.add(level, item.alias, item.key)
		if seen[relationAt{level, item.key}] {
			continue
		}
		seen[relationAt{level, item.key}] = true
		names, all := c.columnNames(item.key)
		for _, name := range names {
			s.columns.add(level, name, item.key)
		}
		if !all {
			s.columns.add(level, "", item.key)
		}
	}
	return s
}

// namedAs returns the names that follow AS: a column of such a name may be the
// output of a sub-select.
func namedAs(text string) map[string]bool {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return strings.ContainsRune(" \t\r\n(),;\"", r) })
	named := map[string]bool{}
	for i, w := range words[:max(0, len(words)-1)] {
		if w == "as" {
			named[words[i+1]] = true
		}
	}
	return named
}

// resolve returns the relations that a column may be of. certain is true if it is
// of the only one.
func (s *scope) resolve(col *sqlast.ColumnExpr) (keys []Key, certain bool) {
	level := levelAt(s.levels, col.Pos().Start)
	if level == noLevel {
		for i := range s.levels {
			keys = append(keys, s.columns[place{i, col.Column}]...)
		}
	}
	if len(keys) > 0 { // its place is not known
		return keys, false
	}
	for {
		keys = s.columns[place{level, col.Column}]
		unknown := s.columns[place{level, ""}]
		if col.Qualifier != "" {
			of := s.aliases[place{level, col.Qualifier}]
			keys, unknown = both(keys, of), both(unknown, of)
		}
		if len(keys) == 0 {
			keys = unknown
		}
		if len(keys) > 0 {
			return keys, len(keys) == 1 && (col.Qualifier != "" || !s.named[col.Column])
		}
		if level == noLevel {
			return nil, false
		}
		level = s.levels[level].parent
	}
}

// both returns the keys that are in both lists.
func both(a, b []Key) []Key {
	var keys []Key
	for _, k := range a {
		if slices.Contains(b, k) {
			keys = append(keys, k)
		}
	}
	return keys
}

// maxStars is how many * of one query are looked up in its text.
const maxStars = 100

// uses returns the columns that a query uses, with * spelled out, and those that
// it may use: a name that fits several relations, for sub-selects are not told
// apart, and everything in a relation whose columns are not known.
func (s *scope) uses(q *sqlast.Query) (certain, possible []ColumnRef) {
	seen := map[ColumnRef]bool{}
	add := func(refs *[]ColumnRef, ref ColumnRef) {
		if !seen[ref] {
			seen[ref] = true
			*refs = append(*refs, ref)
		}
	}
	starred := map[Key]bool{}
	for _, col := range q.Columns {
		if col.WholeRow {
			continue
		}
		if col.Column != "*" {
			if keys, ok := s.resolve(col); ok {
				add(&certain, ColumnRef{keys[0], col.Column})
			}
			continue
		}
		items, _ := s.star(q, col)
		for _, item := range items {
			if starred[item.key] {
				continue
			}
			starred[item.key] = true
			names, all := s.c.columnNames(item.key)
			for _, name := range names {
				add(&certain, ColumnRef{item.key, name})
			}
			if !all {
				add(&possible, ColumnRef{item.key, "*"})
			}
		}
	}
	for _, col := range q.Columns {
		if col.Column != "*" {
			keys, _ := s.resolve(col)
			for _, k := range keys {
				add(&possible, ColumnRef{k, col.Column})
			}
		}
	}
	return certain, possible
}

// star returns the relations that * or x.* stands for.
func (s *scope) star(q *sqlast.Query, star *sqlast.ColumnExpr) (items []fromItem, all bool) {
	if s.stars++; s.stars > maxStars {
		return nil, false
	}
	if star.Qualifier == "" {
		return fromClause(q, star, s.items)
	}
	for level := levelAt(s.levels, star.Pos().Start); ; level = s.levels[level].parent {
		if keys := s.aliases[place{level, star.Qualifier}]; len(keys) == 1 {
			return []fromItem{{key: keys[0]}}, true
		} else if len(keys) > 1 || level == noLevel {
			return nil, false
		}
	}
}

// outputs returns the output columns of a query as far as they can be told; ok
// is false if some may be missing. The type of one that is not a plain column, a
// cast or a constant is left empty.
func (s *scope) outputs(q *sqlast.Query) (columns []*Column, ok bool) {
	ok = len(q.Targets) > 0
	for _, target := range q.Targets {
		if len(columns) >= maxColumns {
			break
		}
		star, isColumn := target.Expr.(*sqlast.ColumnExpr)
		if !isColumn || star.Column != "*" {
			columns = append(columns, s.output(target))
			continue
		}
		items, all := s.star(q, star)
		ok = ok && all
		for _, item := range items {
			names, all := s.c.columnNames(item.key)
			ok = ok && all
			t := s.c.TableAt(item.key)
			for _, name := range names {
				if slices.ContainsFunc(columns, func(col *Column) bool { return col.Name == name }) {
					continue // merged by USING or NATURAL
				}
				col := &Column{Name: name}
				if t != nil {
					col = t.Column(name)
				}
				columns = append(columns, col)
			}
		}
	}
	return columns, ok
}

func (s *scope) output(target sqlast.Target) *Column {
	out := &Column{Name: target.Name}
	switch e := target.Expr.(type) {
	case *sqlast.CastExpr:
		out.Type, out.UserType = e.Type, s.c.userType(e.Type.Name)
	case *sqlast.ConstExpr:
		switch _, err := strconv.ParseInt(e.Value, 10, 32); {
		case e.Kind == sqlast.NumberConst && err == nil:
			out.Type.Name.Name = "int4"
		case e.Kind == sqlast.StringConst:
			out.Type.Name.Name = "text"
		}
	case *sqlast.ColumnExpr:
		keys, certain := s.resolve(e)
		if !certain {
			break
		}
		if t := s.c.TableAt(keys[0]); t != nil {
			if col := t.Column(e.Column); col != nil {
				out.Type, out.UserType, out.Collation = col.Type, col.UserType, col.Collation
			}
		}
	}
	return out
}

func (c *Catalog) createView(op *sqlast.CreateView, at Origin) {
	k := c.keyOf(op.Name)
	if op.Name.Schema == "" && (op.Temporary || c.readsTemporary(op)) {
		k.Schema = tempSchema
	}
	v := &View{Key: k, Materialized: op.Materialized, Populated: !op.NoData, SecurityInvoker: op.SecurityInvoker, Query: op.Query, Created: at}
	if r, taken := c.relationAt(k); taken {
		if op.IfNotExists {
			return
		}
		switch old := r.object.(type) {
		case *View:
			if op.Replace && !old.Materialized {
				c.unread(old)
				v.ReferencedViews, v.Comment = slices.Clip(old.ReferencedViews), old.Comment
				break
			}
			c.dropRelation(k)
		case *Table:
			if old.Partial {
				v.ReferencedViews = slices.Clip(old.ReferencedViews)
				c.table(k).ReferencedViews = nil
			}
			c.dropRelation(k)
		default:
			c.dropRelation(k)
		}
	}
	if op.Query != nil {
		c.readQuery(v, op)
	}
	c.put(k, v)
}

// readsTemporary reports whether a view is temporary because it reads something
// that is (isQueryUsingTempRelation).
func (c *Catalog) readsTemporary(op *sqlast.CreateView) bool {
	if _, any := c.schemas.get(tempSchema); !any || op.Materialized || op.Query == nil {
		return false
	}
	return slices.ContainsFunc(op.Query.Reads, func(r sqlast.Relation) bool {
		k, _, _ := c.find(r.Name)
		return k.Schema == tempSchema
	})
}

// readQuery notes what a view reads, there and here.
func (c *Catalog) readQuery(v *View, op *sqlast.CreateView) {
	scope := c.newScope(op.Query)
	v.Uses, v.MayUse = scope.uses(op.Query)
	own := func(ref ColumnRef) bool { return ref.Table == v.Key } // OR REPLACE may let a view read itself
	v.Uses, v.MayUse = slices.DeleteFunc(v.Uses, own), slices.DeleteFunc(v.MayUse, own)
	v.Columns = op.Columns
	if outputs, ok := scope.outputs(op.Query); ok && len(v.Columns) < len(outputs) {
		v.Columns = slices.Clone(v.Columns)
		for _, out := range outputs[len(v.Columns):] {
			v.Columns = append(v.Columns, out.Name)
		}
		for _, out := range outputs {
			v.Types = append(v.Types, out.Type)
		}
	}
	seen := map[Key]bool{v.Key: true}
	for _, item := range scope.items {
		if seen[item.key] {
			continue
		}
		seen[item.key] = true
		v.Reads = append(v.Reads, item.key)
		if t := c.table(item.key); t != nil {
			t.ReferencedViews = append(t.ReferencedViews, v.Key)
		} else if w := c.view(item.key); w != nil {
			w.ReferencedViews = append(w.ReferencedViews, v.Key)
		}
	}
	for _, call := range op.Query.Functions {
		c.useFunction(v.Key, call.Name)
	}
}
