package catalog

import (
	"slices"

	"github.com/miglint/miglint/sqlast"
)

// addNotNull adds a NOT NULL that is a constraint: since PostgreSQL 18 each is one,
// and a column has one at most. Here are only those with a name and those that are
// not valid.
func (c *Catalog) addNotNull(t *Table, con *Constraint) {
	column := first(con.Columns)
	if own := ownNotNull(t, column); own != nil {
		if con.Parent != "" { // merged (AdjustNotNullInheritance)
			c.setParent(t, own, con.Parent)
		}
		return
	}
	if col := t.Column(column); (con.Name == "" || con.Parent != "") && col != nil && col.NotNull {
		return
	}
	if con.Name == "" {
		con.Name = c.constraintName(t.Schema, t.Name, column, "not_null")
	}
	c.putConstraint(t, con)
	if con.Valid {
		c.setNotNull(t, con.Columns)
	}
}

// dropUnnamedNotNull is DROP CONSTRAINT of a NOT NULL by the name that the server
// gave it.
func (c *Catalog) dropUnnamedNotNull(t *Table, name string) {
	if c.major < 18 {
		return
	}
	for _, col := range t.Columns {
		if col.NotNull && objectName(t.Name, col.Name, "not_null") == name {
			c.unsetNotNull(t, col.Name)
			return
		}
	}
}

// unsetNotNull makes a column nullable, and those that are its copies.
func (c *Catalog) unsetNotNull(t *Table, column string) {
	for i, t := range c.family(t, false) {
		col, pk := t.Column(column), t.PrimaryKey()
		if col == nil || i > 0 && (!col.Inherited || ownNotNull(t, column) != nil || pk != nil && slices.Contains(pk.Columns, column)) {
			continue
		}
		c.column(t, column).NotNull = false
	}
}

// ownNotNull is the NOT NULL constraint, valid or not, that a table has on a
// column; nil if it has none that is known by name.
func ownNotNull(t *Table, column string) *Constraint {
	i := slices.IndexFunc(t.Constraints, func(con *Constraint) bool {
		return con.Kind == sqlast.NotNullConstraint && slices.Equal(con.Columns, []string{column})
	})
	if i < 0 {
		return nil
	}
	return t.Constraints[i]
}

func (c *Catalog) setNotNull(t *Table, columns []string) {
	for _, name := range columns {
		if col := c.column(t, name); col != nil {
			col.NotNull = true
		}
	}
}
