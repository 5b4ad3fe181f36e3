package catalog

import "github.com/miglint/miglint/sqlast"

// applyData follows what puts rows into tables, or empties them.
func (c *Catalog) applyData(op sqlast.Op, at Origin) {
	switch op := op.(type) {
	case *sqlast.Insert:
		c.fillNamed(op.Table.Name, insertedRows(op), at)
		c.applyQuery(op.Query, false, at)
	case *sqlast.Update:
		// Rows that history has not seen come in must be there: why else update
		// them.
		if t := c.Table(op.Table.Name); t != nil && t.Filled == nil {
			c.fillNamed(op.Table.Name, -1, at)
		}
		c.applyQuery(op.Query, false, at)
	case *sqlast.Delete:
		if t := c.Table(op.Table.Name); t != nil && op.Where == nil && len(op.Using) == 0 {
			c.table(t.Key).Emptied = &at
		}
		c.applyQuery(op.Query, false, at)
	case *sqlast.Merge:
		c.fillNamed(op.Table.Name, -1, at)
		c.applyQuery(op.Query, false, at)
	case *sqlast.Copy:
		if op.From {
			c.fillNamed(op.Table.Name, -1, at)
		}
	case *sqlast.Select:
		c.applyQuery(op.Query, true, at)
	case *sqlast.Truncate:
		for _, r := range op.Tables {
			c.truncate(r, op.Cascade, at)
		}
	}
}

// insertedRows returns the number of rows an INSERT adds if it can be told.
func insertedRows(op *sqlast.Insert) int {
	switch {
	case op.Query == nil:
		return 1 // DEFAULT VALUES
	case op.Query.ValueRows > 0:
		return op.Query.ValueRows
	}
	return -1
}

// applyQuery applies INSERT, UPDATE and DELETE inside WITH, and follows the
// functions that are called. bare is set for a SELECT on its own.
func (c *Catalog) applyQuery(q *sqlast.Query, bare bool, at Origin) {
	if q == nil {
		return
	}
	for _, write := range q.Writes {
		c.applyData(write, at)
	}
	c.setSequences(q)
	c.runFunctions(q, bare)
}

// fillNamed notes that rows went into what a name stands for; a view passes them
// on to the table it shows.
func (c *Catalog) fillNamed(n sqlast.Name, rows int, at Origin) {
	k, r, _ := c.find(n)
	for depth := 0; depth < 10; depth++ {
		v, ok := r.object.(*View)
		if !ok || len(v.Reads) != 1 {
			break
		}
		k = v.Reads[0]
		r, _ = c.relationAt(k)
	}
	t := c.table(k)
	if t == nil {
		return
	}
	c.fillPartitions(t, at)
	c.fill(t, rows, at)
}

// fillPartitions notes that any partition may have got the rows of an INSERT into
// its parent.
func (c *Catalog) fillPartitions(t *Table, at Origin) {
	for _, k := range t.Partitions {
		p := c.TableAt(k)
		if p == nil || !c.charge(1) {
			continue
		}
		if p.FilledRows >= 0 {
			fill(c.table(k), -1, at)
		}
		c.fillPartitions(p, at)
	}
}

// fill notes that rows went into a table and so into those it is a partition of.
func (c *Catalog) fill(t *Table, rows int, at Origin) {
	fill(t, rows, at)
	c.fillParents(c.relative(t.PartitionOf), rows, at)
}

func (c *Catalog) fillParents(t *Table, rows int, at Origin) {
	for t != nil {
		fill(t, rows, at)
		t = c.relative(t.PartitionOf)
	}
}

func fill(t *Table, rows int, at Origin) {
	t.Emptied = nil
	if t.Filled == nil {
		t.Filled = &at
	}
	if rows < 0 || t.FilledRows < 0 {
		t.FilledRows = -1
	} else {
		t.FilledRows += rows
	}
}

// truncate empties a table that history created. What the application has put
// into one since is not known, so it never makes an old table new.
func (c *Catalog) truncate(r sqlast.Relation, cascade bool, at Origin) {
	t := c.Table(r.Name)
	if t == nil {
		return
	}
	seen := map[Key]bool{}
	todo := []Key{t.Key}
	for ; len(todo) > 0; todo = todo[1:] {
		if seen[todo[0]] {
			continue
		}
		seen[todo[0]] = true
		t := c.relative(todo[0])
		if t == nil {
			continue
		}
		t.Filled, t.FilledRows, t.Emptied = nil, 0, &at
		if !r.Only {
			todo = append(todo, t.Partitions...)
			todo = append(todo, t.Children...)
		}
		if cascade {
			todo = append(todo, t.ReferencedBy...)
		}
	}
}
