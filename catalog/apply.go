package catalog

import (
	"slices"
	"strings"

	"github.com/miglint/miglint/sqlast"
)

// Apply changes the catalog as the statement changes the schema. The statement
// is taken to have succeeded: what the catalog does not know, or knows
// otherwise, is made to fit. Transaction control is ignored: take snapshots and
// Restore them. The span of at is replaced by each op's own, or by that of the call.
func (c *Catalog) Apply(stmt *sqlast.Statement, at Origin) {
	c.tx = at.Tx
	if stmt.Problem != nil && (len(stmt.Ops) == 0 || stmt.Problem.Kind == sqlast.UnresolvedSQL) {
		c.Hide()
	}
	if len(stmt.Ops) > 1 {
		if create, ok := stmt.Ops[0].(*sqlast.CreateSchema); ok {
			// Its elements find each other without a schema (CreateSchemaCommand).
			path := c.path
			c.path = append([]string{create.Name}, path...)
			defer func() { c.path = path }()
		}
	}
	for _, op := range inPasses(stmt.Ops) {
		if at.Span = op.Pos(); !at.Call.IsZero() {
			at.Span = at.Call
		}
		c.apply(op, at)
	}
}

// inPasses puts the actions of an ALTER TABLE in the order the server runs them:
// drops first, constraints after the columns (the AT_PASS_ constants of
// tablecmds.c). So DROP CONSTRAINT c, ADD CONSTRAINT c works in either order.
func inPasses(ops []sqlast.Op) []sqlast.Op {
	if len(ops) < 2 {
		return ops
	}
	for _, op := range ops {
		switch op.(type) {
		case sqlast.AlterAction, *sqlast.OwnerTo:
		default:
			return ops
		}
	}
	ordered := slices.Clone(ops)
	slices.SortStableFunc(ordered, func(a, b sqlast.Op) int { return pass(a) - pass(b) })
	return ordered
}

func pass(op sqlast.Op) int {
	const (
		drop = iota
		alterType
		addColumn
		setExpression
		columnAttributes
		addIndex
		addConstraint
		other
	)
	switch op := op.(type) {
	case *sqlast.DropColumn, *sqlast.DropConstraint, *sqlast.DropNotNull:
		return drop
	case *sqlast.AlterColumnType:
		return alterType
	case *sqlast.AddColumn:
		return addColumn
	case *sqlast.SetExpression:
		if op.Expr == nil {
			return drop
		}
		return setExpression
	case *sqlast.SetNotNull:
		return columnAttributes
	case *sqlast.SetDefault:
		if op.Default == nil {
			return drop
		}
		return addConstraint
	case *sqlast.AlterIdentity:
		switch op.Action {
		case "drop":
			return drop
		case "set":
			return columnAttributes
		}
		return addConstraint
	case *sqlast.AddConstraint:
		switch op.Constraint.Kind {
		case sqlast.PrimaryKey, sqlast.Unique, sqlast.Exclusion:
			return addIndex
		}
		return addConstraint
	}
	return other
}

// ApplyCaller is Apply for a statement that runs code: what is in the DO block, and
// in the functions and procedures that followed names, is applied by the caller of
// ApplyCaller, statement by statement, and so leaves nothing to doubt.
func (c *Catalog) ApplyCaller(stmt *sqlast.Statement, at Origin, followed func(sqlast.Name) bool) {
	c.followed = followed
	c.Apply(stmt, at)
	c.followed = nil
}

func (c *Catalog) apply(op sqlast.Op, at Origin) {
	switch op := op.(type) {
	case *sqlast.CreateTable:
		c.createTable(op, at)
	case *sqlast.CreateIndex:
		c.createIndex(op, at)
	case *sqlast.Drop:
		c.drop(op)
	case *sqlast.Rename:
		c.rename(op)
	case *sqlast.SetSchema:
		c.setSchema(op)
	case *sqlast.Insert, *sqlast.Update, *sqlast.Delete, *sqlast.Merge, *sqlast.Copy, *sqlast.Select, *sqlast.Truncate:
		c.applyData(op, at)
	case *sqlast.Set:
		c.applySet(op)
	case sqlast.AlterAction:
		c.applyAlter(op, at)
	default:
		c.applyObject(op, at)
	}
}

// applyAlter applies an action of ALTER TABLE.
func (c *Catalog) applyAlter(op sqlast.AlterAction, at Origin) {
	target := op.Target()
	if attach, ok := op.(*sqlast.AttachPartition); ok && target.Kind == sqlast.Index {
		c.attachIndex(attach)
		return
	}
	if set, ok := op.(*sqlast.SetStorageParameters); ok && c.setViewOptions(set) {
		return
	}
	switch target.Kind {
	case sqlast.Table, sqlast.ForeignTable, sqlast.OtherObject:
	default:
		return
	}
	t := c.tableFor(target.Table)
	if t == nil {
		return
	}
	switch op := op.(type) {
	case *sqlast.AddColumn:
		c.addColumn(t, op, at)
	case *sqlast.DropColumn:
		c.dropColumnFrom(t, op.Column, op.Table.Only)
	case *sqlast.AddConstraint:
		c.addConstraint(t, newConstraint(&op.Constraint, "", at), op.Table.Only)
	case *sqlast.DropConstraint:
		c.dropConstraint(t.Key, op.Constraint, op.Table.Only)
	case *sqlast.ValidateConstraint:
		c.validateConstraint(t, op.Constraint, at)
	case *sqlast.AlterConstraint:
		c.alterConstraint(t, op, at)
	case *sqlast.AttachPartition:
		c.attachPartition(t, op, at)
	case *sqlast.DetachPartition:
		c.detachPartition(t, op, at)
	case *sqlast.Inherit:
		c.inherit(t, op)
	case *sqlast.AlterColumnType, *sqlast.SetDefault, *sqlast.SetNotNull, *sqlast.DropNotNull,
		*sqlast.SetExpression, *sqlast.AlterIdentity:
		c.alterColumn(t, op, at)
	case *sqlast.RowSecurity:
		c.setRowSecurity(t, op, at)
	default:
		alterTable(t, op)
	}
}

// setViewOptions applies SET and RESET to a view; false if the name is not that of
// one.
func (c *Catalog) setViewOptions(op *sqlast.SetStorageParameters) bool {
	v := c.View(op.Table.Name)
	if v == nil {
		return false
	}
	if value, ok := op.Parameters["security_invoker"]; ok {
		c.view(v.Key).SecurityInvoker = !op.Reset && slices.Contains([]string{"", "true", "on", "yes", "1"}, strings.ToLower(value))
	}
	return true
}

// alterTable applies the actions that set a property of the table itself.
func alterTable(t *Table, op sqlast.AlterAction) {
	switch op := op.(type) {
	case *sqlast.SetLogged:
		if t.PartitionBy != nil {
			return // without effect up to PostgreSQL 17, then refused
		}
		t.Persistence = sqlast.Unlogged
		if op.Logged {
			t.Persistence = sqlast.Permanent
		}
	case *sqlast.SetAccessMethod:
		t.AccessMethod = op.Method
	case *sqlast.SetStorageParameters:
		options := make(map[string]string, len(t.Options)+len(op.Parameters))
		for name, value := range t.Options {
			options[name] = value
		}
		for name, value := range op.Parameters {
			if op.Reset {
				delete(options, name)
			} else {
				options[name] = value
			}
		}
		t.Options = options
	case *sqlast.ReplicaIdentity:
		switch op.Identity {
		case "default":
			t.ReplicaIdentity = ""
		case "index":
			t.ReplicaIdentity = op.Index
		default:
			t.ReplicaIdentity = op.Identity
		}
	case *sqlast.EnableTrigger:
		enableTrigger(t, op)
	}
}

func enableTrigger(t *Table, op *sqlast.EnableTrigger) {
	if op.Rule {
		return
	}
	triggers := slices.Clone(t.Triggers)
	for i, tr := range triggers {
		if op.Trigger == "" || tr.Name == op.Trigger {
			clone := *tr
			clone.Disabled = op.Disable
			triggers[i] = &clone
		}
	}
	t.Triggers = triggers
}

// tableFor returns the table that a statement changes, for writing. One that
// history has not seen is made partial, unless IF EXISTS leaves open whether
// there is one. It is nil if the name is that of something else.
func (c *Catalog) tableFor(r sqlast.Relation) *Table {
	k, found, ok := c.find(r.Name)
	switch {
	case ok:
		if _, isTable := found.object.(*Table); !isTable {
			return nil
		}
		return c.table(k)
	case r.Name.Name == "":
		return nil
	}
	c.doubtElsewhere(r.Name)
	if r.IfExists {
		return nil
	}
	return c.stub(c.keyOf(r.Name))
}

// maxSchemas bounds the schemas in which a name is looked for.
const maxSchemas = 50

// doubtElsewhere doubts the tables of a name in schemas that search_path does not
// have: a connection that sets another one, as URLs and roles can, would find them.
func (c *Catalog) doubtElsewhere(n sqlast.Name) {
	if n.Schema != "" || c.schemas.size > maxSchemas {
		return
	}
	for _, l := range c.schemas.sorted() {
		if t := c.TableAt(Key{l.key, n.Name}); t != nil {
			c.table(t.Key).Doubtful = true
		}
	}
}

// stub makes the partial table of a key that is free.
func (c *Catalog) stub(k Key) *Table {
	t := &Table{Key: k, Partial: true, Created: before}
	c.put(k, t)
	return t
}

// before is the origin of what was there when history began.
var before = Origin{Migration: StartingSchema}

// family returns a table and, unless only is set, all that descend from it,
// partitions and children, for writing; parents come first.
func (c *Catalog) family(t *Table, only bool) []*Table {
	tables := []*Table{t}
	if only || len(t.Partitions)+len(t.Children) == 0 {
		return tables
	}
	seen := map[Key]bool{t.Key: true}
	for i := 0; i < len(tables); i++ {
		for _, keys := range [...][]Key{tables[i].Partitions, tables[i].Children} {
			for _, k := range keys {
				if seen[k] {
					continue
				}
				seen[k] = true
				if child := c.relative(k); child != nil {
					tables = append(tables, child)
				}
			}
		}
	}
	return tables
}
