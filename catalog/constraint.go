package catalog

import (
	"slices"

	"github.com/miglint/miglint/sqlast"
)

// newConstraint returns the constraint that a statement defines, for a column if
// one is named.
func newConstraint(def *sqlast.Constraint, column string, at Origin) *Constraint {
	con := &Constraint{Constraint: *def, Valid: !def.NotValid && !def.NotEnforced, Created: at}
	con.Created.Span = def.At
	if column != "" && len(def.Columns) == 0 && def.Kind != sqlast.Check {
		con.Columns = []string{column}
	}
	return con
}

// addConstraint adds a constraint to a table and, unless only is set, to its
// descendants.
func (c *Catalog) addConstraint(t *Table, con *Constraint, only bool) {
	if len(t.Constraints) >= maxParts {
		return
	}
	if old := t.Constraint(con.Name); con.Name != "" && old != nil {
		if con.Parent != "" && con.Kind == old.Kind {
			// The child has it already: the two are merged (MergeWithExistingConstraint).
			c.setParent(t, old, con.Parent)
			return
		}
		if con.Kind == sqlast.NotNullConstraint && old.Kind == sqlast.NotNullConstraint && slices.Equal(con.Columns, old.Columns) {
			return // it is there already
		}
		c.removeConstraint(t, old)
	}
	switch con.Kind {
	case sqlast.Check:
		c.addCheck(t, con)
	case sqlast.NotNullConstraint:
		c.addNotNull(t, con)
	case sqlast.ForeignKey:
		c.addForeignKey(t, con)
	default:
		c.addIndexConstraint(t, con, only)
		return // the index has recursed
	}
	if !only && !con.NoInherit {
		c.inheritConstraint(t, con)
	}
}

// inheritConstraint hands a new constraint down to partitions and, but for
// foreign keys, to children.
func (c *Catalog) inheritConstraint(t *Table, con *Constraint) {
	for _, list := range [...][]Key{t.Partitions, t.Children} {
		for _, k := range list {
			child := c.relative(k)
			if child == nil || con.Kind == sqlast.ForeignKey && child.PartitionOf != t.Key {
				continue
			}
			c.addConstraint(child, c.copyFor(child, con, con.Created), false)
		}
	}
}

// copyFor returns the copy of a parent's constraint that a child gets. A foreign
// key keeps its name unless the child has one of that name
// (addFkRecurseReferencing).
func (c *Catalog) copyFor(child *Table, con *Constraint, at Origin) *Constraint {
	clone := *con
	clone.Parent, clone.Local, clone.Validated, clone.Created = con.Name, false, Origin{}, at
	clone.Constraint.RefTable = con.RefTable.name()
	if con.Kind == sqlast.ForeignKey && child.Constraint(con.Name) != nil {
		clone.Name = ""
	}
	return &clone
}

// name returns the key as a statement would write it.
func (k Key) name() sqlast.Name { return sqlast.Name{Schema: k.Schema, Name: k.Name} }

func (c *Catalog) addCheck(t *Table, con *Constraint) {
	con.Columns = exprColumns(con.Expr)
	if con.Name == "" {
		column := ""
		if len(con.Columns) == 1 {
			column = con.Columns[0]
		}
		con.Name = c.constraintName(t.Schema, t.Name, column, "check")
	}
	c.putConstraint(t, con)
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

func (c *Catalog) addForeignKey(t *Table, con *Constraint) {
	if con.Name == "" {
		con.Name = c.constraintName(t.Schema, t.Name, joinColumns(con.Columns), "fkey")
	}
	parent := c.tableFor(sqlast.Relation{Name: con.Constraint.RefTable})
	if parent == nil { // something else has that name
		c.putConstraint(t, con)
		return
	}
	con.RefTable = parent.Key
	if pk := parent.PrimaryKey(); pk != nil && len(con.RefColumns) == 0 {
		con.RefColumns, con.RefIndex = pk.Columns, pk.Index
	}
	if con.RefIndex == "" {
		con.RefIndex = keyOn(parent, con.RefColumns)
	}
	if parent != t && !references(t, parent.Key) {
		parent.ReferencedBy = append(parent.ReferencedBy, t.Key)
	}
	c.putConstraint(t, con)
}

// keyOn is the unique index that a foreign key to some columns depends on: the
// oldest that fits (transformFkeyCheckAttrs in tablecmds.c).
func keyOn(t *Table, columns []string) string {
	for _, i := range t.Indexes {
		if i.Unique && i.Where == nil && len(i.Elements) == len(columns) && sameSet(indexColumns(i), columns) {
			if con := t.Constraint(i.Constraint); con == nil || !con.Deferrable {
				return i.Name
			}
		}
	}
	return ""
}

// references reports whether a table has a foreign key to another.
func references(t *Table, k Key) bool {
	return slices.ContainsFunc(t.Constraints, func(con *Constraint) bool {
		return con.Kind == sqlast.ForeignKey && con.RefTable == k
	})
}

// addIndexConstraint adds UNIQUE, PRIMARY KEY or EXCLUDE and its index, or takes
// over an existing one with USING INDEX.
func (c *Catalog) addIndexConstraint(t *Table, con *Constraint, only bool) {
	if con.UsingIndex != "" {
		c.takeIndex(t, con, only)
		return
	}
	i := &Index{
		Key:              Key{t.Schema, con.Name},
		Table:            t.Key,
		Unique:           con.Kind != sqlast.Exclusion,
		Primary:          con.Kind == sqlast.PrimaryKey,
		Method:           con.Method,
		Elements:         con.Elements,
		Include:          con.Include,
		Where:            con.Where,
		NullsNotDistinct: con.NullsNotDistinct,
		Only:             only && t.PartitionBy != nil,
		Created:          con.Created,
	}
	i.Valid = !i.Only || len(t.Partitions) == 0
	if i.Method == "" {
		i.Method = "btree"
	}
	if con.Kind != sqlast.Exclusion {
		i.Elements = make([]sqlast.IndexElem, len(con.Columns))
		for n, name := range con.Columns {
			i.Elements[n].Column = name
		}
	}
	if i.Primary {
		if old := t.PrimaryKey(); old != nil {
			c.removeConstraint(t, old)
		}
	}
	if i.Primary {
		for _, t := range c.family(t, only) {
			c.setNotNull(t, con.Columns)
		}
	}
	c.addIndex(t, i, con)
}

// takeIndex is ADD CONSTRAINT … USING INDEX: the index takes the constraint's
// name.
func (c *Catalog) takeIndex(t *Table, con *Constraint, only bool) {
	i := t.Index(con.UsingIndex)
	if i != nil && i.Constraint != "" {
		return // the server refuses that
	}
	if i == nil {
		// History has not seen it being built.
		i = &Index{Key: Key{t.Schema, con.UsingIndex}, Table: t.Key, Unique: true, Method: "btree", Valid: true, Created: before}
		c.putIndex(t.Key, i)
	}
	if con.Name == "" {
		con.Name = i.Name
	}
	i = c.renameIndex(i, con.Name)
	i.Constraint, i.Primary = con.Name, con.Kind == sqlast.PrimaryKey
	con.Index = i.Name
	con.Columns = indexColumns(i)
	con.Include = i.Include
	con.NullsNotDistinct = i.NullsNotDistinct
	if i.Primary {
		for _, t := range c.family(t, only) {
			c.setNotNull(t, con.Columns)
		}
	}
	c.putConstraint(t, con)
}

// putConstraint appends a constraint and counts its name.
func (c *Catalog) putConstraint(t *Table, con *Constraint) {
	t.Constraints = append(t.Constraints, con)
	c.countName(t.Schema, con.Name, 1)
	c.useExpr(t.Key, con.Expr)
}

func (c *Catalog) countName(schema, name string, by int) {
	ns := c.schema(schema)
	n, _ := ns.constraints.get(name)
	if n += by; n > 0 {
		ns.constraints.set(c.begin(), name, n)
	} else {
		ns.constraints.delete(c.begin(), name)
	}
}

// updateConstraint replaces a constraint by a copy that may be written.
func (c *Catalog) updateConstraint(t *Table, con *Constraint) *Constraint {
	i := lastIndex(t.Constraints, con)
	if i < 0 {
		return con
	}
	clone := *con
	t.Constraints = with(t.Constraints, i, &clone)
	return &clone
}

// setParent makes a constraint the counterpart of a parent's, or with "" the
// table's own. A child that had it first keeps it for good, a partition does not
// (MergeConstraintsIntoExisting).
func (c *Catalog) setParent(t *Table, con *Constraint, parent string) {
	if con.Parent == parent {
		return
	}
	local := con.Parent == "" && t.PartitionOf == (Key{}) && parent != ""
	con = c.updateConstraint(t, con)
	con.Parent, con.Local = parent, local
}

func (c *Catalog) validateConstraint(t *Table, name string, at Origin) {
	con := t.Constraint(name)
	if con == nil || con.Valid {
		return
	}
	con = c.updateConstraint(t, con)
	con.Valid, con.Validated = true, at
	con.NotValid, con.NotEnforced = false, false
	if con.Kind == sqlast.NotNullConstraint {
		c.setNotNull(t, con.Columns)
	}
	for _, k := range slices.Concat(t.Partitions, t.Children) {
		if child := c.relative(k); child != nil {
			for _, own := range child.Constraints {
				if own.Parent == name {
					c.validateConstraint(child, own.Name, at)
				}
			}
		}
	}
}

func (c *Catalog) alterConstraint(t *Table, op *sqlast.AlterConstraint, at Origin) {
	con := t.Constraint(op.Constraint)
	if con == nil {
		return
	}
	con = c.updateConstraint(t, con)
	if op.Deferrable != nil {
		con.Deferrable, con.InitiallyDeferred = *op.Deferrable, op.InitiallyDeferred
	}
	if op.Inherit != nil {
		con.NoInherit = !*op.Inherit
	}
	if op.Enforced != nil && *op.Enforced == con.NotEnforced {
		con.NotEnforced = !*op.Enforced
		if *op.Enforced && !con.Valid {
			con.Validated = at
		}
		con.Valid = *op.Enforced
	}
	if con.Kind == sqlast.ForeignKey {
		c.alterCopies(t, con, op, at)
	}
}

// alterCopies alters the copies that partitions have of a foreign key.
func (c *Catalog) alterCopies(t *Table, con *Constraint, op *sqlast.AlterConstraint, at Origin) {
	for _, k := range t.Partitions {
		p := c.relative(k)
		if p == nil {
			continue
		}
		for _, own := range slices.Clone(p.Constraints) {
			if own.Kind == sqlast.ForeignKey && own.Parent == con.Name {
				copied := *op
				copied.Constraint = own.Name
				c.alterConstraint(p, &copied, at)
			}
		}
	}
}
