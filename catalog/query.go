package catalog

import (
	"slices"
	"strconv"

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
	c        *Catalog
	items    []fromItem
	byAlias  map[string]fromItem
	byColumn map[string][]Key
	unknown  []Key // relations that may have columns that are not known
	stars    int   // that were looked up
}

func (c *Catalog) newScope(q *sqlast.Query) *scope {
	s := &scope{c: c, items: c.fromItems(q), byAlias: map[string]fromItem{}, byColumn: map[string][]Key{}}
	seen := map[Key]bool{}
	for _, item := range s.items {
		s.byAlias[item.alias] = item
		if seen[item.key] {
			continue
		}
		seen[item.key] = true
		names, all := c.columnNames(item.key)
		for _, name := range names {
			s.byColumn[name] = append(s.byColumn[name], item.key)
		}
		if !all {
			s.unknown = append(s.unknown, item.key)
		}
	}
	return s
}

// resolve returns the relations that a column may be of.
func (s *scope) resolve(col *sqlast.ColumnExpr) []Key {
	keys := s.byColumn[col.Column]
	if col.Qualifier == "" {
		if len(keys) == 0 && len(s.unknown) == 1 {
			return s.unknown
		}
		return keys
	}
	item, ok := s.byAlias[col.Qualifier]
	if ok && (slices.Contains(keys, item.key) || slices.Contains(s.unknown, item.key)) {
		return []Key{item.key}
	}
	return nil
}

// maxStars is how many * of one query are looked up in its text.
const maxStars = 100

// uses returns the columns that a query uses, with * spelled out. A name that
// fits several relations is all of them.
func (s *scope) uses(q *sqlast.Query) []ColumnRef {
	var refs []ColumnRef
	seen := map[ColumnRef]bool{}
	add := func(ref ColumnRef) {
		if !seen[ref] {
			seen[ref] = true
			refs = append(refs, ref)
		}
	}
	starred := map[Key]bool{}
	for _, col := range q.Columns {
		if col.Column != "*" {
			for _, k := range s.resolve(col) {
				add(ColumnRef{k, col.Column})
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
				add(ColumnRef{item.key, name})
			}
			if !all {
				add(ColumnRef{item.key, "*"})
			}
		}
	}
	return refs
}

// star returns the relations that * or x.* stands for.
func (s *scope) star(q *sqlast.Query, star *sqlast.ColumnExpr) (items []fromItem, all bool) {
	if s.stars++; s.stars > maxStars {
		return nil, false
	}
	if star.Qualifier == "" {
		return fromClause(q, star, s.items)
	}
	item, ok := s.byAlias[star.Qualifier]
	if !ok {
		return nil, false
	}
	return []fromItem{item}, true
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
		keys := s.resolve(e)
		if len(keys) != 1 {
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
	if op.Temporary && op.Name.Schema == "" {
		k.Schema = tempSchema
	}
	v := &View{Key: k, Materialized: op.Materialized, Populated: !op.NoData, Query: op.Query, Created: at}
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

// readQuery notes what a view reads, there and here.
func (c *Catalog) readQuery(v *View, op *sqlast.CreateView) {
	scope := c.newScope(op.Query)
	v.Uses = scope.uses(op.Query)
	v.Columns = op.Columns
	if outputs, ok := scope.outputs(op.Query); ok && len(v.Columns) < len(outputs) {
		v.Columns = slices.Clone(v.Columns)
		for _, out := range outputs[len(v.Columns):] {
			v.Columns = append(v.Columns, out.Name)
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
