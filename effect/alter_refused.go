package effect

import (
	"slices"
	"strings"

	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

// actionRefused records the error of an action that does not fit what the
// relation is or has.
func (j *judge) actionRefused(op sqlast.AlterAction) bool {
	t := j.alter.table
	switch op := op.(type) {
	case *sqlast.AddColumn:
		return j.columnlessRelation(op)
	case *sqlast.AddConstraint:
		return t != nil && t.Foreign && j.foreignTableRefuses(&op.Constraint)
	case *sqlast.SetExpression:
		return j.notGenerated(op)
	case *sqlast.AlterIdentity:
		return j.noIdentity(op)
	case *sqlast.SetNotNull:
		return j.partitionsLackNotNull(op)
	case *sqlast.DropNotNull:
		return j.parentKeepsNotNull(op)
	case *sqlast.Inherit:
		return t != nil && j.inheritRefused(t, op)
	case *sqlast.SetStorageParameters:
		return j.partitionedHasNoParameters(op)
	case *sqlast.ReplicaIdentity:
		return op.Identity == "index" && j.identityIndexRefused(op.Index)
	case *sqlast.ClusterOn:
		return op.Index != "" && j.clusterRefused(op.Index)
	}
	return false
}

// columnlessRelation fails ADD COLUMN on a relation whose columns are not its own
// (ATSimplePermissions in tablecmds.c).
func (j *judge) columnlessRelation(op *sqlast.AddColumn) bool {
	a := j.alter
	switch a.kind {
	case sqlast.View, sqlast.MaterializedView, sqlast.Sequence, sqlast.Index:
	default:
		return false
	}
	switch {
	case !j.taken(a.key):
		return false
	case j.env.Major == 14:
		j.fail("42809", "%q is not a table, composite type, or foreign table", a.key.Name)
	default:
		j.fail("42809", "ALTER action %s cannot be performed on relation %q", actionName(op), a.key.Name)
	}
	return true
}

// foreignTableRefuses fails a constraint that a foreign table cannot have
// (transformTableConstraint in parse_utilcmd.c).
func (j *judge) foreignTableRefuses(c *sqlast.Constraint) bool {
	switch c.Kind {
	case sqlast.Unique, sqlast.PrimaryKey, sqlast.Exclusion, sqlast.ForeignKey:
		j.fail("0A000", "%s constraints are not supported on foreign tables", c.Kind)
		return true
	}
	return false
}

// notGenerated fails SET and DROP EXPRESSION of an ordinary column
// (ATExecSetExpression, ATExecDropExpression).
func (j *judge) notGenerated(op *sqlast.SetExpression) bool {
	col := columnOf(j.alter.table, op.Column)
	if col == nil || j.alter.droppedCols[op.Column] {
		return false
	}
	switch {
	case col.Generated != sqlast.NotGenerated:
		return op.Expr != nil && j.generationRefused(j.alter.table,
			&sqlast.ColumnDef{Name: op.Column, Generated: col.Generated, Expression: op.Expr, Type: col.Type})
	case op.IfExists:
	case op.Expr == nil && j.env.Major < 18:
		j.fail("55000", "column %q of relation %q is not a stored generated column", op.Column, j.alter.key.Name)
	default:
		j.fail("55000", "column %q of relation %q is not a generated column", op.Column, j.alter.key.Name)
	}
	return true
}

// noIdentity fails SET GENERATED and DROP IDENTITY of a column without one
// (ATExecSetIdentity, ATExecDropIdentity).
func (j *judge) noIdentity(op *sqlast.AlterIdentity) bool {
	col := columnOf(j.alter.table, op.Column)
	if t := j.alter.table; op.Action != "add" && col != nil && j.env.Major >= 17 && t.PartitionOf != (catalog.Key{}) && !j.alter.doubtful {
		if op.Action == "drop" {
			j.fail("42P16", "cannot drop identity from a column of a partition")
		} else {
			j.fail("42P16", "cannot change identity column of a partition")
		}
		return true
	}
	if op.Action == "add" || op.IfExists || col == nil || col.Identity != sqlast.NoIdentity || j.alter.droppedCols[op.Column] ||
		slices.ContainsFunc(j.ops, func(o sqlast.Op) bool {
			add, ok := o.(*sqlast.AlterIdentity)
			return ok && add.Action == "add" && add.Column == op.Column
		}) {
		return false
	}
	j.fail("55000", "column %q of relation %q is not an identity column", op.Column, j.alter.key.Name)
	return true
}

// partitionsLackNotNull fails SET NOT NULL on ONLY a partitioned table, unless
// every partition has it already (ATPrepSetNotNull).
func (j *judge) partitionsLackNotNull(op *sqlast.SetNotNull) bool {
	t := j.alter.table
	if !op.Table.Only || t == nil || t.PartitionBy == nil {
		return false
	}
	if col := t.Column(op.Column); col == nil || col.NotNull {
		return false
	}
	lacks := slices.ContainsFunc(t.Partitions, func(k catalog.Key) bool {
		col := columnOf(j.cat.TableAt(k), op.Column)
		return col != nil && !col.NotNull
	})
	if lacks {
		j.fail("42P16", "constraint must be added to child tables too")
	}
	return lacks
}

// parentKeepsNotNull fails DROP NOT NULL in a partition whose parent has it
// (ATExecDropNotNull).
func (j *judge) parentKeepsNotNull(op *sqlast.DropNotNull) bool {
	t := j.alter.table
	if t == nil {
		return false
	}
	parent := j.cat.TableAt(t.PartitionOf)
	if col := columnOf(parent, op.Column); col == nil || !col.NotNull || j.doubtful(parent) {
		return false
	}
	j.fail("42P16", "column %q is marked NOT NULL in parent table", op.Column)
	return true
}

// inheritRefused records the errors of INHERIT and NO INHERIT
// (ATExecAddInherit, MergeAttributesIntoExisting, RemoveInheritance).
func (j *judge) inheritRefused(t *catalog.Table, op *sqlast.Inherit) bool {
	key := j.cat.Resolve(op.Parent)
	parent := j.cat.TableAt(key)
	if t.PartitionOf != (catalog.Key{}) {
		j.fail("42809", "cannot change inheritance of a partition")
		return true
	}
	has := slices.Contains(t.Inherits, key)
	if op.No {
		if !has && j.certain(t) && j.certain(parent) {
			j.fail("42P01", "relation %q is not a parent of relation %q", key.Name, t.Name)
			return true
		}
		return false
	}
	sure := j.certain(t) && j.certain(parent)
	switch {
	case sure && parent.Persistence == sqlast.Temporary && t.Persistence != sqlast.Temporary:
		j.fail("42809", "cannot inherit from temporary relation %q", key.Name)
		return true
	case sure && parent.PartitionBy != nil:
		j.fail("42809", "cannot inherit from partitioned table %q", key.Name)
		return true
	case sure && parent.PartitionOf != catalog.Key{}:
		j.fail("42809", "cannot inherit from a partition")
		return true
	case has:
		j.fail("42P07", "relation %q would be inherited from more than once", key.Name)
		return true
	case slices.Contains(j.family(t.Key), key):
		j.fail("42P07", "circular inheritance not allowed")
		return true
	case !j.certain(t) || t.ColumnsUnknown || parent == nil || j.doubtful(parent):
		return false
	}
	for _, c := range parent.Columns {
		if t.Column(c.Name) == nil && j.alter.added[c.Name] == nil {
			j.fail("42804", "child table is missing column %q", c.Name)
			return true
		}
	}
	return false
}

// partitionedHasNoParameters fails SET (…) on a partitioned table
// (partitioned_table_reloptions).
func (j *judge) partitionedHasNoParameters(op *sqlast.SetStorageParameters) bool {
	if op.Reset || !j.isPartitioned(j.alter.key) || len(op.Parameters) == 0 {
		return false
	}
	names := make([]string, 0, len(op.Parameters))
	for name := range op.Parameters {
		if !strings.HasPrefix(name, "toast.") { // not looked at, for want of a TOAST table
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return false
	}
	if j.env.Major >= 16 {
		j.fail("42809", "cannot specify storage parameters for a partitioned table")
		return true
	}
	j.fail("22023", "unrecognized parameter %q", slices.Min(names))
	return true
}

// identityIndexRefused fails an index that cannot tell rows apart
// (ATExecReplicaIdentity).
func (j *judge) identityIndexRefused(name string) bool {
	t := j.alter.table
	if t == nil {
		return false
	}
	i := t.Index(name)
	if i == nil {
		return j.indexMissing(name)
	}
	switch {
	case !i.Unique:
		j.fail("42809", "cannot use non-unique index %q as replica identity", name)
		return true
	case constraintOf(t, i.Constraint) != nil && t.Constraint(i.Constraint).Deferrable:
		j.fail("0A000", "cannot use non-immediate index %q as replica identity", name)
		return true
	case slices.Contains(indexColumns(i), ""):
		j.fail("0A000", "cannot use expression index %q as replica identity", name)
		return true
	case i.Where != nil:
		j.fail("0A000", "cannot use partial index %q as replica identity", name)
		return true
	}
	for _, c := range indexColumns(i) {
		if col := t.Column(c); col != nil && !col.NotNull && !j.alter.notNull[c] && j.certain(t) {
			j.fail("42809", "index %q cannot be used as replica identity because column %q is nullable", name, c)
			return true
		}
	}
	return false
}

// clusterRefused is the errors of CLUSTER ON (ATExecClusterOn,
// mark_index_clustered).
func (j *judge) clusterRefused(index string) bool {
	if t := j.alter.table; t != nil && t.Index(index) == nil {
		return j.indexMissing(index)
	}
	if !j.isPartitioned(j.alter.key) {
		return j.alter.table != nil && j.clusteringRefused(j.alter.table.Index(index), j.alter.key)
	}
	j.fail("0A000", "cannot mark index clustered in partitioned table")
	return true
}

func (j *judge) indexMissing(name string) bool {
	if !j.certain(j.alter.table) {
		return false
	}
	j.fail("42704", "index %q for table %q does not exist", name, j.alter.key.Name)
	return true
}
