package effect

import (
	"slices"

	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

// indexConstraint is UNIQUE, PRIMARY KEY or EXCLUDE that ALTER TABLE adds
// (transformIndexConstraint in parse_utilcmd.c, ATExecAddIndex and
// ATExecAddIndexConstraint in tablecmds.c).
// inline is set for one written with a column that is added.
func (j *judge) indexConstraint(c *sqlast.Constraint, inline bool) {
	a := j.alter
	if c.UsingIndex != "" {
		j.constraintUsingIndex(c)
		return
	}
	partitioned, only := j.isPartitioned(a.key), j.onlyTable()
	if c.Kind == sqlast.Exclusion && partitioned && j.env.Major < 17 {
		j.fail("0A000", "exclusion constraints are not supported on partitioned tables")
		return
	}
	if !inline && j.keyColumnMissing(c) || j.secondPrimaryKey(c) {
		return
	}
	if c.Name != "" && j.relationStays(catalog.Key{Schema: a.key.Schema, Name: c.Name}) {
		j.fail("42P07", "relation %q already exists", c.Name)
		return
	}
	if j.keyColumnsRefused(c) {
		return
	}
	if partitioned && c.Kind != sqlast.Exclusion && j.lacksPartitionKey(a.key, c.Columns, only) {
		return
	}
	if c.Kind == sqlast.PrimaryKey && j.env.Major >= 18 {
		for _, column := range c.Columns {
			if col := columnOf(a.table, column); a.nullable[column] && col != nil && col.NotNull && j.certain(a.table) {
				j.fail("42P16", "primary key column %q is not marked NOT NULL", column)
				return
			}
		}
	}
	nullable := c.Kind == sqlast.PrimaryKey && j.anyNullable(c.Columns)
	if partitioned && !only {
		// Up to 17 DefineIndex goes to the partitions by itself; from 18 on, and
		// whenever columns become NOT NULL, ALTER TABLE does.
		mode := Share
		if j.env.Major >= 18 || nullable {
			mode = AccessExclusive
		}
		for _, k := range j.partitions(a.key)[1:] {
			j.lock(k, mode, "the constraint gets an index in every partition")
		}
	}
	keys := []catalog.Key{a.key}
	if !only {
		keys = j.partitions(a.key)
	}
	keys = j.stored(keys)
	if c.Kind == sqlast.PrimaryKey {
		column, child := j.nullableBelow(c.Columns)
		switch {
		case child == nil:
		case j.env.Major >= 18:
			j.fail("XX000", "column %q of table %q is not marked NOT NULL", column, child.Name)
			return
		default:
			j.fail("42P16", "constraint must be added to child tables too")
			return
		}
		if only && partitioned && nullable {
			j.lockAll(a.table.Partitions, AccessExclusive, "the partitions are looked at for columns that are not NOT NULL")
		}
		j.keyNotNull(c.Columns, nullable && !inline)
	}
	name := c.Name
	if partitioned {
		name = ""
	}
	for _, k := range keys {
		j.build(k, name, "the "+c.Kind.String()+" constraint builds its index by reading the whole table")
	}
}

// keyColumnsRefused fails a key over a column that is not there or named twice.
func (j *judge) keyColumnsRefused(c *sqlast.Constraint) bool {
	for i, column := range c.Columns {
		switch {
		case j.lacksColumn(j.alter.table, column) && j.alter.added[column] == nil:
			j.fail("42703", "column %q named in key does not exist", column)
		case slices.Contains(c.Columns[:i], column):
			j.fail("42701", "column %q appears twice in %s constraint", column, c.Kind)
		default:
			continue
		}
		return true
	}
	return false
}

// keyColumnMissing fails a key on a column that is not there
// (transformIndexConstraint; ALTER TABLE makes a primary key's NOT NULL first).
func (j *judge) keyColumnMissing(c *sqlast.Constraint) bool {
	if c.Kind == sqlast.Exclusion {
		return false
	}
	for _, name := range slices.Concat(c.Columns, c.Include) {
		if !j.lacksColumn(j.alter.table, name) || j.alter.added[name] != nil {
			continue
		}
		if c.Kind == sqlast.PrimaryKey && slices.Contains(c.Columns, name) {
			j.fail("42703", "column %q of relation %q does not exist", name, j.alter.key.Name)
		} else {
			j.fail("42703", "column %q named in key does not exist", name)
		}
		return true
	}
	return false
}

// secondPrimaryKey fails a primary key on a table that keeps the one it has.
func (j *judge) secondPrimaryKey(c *sqlast.Constraint) bool {
	a := j.alter
	if c.Kind != sqlast.PrimaryKey || a.table == nil {
		return false
	}
	pk := a.table.PrimaryKey()
	if pk == nil || a.dropped[pk.Name] || slices.ContainsFunc(pk.Columns, func(c string) bool { return a.droppedCols[c] }) {
		return false
	}
	j.fail("42P16", "multiple primary keys for table %q are not allowed", a.key.Name)
	return true
}

// relationStays reports whether history knows a relation of that key that the
// statement itself does not drop in an earlier pass.
func (j *judge) relationStays(k catalog.Key) bool {
	if !j.taken(k) {
		return false
	}
	i := j.cat.IndexAt(k)
	if i == nil || i.Table != j.alter.key {
		return true
	}
	if slices.ContainsFunc(slices.Concat(indexColumns(i), i.Include), func(c string) bool { return j.alter.droppedCols[c] }) {
		return false
	}
	return i.Constraint == "" || !j.alter.dropped[i.Constraint]
}

func (j *judge) anyNullable(columns []string) bool {
	return slices.ContainsFunc(columns, func(name string) bool {
		col := columnOf(j.alter.table, name)
		return col == nil || !col.NotNull || j.alter.nullable[name] || j.alter.droppedCols[name]
	})
}

// constraintUsingIndex is UNIQUE or PRIMARY KEY USING INDEX: no build, but a
// primary key still has to make its columns NOT NULL.
func (j *judge) constraintUsingIndex(c *sqlast.Constraint) {
	a := j.alter
	key := catalog.Key{Schema: a.key.Schema, Name: c.UsingIndex}
	i := j.cat.IndexAt(key)
	if i == nil {
		if j.certain(a.table) && !j.known(key) {
			j.fail("42704", "index %q does not exist", c.UsingIndex)
		}
		return
	}
	if j.unusableIndex(i) {
		return
	}
	if j.isPartitioned(a.key) {
		j.fail("0A000", "ALTER TABLE / ADD CONSTRAINT USING INDEX is not supported on partitioned tables")
		return
	}
	// The index is renamed first (ATExecAddIndexConstraint).
	if c.Name != "" && c.Name != i.Name && j.relationStays(catalog.Key{Schema: a.key.Schema, Name: c.Name}) {
		j.fail("42P07", "relation %q already exists", c.Name)
		return
	}
	if c.Kind != sqlast.PrimaryKey || j.secondPrimaryKey(c) {
		return
	}
	if _, child := j.nullableBelow(indexColumns(i)); child != nil {
		j.fail("42P16", "constraint must be added to child tables too")
		return
	}
	j.keyNotNull(indexColumns(i), true)
}

// keyNotNull makes the columns of a primary key NOT NULL, also in children.
func (j *judge) keyNotNull(columns []string, scanned bool) {
	a, only := j.alter, j.onlyTable()
	if a.table != nil && len(a.table.Children) > 0 && !only {
		for _, k := range j.family(a.key)[1:] {
			j.lock(k, AccessExclusive, "a primary key makes its columns NOT NULL, also in children")
		}
	}
	if !scanned {
		return
	}
	for _, column := range columns {
		j.scanForNulls(j.alterFamily(only), column, "a primary key makes its columns NOT NULL and")
	}
}

// nullableBelow returns a column of a key on ONLY a table that a child has nullable:
// a partition must not, nor since 18 any child.
func (j *judge) nullableBelow(columns []string) (string, *catalog.Table) {
	t := j.alter.table
	if t == nil || j.env.Major < 18 && t.PartitionBy == nil || !j.onlyTable() {
		return "", nil
	}
	for _, k := range slices.Concat(t.Partitions, t.Children) {
		child := j.cat.TableAt(k)
		for _, name := range columns {
			if col := columnOf(child, name); col != nil && !col.NotNull && j.certain(child) {
				return name, child
			}
		}
	}
	return "", nil
}

// unusableIndex records why an index cannot become a constraint's
// (transformIndexConstraint checks in this order).
func (j *judge) unusableIndex(i *catalog.Index) bool {
	name := i.Name
	switch {
	case i.Constraint != "":
		j.fail("55000", "index %q is already associated with a constraint", name)
	case i.Table != j.alter.key:
		j.fail("55000", "index %q does not belong to table %q", name, j.alter.key.Name)
	case !i.Unique:
		j.fail("42809", "%q is not a unique index", name)
	case slices.Contains(indexColumns(i), ""):
		j.fail("42809", "index %q contains expressions", name)
	case i.Where != nil:
		j.fail("42809", "%q is a partial index", name)
	default:
		for n, e := range i.Elements {
			if e.Desc || e.NullsFirst {
				j.fail("42809", "index %q column number %d does not have default sorting behavior", name, n+1)
				return true
			}
		}
		return false
	}
	return true
}
