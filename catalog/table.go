package catalog

import (
	"cmp"
	"slices"

	"github.com/miglint/miglint/sqlast"
)

// maxColumns is MaxHeapAttributeNumber: no table has more columns.
const maxColumns = 1600

// maxParts bounds the constraints and the indexes that are kept of one table, so
// that a hostile file cannot make replay slow. PostgreSQL has no such bound, but
// no table comes near it.
const maxParts = 2000

func (c *Catalog) createTable(op *sqlast.CreateTable, at Origin) {
	k := c.keyOf(op.Name)
	if op.Persistence == sqlast.Temporary && op.Name.Schema == "" {
		k.Schema = tempSchema
	}
	t := &Table{
		Key: k, Created: at,
		Persistence:  op.Persistence,
		Foreign:      op.Foreign,
		Options:      op.Options,
		AccessMethod: op.Method,
		PartitionBy:  op.PartitionBy,
	}
	if _, ok := c.relationAt(k); ok {
		if op.IfNotExists {
			return
		}
		c.replaceRelation(k, t)
	}
	op = c.resolveSources(op)
	var query *scope // of what was there before
	if op.Query != nil {
		query = c.newScope(op.Query)
	}
	c.put(k, t)

	c.addInherited(t, op.Inherits, at)
	if !op.PartitionOf.IsZero() {
		c.partitionOf(t, op, at)
	}
	if !op.OfType.IsZero() {
		if typ := c.Type(op.OfType); typ != nil {
			typ = c.userTypeAt(typ.Key)
			typ.TypedTables, t.OfType = append(slices.Clip(typ.TypedTables), k), typ.Key
			for _, a := range typ.Attributes {
				c.copyColumn(t, a, at)
			}
		}
	}
	t.Columns = slices.Grow(t.Columns, min(len(op.Columns), maxColumns))
	c.addDefinedColumns(t, op, at)
	if op.Query != nil {
		c.addQueryColumns(t, op, query, at)
	}
	c.addDefinedConstraints(t, op, at)
}

// resolveSources gives the tables of LIKE and INHERITS their full names: the new
// table may hide one of its own name.
func (c *Catalog) resolveSources(op *sqlast.CreateTable) *sqlast.CreateTable {
	if len(op.Likes)+len(op.Inherits) == 0 {
		return op
	}
	clone := *op
	clone.Likes, clone.Inherits = slices.Clone(op.Likes), slices.Clone(op.Inherits)
	resolve := func(n *sqlast.Name) {
		if k, _, ok := c.find(*n); ok {
			n.Schema = k.Schema
		}
	}
	for i := range clone.Likes {
		resolve(&clone.Likes[i].Table)
	}
	for i := range clone.Inherits {
		resolve(&clone.Inherits[i])
	}
	return &clone
}

// replaceRelation makes way for a table or view where something has its name.
// A partial table was a guess about this very relation: what refers to it stays.
// Anything else must have gone in a way that history does not show.
func (c *Catalog) replaceRelation(k Key, t *Table) {
	r, _ := c.relationAt(k)
	if old, ok := r.object.(*Table); ok && old.Partial {
		c.forgetNames(old)
		c.leaveParents(old)
		t.Sequences, t.Publications = slices.Clip(old.Sequences), slices.Clip(old.Publications)
		t.Partitions, t.Children = slices.Clip(old.Partitions), slices.Clip(old.Children)
		t.ReferencedBy = slices.Clip(old.ReferencedBy)
		t.ReferencedViews = slices.Clip(old.ReferencedViews)
		return
	}
	c.dropRelation(k)
}

// addDefinedColumns adds the columns of the statement, those of LIKE where they
// are written.
func (c *Catalog) addDefinedColumns(t *Table, op *sqlast.CreateTable, at Origin) {
	likes := slices.Clone(op.Likes)
	slices.SortStableFunc(likes, func(a, b sqlast.Like) int { return cmp.Compare(a.Table.Span.Start, b.Table.Span.Start) })
	for i := range op.Columns[:min(len(op.Columns), maxColumns)] {
		def := &op.Columns[i]
		for len(likes) > 0 && likes[0].Table.Span.Start < def.At.Start {
			c.likeColumns(t, likes[0], at)
			likes = likes[1:]
		}
		c.defineColumn(t, def, at)
	}
	for _, like := range likes {
		c.likeColumns(t, like, at)
	}
}

// addDefinedConstraints adds the constraints of the statement in the order in
// which the server picks their names: checks, the primary key, the other
// indexes, what LIKE copies, foreign keys (transformCreateStmt).
func (c *Catalog) addDefinedConstraints(t *Table, op *sqlast.CreateTable, at Origin) {
	var all []*Constraint
	define := func(def *sqlast.Constraint, column string) {
		if len(all) < maxParts && (def.Kind != sqlast.NotNullConstraint || c.major >= 18) {
			con := newConstraint(def, column, at)
			// Constraints of a new table are valid at once, whatever they say
			// (skipValidation of transformCreateStmt).
			con.NotValid, con.Valid = false, !con.NotEnforced
			all = append(all, con)
		}
	}
	for i := range op.Columns {
		for k := range op.Columns[i].Constraints {
			define(&op.Columns[i].Constraints[k], op.Columns[i].Name)
		}
	}
	for i := range op.Constraints {
		define(&op.Constraints[i], "")
	}
	all = mergeIndexes(all)
	t.Constraints = slices.Grow(t.Constraints, len(all))
	add := func(kinds ...sqlast.ConstraintKind) {
		for _, con := range all {
			if slices.Contains(kinds, con.Kind) {
				c.addConstraint(t, con, false)
			}
		}
	}
	add(sqlast.Check, sqlast.NotNullConstraint)
	add(sqlast.PrimaryKey)
	add(sqlast.Unique, sqlast.Exclusion)
	for _, like := range op.Likes {
		c.likeRest(t, like, at)
	}
	add(sqlast.ForeignKey)
}

// mergeIndexes drops the UNIQUE and EXCLUDE constraints of a new table or column that are the
// very same as another one (transformIndexConstraints). Their names go with them,
// unless the other one has none.
func mergeIndexes(all []*Constraint) []*Constraint {
	merged := all[:0]
	for _, con := range all {
		i := -1
		if con.Kind == sqlast.Unique || con.Kind == sqlast.PrimaryKey || con.Kind == sqlast.Exclusion {
			i = slices.IndexFunc(merged, func(other *Constraint) bool { return mergeable(con, other) })
		}
		if i < 0 {
			merged = append(merged, con)
			continue
		}
		if con.Kind == sqlast.PrimaryKey {
			con, merged[i] = merged[i], con
		}
		if merged[i].Name == "" {
			merged[i].Name = con.Name
		}
	}
	return merged
}

func mergeable(a, b *Constraint) bool {
	exclusion := a.Kind == sqlast.Exclusion
	if exclusion != (b.Kind == sqlast.Exclusion) || b.Kind != sqlast.Unique && b.Kind != sqlast.PrimaryKey && !exclusion {
		return false
	}
	if exclusion && (a.Method != b.Method || !slices.Equal(a.Operators, b.Operators) || !sameExpr(a.Where, b.Where) || !sameElements(a.Elements, b.Elements)) {
		return false
	}
	return slices.Equal(a.Columns, b.Columns) && slices.Equal(a.Include, b.Include) &&
		a.NullsNotDistinct == b.NullsNotDistinct && a.Deferrable == b.Deferrable &&
		a.InitiallyDeferred == b.InitiallyDeferred && a.WithoutOverlaps == b.WithoutOverlaps
}

// addInherited copies the columns and constraints of INHERITS.
func (c *Catalog) addInherited(t *Table, parents []sqlast.Name, at Origin) {
	for _, name := range parents {
		parent := c.tableFor(sqlast.Relation{Name: name})
		if parent == nil || parent == t || slices.Contains(t.Inherits, parent.Key) || c.descends(parent.Key, t.Key) {
			continue
		}
		t.Inherits = append(t.Inherits, parent.Key)
		parent.Children = append(parent.Children, t.Key)
		if parent.Partial {
			t.ColumnsUnknown = true
		}
		c.copyColumns(t, parent, at)
		c.copyChecks(t, parent, at)
	}
}

// copyColumns gives a new table the columns of a parent. A NOT NULL that is not
// valid is valid there, one that is NO INHERIT is not (MergeAttributes). Of several
// parents, one with a default gives it.
func (c *Catalog) copyColumns(t, parent *Table, at Origin) {
	for _, col := range parent.Columns {
		if own := ownNotNull(parent, col.Name); own != nil {
			clone := *col
			clone.NotNull = !own.NoInherit
			col = &clone
		}
		c.copyColumn(t, col, at)
		if own := t.Column(col.Name); own != nil && own.Default == nil && col.Default != nil && own.Generated == sqlast.NotGenerated {
			c.column(t, col.Name).Default = col.Default
			c.useExpr(t.Key, col.Default)
		}
	}
}

// copyChecks gives a child or partition the parent's check constraints.
func (c *Catalog) copyChecks(t, parent *Table, at Origin) {
	for _, con := range parent.Constraints {
		if con.Kind != sqlast.Check || con.NoInherit {
			continue
		}
		if own := t.Constraint(con.Name); own != nil {
			c.setParent(t, own, con.Name)
			continue
		}
		clone := *con
		clone.Parent, clone.Local, clone.Created, clone.Valid = con.Name, false, at, !con.NotEnforced
		c.putConstraint(t, &clone)
	}
}

// copyColumn adds a copy of a parent's column, or merges it with one that is
// there. Generated columns stay what they are, identity columns only in partitions
// and since PostgreSQL 17; sequences are not copied.
func (c *Catalog) copyColumn(t *Table, col *Column, at Origin) {
	if t.Column(col.Name) != nil {
		if col.NotNull {
			c.column(t, col.Name).NotNull = true
		}
		return
	}
	clone := *col
	clone.Sequence = Key{}
	if c.major < 17 || t.PartitionOf == (Key{}) {
		clone.Identity = sqlast.NoIdentity
	}
	clone.Comment, clone.CommentAt = "", nil
	clone.Created, clone.Inherited = at, true
	c.putColumn(t, &clone)
}

// likeColumns adds the columns of a LIKE clause. NOT NULL always comes along,
// the rest as INCLUDING says (transformTableLikeClause).
func (c *Catalog) likeColumns(t *Table, like sqlast.Like, at Origin) {
	source := c.Table(like.Table)
	if source == nil {
		t.ColumnsUnknown = true
		return
	}
	if source.Partial {
		t.ColumnsUnknown = true
	}
	for _, con := range source.Constraints {
		if con.Kind == sqlast.NotNullConstraint && source != t && ownNotNull(t, first(con.Columns)) == nil {
			clone := *con // always copied, under their names
			clone.Parent, clone.Local, clone.Created, clone.Valid, clone.Validated = "", false, at, true, Origin{}
			c.putConstraint(t, &clone)
		}
	}
	for _, col := range source.Columns {
		clone := *col
		clone.Created, clone.Sequence, clone.Inherited = at, Key{}, false
		clone.NotNull = clone.NotNull || ownNotNull(source, col.Name) != nil
		if !including(like, "comments") {
			clone.Comment, clone.CommentAt = "", nil
		} else {
			clone.CommentAt = &at
		}
		if !including(like, "defaults") {
			clone.Default = nil
		}
		if !including(like, "generated") {
			clone.Generated, clone.Expression = sqlast.NotGenerated, nil
		}
		if !including(like, "identity") {
			clone.Identity = sqlast.NoIdentity
		}
		if t.Column(clone.Name) != nil {
			own := c.column(t, clone.Name) // inherited, and the table's own as well
			own.NotNull, own.Inherited = own.NotNull || clone.NotNull, false
			if clone.Identity != sqlast.NoIdentity && own.Identity == sqlast.NoIdentity {
				own.Identity = clone.Identity
				own.Sequence = c.ownSequence(t, own.Name, own.Type.Name.Name, nil, at)
			}
			continue
		}
		if clone.Identity != sqlast.NoIdentity {
			clone.Sequence = c.ownSequence(t, clone.Name, clone.Type.Name.Name, nil, at)
		}
		c.putColumn(t, &clone)
	}
}

func including(like sqlast.Like, what string) bool {
	return slices.Contains(like.Including, what) || slices.Contains(like.Including, "all")
}

// likeRest copies checks and indexes of a LIKE clause. Checks keep their names,
// indexes and their constraints get new ones; foreign keys are never copied
// (expandTableLikeClause).
func (c *Catalog) likeRest(t *Table, like sqlast.Like, at Origin) {
	source := c.Table(like.Table)
	if source == nil || source == t {
		return
	}
	if including(like, "constraints") {
		for _, con := range source.Constraints {
			if con.Kind == sqlast.Check && t.Constraint(con.Name) == nil {
				clone := *con
				clone.Parent, clone.Local, clone.Created, clone.Valid, clone.Validated = "", false, at, !con.NotEnforced, Origin{}
				c.putConstraint(t, &clone)
			}
		}
	}
	if including(like, "indexes") {
		for _, i := range source.Indexes {
			c.copyIndex(t, source, i, at)
		}
	}
}

// addQueryColumns adds the columns of CREATE TABLE AS and SELECT INTO.
func (c *Catalog) addQueryColumns(t *Table, op *sqlast.CreateTable, query *scope, at Origin) {
	outputs, ok := query.outputs(op.Query)
	if !ok {
		t.ColumnsUnknown = true
	}
	for _, out := range outputs {
		if t.Column(out.Name) == nil {
			c.putColumn(t, &Column{Name: out.Name, Type: out.Type, UserType: out.UserType, Collation: out.Collation, Created: at})
		}
	}
	if !op.NoData {
		rows := -1
		if op.Query.ValueRows > 0 {
			rows = op.Query.ValueRows
		}
		c.fill(t, rows, at)
	}
}
