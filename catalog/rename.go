package catalog

import (
	"slices"

	"github.com/miglint/miglint/sqlast"
)

// rename applies ALTER … RENAME. What the name stands for decides, not the key
// word: ALTER TABLE renames indexes and views too.
func (c *Catalog) rename(op *sqlast.Rename) {
	if op.New == "" {
		return
	}
	switch op.Object {
	case sqlast.Table, sqlast.ForeignTable, sqlast.View, sqlast.MaterializedView, sqlast.Index, sqlast.Sequence:
		c.renameRelation(op)
	case sqlast.Column:
		c.renameColumn(op)
	case sqlast.TableConstraint:
		if t := c.tableFor(op.On); t != nil {
			if con := t.Constraint(op.Old); con != nil {
				c.renameConstraint(t, con, op.New)
			}
		}
	case sqlast.Trigger:
		c.renameTrigger(op)
	case sqlast.Policy:
		if t := c.tableFor(op.On); t != nil {
			if i := slices.IndexFunc(t.Policies, func(p *Policy) bool { return p.Name == op.Old }); i >= 0 {
				clone := *t.Policies[i]
				clone.Name = op.New
				t.Policies = with(t.Policies, i, &clone)
			}
		}
	case sqlast.Schema:
		c.renameSchema(op.Name.Name, op.New)
	default:
		c.renameObject(op)
	}
}

func (c *Catalog) renameRelation(op *sqlast.Rename) {
	k, r, ok := c.find(op.Name)
	if !ok {
		if op.Object != sqlast.Table && op.Object != sqlast.ForeignTable || op.IfExists {
			return
		}
		k = c.stub(c.keyOf(op.Name)).Key
		r, _ = c.relationAt(k)
	}
	to := Key{k.Schema, op.New}
	if _, isIndex := r.object.(indexOf); isIndex {
		if i := c.IndexAt(k); i != nil {
			c.renameIndexAndConstraint(i, op.New)
		}
		return
	}
	c.move(k, to)
}

// renameIndexAndConstraint renames an index with the constraint it is behind
// (RenameRelationInternal).
func (c *Catalog) renameIndexAndConstraint(i *Index, name string) {
	if t := c.table(i.Table); t != nil && i.Constraint != "" {
		if con := t.Constraint(i.Constraint); con != nil {
			c.renameConstraint(t, con, name)
			return
		}
	}
	c.renameIndex(i, name)
}

// renameConstraint renames a constraint with its index. The copies of a check
// that descendants have are renamed too; those of other constraints keep their
// names (rename_constraint_internal).
func (c *Catalog) renameConstraint(t *Table, con *Constraint, name string) {
	old := con.Name
	if old == name {
		return
	}
	if stale := t.Constraint(name); stale != nil {
		// It must have gone in a way that history does not show.
		c.removeConstraint(t, stale)
	}
	con = c.updateConstraint(t, con)
	con.Name = name
	c.countName(t.Schema, old, -1)
	c.countName(t.Schema, name, 1)
	if i := t.Index(con.Index); con.Index != "" && i != nil {
		i = c.renameIndex(i, name)
		i.Constraint, con.Index = name, name
	}
	for _, list := range [...][]Key{t.Partitions, t.Children} {
		for _, k := range list {
			child := c.relative(k)
			if child == nil {
				continue
			}
			for _, own := range slices.Clone(child.Constraints) {
				if own.Parent != old || own.Kind != con.Kind {
					continue
				}
				own = c.updateConstraint(child, own)
				own.Parent = name
				if own.Kind == sqlast.Check || own.Kind == sqlast.NotNullConstraint {
					c.renameConstraint(child, own, name)
				}
			}
		}
	}
}

func (c *Catalog) renameTrigger(op *sqlast.Rename) {
	t := c.tableFor(op.On)
	if t == nil {
		return
	}
	for _, t := range c.family(t, op.On.Only) {
		if i := slices.IndexFunc(t.Triggers, func(tr *Trigger) bool { return tr.Name == op.Old }); i >= 0 {
			clone := *t.Triggers[i]
			clone.Name = op.New
			t.Triggers = with(t.Triggers, i, &clone)
		}
	}
}

// renameColumn renames a column in the table and its descendants and wherever it
// is used.
func (c *Catalog) renameColumn(op *sqlast.Rename) {
	k, r, ok := c.find(op.On.Name)
	if v, isView := r.object.(*View); ok && isView {
		if i := slices.Index(v.Columns, op.Old); i >= 0 {
			v = c.view(k)
			v.Columns = with(v.Columns, i, op.New)
			for _, i := range slices.Clone(v.Indexes) {
				renameInIndex(c.updateIndex(i), op.Old, op.New)
			}
			c.renameUses(v.ReferencedViews, ColumnRef{k, op.Old}, op.New)
		}
		return
	}
	t := c.tableFor(op.On)
	if t == nil {
		return
	}
	for _, t := range c.family(t, op.On.Only) {
		if t.Column(op.New) == nil {
			c.renameTableColumn(t, op.Old, op.New)
		}
	}
}

func (c *Catalog) renameTableColumn(t *Table, old, new string) {
	col := c.column(t, old)
	if col == nil {
		return
	}
	col.Name = new
	expr := func(e sqlast.Expr) sqlast.Expr { return renameInExpr(e, old, new) }
	for i, col := range t.Columns {
		if readsColumn(col.Expression, old) {
			clone := *col
			clone.Expression = expr(col.Expression)
			t.Columns = with(t.Columns, i, &clone)
		}
	}
	for _, con := range slices.Clone(t.Constraints) {
		self := con.Kind == sqlast.ForeignKey && con.RefTable == t.Key && slices.Contains(con.RefColumns, old)
		if !self && !slices.Contains(con.Columns, old) && !slices.Contains(con.Include, old) && !readsColumn(con.Where, old) {
			continue
		}
		con = c.updateConstraint(t, con)
		con.Columns, con.Include = renameIn(con.Columns, old, new), renameIn(con.Include, old, new)
		con.Expr, con.Where = expr(con.Expr), expr(con.Where)
		con.Elements = renameInElements(con.Elements, old, new)
		if self {
			con.RefColumns = renameIn(con.RefColumns, old, new)
		}
	}
	for _, i := range slices.Clone(t.Indexes) {
		if indexReadsColumn(i, old) {
			renameInIndex(c.updateIndex(i), old, new)
		}
	}
	for i, tr := range t.Triggers {
		if triggerReads(tr, old) {
			clone := *tr
			clone.Columns, clone.When = renameIn(tr.Columns, old, new), expr(tr.When)
			t.Triggers = with(t.Triggers, i, &clone)
		}
	}
	for i, p := range t.Policies {
		if readsColumn(p.Using, old) || readsColumn(p.Check, old) {
			clone := *p
			clone.Using, clone.Check = expr(p.Using), expr(p.Check)
			t.Policies = with(t.Policies, i, &clone)
		}
	}
	if t.PartitionBy != nil && slices.Contains(t.PartitionBy.Columns, old) {
		clone := *t.PartitionBy
		clone.Columns = renameIn(clone.Columns, old, new)
		t.PartitionBy = &clone
	}
	c.renameReferences(t, old, new)
}

func renameInIndex(i *Index, old, new string) {
	if indexReadsColumn(i, old) {
		i.Names = indexColumnNames(i)
		i.Elements, i.Include, i.Where = renameInElements(i.Elements, old, new), renameIn(i.Include, old, new), renameInExpr(i.Where, old, new)
	}
}

// renameReferences renames a column in what other relations know of it: foreign
// keys, views, sequences.
func (c *Catalog) renameReferences(t *Table, old, new string) {
	for _, key := range t.ReferencedBy {
		child := c.TableAt(key)
		if child == nil || !c.charge(1) {
			continue
		}
		for _, con := range child.Constraints {
			if con.Kind == sqlast.ForeignKey && con.RefTable == t.Key && slices.Contains(con.RefColumns, old) {
				con = c.updateConstraint(c.table(key), con)
				con.RefColumns = renameIn(con.RefColumns, old, new)
			}
		}
	}
	c.renameUses(t.ReferencedViews, ColumnRef{t.Key, old}, new)
	for _, key := range t.Sequences {
		if s := c.SequenceAt(key); s != nil && s.Column == old {
			c.sequence(key).Column = new
		}
	}
}

func (c *Catalog) renameUses(views []Key, ref ColumnRef, new string) {
	for _, key := range views {
		if v := c.ViewAt(key); v != nil && c.charge(1) {
			if i := slices.Index(v.Uses, ref); i >= 0 {
				v = c.view(key)
				v.Uses = with(v.Uses, i, ColumnRef{ref.Table, new})
			}
			if i := slices.Index(v.MayUse, ref); i >= 0 {
				v = c.view(key)
				v.MayUse = with(v.MayUse, i, ColumnRef{ref.Table, new})
			}
		}
	}
}

func renameIn(list []string, old, new string) []string {
	for i, name := range list { // a foreign key may name a column twice
		if name == old {
			list = with(list, i, new)
		}
	}
	return list
}

func renameInExpr(e sqlast.Expr, old, new string) sqlast.Expr {
	if !readsColumn(e, old) {
		return e
	}
	return mapExpr(e, func(e sqlast.Expr) sqlast.Expr {
		if col, ok := e.(*sqlast.ColumnExpr); ok && col.Column == old {
			clone := *col
			clone.Column = new
			return &clone
		}
		return e
	})
}

func renameInElements(list []sqlast.IndexElem, old, new string) []sqlast.IndexElem {
	for i, el := range list {
		switch {
		case el.Column == old && old != "":
			el.Column = new
		case readsColumn(el.Expr, old):
			el.Expr = renameInExpr(el.Expr, old, new)
		default:
			continue
		}
		list = with(list, i, el)
	}
	return list
}
