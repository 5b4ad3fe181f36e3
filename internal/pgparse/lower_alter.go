package pgparse

import (
	pg "github.com/pganalyze/pg_query_go/v5"

	"github.com/miglint/miglint/sqlast"
)

// action is one action of an ALTER TABLE while it is lowered.
type action struct {
	sqlast.Node
	sqlast.AlterTarget
	cmd  *pg.AlterTableCmd
	toks tokenSpan
}

// alterTable lowers ALTER TABLE, INDEX, VIEW, SEQUENCE, MATERIALIZED VIEW, FOREIGN
// TABLE and TYPE with a list of actions. libpg_query has no location for an
// action, but the grammar puts one between any two commas outside brackets
// (alter_table_cmds in gram.y).
func (l *lowerer) alterTable(s *pg.AlterTableStmt) []sqlast.Op {
	target := sqlast.AlterTarget{Table: l.relation(s.Relation), Kind: objectKind(s.Objtype)}
	target.Table.IfExists = s.MissingOk
	var pieces []tokenSpan
	if i := l.afterRange(s.Relation); i >= 0 {
		pieces = l.items(i)
	}
	ops := make([]sqlast.Op, 0, len(s.Cmds))
	for i, n := range s.Cmds {
		a := action{AlterTarget: target, cmd: n.GetAlterTableCmd(), toks: tokenSpan{l.lo, l.hi}}
		if len(pieces) == len(s.Cmds) {
			a.toks = pieces[i]
		}
		a.At = l.span(a.toks)
		ops = append(ops, l.alterAction(a))
	}
	if len(ops) == 0 {
		return one(l.other("ALTER TABLE"))
	}
	return ops
}

func (l *lowerer) alterAction(a action) sqlast.Op {
	if a.cmd == nil {
		return &sqlast.OtherAlter{Node: a.Node, AlterTarget: a.AlterTarget}
	}
	if op := l.newerAction(a); op != nil {
		return op
	}
	if a.Kind == sqlast.Type {
		if op := l.attributeAction(a); op != nil {
			return op
		}
	}
	if op := l.columnAction(a); op != nil {
		return op
	}
	if op := l.constraintAction(a); op != nil {
		return op
	}
	if op := l.relationAction(a); op != nil {
		return op
	}
	if op := l.triggerAction(a); op != nil {
		return op
	}
	return &sqlast.OtherAlter{Node: a.Node, AlterTarget: a.AlterTarget, Action: otherActions[a.cmd.Subtype]}
}

// otherActions are the key words of the actions that have no op of their own.
// Those that only the server itself makes are missing.
var otherActions = map[pg.AlterTableType]string{
	pg.AlterTableType_AT_AddOf:          "of",
	pg.AlterTableType_AT_DropOf:         "not of",
	pg.AlterTableType_AT_DropOids:       "set without oids",
	pg.AlterTableType_AT_GenericOptions: "options",
}

// columnAction lowers the actions on a column.
func (l *lowerer) columnAction(a action) sqlast.Op {
	c := a.cmd
	switch c.Subtype {
	case pg.AlterTableType_AT_AddColumn, pg.AlterTableType_AT_AddColumnToView:
		return &sqlast.AddColumn{
			Node: a.Node, AlterTarget: a.AlterTarget, IfNotExists: c.MissingOk,
			Column: l.column(c.Def.GetColumnDef(), a.toks.hi),
		}
	case pg.AlterTableType_AT_DropColumn:
		return &sqlast.DropColumn{
			Node: a.Node, AlterTarget: a.AlterTarget, Column: c.Name,
			IfExists: c.MissingOk, Cascade: cascades(c.Behavior),
		}
	case pg.AlterTableType_AT_AlterColumnType:
		d := c.Def.GetColumnDef()
		return &sqlast.AlterColumnType{
			Node: a.Node, AlterTarget: a.AlterTarget, Column: c.Name,
			Type: l.typeName(d.GetTypeName()), Collation: l.collation(d.GetCollClause()), Using: l.expr(d.GetRawDefault()),
		}
	case pg.AlterTableType_AT_ColumnDefault, pg.AlterTableType_AT_CookedColumnDefault:
		return &sqlast.SetDefault{Node: a.Node, AlterTarget: a.AlterTarget, Column: c.Name, Default: l.expr(c.Def)}
	case pg.AlterTableType_AT_SetNotNull:
		return &sqlast.SetNotNull{Node: a.Node, AlterTarget: a.AlterTarget, Column: c.Name}
	case pg.AlterTableType_AT_DropNotNull:
		return &sqlast.DropNotNull{Node: a.Node, AlterTarget: a.AlterTarget, Column: c.Name}
	case pg.AlterTableType_AT_DropExpression:
		return &sqlast.SetExpression{Node: a.Node, AlterTarget: a.AlterTarget, Column: c.Name, IfExists: c.MissingOk}
	case pg.AlterTableType_AT_AddIdentity, pg.AlterTableType_AT_SetIdentity, pg.AlterTableType_AT_DropIdentity:
		return alterIdentity(a)
	}
	if option := columnOptions[c.Subtype]; option != "" {
		return &sqlast.AlterColumnOption{Node: a.Node, AlterTarget: a.AlterTarget, Column: c.Name, Option: option}
	}
	return nil
}

var columnOptions = map[pg.AlterTableType]string{
	pg.AlterTableType_AT_SetStatistics:             "statistics",
	pg.AlterTableType_AT_SetStorage:                "storage",
	pg.AlterTableType_AT_SetCompression:            "compression",
	pg.AlterTableType_AT_SetOptions:                "options",
	pg.AlterTableType_AT_ResetOptions:              "options",
	pg.AlterTableType_AT_AlterColumnGenericOptions: "options",
}

func alterIdentity(a action) sqlast.Op {
	op := &sqlast.AlterIdentity{Node: a.Node, AlterTarget: a.AlterTarget, Column: a.cmd.Name, IfExists: a.cmd.MissingOk}
	switch a.cmd.Subtype {
	case pg.AlterTableType_AT_AddIdentity:
		op.Action = "add"
		con := a.cmd.Def.GetConstraint()
		op.Identity, op.Options = identity(con.GetGeneratedWhen()), sequenceOptions(con.GetOptions())
	case pg.AlterTableType_AT_DropIdentity:
		op.Action = "drop"
	default:
		op.Action = "set"
		op.Options = sequenceOptions(list(a.cmd.Def))
		for _, n := range list(a.cmd.Def) {
			if d := n.GetDefElem(); d.GetDefname() == "generated" {
				op.Identity = identity(string(d.Arg.GetInteger().GetIval()))
			}
		}
	}
	return op
}

// identity maps attidentity of pg_attribute.
func identity(when string) sqlast.Identity {
	switch when {
	case "a":
		return sqlast.Always
	case "d":
		return sqlast.ByDefault
	}
	return sqlast.NoIdentity
}

// constraintAction lowers the actions on a constraint.
func (l *lowerer) constraintAction(a action) sqlast.Op {
	c := a.cmd
	switch c.Subtype {
	case pg.AlterTableType_AT_AddConstraint:
		return &sqlast.AddConstraint{
			Node: a.Node, AlterTarget: a.AlterTarget, Constraint: l.constraint(c.Def.GetConstraint(), a.toks.hi),
		}
	case pg.AlterTableType_AT_DropConstraint:
		return &sqlast.DropConstraint{
			Node: a.Node, AlterTarget: a.AlterTarget, Constraint: c.Name, IfExists: c.MissingOk, Cascade: cascades(c.Behavior),
		}
	case pg.AlterTableType_AT_ValidateConstraint:
		return &sqlast.ValidateConstraint{Node: a.Node, AlterTarget: a.AlterTarget, Constraint: c.Name}
	case pg.AlterTableType_AT_AlterConstraint:
		d := c.Def.GetConstraint()
		op := &sqlast.AlterConstraint{Node: a.Node, AlterTarget: a.AlterTarget, Constraint: d.GetConname()}
		if l.find(a.toks.lo, a.toks.hi, "deferrable") >= 0 || d.GetInitdeferred() {
			deferrable := d.GetDeferrable()
			op.Deferrable, op.InitiallyDeferred = &deferrable, d.GetInitdeferred()
		}
		l.newerAlterConstraint(op, a.toks)
		return op
	}
	return nil
}

// relationAction lowers the actions on the relation as a whole.
func (l *lowerer) relationAction(a action) sqlast.Op {
	c := a.cmd
	switch c.Subtype {
	case pg.AlterTableType_AT_AttachPartition:
		p := c.Def.GetPartitionCmd()
		return &sqlast.AttachPartition{
			Node: a.Node, AlterTarget: a.AlterTarget, Partition: l.rangeName(p.GetName()), Bound: l.bound(p.GetBound(), a.toks.hi),
		}
	case pg.AlterTableType_AT_DetachPartition, pg.AlterTableType_AT_DetachPartitionFinalize:
		p := c.Def.GetPartitionCmd()
		return &sqlast.DetachPartition{
			Node: a.Node, AlterTarget: a.AlterTarget, Partition: l.rangeName(p.GetName()),
			Concurrently: p.GetConcurrent(), Finalize: c.Subtype == pg.AlterTableType_AT_DetachPartitionFinalize,
		}
	case pg.AlterTableType_AT_AddInherit, pg.AlterTableType_AT_DropInherit:
		return &sqlast.Inherit{
			Node: a.Node, AlterTarget: a.AlterTarget, Parent: l.rangeName(c.Def.GetRangeVar()),
			No: c.Subtype == pg.AlterTableType_AT_DropInherit,
		}
	case pg.AlterTableType_AT_SetLogged, pg.AlterTableType_AT_SetUnLogged:
		return &sqlast.SetLogged{Node: a.Node, AlterTarget: a.AlterTarget, Logged: c.Subtype == pg.AlterTableType_AT_SetLogged}
	case pg.AlterTableType_AT_SetAccessMethod:
		return &sqlast.SetAccessMethod{Node: a.Node, AlterTarget: a.AlterTarget, Method: c.Name}
	case pg.AlterTableType_AT_SetTableSpace:
		return &sqlast.SetTablespace{Node: a.Node, AlterTarget: a.AlterTarget, Tablespace: c.Name}
	case pg.AlterTableType_AT_SetRelOptions, pg.AlterTableType_AT_ResetRelOptions, pg.AlterTableType_AT_ReplaceRelOptions:
		return &sqlast.SetStorageParameters{
			Node: a.Node, AlterTarget: a.AlterTarget,
			Reset: c.Subtype == pg.AlterTableType_AT_ResetRelOptions, Parameters: options(list(c.Def)),
		}
	case pg.AlterTableType_AT_ChangeOwner:
		return &sqlast.OwnerTo{
			Node: a.Node, Object: a.Kind, Name: a.Table.Name, Owner: role(c.Newowner), IfExists: a.Table.IfExists,
		}
	case pg.AlterTableType_AT_ClusterOn, pg.AlterTableType_AT_DropCluster:
		return &sqlast.ClusterOn{Node: a.Node, AlterTarget: a.AlterTarget, Index: c.Name}
	case pg.AlterTableType_AT_ReplicaIdentity:
		r := c.Def.GetReplicaIdentityStmt()
		return &sqlast.ReplicaIdentity{
			Node: a.Node, AlterTarget: a.AlterTarget, Identity: replicaIdentities[r.GetIdentityType()], Index: r.GetName(),
		}
	}
	return nil
}

// replicaIdentities maps relreplident of pg_class.
var replicaIdentities = map[string]string{"d": "default", "f": "full", "n": "nothing", "i": "index"}

// triggerAction lowers the actions on triggers, rules and row security.
func (l *lowerer) triggerAction(a action) sqlast.Op {
	if action := rowSecurityActions[a.cmd.Subtype]; action != "" {
		return &sqlast.RowSecurity{Node: a.Node, AlterTarget: a.AlterTarget, Action: action}
	}
	op := &sqlast.EnableTrigger{Node: a.Node, AlterTarget: a.AlterTarget, Trigger: a.cmd.Name}
	switch a.cmd.Subtype {
	case pg.AlterTableType_AT_EnableTrig, pg.AlterTableType_AT_EnableTrigUser:
	case pg.AlterTableType_AT_EnableAlwaysTrig:
		op.Mode = "always"
	case pg.AlterTableType_AT_EnableReplicaTrig:
		op.Mode = "replica"
	case pg.AlterTableType_AT_DisableTrig, pg.AlterTableType_AT_DisableTrigUser:
		op.Disable = true
	case pg.AlterTableType_AT_EnableTrigAll:
		op.All = true
	case pg.AlterTableType_AT_DisableTrigAll:
		op.All, op.Disable = true, true
	case pg.AlterTableType_AT_EnableRule:
		op.Rule = true
	case pg.AlterTableType_AT_EnableAlwaysRule:
		op.Rule, op.Mode = true, "always"
	case pg.AlterTableType_AT_EnableReplicaRule:
		op.Rule, op.Mode = true, "replica"
	case pg.AlterTableType_AT_DisableRule:
		op.Rule, op.Disable = true, true
	default:
		return nil
	}
	return op
}

var rowSecurityActions = map[pg.AlterTableType]string{
	pg.AlterTableType_AT_EnableRowSecurity:  "enable",
	pg.AlterTableType_AT_DisableRowSecurity: "disable",
	pg.AlterTableType_AT_ForceRowSecurity:   "force",
	pg.AlterTableType_AT_NoForceRowSecurity: "no force",
}

// attributeAction lowers the actions on an attribute of a composite type.
func (l *lowerer) attributeAction(a action) sqlast.Op {
	c := a.cmd
	op := &sqlast.AlterAttribute{Node: a.Node, Type: a.Table.Name, IfExists: c.MissingOk, Cascade: cascades(c.Behavior)}
	switch c.Subtype {
	case pg.AlterTableType_AT_AddColumn:
		op.Action = "add"
		op.Attribute = l.column(c.Def.GetColumnDef(), a.toks.hi)
	case pg.AlterTableType_AT_DropColumn:
		op.Action = "drop"
		op.Attribute = sqlast.ColumnDef{Name: c.Name}
	case pg.AlterTableType_AT_AlterColumnType:
		d := c.Def.GetColumnDef()
		op.Action = "alter"
		op.Attribute = sqlast.ColumnDef{Name: c.Name, Type: l.typeName(d.GetTypeName()), Collation: l.collation(d.GetCollClause())}
	default:
		return nil
	}
	return op
}
