package rules

import (
	"fmt"
	"slices"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/effect"
	"github.com/miglint/miglint/migration"
	"github.com/miglint/miglint/sqlast"
)

var noTransactionNotNeeded = &analyzer.Rule{
	Name: "no-transaction-not-needed", Severity: analyzer.Warning, Concern: analyzer.Failing, Since: "0.1.0",
	Summary: "a migration gives up the framework's transaction although nothing in it needs that",
	Why: "Without the transaction each statement commits on its own. When one fails, those before it stay, the framework " +
		"remembers nothing of them, and the next attempt stops at the first one with \"already exists\": somebody has to " +
		"undo it by hand. It was modelled on files that were copied from one with CREATE INDEX CONCURRENTLY, the " +
		"directive at the top included. Silent where leaving has a purpose: CONCURRENTLY, VACUUM, new enum values, batches " +
		"of rows, locks on several tables that are to be short, a scan or an index on a table in use.",
	Instead: "Take the directive away.",
	Bad: `-- 1_parcels.sql --
-- +goose NO TRANSACTION
-- +goose Up
CREATE TABLE parcels (id bigint PRIMARY KEY);
CREATE TABLE labels (id bigint PRIMARY KEY, parcel bigint REFERENCES parcels);
-- +goose Down
DROP TABLE labels;
DROP TABLE parcels;
`,
	Good: `-- 1_parcels.sql --
-- +goose Up
CREATE TABLE parcels (id bigint PRIMARY KEY);
CREATE TABLE labels (id bigint PRIMARY KEY, parcel bigint REFERENCES parcels);
-- +goose Down
DROP TABLE labels;
DROP TABLE parcels;
`,
	Run: runNoTransactionNotNeeded,
}

func runNoTransactionNotNeeded(p *analyzer.Pass) {
	if p.Down || p.Script == nil || !p.Script.NoTransaction || outside(p.Stmts) < 2 || needsNoTransaction(p) {
		return
	}
	first := slices.IndexFunc(p.Stmts, func(s *analyzer.Stmt) bool { return slices.ContainsFunc(s.Ops, failsAgain) })
	if first < 0 || first == len(p.Stmts)-1 || isSet(p.Stmts[len(p.Stmts)-1]) && first == len(p.Stmts)-2 {
		return
	}
	p.ReportStmt(p.Stmts[first], 0, analyzer.Diagnostic{
		Span: p.Stmts[first].Span,
		Message: fmt.Sprintf("nothing here needs to be outside a transaction: if a later statement fails, this one stays, and "+
			"%s cannot run the migration again", p.Stream.Framework.Title),
	})
}

// needsNoTransaction reports whether something in the migration must or may be
// meant to be outside a transaction.
func needsNoTransaction(p *analyzer.Pass) bool {
	locked := map[catalog.Key]bool{}
	for _, s := range p.Stmts {
		if s.Shape != migration.PerStatement || s.InTx() || len(s.Ops) == 0 || slices.ContainsFunc(s.Ops, mayNeedNone) || keepsAtWork(s) {
			return true
		}
		inside := effect.Of(s.Statement, s.Before, effect.Env{Major: p.Options.PostgresMajor(), InTransaction: true, Tx: s.Origin.Tx})
		if f := inside.Fails; f != nil && !f.IfRows {
			return true
		}
		for _, l := range s.Effect.Locks {
			if l.Mode >= effect.ShareUpdateExclusive && !s.Minor(l.Relation) && s.Before.TableAt(l.Relation) != nil {
				locked[l.Relation] = true
			}
		}
	}
	// A directive at the top of the file is the down's too.
	return len(locked) > 1 || slices.ContainsFunc(p.Scripts.Down.Statements(), func(s *sqlast.Statement) bool {
		return len(s.Ops) == 0 || slices.ContainsFunc(s.Ops, mayNeedNone)
	})
}

// keepsAtWork reports whether the statement reads or copies a table that is in use.
func keepsAtWork(s *analyzer.Stmt) bool {
	used := func(r effect.Relation) bool { return !s.Cheap(r.Key) }
	return slices.ContainsFunc(s.Effect.Scans, used) || slices.ContainsFunc(s.Effect.Rewrites, used) ||
		slices.ContainsFunc(s.Effect.Builds, func(b effect.Build) bool { return !s.Cheap(b.Table) })
}

// mayNeedNone reports whether an op refuses a transaction, or is one that people
// take out of it with good reason, or is not known well enough to say.
func mayNeedNone(op sqlast.Op) bool {
	switch op := op.(type) {
	case *sqlast.CreateTable:
		return op.Query != nil && !op.NoData
	case *sqlast.CreateView:
		return op.Materialized && !op.NoData
	case *sqlast.CreateIndex:
		return op.Concurrently
	case *sqlast.Drop:
		return op.Concurrently || op.Object == sqlast.Database || op.Object == sqlast.Tablespace || op.Object == sqlast.Subscription
	case *sqlast.Insert:
		return op.Query != nil && op.Query.ValueRows == 0
	case *sqlast.Set, *sqlast.AddColumn, *sqlast.DropColumn, *sqlast.AddConstraint, *sqlast.DropConstraint, *sqlast.SetDefault,
		*sqlast.SetNotNull, *sqlast.DropNotNull, *sqlast.AlterColumnType, *sqlast.Rename, *sqlast.SetSchema, *sqlast.OwnerTo,
		*sqlast.CreateSequence, *sqlast.AlterSequence, *sqlast.CreateType, *sqlast.CreateDomain, *sqlast.CreateFunction,
		*sqlast.CreateTrigger, *sqlast.CreatePolicy, *sqlast.RowSecurity, *sqlast.CreateSchema, *sqlast.CommentOn, *sqlast.Grant:
		return false
	}
	return true
}

func isSet(s *analyzer.Stmt) bool {
	_, ok := s.Ops[0].(*sqlast.Set)
	return ok
}

// failsAgain reports whether an op fails the second time.
func failsAgain(op sqlast.Op) bool {
	if _, again := unguarded(op); again {
		return true
	}
	switch op := op.(type) {
	case *sqlast.AddConstraint:
		return op.Constraint.Name != ""
	case *sqlast.CreateType, *sqlast.CreateDomain, *sqlast.Rename:
		return true
	case *sqlast.CreatePolicy:
		return !op.Alter
	case *sqlast.CreateFunction, *sqlast.CreateTrigger, *sqlast.CreateView:
		return !repeatable(op)
	}
	return false
}
