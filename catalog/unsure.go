package catalog

import "slices"

// Unsure doubts everything that c and other show differently: which of the two is
// true depends on something that history does not know, such as the condition of
// an IF. What only other has is not added to c. Rows do not count, and the cost is
// in what differs.
func (c *Catalog) Unsure(other *Catalog) {
	now := c.Snapshot() // what is walked must not change
	eachChange(now.schemas, other.schemas, func(name string, x, y *namespace) {
		if name == tempSchema {
			return
		}
		if x == nil || y == nil || x.dropped != y.dropped {
			c.schema(name).doubtful = true
		}
		c.unsureIn(name, orEmpty(x), orEmpty(y))
	})
	if other.blind && (!c.blind || other.blindTx > c.blindTx) {
		c.blind, c.blindTx = true, other.blindTx
	}
}

func (c *Catalog) unsureIn(schema string, x, y *namespace) {
	eachChange(x.relations, y.relations, func(name string, a, b relation) {
		t, isTable := a.object.(*Table)
		u, wasTable := b.object.(*Table)
		if isTable && wasTable && sameShape(t, u) {
			return
		}
		c.doubtAt(Key{schema, name})
	})
	eachChange(x.gone, y.gone, func(name string, _, _ int) { c.notGone(Key{schema, name}) })
	eachChange(x.types, y.types, func(name string, _, _ userType) {
		if t := c.userTypeAt(Key{schema, name}); t != nil {
			t.Doubtful = true
		}
	})
	eachChange(x.functions, y.functions, func(_ string, a, b []*Function) {
		for _, f := range a {
			if !slices.Contains(b, f) {
				c.doubtFunction(f)
			}
		}
	})
}

// doubtAt doubts the relation of a key.
func (c *Catalog) doubtAt(k Key) {
	r, found := c.relationAt(k)
	if !found {
		c.notGone(k)
		return
	}
	if of, ok := r.object.(indexOf); ok {
		k = Key(of)
	}
	if t := c.table(k); t != nil {
		t.Doubtful = true
	} else if v := c.view(k); v != nil {
		v.Doubtful = true
	} else if s := c.sequence(k); s != nil {
		s.Doubtful = true
	}
}

// notGone notes that what had a key may be back.
func (c *Catalog) notGone(k Key) {
	if ns, ok := c.schemas.get(k.Schema); ok {
		if _, gone := ns.gone.get(k.Name); gone {
			c.schema(k.Schema).gone.delete(c.begin(), k.Name)
		}
	}
}

// sameShape reports whether two versions of a table differ in their rows at most,
// and in what refers to it.
func sameShape(a, b *Table) bool {
	return slices.Equal(a.Columns, b.Columns) && slices.Equal(a.Constraints, b.Constraints) &&
		slices.Equal(a.Indexes, b.Indexes) && slices.Equal(a.Triggers, b.Triggers) && slices.Equal(a.Policies, b.Policies) &&
		slices.Equal(a.Partitions, b.Partitions) && slices.Equal(a.Children, b.Children) && slices.Equal(a.Inherits, b.Inherits) &&
		a.PartitionOf == b.PartitionOf && a.RLS == b.RLS && a.ForceRLS == b.ForceRLS && a.Persistence == b.Persistence &&
		a.Partial == b.Partial && a.Created == b.Created && a.ReplicaIdentity == b.ReplicaIdentity && a.OfType == b.OfType
}

// CertainSchema reports whether a schema is certainly there, as Certain does for
// relations.
func (c *Catalog) CertainSchema(name string) bool {
	ns, ok := c.schemas.get(name)
	return ok && !ns.dropped && !ns.doubtful
}

// Changed reports whether a statement has changed what c shows since the snapshot
// was taken of it.
func (c *Catalog) Changed(since *Catalog) bool {
	return c.schemas.root != since.schemas.root || c.extensions.root != since.extensions.root || c.blindTx != since.blindTx
}
