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
}

// sources resolves what a query reads.
func (c *Catalog) sources(q *sqlast.Query) []fromItem {
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
		list = append(list, fromItem{k, alias})
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

// resolver finds the columns that a query's references stand for.
type resolver struct {
	c       *Catalog
	sources []fromItem
	columns map[Key]map[string]bool // nil for a relation whose columns are not known
	seen    map[ColumnRef]bool
	refs    []ColumnRef
}

// columnsUsed returns the columns of its sources that a query uses, with * spelled
// out. A name that fits several sources is all of them.
func (c *Catalog) columnsUsed(q *sqlast.Query, sources []fromItem) []ColumnRef {
	r := resolver{c: c, sources: sources, columns: map[Key]map[string]bool{}, seen: map[ColumnRef]bool{}}
	for _, s := range sources {
		names, all := c.columnNames(s.key)
		if !all {
			r.columns[s.key] = nil
			continue
		}
		set := make(map[string]bool, len(names))
		for _, name := range names {
			set[name] = true
		}
		r.columns[s.key] = set
	}
	// What * of an outer query stands for is mentioned in the inner one.
	outer := map[*sqlast.ColumnExpr]bool{}
	if isNested(q) {
		for _, target := range q.Targets {
			if col, ok := target.Expr.(*sqlast.ColumnExpr); ok && col.Column == "*" {
				outer[col] = true
			}
		}
	}
	for _, col := range q.Columns {
		if !outer[col] {
			r.resolve(col)
		}
	}
	return r.refs
}

// isNested reports whether a query has sub-selects, which are folded into it.
func isNested(q *sqlast.Query) bool {
	return strings.Count(strings.ToLower(q.At.Text()), "select") > 1
}

func (r *resolver) resolve(col *sqlast.ColumnExpr) {
	var unknown []Key
	found := false
	for _, s := range r.sources {
		if col.Qualifier != "" && col.Qualifier != s.alias {
			continue
		}
		names := r.columns[s.key]
		switch {
		case col.Column == "*", col.Qualifier == "" && col.Column == s.alias && !names[col.Column]:
			r.addAll(s.key)
			found = true
		case names == nil && col.Qualifier == "":
			unknown = append(unknown, s.key)
		case names == nil || names[col.Column]:
			r.add(ColumnRef{s.key, col.Column})
			found = true
		}
	}
	if !found && len(unknown) == 1 {
		r.add(ColumnRef{unknown[0], col.Column})
	}
}

func (r *resolver) addAll(k Key) {
	names, all := r.c.columnNames(k)
	if !all {
		r.add(ColumnRef{k, "*"})
		return
	}
	for _, name := range names {
		r.add(ColumnRef{k, name})
	}
}

func (r *resolver) add(ref ColumnRef) {
	if !r.seen[ref] {
		r.seen[ref] = true
		r.refs = append(r.refs, ref)
	}
}

// outputs returns the output columns of a query as far as they can be told; ok
// is false if some may be missing. The type of one that is not a plain column or
// a cast is left empty.
func (c *Catalog) outputs(q *sqlast.Query) (columns []*Column, ok bool) {
	sources := c.sources(q)
	ok = len(q.Targets) > 0
	nested := isNested(q)
	for _, target := range q.Targets {
		star, isStar := target.Expr.(*sqlast.ColumnExpr)
		isStar = isStar && star.Column == "*" || target.Name == "*"
		if !isStar {
			columns = append(columns, c.output(target, sources))
			continue
		}
		matching := slices.DeleteFunc(slices.Clone(sources), func(s fromItem) bool {
			return star != nil && star.Qualifier != "" && star.Qualifier != s.alias
		})
		if len(matching) != 1 || nested {
			ok = false
			continue
		}
		names, all := c.columnNames(matching[0].key)
		ok = ok && all
		t := c.TableAt(matching[0].key)
		for _, name := range names {
			col := &Column{Name: name}
			if t != nil {
				col = t.Column(name)
			}
			columns = append(columns, col)
		}
	}
	return columns, ok
}

func (c *Catalog) output(target sqlast.Target, sources []fromItem) *Column {
	out := &Column{Name: target.Name}
	switch e := target.Expr.(type) {
	case *sqlast.CastExpr:
		out.Type, out.UserType = e.Type, c.userType(e.Type.Name)
	case *sqlast.ConstExpr:
		switch _, err := strconv.ParseInt(e.Value, 10, 32); {
		case e.Kind == sqlast.NumberConst && err == nil:
			out.Type.Name.Name = "int4"
		case e.Kind == sqlast.StringConst:
			out.Type.Name.Name = "text"
		}
	case *sqlast.ColumnExpr:
		var found []*Column
		for _, s := range sources {
			if e.Qualifier != "" && e.Qualifier != s.alias {
				continue
			}
			if t := c.TableAt(s.key); t != nil {
				if col := t.Column(e.Column); col != nil {
					found = append(found, col)
				}
			}
		}
		if len(found) == 1 {
			out.Type, out.UserType, out.Collation = found[0].Type, found[0].UserType, found[0].Collation
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
			readers := old.ReferencedViews
			if !old.Partial {
				readers = nil
				c.dropRelation(k)
			}
			v.ReferencedViews = slices.Clip(readers)
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
	sources := c.sources(op.Query)
	v.Uses = c.columnsUsed(op.Query, sources)
	v.Columns = op.Columns
	if outputs, ok := c.outputs(op.Query); ok && len(v.Columns) < len(outputs) {
		v.Columns = slices.Clone(v.Columns)
		for _, out := range outputs[len(v.Columns):] {
			v.Columns = append(v.Columns, out.Name)
		}
	}
	for _, s := range sources {
		if s.key == v.Key || slices.Contains(v.Reads, s.key) {
			continue
		}
		v.Reads = append(v.Reads, s.key)
		if t := c.table(s.key); t != nil {
			t.ReferencedViews = append(t.ReferencedViews, v.Key)
		} else if w := c.view(s.key); w != nil {
			w.ReferencedViews = append(w.ReferencedViews, v.Key)
		}
	}
	for _, call := range op.Query.Functions {
		c.useFunction(v.Key, call.Name)
	}
}
