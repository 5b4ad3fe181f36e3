package catalog

import (
	"slices"

	"github.com/miglint/miglint/sqlast"
)

// applyObject applies the statements about objects other than tables and their
// indexes. Those that leave the schema alone fall through.
func (c *Catalog) applyObject(op sqlast.Op, at Origin) {
	switch op := op.(type) {
	case *sqlast.CreateView:
		c.createView(op, at)
	case *sqlast.RefreshMaterializedView:
		if v := c.View(op.Name); v != nil {
			c.view(v.Key).Populated = !op.NoData
		}
	case *sqlast.CreateSequence:
		c.createSequence(op, at)
	case *sqlast.AlterSequence:
		c.alterSequence(op)
	case *sqlast.CreateType:
		c.createType(op, at)
	case *sqlast.AddEnumValue:
		c.addEnumValue(op, at)
	case *sqlast.AlterAttribute:
		c.alterAttribute(op, at)
	case *sqlast.CreateDomain:
		c.createDomain(op, at)
	case *sqlast.AlterDomain:
		c.alterDomain(op, at)
	case *sqlast.CreateFunction:
		c.createFunction(op, at)
	case *sqlast.AlterFunction:
		c.alterFunction(op)
	case *sqlast.CreateTrigger:
		c.createTrigger(op, at)
	case *sqlast.CreatePolicy:
		c.createPolicy(op, at)
	case *sqlast.CreateSchema:
		ns := c.schema(op.Name)
		ns.dropped, ns.doubtful = false, false
	case *sqlast.CreateExtension:
		if !c.Extension(op.Name) {
			c.extensions.set(c.begin(), op.Name, at)
		}
	case *sqlast.CreatePublication:
		c.applyPublication(op, at)
	case *sqlast.CommentOn:
		c.comment(op, at)
	case *sqlast.Do:
		if c.followed == nil {
			c.run(readCode(op.Language, op.Body))
		}
	case *sqlast.Call:
		if c.followed == nil || !c.followed(op.Name) {
			c.run(&code{calls: []sqlast.Name{op.Name}})
		}
	}
}

// setOwner is OWNED BY; owner is nil for NONE.
func (c *Catalog) setOwner(k Key, owner *sqlast.ColumnOf) {
	s := c.sequence(k)
	if old := c.table(s.OwnedBy); old != nil {
		c.removeKey(&old.Sequences, k)
		for _, col := range old.Columns {
			if col.Sequence == k {
				c.column(old, col.Name).Sequence = Key{}
			}
			if c.Draws(col.Default, k) {
				addKey(&s.UsedBy, old.Key)
			}
		}
	}
	s.OwnedBy, s.Column = Key{}, ""
	if owner == nil {
		return
	}
	t := c.tableFor(sqlast.Relation{Name: owner.Table})
	if t == nil {
		return
	}
	s.OwnedBy, s.Column = t.Key, owner.Column
	c.removeKey(&s.UsedBy, t.Key)
	t.Sequences = append(t.Sequences, k)
	if col := c.column(t, owner.Column); col != nil && col.Sequence == (Key{}) {
		col.Sequence = k
	}
}

func (c *Catalog) createTrigger(op *sqlast.CreateTrigger, at Origin) {
	t := c.tableFor(op.Table)
	if t == nil {
		return
	}
	tr := &Trigger{
		Name: op.Name, Function: op.Function, Columns: op.Columns, When: op.When,
		Row: op.Row, Constraint: op.Constraint, Created: at,
		Deferrable: op.Deferrable, InitiallyDeferred: op.InitiallyDeferred, Events: op.Events,
	}
	if fs := c.Functions(op.Function); len(fs) > 0 {
		tr.Function.Schema = fs[0].Schema
	}
	tables := c.family(t, len(t.Partitions) == 0 || !op.Row)
	for n, t := range tables {
		if len(t.Triggers) >= maxParts {
			continue
		}
		if n == 1 {
			clone := *tr
			clone.Inherited = true
			tr = &clone
		}
		if i := slices.IndexFunc(t.Triggers, func(old *Trigger) bool { return old.Name == op.Name }); i >= 0 {
			t.Triggers = with(t.Triggers, i, tr)
		} else {
			t.Triggers = append(t.Triggers, tr)
		}
		c.useFunction(t.Key, tr.Function)
	}
}

func (c *Catalog) dropTrigger(op *sqlast.Drop) {
	if t := c.Table(op.On); t != nil {
		c.dropTriggerFrom(c.table(t.Key), op.Name.Name)
	}
}

// dropTriggerFrom drops a trigger of a table with the copies that partitions
// have of it.
func (c *Catalog) dropTriggerFrom(t *Table, name string) {
	for n, t := range c.family(t, len(t.Partitions) == 0) {
		i := slices.IndexFunc(t.Triggers, func(tr *Trigger) bool { return tr.Name == name && (n == 0 || tr.Inherited) })
		if i >= 0 {
			t.Triggers = without(t.Triggers, i)
		}
	}
}

func (c *Catalog) comment(op *sqlast.CommentOn, at Origin) {
	text := ""
	if op.Text != nil {
		text = *op.Text
	}
	switch op.Object {
	case sqlast.Table, sqlast.ForeignTable, sqlast.View, sqlast.MaterializedView:
		k, r, ok := c.find(op.Name)
		if _, isView := r.object.(*View); ok && isView {
			c.view(k).Comment = text
		} else if t := c.tableFor(sqlast.Relation{Name: op.Name}); t != nil {
			t.Comment = text
		}
	case sqlast.Column:
		t := c.tableFor(op.On)
		if t == nil {
			return
		}
		if col := c.column(t, op.Sub); col != nil {
			col.Comment, col.CommentAt = text, &at
			if text == "" {
				col.CommentAt = nil
			}
		}
	}
}
