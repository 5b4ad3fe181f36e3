package catalog

import (
	"slices"

	"github.com/miglint/miglint/sqlast"
)

// column returns a column of a table that may be written, or nil. A column that
// a partial table is not known to have is added: the statement says it is there.
func (c *Catalog) column(t *Table, name string) *Column {
	for i, col := range t.Columns {
		if col.Name == name {
			clone := *col
			t.Columns = with(t.Columns, i, &clone)
			return &clone
		}
	}
	if !t.Partial && !t.ColumnsUnknown || len(t.Columns) >= maxColumns || name == "" {
		return nil
	}
	col := &Column{Name: name, Created: before}
	t.Columns = append(t.Columns, col)
	return col
}

// putColumn appends a column and notes what it uses.
func (c *Catalog) putColumn(t *Table, col *Column) {
	if len(t.Columns) >= maxColumns {
		return
	}
	c.useType(t, col.UserType)
	t.Columns = append(t.Columns, col)
	c.useExpr(t.Key, col.Default)
	c.useExpr(t.Key, col.Expression)
}

// defineColumn adds a column as a statement defines it, without its
// constraints.
func (c *Catalog) defineColumn(t *Table, def *sqlast.ColumnDef, at Origin) {
	if old := t.Column(def.Name); old != nil {
		// INHERITS, PARTITION OF and OF: the definition adds to what came along.
		col := c.column(t, def.Name)
		col.Inherited = col.Inherited && t.PartitionOf != (Key{})
		col.NotNull = col.NotNull || def.NotNull
		if def.Default != nil {
			col.Default = c.storedDefault(def.Default, col.Type)
			c.useExpr(t.Key, def.Default)
		}
		if !def.Type.IsZero() {
			col.Type = def.Type
		}
		return
	}
	at.Span = def.At
	col := &Column{
		Name: def.Name, Type: def.Type, Collation: named(def.Collation),
		NotNull: def.NotNull || def.Identity != sqlast.NoIdentity,
		Default: c.storedDefault(def.Default, def.Type), Generated: def.Generated, Expression: def.Expression,
		Identity: def.Identity, Created: at,
	}
	col.UserType = c.userType(def.Type.Name)
	serial := def.Type.IsSerial()
	if serial {
		col.Type.Name.Name = serialTypes[def.Type.Name.Name]
		col.NotNull = true
	}
	if serial || def.Identity != sqlast.NoIdentity {
		col.Sequence = c.ownSequence(t, def.Name, col.Type.Name.Name, def.Sequence, at)
	}
	if serial {
		col.Default = nextval(col.Sequence, def.Type.Span)
	}
	c.putColumn(t, col)
}

// named is a name that may be missing.
func named(n sqlast.Name) *sqlast.Name {
	if n.IsZero() {
		return nil
	}
	return &n
}

// storedDefault returns the default that the server keeps: DEFAULT NULL is none,
// but for a domain, whose own default it overrides, and for a type with modifiers,
// which a function call applies to NULL too (AddRelationNewConstraints).
func (c *Catalog) storedDefault(e sqlast.Expr, t sqlast.TypeName) sqlast.Expr {
	bare := e
	for {
		cast, ok := bare.(*sqlast.CastExpr)
		if !ok {
			break
		}
		bare = cast.Arg
	}
	con, ok := bare.(*sqlast.ConstExpr)
	if !ok || con.Kind != sqlast.NullConst {
		return e
	}
	if len(t.Mods) > 0 && t.Name.Name != "interval" {
		return e
	}
	if typ := c.Type(t.Name); typ != nil && typ.Domain && t.ArrayDims == 0 {
		return e
	}
	return nil
}

var serialTypes = map[string]string{"serial2": "int2", "serial4": "int4", "serial8": "int8"}

// userType returns the key of the user-defined type that a name stands for, zero
// for PostgreSQL's own and for those that history has not seen.
func (c *Catalog) userType(n sqlast.Name) Key {
	if t := c.Type(n); t != nil {
		return t.Key
	}
	return Key{}
}

func (c *Catalog) addColumn(t *Table, op *sqlast.AddColumn, at Origin) {
	def := &op.Column
	if old := t.Column(def.Name); old != nil {
		if op.IfNotExists {
			return
		}
		// It must have gone in a way that history does not show.
		c.dropColumnFrom(t, def.Name, op.Table.Only)
	}
	c.defineColumn(t, def, at)
	if col := t.Column(def.Name); col != nil {
		for _, child := range c.family(t, op.Table.Only)[1:] {
			c.copyColumn(child, col, at)
		}
	}
	var all []*Constraint
	for i := range def.Constraints[:min(len(def.Constraints), maxParts)] {
		if def.Constraints[i].Kind == sqlast.NotNullConstraint && c.major < 18 {
			continue // no constraint yet, whatever its name
		}
		all = append(all, newConstraint(&def.Constraints[i], def.Name, at))
	}
	all = mergeIndexes(all)
	for _, kind := range [...]sqlast.ConstraintKind{sqlast.PrimaryKey, sqlast.Unique, sqlast.Exclusion, sqlast.Check, sqlast.NotNullConstraint, sqlast.ForeignKey} {
		for _, con := range all {
			if con.Kind == kind {
				c.addConstraint(t, con, op.Table.Only)
			}
		}
	}
}

// alterColumn applies ALTER COLUMN to a table and its descendants.
func (c *Catalog) alterColumn(t *Table, op sqlast.AlterAction, at Origin) {
	if op, ok := op.(*sqlast.DropNotNull); ok && c.major >= 18 {
		c.dropNotNull(t, op.Column)
		return
	}
	for i, t := range c.family(t, op.Target().Table.Only) {
		switch op := op.(type) {
		case *sqlast.AlterColumnType:
			c.setColumnType(t, op)
		case *sqlast.SetDefault:
			if col := c.column(t, op.Column); col != nil {
				col.Default = c.storedDefault(op.Default, col.Type)
				c.useExpr(t.Key, op.Default)
			}
		case *sqlast.SetNotNull:
			if col := c.column(t, op.Column); col != nil {
				col.NotNull = true
			}
		case *sqlast.DropNotNull:
			if col := c.column(t, op.Column); col != nil {
				col.NotNull = false
			}
		case *sqlast.SetExpression:
			if col := c.column(t, op.Column); col != nil {
				col.Expression = op.Expr
				if op.Expr == nil {
					col.Generated = sqlast.NotGenerated
				}
				c.useExpr(t.Key, op.Expr)
			}
		case *sqlast.AlterIdentity:
			if i == 0 {
				c.alterIdentity(t, op, at)
			} else if c.major >= 17 && t.PartitionOf != (Key{}) {
				c.followIdentity(t, op)
			}
		}
	}
}

func (c *Catalog) setColumnType(t *Table, op *sqlast.AlterColumnType) {
	col := c.column(t, op.Column)
	if col == nil {
		return
	}
	old := col.UserType
	user := c.userType(op.Type.Name)
	c.useType(t, user)
	c.remakeConstraints(t, op.Column)
	col.Type, col.UserType, col.Collation = op.Type, user, named(op.Collation)
	if s := c.sequence(col.Sequence); s != nil && col.Identity != sqlast.NoIdentity {
		// transformAlterTableStmt lets the sequence of an identity column follow,
		// and leaves that of a serial as it is.
		s.Type = newSequence(s.Key, op.Type.Name.Name, s.Created).Type
	}
	c.unuseType(t, old)
}

// remakeConstraints: a constraint on a column whose type changes is made anew, in
// children from the parent's, which may not be valid (ATPostAlterTypeCleanup).
func (c *Catalog) remakeConstraints(t *Table, column string) {
	if len(t.Inherits) == 0 {
		return
	}
	for _, con := range slices.Clone(t.Constraints) {
		if con.Parent == "" || !con.Valid || !slices.Contains(con.Columns, column) {
			continue
		}
		for _, k := range t.Inherits {
			if parent := c.TableAt(k); parent != nil {
				if own := parent.Constraint(con.Parent); own != nil && !own.Valid {
					c.updateConstraint(t, con).Valid = false
					break
				}
			}
		}
	}
}

// dropNotNull drops NOT NULL as PostgreSQL 18 does: with the constraint that says
// so, and in children only what came from there.
func (c *Catalog) dropNotNull(t *Table, column string) {
	col := c.column(t, column)
	if con := ownNotNull(t, column); con != nil {
		c.removeConstraint(t, con)
	} else if col != nil && col.NotNull {
		c.unsetNotNull(t, column)
	}
}

func (c *Catalog) alterIdentity(t *Table, op *sqlast.AlterIdentity, at Origin) {
	col := c.column(t, op.Column)
	if col == nil {
		return
	}
	switch op.Action {
	case "add":
		col.Identity, col.NotNull = op.Identity, true
		col.Sequence = c.ownSequence(t, op.Column, col.Type.Name.Name, &op.Options, at)
	case "set":
		if s := c.sequence(col.Sequence); s != nil {
			s.alter(&op.Options)
		}
		if op.Identity != sqlast.NoIdentity {
			col.Identity = op.Identity
		}
	case "drop":
		if col.Identity != sqlast.NoIdentity {
			sequence := col.Sequence
			col.Identity = sqlast.NoIdentity
			c.dropSequence(sequence)
		}
	}
}

// followIdentity makes a partition's column an identity column as its parent's
// is; they draw from the parent's sequence.
func (c *Catalog) followIdentity(t *Table, op *sqlast.AlterIdentity) {
	col := c.column(t, op.Column)
	switch {
	case col == nil:
	case op.Action == "add":
		col.Identity, col.NotNull = op.Identity, true
	case op.Action == "set" && op.Identity != sqlast.NoIdentity:
		col.Identity = op.Identity
	case op.Action == "drop":
		col.Identity = sqlast.NoIdentity
	}
}

// useType notes that a table has a column of a type.
func (c *Catalog) useType(t *Table, k Key) {
	if k == (Key{}) || usesType(t, k) {
		return
	}
	if typ := c.userTypeAt(k); typ != nil {
		typ.UsedBy = append(typ.UsedBy, t.Key)
	}
}

// unuseType takes the note back if no column of the type is left.
func (c *Catalog) unuseType(t *Table, k Key) {
	if k == (Key{}) || usesType(t, k) {
		return
	}
	if typ := c.userTypeAt(k); typ != nil {
		c.removeKey(&typ.UsedBy, t.Key)
	}
}

func usesType(t *Table, k Key) bool {
	return slices.ContainsFunc(t.Columns, func(col *Column) bool { return col.UserType == k })
}
