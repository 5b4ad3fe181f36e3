package catalog

import (
	"slices"

	"github.com/miglint/miglint/sqlast"
)

// drop applies DROP. What depends on the object goes with it even without
// CASCADE: the statement succeeded, so it cannot be there. Only where that would
// mean to forget a column or a trigger must CASCADE be written.
func (c *Catalog) drop(op *sqlast.Drop) {
	switch op.Object {
	case sqlast.Table, sqlast.ForeignTable, sqlast.View, sqlast.MaterializedView, sqlast.Sequence, sqlast.Index:
		if k, _, ok := c.find(op.Name); ok {
			c.dropRelation(k)
		} else {
			c.setGone(c.keyOf(op.Name))
		}
	case sqlast.Type, sqlast.Domain:
		if t := c.Type(op.Name); t != nil {
			c.dropType(t, op.Cascade)
		}
	case sqlast.Function, sqlast.Procedure, sqlast.Aggregate:
		c.dropFunction(op)
	case sqlast.Schema:
		c.dropSchema(op.Name.Name)
	case sqlast.Extension:
		c.extensions.delete(c.begin(), op.Name.Name)
	case sqlast.Publication:
		c.dropPublication(op.Name.Name)
	case sqlast.Trigger:
		c.dropTrigger(op)
	case sqlast.Policy:
		if t := c.Table(op.On); t != nil {
			t = c.table(t.Key)
			if i := slices.IndexFunc(t.Policies, func(p *Policy) bool { return p.Name == op.Name.Name }); i >= 0 {
				t.Policies = without(t.Policies, i)
			}
		}
	}
}

// dropRelation drops whatever has the key, and what depends on it.
func (c *Catalog) dropRelation(k Key) {
	r, _ := c.relationAt(k)
	switch r.object.(type) {
	case *Table:
		c.dropTable(k)
	case *View:
		c.dropView(k)
	case *Sequence:
		c.dropSequence(k)
	case indexOf:
		if i := c.IndexAt(k); i != nil {
			c.dropIndex(i)
			return
		}
		c.remove(k)
	case compositeType:
		if t := c.TypeAt(k); t != nil {
			c.dropType(t, false)
		}
	}
}

func (c *Catalog) dropTable(k Key) {
	t := c.table(k)
	if t == nil {
		return
	}
	c.remove(k)
	for _, list := range [...][]Key{t.Partitions, t.Children} {
		for _, child := range list {
			c.dropTable(child)
		}
	}
	c.dropForeignKeysToParents(t)
	c.leaveParents(t)
	for _, key := range t.ReferencedBy {
		child := c.table(key)
		if child == nil {
			continue
		}
		for _, con := range slices.Clone(child.Constraints) {
			if con.Kind == sqlast.ForeignKey && con.RefTable == k {
				c.removeConstraint(child, con)
			}
		}
	}
	for _, view := range t.ReferencedViews {
		c.dropView(view)
	}
	for _, name := range t.Publications {
		if p := c.publication(name); p != nil {
			c.removeKey(&p.Tables, k)
		}
	}
	c.forgetNames(t)
	for _, sequence := range t.Sequences {
		c.dropSequence(sequence)
	}
}

// dropForeignKeysToParents drops the foreign keys to the tables that a table is a
// partition of: one of their copies refers to the partition, and a copy goes with
// all the others.
func (c *Catalog) dropForeignKeysToParents(t *Table) {
	for range maxParts {
		t = c.TableAt(t.PartitionOf)
		if t == nil {
			return
		}
		for _, key := range slices.Concat(t.ReferencedBy, []Key{t.Key}) {
			child := c.TableAt(key)
			if child == nil || !c.charge(1) {
				continue
			}
			for _, con := range slices.Clone(child.Constraints) {
				if con.Kind == sqlast.ForeignKey && con.RefTable == t.Key {
					c.removeConstraint(c.table(key), con)
				}
			}
		}
	}
}

// leaveParents takes a table out of the lists of what it is a partition or child
// of and of what its foreign keys reference.
func (c *Catalog) leaveParents(t *Table) {
	k := t.Key
	if parent := c.table(t.PartitionOf); parent != nil {
		c.removeKey(&parent.Partitions, k)
	}
	for _, key := range t.Inherits {
		if parent := c.table(key); parent != nil {
			c.removeKey(&parent.Children, k)
		}
	}
	for _, con := range t.Constraints {
		if con.Kind == sqlast.ForeignKey && con.RefTable != k {
			if parent := c.table(con.RefTable); parent != nil {
				c.removeKey(&parent.ReferencedBy, k)
			}
		}
	}
}

// forgetNames takes the names of a table's indexes and constraints and its notes
// in types, functions and sequences out of the catalog.
func (c *Catalog) forgetNames(t *Table) {
	for _, i := range t.Indexes {
		c.removeEntry(i)
	}
	for _, con := range t.Constraints {
		c.countName(t.Schema, con.Name, -1)
	}
	for u := range c.uses(t) {
		c.forgetUse(u, t.Key)
	}
}

func (c *Catalog) dropView(k Key) {
	v := c.view(k)
	if v == nil {
		return
	}
	c.remove(k)
	for _, i := range v.Indexes {
		c.removeEntry(i)
	}
	c.unread(v)
	for _, view := range v.ReferencedViews {
		c.dropView(view)
	}
}

// unread takes a view out of the notes of what it reads.
func (c *Catalog) unread(v *View) {
	for _, k := range v.Reads {
		if t := c.table(k); t != nil {
			c.removeKey(&t.ReferencedViews, v.Key)
		} else if w := c.view(k); w != nil {
			c.removeKey(&w.ReferencedViews, v.Key)
		}
	}
}

// dropSequence drops a sequence and the defaults that draw from it.
func (c *Catalog) dropSequence(k Key) {
	s := c.sequence(k)
	if s == nil {
		return
	}
	users := slices.Concat(s.UsedBy, []Key{s.OwnedBy})
	for _, key := range users {
		t := c.table(key)
		if t == nil {
			continue
		}
		c.removeKey(&t.Sequences, k)
		for _, col := range t.Columns {
			if col.Sequence == k {
				c.column(t, col.Name).Sequence = Key{}
			}
			if c.Draws(col.Default, k) {
				c.column(t, col.Name).Default = nil
			}
		}
	}
	c.remove(k)
}

// Draws reports whether a default draws from the sequence of that key.
func (c *Catalog) Draws(e sqlast.Expr, k Key) bool {
	found := false
	sqlast.WalkExpr(e, func(e sqlast.Expr) bool {
		if call, ok := e.(*sqlast.FuncExpr); ok {
			if s := c.drawsFrom(call); s != nil && s.Key == k {
				found = true
			}
		}
		return !found
	})
	return found
}

// dropColumnFrom drops a column of a table and of those that have it from there
// and not from another parent too.
func (c *Catalog) dropColumnFrom(t *Table, name string, only bool) {
	for i, t := range c.family(t, only) {
		col := t.Column(name)
		if i > 0 && t.PartitionOf == (Key{}) && (col == nil || !col.Inherited || slices.ContainsFunc(t.Inherits, func(k Key) bool {
			parent := c.TableAt(k)
			return parent != nil && parent.Column(name) != nil
		})) {
			continue
		}
		c.dropColumn(t.Key, name)
	}
	if only {
		c.leaveColumn(t, name)
	}
}

// leaveColumn makes a column that ONLY a table lost its children's own, unless they
// have it from another parent too.
func (c *Catalog) leaveColumn(t *Table, name string) {
	for _, k := range t.Children {
		child := c.relative(k)
		if child == nil || slices.ContainsFunc(child.Inherits, func(k Key) bool {
			parent := c.TableAt(k)
			return parent != nil && parent.Column(name) != nil
		}) {
			continue
		}
		if col := child.Column(name); col != nil && col.Inherited {
			c.column(child, name).Inherited = false
		}
	}
}

// dropColumn drops a column of one table with what uses it: indexes,
// constraints, owned sequences, and what goes only with CASCADE (generated
// columns, triggers, policies, views, foreign keys to it).
func (c *Catalog) dropColumn(k Key, name string) {
	t := c.table(k)
	if t == nil {
		return
	}
	i := slices.IndexFunc(t.Columns, func(col *Column) bool { return col.Name == name })
	if i < 0 && !t.Partial && !t.ColumnsUnknown {
		return
	}
	var dropped *Column
	if i >= 0 {
		dropped = t.Columns[i]
		t.Columns = without(t.Columns, i)
		c.unuseType(t, dropped.UserType)
	}
	for _, con := range slices.Clone(t.Constraints) {
		if slices.Contains(con.Columns, name) || slices.Contains(con.Include, name) || readsColumn(con.Where, name) {
			c.removeConstraint(t, con)
		}
	}
	for _, index := range slices.Clone(t.Indexes) {
		if indexReadsColumn(index, name) {
			c.dropIndex(index)
		}
	}
	c.dropForeignKeysTo(t, name)
	for _, col := range slices.Clone(t.Columns) {
		if readsColumn(col.Expression, name) {
			c.dropColumn(k, col.Name)
		}
	}
	t.Triggers = slices.DeleteFunc(slices.Clone(t.Triggers), func(tr *Trigger) bool { return triggerReads(tr, name) })
	t.Policies = slices.DeleteFunc(slices.Clone(t.Policies), func(p *Policy) bool { return readsColumn(p.Using, name) || readsColumn(p.Check, name) })
	for _, view := range slices.Clone(t.ReferencedViews) {
		v := c.ViewAt(view)
		switch {
		case v == nil || !c.charge(1):
		case hasRef(v.Uses, ColumnRef{k, name}):
			c.dropView(view)
		case hasRef(v.MayUse, ColumnRef{k, name}):
			c.view(view).Doubtful = true
		}
	}
	for _, sequence := range slices.Clone(t.Sequences) {
		if s := c.SequenceAt(sequence); s != nil && s.Column == name {
			c.dropSequence(sequence)
		}
	}
}

// dropForeignKeysTo drops the foreign keys of other tables to a column. That of
// a table whose keys history knows went with its unique index already.
func (c *Catalog) dropForeignKeysTo(t *Table, column string) {
	for _, key := range slices.Clone(t.ReferencedBy) {
		child := c.TableAt(key)
		if child == nil || !c.charge(1) {
			continue
		}
		for _, con := range slices.Clone(child.Constraints) {
			if con.Kind == sqlast.ForeignKey && con.RefTable == t.Key && slices.Contains(con.RefColumns, column) {
				c.removeConstraint(c.table(key), con)
			}
		}
	}
}

func triggerReads(tr *Trigger, column string) bool {
	return slices.Contains(tr.Columns, column) || readsColumn(tr.When, column)
}

// hasRef reports whether a list of columns has one, by its name or as *.
func hasRef(refs []ColumnRef, ref ColumnRef) bool {
	return slices.ContainsFunc(refs, func(r ColumnRef) bool {
		return r.Table == ref.Table && (r.Column == ref.Column || r.Column == "*")
	})
}

// dropSchema drops a schema and all in it.
func (c *Catalog) dropSchema(name string) {
	ns, ok := c.schemas.get(name)
	if !ok {
		c.schema(name).dropped = true
		return
	}
	for _, l := range ns.relations.sorted() {
		c.dropRelation(Key{name, l.key})
	}
	for _, l := range ns.types.sorted() {
		if t := c.TypeAt(Key{name, l.key}); t != nil {
			c.dropType(t, true)
		}
	}
	for _, l := range ns.functions.sorted() {
		for _, f := range l.value {
			c.removeFunction(f, true)
		}
	}
	c.schemas.set(c.begin(), name, &namespace{edit: c.begin(), name: name, dropped: true})
}
