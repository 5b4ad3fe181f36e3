package pgparse

import (
	pg "github.com/pganalyze/pg_query_go/v5"

	"github.com/miglint/miglint/source"
	"github.com/miglint/miglint/sqlast"
)

// lowerer turns the parse tree of one statement into ops.
type lowerer struct {
	frag     source.Fragment
	text     string
	toks     []Token
	base     int
	rewrites []rewrite
	nesting
	partners []int32 // of brackets, see partner

	// lo and hi bound the tokens of the statement being lowered: all of them, or
	// those of a statement inside another (WITH, EXPLAIN, CREATE SCHEMA).
	lo, hi int
	// query collects what the expressions and FROM items being lowered read; nil
	// outside a query.
	query *sqlast.Query
	// ctes counts the WITH names in scope.
	ctes map[string]int
}

// lower returns the ops of a statement, at least one. It may be used for one
// statement after the other.
func (l *lowerer) lower(in lowerInput) []sqlast.Op {
	*l = lowerer{
		frag: in.frag, text: in.text, toks: in.toks, base: in.base, nesting: in.nesting, rewrites: in.rewrites,
		hi: len(in.toks),
	}
	if in.raw == nil {
		return one(l.other(""))
	}
	return l.statement(in.raw.Stmt)
}

func one(op sqlast.Op) []sqlast.Op { return []sqlast.Op{op} }

// node is the Node of an op that is all its statement does.
func (l *lowerer) node() sqlast.Node { return sqlast.Node{At: l.whole()} }

func (l *lowerer) other(tag string, names ...sqlast.Name) sqlast.Op {
	return &sqlast.Other{Node: l.node(), Tag: tag, Names: names}
}

// within lowers a statement written inside the current one, in the tokens of r.
func (l *lowerer) within(r tokenSpan, n *pg.Node) []sqlast.Op {
	lo, hi := l.lo, l.hi
	if r.known() {
		l.lo, l.hi = r.lo, r.hi
	}
	ops := l.statement(n)
	l.lo, l.hi = lo, hi
	return ops
}

// statement lowers the statements that migrations are made of; the rest follow in
// objectStatement and otherStatement.
func (l *lowerer) statement(n *pg.Node) []sqlast.Op {
	if n == nil {
		return one(l.other(""))
	}
	if ops := l.newerStatement(n); ops != nil {
		return ops
	}
	switch s := n.Node.(type) {
	case *pg.Node_AlterTableStmt:
		return l.alterTable(s.AlterTableStmt)
	case *pg.Node_CreateStmt:
		return one(l.createTable(s.CreateStmt))
	case *pg.Node_CreateForeignTableStmt:
		return one(l.createForeignTable(s.CreateForeignTableStmt))
	case *pg.Node_CreateTableAsStmt:
		return one(l.createTableAs(s.CreateTableAsStmt))
	case *pg.Node_IndexStmt:
		return one(l.createIndex(s.IndexStmt))
	case *pg.Node_DropStmt:
		return l.drop(s.DropStmt)
	case *pg.Node_RenameStmt:
		return one(l.rename(s.RenameStmt))
	case *pg.Node_AlterObjectSchemaStmt:
		return one(l.setSchema(s.AlterObjectSchemaStmt))
	case *pg.Node_AlterOwnerStmt:
		return one(l.ownerTo(s.AlterOwnerStmt))
	case *pg.Node_InsertStmt:
		return one(l.insert(s.InsertStmt))
	case *pg.Node_UpdateStmt:
		return one(l.update(s.UpdateStmt))
	case *pg.Node_DeleteStmt:
		return one(l.delete(s.DeleteStmt))
	case *pg.Node_SelectStmt:
		return one(l.selectStatement(s.SelectStmt))
	case *pg.Node_VariableSetStmt:
		return l.set(s.VariableSetStmt)
	case *pg.Node_ConstraintsSetStmt:
		return one(l.setConstraints(s.ConstraintsSetStmt))
	case *pg.Node_TransactionStmt:
		return one(l.transaction(s.TransactionStmt))
	case *pg.Node_CommentStmt:
		return one(l.comment(s.CommentStmt))
	case *pg.Node_DoStmt:
		return one(l.do(s.DoStmt))
	}
	if ops := l.objectStatement(n); ops != nil {
		return ops
	}
	if ops := l.maintenanceStatement(n); ops != nil {
		return ops
	}
	return l.otherStatement(n)
}

// objectStatement lowers statements about objects other than tables and indexes.
func (l *lowerer) objectStatement(n *pg.Node) []sqlast.Op {
	switch s := n.Node.(type) {
	case *pg.Node_ViewStmt:
		return one(l.createView(s.ViewStmt))
	case *pg.Node_CreateSeqStmt:
		return one(l.createSequence(s.CreateSeqStmt))
	case *pg.Node_AlterSeqStmt:
		return one(l.alterSequence(s.AlterSeqStmt))
	case *pg.Node_CreateEnumStmt:
		return one(l.createEnum(s.CreateEnumStmt))
	case *pg.Node_AlterEnumStmt:
		return one(l.alterEnum(s.AlterEnumStmt))
	case *pg.Node_CompositeTypeStmt:
		return one(l.createComposite(s.CompositeTypeStmt))
	case *pg.Node_CreateRangeStmt:
		return one(l.createRange(s.CreateRangeStmt))
	case *pg.Node_CreateDomainStmt:
		return one(l.createDomain(s.CreateDomainStmt))
	case *pg.Node_AlterDomainStmt:
		return one(l.alterDomain(s.AlterDomainStmt))
	case *pg.Node_DefineStmt:
		return one(l.define(s.DefineStmt))
	case *pg.Node_CreateFunctionStmt:
		return one(l.createFunction(s.CreateFunctionStmt))
	case *pg.Node_CreateTrigStmt:
		return one(l.createTrigger(s.CreateTrigStmt))
	case *pg.Node_RuleStmt:
		return one(l.createRule(s.RuleStmt))
	case *pg.Node_CreatePolicyStmt:
		return one(l.createPolicy(s.CreatePolicyStmt))
	case *pg.Node_AlterPolicyStmt:
		return one(l.alterPolicy(s.AlterPolicyStmt))
	case *pg.Node_CreateSchemaStmt:
		return l.createSchema(s.CreateSchemaStmt)
	case *pg.Node_CreateExtensionStmt:
		return one(l.createExtension(s.CreateExtensionStmt))
	case *pg.Node_CreatePublicationStmt:
		return one(l.createPublication(s.CreatePublicationStmt))
	case *pg.Node_AlterPublicationStmt:
		return one(l.alterPublication(s.AlterPublicationStmt))
	case *pg.Node_CreateStatsStmt:
		return one(l.createStatistics(s.CreateStatsStmt))
	case *pg.Node_GrantStmt:
		return one(l.grant(s.GrantStmt))
	case *pg.Node_AlterDefaultPrivilegesStmt:
		return one(l.defaultPrivileges(s.AlterDefaultPrivilegesStmt))
	}
	return nil
}

// maintenanceStatement lowers the commands that work on whole tables or run code.
func (l *lowerer) maintenanceStatement(n *pg.Node) []sqlast.Op {
	switch s := n.Node.(type) {
	case *pg.Node_MergeStmt:
		return one(l.merge(s.MergeStmt))
	case *pg.Node_CopyStmt:
		return one(l.copy(s.CopyStmt))
	case *pg.Node_CallStmt:
		return one(l.call(s.CallStmt))
	case *pg.Node_LockStmt:
		return one(&sqlast.LockTable{Node: l.node(), Tables: l.relations(s.LockStmt.Relations), Mode: int(s.LockStmt.Mode), NoWait: s.LockStmt.Nowait})
	case *pg.Node_TruncateStmt:
		return one(&sqlast.Truncate{
			Node: l.node(), Tables: l.relations(s.TruncateStmt.Relations),
			Cascade: cascades(s.TruncateStmt.Behavior), RestartIdentity: s.TruncateStmt.RestartSeqs,
		})
	case *pg.Node_VacuumStmt:
		return one(l.vacuum(s.VacuumStmt))
	case *pg.Node_ClusterStmt:
		return one(l.cluster(s.ClusterStmt))
	case *pg.Node_ReindexStmt:
		return one(l.reindex(s.ReindexStmt))
	case *pg.Node_RefreshMatViewStmt:
		return one(&sqlast.RefreshMaterializedView{
			Node: l.node(), Name: l.rangeName(s.RefreshMatViewStmt.Relation),
			Concurrently: s.RefreshMatViewStmt.Concurrent, NoData: s.RefreshMatViewStmt.SkipData,
		})
	case *pg.Node_ExplainStmt:
		return l.explain(s.ExplainStmt)
	}
	return nil
}
