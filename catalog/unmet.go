package catalog

import "github.com/miglint/miglint/sqlast"

// Unmet returns in what the object that has the name differs from the one that a
// CREATE TABLE, ADD COLUMN or CREATE INDEX asks for; nil if there is none. What
// only the one that is there has does not count. Of a table only the columns are
// compared.
func (c *Catalog) Unmet(op sqlast.Op, at Origin) []Difference {
	asked := New() // a catalog with nothing else in it
	d := &diff{a: c, b: asked}
	switch op := op.(type) {
	case *sqlast.CreateTable:
		if is := c.Table(op.Name); is != nil {
			asked.createTable(op, at)
			d.columnsOf(is, asked.TableAt(asked.Resolve(op.Name)))
		}
	case *sqlast.AddColumn:
		is := c.Table(op.Table.Name)
		if is == nil || is.Column(op.Column.Name) == nil {
			return nil
		}
		t := asked.stub(is.Key)
		asked.defineColumn(t, &op.Column, at)
		d.columnsOf(is, t)
	case *sqlast.CreateIndex:
		is := c.IndexAt(Key{c.Resolve(op.Table.Name).Schema, op.Name})
		if is == nil {
			return nil
		}
		if what, was, wanted := indexChange(is, newIndex(op, at)); what != "" {
			d.add(Difference{Object: sqlast.Index, Key: is.Key, Change: Altered, What: what, Was: was, Is: wanted})
		}
	}
	return d.found
}

func (d *diff) columnsOf(is, asked *Table) {
	if asked == nil {
		return
	}
	asked.Key = is.Key
	find := is.Column
	if len(asked.Columns) > fewParts {
		find = finder(is.Columns, func(c *Column) string { return c.Name })
	}
	had := *is
	had.Columns = nil
	for _, c := range asked.Columns {
		if old := find(c.Name); old != nil {
			had.Columns = append(had.Columns, old)
		}
	}
	(&tableDiff{diff: d, a: &had, b: asked, sure: true}).columns()
}
