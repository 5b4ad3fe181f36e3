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
	if hasNotNull(t, column) {
		return
	}
	if con.Name == "" {
		if col := t.Column(column); col != nil && col.NotNull {
			return
		}
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
		if col := t.Column(column); col != nil && (i == 0 || col.Inherited) {
			c.column(t, column).NotNull = false
		}
	}
}

// hasNotNull reports whether a table has a NOT NULL constraint, valid or not, of
// its own on a column.
func hasNotNull(t *Table, column string) bool {
	return slices.ContainsFunc(t.Constraints, func(con *Constraint) bool {
		return con.Kind == sqlast.NotNullConstraint && slices.Equal(con.Columns, []string{column})
	})
}

func (c *Catalog) setNotNull(t *Table, columns []string) {
	for _, name := range columns {
		if col := c.column(t, name); col != nil {
			col.NotNull = true
		}
	}
}
