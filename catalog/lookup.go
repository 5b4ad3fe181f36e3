package catalog

import (
	"slices"

	"github.com/miglint/miglint/sqlast"
)

// SearchPath returns the schemas of search_path as they were set, "$user"
// included.
func (c *Catalog) SearchPath() []string { return slices.Clone(c.path) }

// find returns the relation that a name stands for: pg_temp first, then the
// schemas of search_path in order (RangeVarGetRelid in namespace.c).
func (c *Catalog) find(n sqlast.Name) (Key, relation, bool) {
	if n.Schema != "" {
		k := Key{n.Schema, n.Name}
		r, ok := c.relationAt(k)
		return k, r, ok
	}
	k := Key{tempSchema, n.Name}
	if r, ok := c.relationAt(k); ok {
		return k, r, true
	}
	for _, schema := range c.path {
		k.Schema = schema
		if r, ok := c.relationAt(k); ok {
			return k, r, true
		}
	}
	return Key{}, relation{}, false
}

// Resolve returns the key of the relation that a name stands for: an existing
// one that search_path finds, else the one CREATE would make.
func (c *Catalog) Resolve(n sqlast.Name) Key {
	if k, _, ok := c.find(n); ok {
		return k
	}
	return c.keyOf(n)
}

// NewKey returns the key that CREATE gives to a name.
func (c *Catalog) NewKey(n sqlast.Name) Key { return c.keyOf(n) }

// Table returns the table that a name stands for; nil if history has not seen
// it or the name is that of something else.
func (c *Catalog) Table(n sqlast.Name) *Table {
	_, r, _ := c.find(n)
	t, _ := r.object.(*Table)
	return t
}

// TableAt returns the table of that key, or nil.
func (c *Catalog) TableAt(k Key) *Table {
	r, _ := c.relationAt(k)
	t, _ := r.object.(*Table)
	return t
}

// View returns the view or materialized view that a name stands for, or nil.
func (c *Catalog) View(n sqlast.Name) *View {
	_, r, _ := c.find(n)
	v, _ := r.object.(*View)
	return v
}

// ViewAt returns the view or materialized view of that key, or nil.
func (c *Catalog) ViewAt(k Key) *View {
	r, _ := c.relationAt(k)
	v, _ := r.object.(*View)
	return v
}

// Index returns the index that a name stands for, or nil.
func (c *Catalog) Index(n sqlast.Name) *Index {
	k, r, _ := c.find(n)
	return c.indexIn(r, k.Name)
}

// IndexAt returns the index of that key, or nil.
func (c *Catalog) IndexAt(k Key) *Index {
	r, _ := c.relationAt(k)
	return c.indexIn(r, k.Name)
}

// indexIn follows an index's entry to the table or view that has it.
func (c *Catalog) indexIn(r relation, name string) *Index {
	of, ok := r.object.(indexOf)
	if !ok {
		return nil
	}
	owner, _ := c.relationAt(Key(of))
	var indexes []*Index
	switch owner := owner.object.(type) {
	case *Table:
		indexes = owner.Indexes
	case *View:
		indexes = owner.Indexes
	}
	for _, i := range indexes {
		if i.Name == name {
			return i
		}
	}
	return nil
}

// Sequence returns the sequence that a name stands for, or nil.
func (c *Catalog) Sequence(n sqlast.Name) *Sequence {
	_, r, _ := c.find(n)
	s, _ := r.object.(*Sequence)
	return s
}

// SequenceAt returns the sequence of that key, or nil.
func (c *Catalog) SequenceAt(k Key) *Sequence {
	r, _ := c.relationAt(k)
	s, _ := r.object.(*Sequence)
	return s
}

// RelationKind tells what kind of relation a key is: Table, ForeignTable, View,
// MaterializedView, Index, Sequence or, for a composite type, Type; false if there
// is none.
func (c *Catalog) RelationKind(k Key) (sqlast.ObjectKind, bool) {
	r, _ := c.relationAt(k)
	switch o := r.object.(type) {
	case *Table:
		if o.Foreign {
			return sqlast.ForeignTable, true
		}
		return sqlast.Table, true
	case *View:
		if o.Materialized {
			return sqlast.MaterializedView, true
		}
		return sqlast.View, true
	case *Sequence:
		return sqlast.Sequence, true
	case indexOf:
		return sqlast.Index, true
	case compositeType:
		return sqlast.Type, true
	}
	return sqlast.OtherObject, false
}

// Type returns the user-defined type or domain that a name stands for. It is
// nil for PostgreSQL's own types, which come first in an unqualified name.
func (c *Catalog) Type(n sqlast.Name) *Type {
	if n.Schema != "" {
		return c.TypeAt(Key{n.Schema, n.Name})
	}
	if isBuiltinType(n.Name) {
		return nil
	}
	if t := c.TypeAt(Key{tempSchema, n.Name}); t != nil {
		return t
	}
	for _, schema := range c.path {
		if t := c.TypeAt(Key{schema, n.Name}); t != nil {
			return t
		}
	}
	return nil
}

// TypeAt returns the user-defined type or domain of that key, or nil.
func (c *Catalog) TypeAt(k Key) *Type {
	ns, ok := c.schemas.get(k.Schema)
	if !ok {
		return nil
	}
	t, _ := ns.types.get(k.Name)
	return t.Type
}

// ResolveType returns the key of the type that a name stands for: PostgreSQL's
// own (schema pg_catalog), an existing user-defined one, else the one CREATE
// TYPE would make.
func (c *Catalog) ResolveType(n sqlast.Name) Key {
	if t := c.Type(n); t != nil {
		return t.Key
	}
	if n.Schema == "" && isBuiltinType(n.Name) {
		return Key{systemSchema, n.Name}
	}
	return c.keyOf(n)
}

// Functions returns the functions and procedures, overloads included, that a
// name may stand for, in the order of search_path.
func (c *Catalog) Functions(n sqlast.Name) []*Function {
	if n.Schema != "" {
		return c.functionsAt(Key{n.Schema, n.Name})
	}
	var all []*Function
	for _, schema := range c.path {
		fs := c.functionsAt(Key{schema, n.Name})
		if all == nil {
			all = slices.Clip(fs)
			continue
		}
		all = append(all, fs...)
	}
	return all
}

func (c *Catalog) functionsAt(k Key) []*Function {
	ns, ok := c.schemas.get(k.Schema)
	if !ok {
		return nil
	}
	fs, _ := ns.functions.get(k.Name)
	return fs
}

// Publication returns the publication of that name, or nil.
func (c *Catalog) Publication(name string) *Publication {
	p, _ := c.publications.get(name)
	return p.Publication
}

// Schema reports whether history has seen a schema: public, one that was
// created, or one in which something was.
func (c *Catalog) Schema(name string) bool {
	ns, ok := c.schemas.get(name)
	return ok && !ns.dropped
}

// SchemaGone reports whether history has dropped a schema or given it another
// name, and not created it again.
func (c *Catalog) SchemaGone(name string) bool {
	ns, ok := c.schemas.get(name)
	return ok && ns.dropped
}

// Extension reports whether history has created an extension.
func (c *Catalog) Extension(name string) bool {
	_, ok := c.extensions.get(name)
	return ok
}
