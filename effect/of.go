package effect

import (
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

// oldestMajor is judged when Env names no major.
const oldestMajor = 14

// Of returns what PostgreSQL does with stmt when the schema is before. A
// relation that before does not know is taken for an ordinary table that exists
// and holds rows. A statement that could not be read has no effect.
func Of(stmt *sqlast.Statement, before *catalog.Catalog, env Env) Effect {
	if env.Major == 0 {
		env.Major = oldestMajor
	}
	j := &judge{cat: before, env: env, ops: stmt.Ops}
	j.alter = newAlter(j)
	shares := make([]Effect, len(stmt.Ops))
	for i, op := range stmt.Ops {
		j.share = &shares[i]
		j.op(op)
		j.share.positions = nil
	}
	switch len(shares) {
	case 0:
		return Effect{}
	case 1:
		shares[0].Scans = subsume(shares[0].Scans, shares[0].Rewrites)
		return shares[0]
	}
	return j.merge(shares)
}

// judge is the state while one statement is judged.
type judge struct {
	cat   *catalog.Catalog
	env   Env
	ops   []sqlast.Op
	share *Effect              // of the op at hand
	named map[catalog.Key]bool // relations that a DROP names, when asked for
	// defaultIs is the DEFAULT partition of defaultOf, if it has one.
	defaultOf, defaultIs catalog.Key
	alter                *alter // nil unless the statement is an ALTER of a relation
}

// op judges one op of the statement into j.share.
func (j *judge) op(op sqlast.Op) {
	switch op := op.(type) {
	case sqlast.AlterAction:
		j.alterAction(op)
	case *sqlast.CreateIndex:
		j.createIndex(op)
	case *sqlast.Reindex:
		j.reindex(op)
	case *sqlast.Drop:
		j.drop(op)
	case *sqlast.CreateTable:
		j.createTable(op)
	case *sqlast.Truncate, *sqlast.Cluster, *sqlast.Vacuum, *sqlast.LockTable, *sqlast.RefreshMaterializedView:
		j.maintenance(op)
	case *sqlast.Select, *sqlast.Insert, *sqlast.Update, *sqlast.Delete, *sqlast.Merge, *sqlast.Copy:
		j.dml(op)
	case *sqlast.Rename, *sqlast.SetSchema, *sqlast.OwnerTo:
		j.relabel(op)
	case *sqlast.CreateView, *sqlast.CreateTrigger, *sqlast.CreateRule, *sqlast.CreatePolicy,
		*sqlast.CreateStatistics, *sqlast.CommentOn, *sqlast.Grant, *sqlast.CreatePublication:
		j.attached(op)
	case *sqlast.CreateSequence, *sqlast.AlterSequence:
		j.sequence(op)
	case *sqlast.CreateFunction:
		j.createFunction(op)
	case *sqlast.CreateType, *sqlast.AddEnumValue, *sqlast.AlterAttribute, *sqlast.CreateDomain, *sqlast.AlterDomain:
		j.typeOp(op)
	}
	j.certainFailures(op)
}

// merge adds the shares up to the effect of the whole statement.
func (j *judge) merge(shares []Effect) Effect {
	all := Effect{ops: shares}
	for i := range shares {
		s := &shares[i]
		for _, l := range s.Locks {
			if j.alter != nil && j.alter.family[l.Relation] {
				l.Mode = max(l.Mode, j.alter.mode)
			}
			all.addLock(l)
		}
		for _, r := range s.Rewrites {
			all.addRewrite(r)
		}
		for _, r := range s.Scans {
			all.addScan(r)
		}
		for _, b := range s.Builds {
			all.addBuild(b)
		}
		for _, o := range s.Loses {
			all.addLoss(o)
		}
		if all.Fails == nil || all.Fails.IfRows && s.Fails != nil && !s.Fails.IfRows {
			all.Fails = s.Fails
		}
	}
	// A rewrite checks every row and rebuilds every index in passing
	// (ATRewriteTable in tablecmds.c).
	all.Scans = subsume(all.Scans, all.Rewrites)
	all.positions = nil
	return all
}

// subsume removes from scans the relations that are certainly rewritten.
func subsume(scans, rewrites []Relation) []Relation {
	if len(rewrites) == 0 || len(scans) == 0 {
		return scans
	}
	certain := make(map[catalog.Key]bool, len(rewrites))
	for _, r := range rewrites {
		certain[r.Key] = !r.Maybe
	}
	kept := scans[:0]
	for _, s := range scans {
		if !certain[s.Key] {
			kept = append(kept, s)
		}
	}
	return kept
}
