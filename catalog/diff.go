package catalog

import (
	"cmp"
	"slices"
	"strings"

	"github.com/miglint/miglint/sqlast"
)

// Difference is one thing in which the later of two catalogs certainly differs
// from the earlier one.
type Difference struct {
	Object sqlast.ObjectKind
	Key    Key    // of the relation, type or function; for a part of one, that of the whole
	Part   string // name of the column, constraint, trigger, policy or label; "" for an object of its own
	Change Change
	// What differs, for Altered: "type", "default", "NOT NULL", "name" and so on. Was
	// and Is are its two states as SQL, "" for none; of a list, such as the columns of
	// a view, what only one side has.
	What    string
	Was, Is string
	// Created is where the object came from: the earlier one's for Gone, the later
	// one's for Added.
	Created Origin
}

// Change is what became of an object.
type Change int

// The changes.
const (
	Gone Change = iota
	Added
	Altered
)

// Diff returns how the schema of b differs from that of a, where only statements
// have been applied between the two. What history does not show for certain is
// left out, as are the order of columns, comments, storage parameters, rows, and
// everything that follows from another difference: the indexes of a table that is
// gone, the constraints of a column that came. The cost is in what changed between
// the two, not in the schema.
func Diff(a, b *Catalog) []Difference {
	if b.blind && (!a.blind || a.blindTx != b.blindTx) {
		return nil // anything may have happened in between
	}
	d := &diff{a: a, b: b}
	eachChange(a.schemas, b.schemas, func(name string, x, y *namespace) {
		if name == tempSchema {
			return
		}
		d.namespaces(orEmpty(x), orEmpty(y))
	})
	eachChange(a.extensions, b.extensions, func(name string, _, _ Origin) {
		d.object(sqlast.Extension, Key{Name: name}, a.Extension(name), b.Extension(name))
	})
	eachChange(a.publications, b.publications, func(name string, x, y publication) {
		d.object(sqlast.Publication, Key{Name: name}, x.Publication != nil, y.Publication != nil)
	})
	slices.SortStableFunc(d.found, func(x, y Difference) int {
		return cmp.Or(cmp.Compare(x.Key.Schema, y.Key.Schema), cmp.Compare(x.Key.Name, y.Key.Name))
	})
	return d.found
}

// Shows reports whether history shows all that there is of a key: a relation that
// is certain, or nothing while no statement could have made something unseen.
func (c *Catalog) Shows(k Key) bool {
	if _, ok := c.relationAt(k); ok {
		return c.Certain(k)
	}
	return !c.blind
}

// diff is a comparison under way.
type diff struct {
	a, b  *Catalog
	found []Difference
}

func (d *diff) add(found Difference) { d.found = append(d.found, found) }

// object notes that an object without parts is gone or came.
func (d *diff) object(kind sqlast.ObjectKind, k Key, was, is bool) {
	switch {
	case was && !is:
		d.add(Difference{Object: kind, Key: k, Change: Gone})
	case is && !was:
		d.add(Difference{Object: kind, Key: k, Change: Added})
	}
}

func orEmpty(ns *namespace) *namespace {
	if ns == nil {
		return &namespace{}
	}
	return ns
}

func (d *diff) namespaces(a, b *namespace) {
	eachChange(a.relations, b.relations, func(_ string, x, y relation) {
		if x.object != y.object {
			d.relation(x.object, y.object)
		}
	})
	eachChange(a.types, b.types, func(_ string, x, y userType) {
		if x.Type != y.Type {
			d.userType(x.Type, y.Type)
		}
	})
	eachChange(a.functions, b.functions, func(_ string, x, y []*Function) { d.functions(x, y) })
}

// relation compares what has one name in the two catalogs; nil for nothing.
// Indexes are compared with their tables.
func (d *diff) relation(x, y any) {
	if old, ok := x.(*Table); ok {
		if t, ok := y.(*Table); ok {
			d.table(old, t)
			return
		}
	}
	if old, ok := x.(*View); ok {
		if v, ok := y.(*View); ok {
			d.view(old, v)
			return
		}
	}
	if old, ok := x.(*Sequence); ok {
		if _, ok := y.(*Sequence); ok {
			return
		}
		if d.a.Certain(old.Key) && old.OwnedBy == (Key{}) && d.goneFor(old.Key) {
			d.add(Difference{Object: sqlast.Sequence, Key: old.Key, Change: Gone, Created: old.Created})
		}
	}
	switch old := x.(type) {
	case *Table:
		if d.a.Certain(old.Key) && d.goneFor(old.Key) {
			d.add(Difference{Object: tableKind(old), Key: old.Key, Change: Gone, Created: old.Created})
		}
	case *View:
		if d.a.Certain(old.Key) && d.goneFor(old.Key) {
			d.add(Difference{Object: viewKind(old), Key: old.Key, Change: Gone, Created: old.Created})
		}
	}
	switch o := y.(type) {
	case *Table:
		if !o.Partial && !o.Doubtful {
			d.add(Difference{Object: tableKind(o), Key: o.Key, Change: Added, Created: o.Created})
		}
	case *View:
		if !o.Doubtful {
			d.add(Difference{Object: viewKind(o), Key: o.Key, Change: Added, Created: o.Created})
		}
	case *Sequence:
		if d.staysAlone(o) {
			d.add(Difference{Object: sqlast.Sequence, Key: o.Key, Change: Added, Created: o.Created})
		}
	}
}

// goneFor reports whether nothing is left of the key for certain.
func (d *diff) goneFor(k Key) bool {
	if _, taken := d.b.relationAt(k); taken {
		return true
	}
	ns, ok := d.b.schemas.get(k.Schema)
	if !ok || ns.dropped {
		return ok
	}
	_, gone := ns.gone.get(k.Name)
	return gone
}

// staysAlone reports whether a sequence that came is no part of a column that
// did too.
func (d *diff) staysAlone(s *Sequence) bool {
	if s.OwnedBy == (Key{}) {
		return true
	}
	old, t := d.a.TableAt(s.OwnedBy), d.b.TableAt(s.OwnedBy)
	if old == nil || t == nil || old.Column(s.Column) == nil {
		return false
	}
	col := t.Column(s.Column)
	return col != nil && col.Identity == sqlast.NoIdentity && !t.Doubtful
}

func tableKind(t *Table) sqlast.ObjectKind {
	if t.Foreign {
		return sqlast.ForeignTable
	}
	return sqlast.Table
}

func viewKind(v *View) sqlast.ObjectKind {
	if v.Materialized {
		return sqlast.MaterializedView
	}
	return sqlast.View
}

// view compares two versions of a view by its columns and by what it reads: the
// same query can be written in many ways.
func (d *diff) view(a, b *View) {
	if a.Doubtful || b.Doubtful || !d.a.shown(a.Created.Tx) {
		return
	}
	altered := func(what string, was, is []string) {
		was, is = slices.Sorted(slices.Values(was)), slices.Sorted(slices.Values(is))
		if !slices.Equal(was, is) {
			d.add(Difference{Object: viewKind(b), Key: b.Key, Change: Altered, What: what,
				Was: strings.Join(minus(was, is), ", "), Is: strings.Join(minus(is, was), ", ")})
		}
	}
	if a.Query != b.Query && len(a.Columns) > 0 && len(b.Columns) > 0 {
		altered("columns", a.Columns, b.Columns)
	}
	if a.Query != b.Query && len(a.MayUse)+len(b.MayUse) == 0 {
		altered("tables", names(a.Reads), names(b.Reads))
	}
	d.indexes(a.Indexes, b.Indexes, func(*Index) bool { return true }, func(*Index) bool { return true })
}

func names(keys []Key) []string {
	var all []string
	for _, k := range keys {
		all = append(all, k.String())
	}
	return all
}

// minus returns what is in one list and not in the other.
func minus(list, other []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return slices.Contains(other, s) })
}

func (d *diff) functions(a, b []*Function) {
	for _, f := range a {
		i := slices.IndexFunc(b, func(g *Function) bool { return sameArgs(f, g) })
		switch {
		case !d.a.shown(f.Created.Tx):
		case i < 0:
			d.add(Difference{Object: functionKind(f), Key: f.Key, Change: Gone, Created: f.Created})
		case f != b[i] && !sameText(f.Body, b[i].Body):
			d.add(Difference{Object: functionKind(f), Key: f.Key, Change: Altered, What: "body"})
		}
	}
	for _, f := range b {
		if !slices.ContainsFunc(a, func(g *Function) bool { return sameArgs(f, g) }) {
			d.add(Difference{Object: functionKind(f), Key: f.Key, Change: Added, Created: f.Created})
		}
	}
}

func functionKind(f *Function) sqlast.ObjectKind {
	if f.Procedure {
		return sqlast.Procedure
	}
	return sqlast.Function
}

func (d *diff) userType(a, b *Type) {
	switch {
	case a == nil:
		if !b.Partial && !b.Doubtful {
			d.add(Difference{Object: typeKind(b), Key: b.Key, Change: Added, Created: b.Created})
		}
		return
	case !d.a.CertainType(a):
		return
	case b == nil:
		d.add(Difference{Object: typeKind(a), Key: a.Key, Change: Gone, Created: a.Created})
		return
	case b.Doubtful:
		return
	}
	altered := func(what, was, is string) {
		d.add(Difference{Object: typeKind(b), Key: b.Key, Change: Altered, What: what, Was: was, Is: is})
	}
	if typeKind(a) != typeKind(b) || a.Kind != b.Kind {
		altered("kind", "", "")
		return
	}
	eachPart(a.Labels, b.Labels, func(l *EnumLabel) string { return l.Value }, func(x, y *EnumLabel) {
		switch {
		case y == nil:
			d.add(Difference{Object: sqlast.EnumValue, Key: b.Key, Part: x.Value, Change: Gone, Created: x.Created})
		case x == nil:
			d.add(Difference{Object: sqlast.EnumValue, Key: b.Key, Part: y.Value, Change: Added, Created: y.Created})
		}
	})
	eachPart(a.Attributes, b.Attributes, func(c *Column) string { return c.Name }, func(x, y *Column) {
		switch {
		case y == nil:
			d.add(Difference{Object: sqlast.Attribute, Key: b.Key, Part: x.Name, Change: Gone, Created: x.Created})
		case x == nil:
			d.add(Difference{Object: sqlast.Attribute, Key: b.Key, Part: y.Name, Change: Added, Created: y.Created})
		case !sameColumnType(x, y):
			d.add(Difference{Object: sqlast.Attribute, Key: b.Key, Part: y.Name, Change: Altered, What: "type",
				Was: x.Type.String(), Is: y.Type.String()})
		}
	})
	if !b.Domain {
		return
	}
	if !SameType(a.Base, b.Base) {
		altered("type", a.Base.String(), b.Base.String())
	}
	if a.NotNull != b.NotNull {
		altered("NOT NULL", notNull(a.NotNull), notNull(b.NotNull))
	}
	if !alike(a.Default, b.Default) {
		altered("default", exprText(a.Default), exprText(b.Default))
	}
}

func typeKind(t *Type) sqlast.ObjectKind {
	if t.Domain {
		return sqlast.Domain
	}
	return sqlast.Type
}

func notNull(is bool) string {
	if is {
		return "NOT NULL"
	}
	return ""
}
