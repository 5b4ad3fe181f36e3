package verify

import (
	"regexp"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/miglint/miglint/effect"
	"github.com/miglint/miglint/sqlast"
)

// The DEBUG1 messages that tell what is read: ATRewriteTable and
// validateForeignKeyConstraint in tablecmds.c, index_build in index.c. They name
// relations without their schemas.
var (
	verifying  = regexp.MustCompile(`^verifying table "(.*)"$`)
	validating = regexp.MustCompile(`^validating foreign key constraint "(.*)"$`)
	building   = regexp.MustCompile(`^building index "(.*)" on table "(.*)"`)
)

// concurrentCopy is how REINDEX CONCURRENTLY names the index it builds beside the
// old one (ReindexRelationConcurrently in indexcmds.c).
var concurrentCopy = regexp.MustCompile(`_ccnew\d*$`)

// effect puts together what the catalogs, the locks and the notices tell.
func (c *change) effect(st *statement, notices []*pgconn.Notice) effect.Effect {
	e := effect.Effect{Locks: c.relationLocks(), Loses: c.losses()}
	rewritten := map[oid]bool{}
	for id, r := range c.before.relations {
		a := c.after.relations[id]
		if a != nil && a.file != r.file && !st.truncate && (r.kind == sqlast.Table || r.kind == sqlast.MaterializedView) {
			rewritten[id] = true
			e.Rewrites = append(e.Rewrites, effect.Relation{Key: r.key, Kind: r.kind})
		}
	}
	for _, id := range c.scanned(st, notices) {
		// A rewrite checks every row in passing.
		if r := c.before.relations[id]; r != nil && !rewritten[id] {
			e.Scans = append(e.Scans, effect.Relation{Key: r.key, Kind: r.kind})
		}
	}
	for _, n := range notices {
		m := building.FindStringSubmatch(n.Message)
		if m == nil || st.truncate {
			continue
		}
		id := c.find(m[2])
		if c.before.relations[id] == nil || c.after.relations[id] == nil || rewritten[id] {
			continue
		}
		e.Builds = append(e.Builds, effect.Build{Table: c.before.relations[id].key,
			Index: concurrentCopy.ReplaceAllString(m[1], ""), Concurrently: st.concurrently && c.before.relations[id].key.Schema != temporarySchema})
	}
	if st.truncate {
		e.Loses = append(e.Loses, c.emptied()...)
	}
	return e
}

// relationLocks are the locks on relations that were there before, but for those
// on indexes that the lock on the table covers.
func (c *change) relationLocks() []effect.Lock {
	var locks []effect.Lock
	for id, mode := range c.locks {
		r := c.before.relations[id]
		if r == nil {
			continue
		}
		if r.kind == sqlast.Index && (mode < effect.ShareUpdateExclusive || mode <= max(c.locks[r.table], c.before.held[r.table])) {
			continue
		}
		locks = append(locks, effect.Lock{Relation: r.key, Kind: r.kind, Mode: mode})
	}
	slices.SortFunc(locks, func(a, b effect.Lock) int { return strings.Compare(a.Relation.String(), b.Relation.String()) })
	return locks
}

// scanned are the relations that were read to check them.
func (c *change) scanned(st *statement, notices []*pgconn.Notice) []oid {
	var all []oid
	for _, n := range notices {
		if m := verifying.FindStringSubmatch(n.Message); m != nil {
			all = append(all, c.find(m[1]))
		}
		if m := validating.FindStringSubmatch(n.Message); m != nil {
			all = append(all, c.validated(m[1])...)
		}
	}
	if st.counted {
		for id, n := range c.after.seqScans {
			if n > c.before.seqScans[id] {
				all = append(all, id)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// find is the relation of that name that is read. If several schemas have one, it
// is the one that was scanned, or else the one that the statement has locked
// hardest.
func (c *change) find(name string) oid {
	var best oid
	rank := effect.Mode(-1)
	for _, s := range []*state{c.after, c.before} { // the statement may have renamed it
		for id, r := range s.relations {
			if r.key.Name != name {
				continue
			}
			weight := max(c.locks[id], c.before.held[id])
			if c.after.seqScans[id] > c.before.seqScans[id] {
				weight += effect.AccessExclusive + 1
			}
			if weight > rank {
				best, rank = id, weight
			}
		}
		if best != 0 {
			return best
		}
	}
	return best
}

// validated are the tables whose foreign key of that name was checked: new ones,
// those that became valid, or else all that have it.
func (c *change) validated(name string) []oid {
	var changed, all []oid
	for id, k := range c.after.constraints {
		r := c.after.relations[k.relation]
		if k.name != name || k.kind != "f" || r == nil || r.parted {
			continue
		}
		all = append(all, k.relation)
		if b := c.before.constraints[id]; b == nil || !b.valid && k.valid {
			changed = append(changed, k.relation)
		}
	}
	if len(changed) > 0 {
		return changed
	}
	return all
}
