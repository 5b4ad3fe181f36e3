package catalog

import (
	"slices"

	"github.com/miglint/miglint/sqlast"
)

// newIndex returns the index that a statement defines, without its key.
func newIndex(op *sqlast.CreateIndex, at Origin) *Index {
	return &Index{
		Unique:           op.Unique,
		Method:           op.Method,
		Elements:         op.Elements,
		Include:          op.Include,
		Where:            op.Where,
		NullsNotDistinct: op.NullsNotDistinct,
		Only:             op.Table.Only,
		Valid:            true,
		Created:          at,
	}
}

func (c *Catalog) createIndex(op *sqlast.CreateIndex, at Origin) {
	i := newIndex(op, at)
	if k, r, ok := c.find(op.Table.Name); ok {
		if v, isView := r.object.(*View); isView && v.Materialized {
			i.Table, i.Schema, i.Name = k, k.Schema, op.Name
			if !c.indexExists(i, op) {
				c.putIndex(k, i)
			}
			return
		}
	}
	t := c.tableFor(op.Table)
	if t == nil {
		return
	}
	i.Table, i.Schema, i.Name = t.Key, t.Schema, op.Name
	if c.indexExists(i, op) {
		return
	}
	i.Only = i.Only && t.PartitionBy != nil
	i.Valid = !i.Only || len(t.Partitions) == 0
	c.addIndex(t, i, nil)
}

// indexExists reports whether IF NOT EXISTS makes the statement a no-op.
func (c *Catalog) indexExists(i *Index, op *sqlast.CreateIndex) bool {
	if !op.IfNotExists || i.Name == "" {
		return false
	}
	_, taken := c.relationAt(i.Key)
	return taken
}

// addIndex adds an index, and the constraint it is made for, to a table and its
// partitions. A partition that has a matching index gets no second one
// (DefineIndex).
func (c *Catalog) addIndex(t *Table, i *Index, con *Constraint) {
	if len(t.Indexes) >= maxParts {
		return
	}
	if con != nil {
		if i.Primary {
			c.setNotNull(t, con.Columns)
		}
		if i.Name == "" {
			i.Name = c.indexName(i, true)
		}
		con.Name, con.Index = i.Name, i.Name
		i.Constraint = i.Name
	}
	c.putIndex(t.Key, i)
	if con != nil {
		if con.Kind == sqlast.Exclusion {
			con.Columns = indexColumns(i)
		}
		c.putConstraint(t, con)
	}
	if i.Only {
		return
	}
	for _, k := range t.Partitions {
		if p := c.relative(k); p != nil {
			c.attachOrAddIndex(p, t, i, false, i.Created)
		}
	}
}

// attachOrAddIndex gives a partition the counterpart of its parent's index: one
// that it has and that is attached to none, else a new one.
// attach is set if the partition is new to the parent, not the index.
func (c *Catalog) attachOrAddIndex(p, parent *Table, i *Index, attach bool, at Origin) {
	for _, own := range p.Indexes {
		if own.Parent != (Key{}) || !sameIndex(own, i) || i.Constraint != "" && own.Constraint == "" {
			continue
		}
		if c.major >= 17 && attach && i.Constraint != "" && own.Primary != i.Primary {
			continue // constraints of different kinds
		}
		own = c.updateIndex(own)
		own.Parent = i.Key
		if con := p.Constraint(own.Constraint); con != nil && i.Constraint != "" {
			c.setParent(p, con, i.Constraint)
		}
		return
	}
	had := len(p.Indexes)
	c.copyIndex(p, parent, i, at)
	if len(p.Indexes) == had {
		return
	}
	own := c.updateIndex(p.Indexes[had])
	own.Parent = i.Key
	if con := p.Constraint(own.Constraint); con != nil {
		c.setParent(p, con, i.Constraint)
	}
}

// copyIndex adds a copy of another table's index under a name of its own,
// constraint included (generateClonedIndexStmt).
func (c *Catalog) copyIndex(t, source *Table, i *Index, at Origin) {
	clone := *i
	clone.Key, clone.Table = Key{Schema: t.Schema}, t.Key
	clone.Constraint, clone.Parent, clone.Only, clone.Valid, clone.Created = "", Key{}, false, true, at
	con := source.Constraint(i.Constraint)
	if con == nil {
		c.addIndex(t, &clone, nil)
		return
	}
	copied := *con
	copied.Constraint.Name, copied.Parent, copied.Created, copied.Validated = "", "", at, Origin{}
	if clone.Primary {
		if old := t.PrimaryKey(); old != nil {
			return
		}
	}
	c.addIndex(t, &clone, &copied)
}

// putIndex adds an index to the table or materialized view of a key and enters
// its name; an index without one gets the server's choice.
func (c *Catalog) putIndex(owner Key, i *Index) {
	if i.Name == "" {
		i.Name = c.indexName(i, false)
	}
	c.dropStaleIndex(i.Key, owner)
	if _, taken := c.relationAt(i.Key); !taken {
		c.put(i.Key, indexOf(owner))
	}
	if t := c.table(owner); t != nil {
		t.Indexes = append(t.Indexes, i)
	} else if v := c.view(owner); v != nil {
		v.Indexes = append(v.Indexes, i)
	}
	for _, el := range i.Elements {
		c.useExpr(owner, el.Expr)
	}
	c.useExpr(owner, i.Where)
}

// removeEntry takes an index's name out of the catalog, unless a relation that
// the statements put there has it.
func (c *Catalog) removeEntry(i *Index) {
	if r, _ := c.relationAt(i.Key); r.object == any(indexOf(i.Table)) {
		c.remove(i.Key)
	}
}

// dropStaleIndex drops the index that has the key, or the name in the owner: it
// must have gone in a way that history does not show.
func (c *Catalog) dropStaleIndex(k, owner Key) {
	if stale := c.IndexAt(k); stale != nil {
		c.dropIndex(stale)
	}
	if t := c.TableAt(owner); t != nil {
		if stale := t.Index(k.Name); stale != nil {
			c.dropIndex(stale)
		}
	}
}

// indexList returns the list that an index is in, for writing.
func (c *Catalog) indexList(i *Index) *[]*Index {
	if t := c.table(i.Table); t != nil {
		return &t.Indexes
	}
	if v := c.view(i.Table); v != nil {
		return &v.Indexes
	}
	return new([]*Index)
}

// updateIndex replaces an index by a copy that may be written.
func (c *Catalog) updateIndex(i *Index) *Index {
	clone := *i
	list := c.indexList(i)
	if n := lastIndex(*list, i); n >= 0 {
		*list = with(*list, n, &clone)
	}
	return &clone
}

// renameIndex gives an index another name, in its entry and in the indexes
// attached to it. The caller renames a constraint.
func (c *Catalog) renameIndex(i *Index, name string) *Index {
	if i.Name == name {
		return c.updateIndex(i)
	}
	c.dropStaleIndex(Key{i.Schema, name}, i.Table)
	old := i.Key
	c.removeEntry(i)
	i = c.updateIndex(i)
	i.Name = name
	if _, taken := c.relationAt(i.Key); !taken {
		c.put(i.Key, indexOf(i.Table))
	}
	c.reattach(i.Table, old, i.Key)
	t := c.table(i.Table)
	if t == nil {
		return i
	}
	if t.ReplicaIdentity == old.Name {
		t.ReplicaIdentity = name
	}
	if i.Unique {
		c.eachForeignKeyOn(t, old.Name, func(child *Table, con *Constraint) {
			c.updateConstraint(child, con).RefIndex = name
		})
	}
	return i
}

// reattach points the indexes of partitions from one parent index to another
// key; zero detaches them.
func (c *Catalog) reattach(table, from, to Key) {
	t := c.TableAt(table)
	if t == nil {
		return
	}
	for _, k := range t.Partitions {
		if p := c.TableAt(k); p != nil && c.charge(1) {
			for _, own := range p.Indexes {
				if own.Parent == from {
					c.updateIndex(own).Parent = to
				}
			}
		}
	}
}

// dropIndex drops an index and the constraint it is behind.
func (c *Catalog) dropIndex(i *Index) {
	if t := c.table(i.Table); t != nil && i.Constraint != "" {
		if con := t.Constraint(i.Constraint); con != nil {
			c.removeConstraint(t, con)
			return
		}
	}
	c.removeIndex(i)
}

// removeIndex drops an index, those of partitions attached to it and the foreign
// keys that need it.
func (c *Catalog) removeIndex(i *Index) {
	list := c.indexList(i)
	n := lastIndex(*list, i)
	if n < 0 {
		return
	}
	*list = without(*list, n)
	c.removeEntry(i)
	t := c.TableAt(i.Table)
	if t == nil {
		return
	}
	if t.ReplicaIdentity == i.Name {
		c.table(t.Key).ReplicaIdentity = "nothing"
	}
	for _, k := range t.Partitions {
		p := c.TableAt(k)
		if p == nil || !c.charge(1) {
			continue
		}
		for _, own := range slices.Clone(p.Indexes) {
			if own.Parent == i.Key {
				c.dropIndex(own)
			}
		}
	}
	if i.Unique {
		c.dropForeignKeysOn(t, i)
	}
}

// dropForeignKeysOn drops the foreign keys that depend on an index that is gone.
func (c *Catalog) dropForeignKeysOn(t *Table, i *Index) {
	c.eachForeignKeyOn(t, i.Name, func(child *Table, con *Constraint) { c.removeConstraint(child, con) })
}

// eachForeignKeyOn calls f with the foreign keys that depend on an index of a
// table and with their tables, for writing.
func (c *Catalog) eachForeignKeyOn(t *Table, index string, f func(*Table, *Constraint)) {
	for _, k := range slices.Concat(t.ReferencedBy, []Key{t.Key}) {
		child := c.TableAt(k)
		if child == nil || !c.charge(1) {
			continue
		}
		for _, con := range slices.Clone(child.Constraints) {
			if con.Kind == sqlast.ForeignKey && con.RefTable == t.Key && con.RefIndex == index {
				f(c.table(k), con)
			}
		}
	}
}

// indexColumns returns the key columns of an index; expressions are left out.
func indexColumns(i *Index) []string {
	var columns []string
	for _, el := range i.Elements {
		if el.Column != "" {
			columns = append(columns, el.Column)
		}
	}
	return columns
}

func sameSet(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for _, s := range a {
		if !slices.Contains(b, s) {
			return false
		}
	}
	return true
}

// sameIndex reports whether two indexes are alike but for their names, as
// CompareIndexInfo requires of an index and the partitioned one it is to be
// attached to.
func sameIndex(a, b *Index) bool {
	return a.Unique == b.Unique && a.Method == b.Method && a.NullsNotDistinct == b.NullsNotDistinct &&
		slices.Equal(a.Include, b.Include) && sameExpr(a.Where, b.Where) && sameElements(a.Elements, b.Elements)
}

func sameElements(a, b []sqlast.IndexElem) bool {
	return slices.EqualFunc(a, b, func(x, y sqlast.IndexElem) bool {
		return x.Column == y.Column && x.Desc == y.Desc && sameExpr(x.Expr, y.Expr) &&
			x.Collation.Name == y.Collation.Name && x.OpClass.Name == y.OpClass.Name
	})
}
