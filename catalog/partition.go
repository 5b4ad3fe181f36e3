package catalog

import (
	"slices"

	"github.com/miglint/miglint/sqlast"
)

// partitionOf makes a new table a partition: it gets its parent's columns,
// constraints and indexes.
func (c *Catalog) partitionOf(t *Table, op *sqlast.CreateTable, at Origin) {
	parent := c.tableFor(sqlast.Relation{Name: op.PartitionOf})
	if parent == nil || parent == t || c.descends(parent.Key, t.Key) {
		return
	}
	t.ColumnsUnknown = parent.Partial || parent.ColumnsUnknown
	c.linkPartition(parent, t, op.Bound)
	c.copyColumns(t, parent, at)
	c.copyChecks(t, parent, at)
	c.inheritIndexes(t, parent, at)
	c.inheritForeignKeys(t, parent, at)
	c.cloneTriggers(t, parent)
}

func (c *Catalog) linkPartition(parent, t *Table, bound sqlast.PartitionBound) {
	t.PartitionOf, t.Bound = parent.Key, bound
	parent.Partitions = append(parent.Partitions, t.Key)
}

// inheritIndexes gives a partition the counterparts of its parent's indexes
// (AttachPartitionEnsureIndexes). An index that is not valid stays so: only ALTER
// INDEX … ATTACH PARTITION looks whether it is complete.
func (c *Catalog) inheritIndexes(t, parent *Table, at Origin) {
	for _, i := range parent.Indexes {
		c.attachOrAddIndex(t, parent, i, true, at)
	}
}

// inheritForeignKeys gives a partition its parent's foreign keys; one that it
// has already becomes the counterpart (tryAttachPartitionForeignKey).
func (c *Catalog) inheritForeignKeys(t, parent *Table, at Origin) {
	for _, con := range parent.Constraints {
		if con.Kind != sqlast.ForeignKey {
			continue
		}
		i := slices.IndexFunc(t.Constraints, func(own *Constraint) bool {
			return own.Kind == sqlast.ForeignKey && own.Parent == "" && own.RefTable == con.RefTable &&
				slices.Equal(own.Columns, con.Columns) && slices.Equal(own.RefColumns, con.RefColumns) &&
				own.OnDelete == con.OnDelete && own.OnUpdate == con.OnUpdate && own.Deferrable == con.Deferrable
		})
		if i >= 0 {
			c.setParent(t, t.Constraints[i], con.Name)
			continue
		}
		c.addConstraint(t, c.copyFor(t, con, at), false)
	}
}

// cloneTriggers gives a partition its parent's row triggers.
func (c *Catalog) cloneTriggers(t, parent *Table) {
	for _, tr := range parent.Triggers {
		if tr.Row && !slices.ContainsFunc(t.Triggers, func(own *Trigger) bool { return own.Name == tr.Name }) {
			clone := *tr
			clone.Inherited = true
			t.Triggers = append(t.Triggers, &clone)
			c.useFunction(t.Key, tr.Function)
		}
	}
}

func (c *Catalog) attachPartition(parent *Table, op *sqlast.AttachPartition, at Origin) {
	t := c.tableFor(sqlast.Relation{Name: op.Partition})
	if t == nil || t == parent || c.descends(parent.Key, t.Key) {
		return
	}
	c.unlinkPartition(t)
	c.linkPartition(parent, t, op.Bound)
	c.adoptColumns(t)
	for _, con := range t.Constraints {
		if same := parent.Constraint(con.Name); con.Kind == sqlast.Check && same != nil && same.Kind == sqlast.Check {
			c.setParent(t, con, con.Name)
		}
	}
	c.inheritIndexes(t, parent, at)
	c.inheritForeignKeys(t, parent, at)
	c.cloneTriggers(t, parent)
	if t.Filled != nil || t.Partial {
		rows := t.FilledRows
		if t.Partial {
			rows = -1
		}
		c.fillParents(parent, rows, at)
	}
}

// descends reports whether a table descends from another.
func (c *Catalog) descends(k, ancestor Key) bool {
	if t := c.TableAt(ancestor); t == nil || len(t.Partitions)+len(t.Children) == 0 {
		return k == ancestor
	}
	seen := map[Key]bool{}
	for todo := []Key{k}; len(todo) > 0; todo = todo[1:] {
		if todo[0] == ancestor {
			return true
		}
		t := c.TableAt(todo[0])
		if t == nil || seen[t.Key] {
			continue
		}
		seen[t.Key] = true
		todo = append(todo, t.Inherits...)
		if t.PartitionOf != (Key{}) {
			todo = append(todo, t.PartitionOf)
		}
	}
	return false
}

// unlinkPartition makes a partition a table of its own. It keeps constraints and
// indexes.
func (c *Catalog) unlinkPartition(t *Table) {
	parent := c.table(t.PartitionOf)
	t.PartitionOf, t.Bound = Key{}, sqlast.PartitionBound{}
	if parent != nil {
		c.removeKey(&parent.Partitions, t.Key)
	}
	c.disinherit(t)
	for _, i := range slices.Clone(t.Indexes) {
		if i.Parent != (Key{}) {
			c.updateIndex(i).Parent = Key{}
		}
	}
	for _, tr := range t.Triggers {
		if tr.Inherited {
			c.dropTriggerFrom(t, tr.Name)
		}
	}
}

// disinherit makes a table's columns and constraints its own.
func (c *Catalog) disinherit(t *Table) {
	for _, con := range slices.Clone(t.Constraints) {
		c.setParent(t, con, "")
	}
	for i, col := range t.Columns {
		if col.Inherited {
			clone := *col
			clone.Inherited = false
			t.Columns = with(t.Columns, i, &clone)
		}
	}
}

func (c *Catalog) detachPartition(parent *Table, op *sqlast.DetachPartition, at Origin) {
	t := c.tableFor(sqlast.Relation{Name: op.Partition})
	if t == nil || t.PartitionOf != parent.Key {
		return
	}
	if c.major == 14 {
		// The copies of foreign keys to partitioned tables get lost.
		for _, con := range slices.Clone(t.Constraints) {
			if con.Kind != sqlast.ForeignKey || con.Parent == "" {
				continue
			}
			if ref := c.TableAt(con.RefTable); ref != nil && ref.PartitionBy != nil {
				c.removeConstraint(t, con)
			}
		}
	}
	c.unlinkPartition(t)
	for i, col := range t.Columns {
		if col.Identity != sqlast.NoIdentity && col.Sequence == (Key{}) { // the parent's
			clone := *col
			clone.Identity = sqlast.NoIdentity
			t.Columns = with(t.Columns, i, &clone)
		}
	}
	if op.Concurrently && parent.PartitionBy != nil && parent.PartitionBy.Strategy != "hash" && !slices.Contains(parent.PartitionBy.Columns, "") {
		// The bound stays as a CHECK, unless one implies it (DetachAddConstraintIfNeeded).
		// That of a hash partition would name the parent.
		con := &Constraint{Constraint: sqlast.Constraint{Kind: sqlast.Check, Columns: parent.PartitionBy.Columns}, Valid: true, Created: at}
		column := ""
		if len(con.Columns) == 1 {
			column = con.Columns[0]
		}
		con.Name = c.constraintName(t.Schema, t.Name, column, "check")
		c.putConstraint(t, con)
	}
}

// attachIndex is ALTER INDEX … ATTACH PARTITION.
func (c *Catalog) attachIndex(op *sqlast.AttachPartition) {
	parent, own := c.Index(op.Table.Name), c.Index(op.Partition)
	if parent == nil || own == nil || own.Parent == parent.Key {
		return
	}
	t, p := c.table(parent.Table), c.table(own.Table)
	if t == nil || p == nil || p.PartitionOf != t.Key {
		return
	}
	own = c.updateIndex(own)
	own.Parent = parent.Key
	if con := p.Constraint(own.Constraint); con != nil && parent.Constraint != "" {
		c.setParent(p, con, parent.Constraint)
	}
	c.checkIndexComplete(t, parent.Name)
}

// checkIndexComplete makes a partitioned index valid once every partition has a
// valid index attached to it (validatePartitionedIndex).
func (c *Catalog) checkIndexComplete(t *Table, name string) {
	i := t.Index(name)
	if i == nil || i.Valid {
		return
	}
	for _, k := range t.Partitions {
		p := c.TableAt(k)
		if p == nil || !slices.ContainsFunc(p.Indexes, func(own *Index) bool { return own.Parent == i.Key && own.Valid }) {
			return
		}
	}
	c.updateIndex(i).Valid = true
	if parent := c.table(t.PartitionOf); parent != nil && i.Parent.Name != "" {
		c.checkIndexComplete(parent, i.Parent.Name)
	}
}

// adoptColumns makes the columns of a table those of the partitioned table it is
// attached to (MergeAttributesIntoExisting).
func (c *Catalog) adoptColumns(t *Table) {
	parent := c.TableAt(t.PartitionOf)
	for i, col := range t.Columns {
		clone := *col
		clone.Inherited = true
		if own := parent.Column(col.Name); c.major >= 17 && own != nil {
			clone.Identity = own.Identity
		}
		t.Columns = with(t.Columns, i, &clone)
	}
}

// inherit is ALTER TABLE … INHERIT and NO INHERIT.
func (c *Catalog) inherit(t *Table, op *sqlast.Inherit) {
	parent := c.tableFor(sqlast.Relation{Name: op.Parent})
	if parent == nil || parent == t {
		return
	}
	if op.No {
		c.removeKey(&t.Inherits, parent.Key)
		c.removeKey(&parent.Children, t.Key)
		if len(t.Inherits) == 0 {
			c.disinherit(t)
		}
		return
	}
	if slices.Contains(t.Inherits, parent.Key) || c.descends(parent.Key, t.Key) {
		return
	}
	t.Inherits = append(t.Inherits, parent.Key)
	parent.Children = append(parent.Children, t.Key)
	for _, con := range slices.Clone(t.Constraints) {
		if same := parent.Constraint(con.Name); con.Kind == sqlast.Check && same != nil && same.Kind == sqlast.Check && !same.NoInherit {
			c.setParent(t, con, con.Name)
		}
	}
}
