package catalog

import (
	"slices"

	"github.com/miglint/miglint/sqlast"
)

// setSchema applies ALTER … SET SCHEMA.
func (c *Catalog) setSchema(op *sqlast.SetSchema) {
	switch op.Object {
	case sqlast.Table, sqlast.ForeignTable, sqlast.View, sqlast.MaterializedView, sqlast.Sequence:
		k, _, ok := c.find(op.Name)
		if !ok {
			if op.IfExists || op.Object != sqlast.Table && op.Object != sqlast.ForeignTable {
				return
			}
			k = c.stub(c.keyOf(op.Name)).Key
		}
		c.move(k, Key{op.Schema, k.Name})
	case sqlast.Type, sqlast.Domain:
		if t := c.Type(op.Name); t != nil {
			c.moveType(t.Key, Key{op.Schema, t.Name})
		}
	case sqlast.Function, sqlast.Procedure:
		if f := c.FunctionNamed(op.Name, op.Args, op.HasArgs); f != nil {
			c.moveFunction(f, Key{op.Schema, f.Name})
		}
	case sqlast.Extension:
		// Its objects are not in the catalog.
	}
}

// renameSchema moves all that is in a schema.
func (c *Catalog) renameSchema(old, new string) {
	if old == new {
		return
	}
	ns, ok := c.schemas.get(old)
	if !ok {
		c.schema(new).dropped = false
		return
	}
	for _, l := range ns.relations.sorted() {
		if _, isIndex := l.value.object.(indexOf); !isIndex {
			c.move(Key{old, l.key}, Key{new, l.key})
		}
	}
	for _, l := range ns.types.sorted() {
		c.moveType(Key{old, l.key}, Key{new, l.key})
	}
	for _, l := range ns.functions.sorted() {
		for _, f := range l.value {
			c.moveFunction(f, Key{new, l.key})
		}
	}
	c.schema(new).dropped = false
	c.schemas.set(c.begin(), old, &namespace{edit: c.begin(), name: old, dropped: true})
}

// move gives a table, view or sequence another key and lets all that refers to
// it follow.
func (c *Catalog) move(from, to Key) {
	if from == to {
		return
	}
	r, _ := c.relationAt(from)
	if _, taken := c.relationAt(to); taken && r.object != nil {
		// It must have gone in a way that history does not show.
		c.dropRelation(to)
		r, _ = c.relationAt(from)
	}
	switch r.object.(type) {
	case *Table:
		c.moveTable(c.table(from), to)
	case *View:
		c.moveView(c.view(from), to)
	case *Sequence:
		c.moveSequence(c.sequence(from), to)
	}
}

func (c *Catalog) moveTable(t *Table, to Key) {
	from := t.Key
	used := c.uses(t)
	c.remove(from)
	t.Key = to
	c.put(to, t)
	for u := range used {
		c.moveUse(u, from, to)
	}
	c.moveIndexes(&t.Indexes, to)
	for i, con := range t.Constraints {
		if from.Schema != to.Schema {
			c.countName(from.Schema, con.Name, -1)
			c.countName(to.Schema, con.Name, 1)
		}
		if con.Kind == sqlast.ForeignKey && con.RefTable == from {
			clone := *con
			clone.RefTable = to
			t.Constraints = with(t.Constraints, i, &clone)
		}
	}
	c.moveTableReferences(t, from)
	for _, key := range slices.Clone(t.Sequences) {
		s := c.sequence(key)
		if s == nil {
			continue
		}
		s.OwnedBy = to
		if from.Schema != to.Schema {
			c.move(key, Key{to.Schema, key.Name})
		}
	}
}

// moveTableReferences points what refers to a table to its new key.
func (c *Catalog) moveTableReferences(t *Table, from Key) {
	to := t.Key
	for _, con := range t.Constraints {
		if con.Kind == sqlast.ForeignKey && con.RefTable != to {
			if parent := c.table(con.RefTable); parent != nil {
				c.replaceKey(&parent.ReferencedBy, from, to)
			}
		}
	}
	for _, key := range t.ReferencedBy {
		child := c.relative(key)
		if child == nil {
			continue
		}
		for i, con := range child.Constraints {
			if con.Kind == sqlast.ForeignKey && con.RefTable == from {
				clone := *con
				clone.RefTable = to
				child.Constraints = with(child.Constraints, i, &clone)
			}
		}
	}
	if parent := c.table(t.PartitionOf); parent != nil {
		c.replaceKey(&parent.Partitions, from, to)
	}
	for _, key := range t.Inherits {
		if parent := c.relative(key); parent != nil {
			c.replaceKey(&parent.Children, from, to)
		}
	}
	for _, key := range t.Partitions {
		if p := c.relative(key); p != nil {
			p.PartitionOf = to
		}
	}
	for _, key := range t.Children {
		if child := c.relative(key); child != nil {
			c.replaceKey(&child.Inherits, from, to)
		}
	}
	for _, name := range t.Publications {
		if p := c.publication(name); p != nil {
			c.replaceKey(&p.Tables, from, to)
		}
	}
	c.moveReads(t.ReferencedViews, from, to)
}

// moveReads points views from one relation's key to another.
func (c *Catalog) moveReads(views []Key, from, to Key) {
	for _, key := range views {
		v := c.view(key)
		if v == nil || !c.charge(1) {
			continue
		}
		c.replaceKey(&v.Reads, from, to)
		v.Uses, v.MayUse = slices.Clone(v.Uses), slices.Clone(v.MayUse)
		for _, refs := range [...][]ColumnRef{v.Uses, v.MayUse} {
			for i := range refs {
				if refs[i].Table == from {
					refs[i].Table = to
				}
			}
		}
	}
}

// moveIndexes lets indexes follow their table or materialized view.
func (c *Catalog) moveIndexes(list *[]*Index, to Key) {
	indexes := slices.Clone(*list)
	*list = indexes
	for n, i := range indexes {
		clone := *i
		clone.Table, clone.Schema = to, to.Schema
		indexes[n] = &clone
		c.removeEntry(i)
		if _, taken := c.relationAt(clone.Key); !taken {
			c.put(clone.Key, indexOf(to))
		}
		if i.Key != clone.Key {
			c.reattach(to, i.Key, clone.Key)
		}
	}
}

func (c *Catalog) moveView(v *View, to Key) {
	from := v.Key
	c.remove(from)
	v.Key = to
	c.put(to, v)
	c.moveIndexes(&v.Indexes, to)
	for _, k := range v.Reads {
		if t := c.table(k); t != nil {
			c.replaceKey(&t.ReferencedViews, from, to)
		} else if w := c.view(k); w != nil {
			c.replaceKey(&w.ReferencedViews, from, to)
		}
	}
	c.moveReads(v.ReferencedViews, from, to)
}

// moveSequence lets the defaults that draw from the sequence follow: they hold
// its OID.
func (c *Catalog) moveSequence(s *Sequence, to Key) {
	from := s.Key
	for _, key := range slices.Concat(s.UsedBy, []Key{s.OwnedBy}) {
		t := c.table(key)
		if t == nil {
			continue
		}
		c.replaceKey(&t.Sequences, from, to)
		for i, col := range t.Columns {
			draws := c.Draws(col.Default, from)
			if !draws && col.Sequence != from {
				continue
			}
			clone := *col
			if draws {
				clone.Default = c.redirect(col.Default, from, to)
			}
			if col.Sequence == from {
				clone.Sequence = to
			}
			t.Columns = with(t.Columns, i, &clone)
		}
	}
	c.remove(from)
	s.Key = to
	c.put(to, s)
}

// redirect lets a default draw from a sequence under its new key.
func (c *Catalog) redirect(e sqlast.Expr, from, to Key) sqlast.Expr {
	return mapExpr(e, func(e sqlast.Expr) sqlast.Expr {
		call, ok := e.(*sqlast.FuncExpr)
		if !ok {
			return e
		}
		if s := c.drawsFrom(call); s == nil || s.Key != from {
			return e
		}
		clone := *call
		clone.Args = with(call.Args, 0, sequenceLiteral(to, call.Pos()))
		return &clone
	})
}
