package catalog

import (
	"slices"

	"github.com/miglint/miglint/sqlast"
)

// dropConstraint drops a constraint by name, with the copies that descendants
// have of it; ONLY leaves them to children as their own.
func (c *Catalog) dropConstraint(k Key, name string, only bool) {
	t := c.table(k)
	if t == nil {
		return
	}
	con := t.Constraint(name)
	if con != nil && only {
		for _, k := range slices.Concat(t.Partitions, t.Children) {
			child := c.relative(k)
			if child == nil {
				continue
			}
			if i := slices.IndexFunc(child.Constraints, func(own *Constraint) bool { return own.Parent == name && own.Kind == con.Kind }); i >= 0 {
				own := child.Constraints[i]
				if !c.inheritsFromOther(child, own, t.Key) {
					c.setParent(child, own, "")
				}
			}
		}
	}
	if con != nil {
		c.removeConstraint(t, con)
	} else {
		c.dropUnnamedNotNull(t, name)
	}
}

// removeConstraint drops a constraint, its index, the copies that descendants
// have of it and the foreign keys that need it.
func (c *Catalog) removeConstraint(t *Table, con *Constraint) {
	i := lastIndex(t.Constraints, con)
	if i < 0 {
		return
	}
	t.Constraints = without(t.Constraints, i)
	c.countName(t.Schema, con.Name, -1)
	switch con.Kind {
	case sqlast.ForeignKey:
		if !references(t, con.RefTable) {
			if parent := c.table(con.RefTable); parent != nil && parent != t {
				c.removeKey(&parent.ReferencedBy, t.Key)
			}
		}
	case sqlast.NotNullConstraint:
		for _, name := range con.Columns {
			c.unsetNotNull(t, name)
		}
	case sqlast.Unique, sqlast.PrimaryKey, sqlast.Exclusion:
		if index := t.Index(con.Index); index != nil {
			c.removeIndex(index)
		}
	}
	for _, k := range slices.Concat(t.Partitions, t.Children) {
		child := c.relative(k)
		if child == nil {
			continue
		}
		for _, own := range slices.Clone(child.Constraints) {
			switch {
			case own.Parent != con.Name || own.Kind != con.Kind || c.inheritsFromOther(child, own, t.Key):
			case own.Local:
				c.setParent(child, own, "")
			default:
				c.removeConstraint(child, own)
			}
		}
	}
}

// inheritsFromOther reports whether another parent has a check that a child has
// from its parents.
func (c *Catalog) inheritsFromOther(child *Table, con *Constraint, than Key) bool {
	return con.Kind == sqlast.Check && slices.ContainsFunc(child.Inherits, func(k Key) bool {
		if k == than {
			return false
		}
		parent := c.TableAt(k)
		return parent != nil && parent.Constraint(con.Name) != nil
	})
}
