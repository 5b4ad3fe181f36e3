package verify

import (
	"slices"

	"github.com/miglint/miglint/effect"
	"github.com/miglint/miglint/sqlast"
)

// change is what became of one state.
type change struct {
	before, after *state
	locks         map[oid]effect.Mode // of the statement, in addition to what was held
}

func (c *change) gone(id oid) bool {
	return c.before.relations[id] != nil && c.after.relations[id] == nil
}

// losses are the catalog entries that are gone. What is inside a lost relation,
// and what a partition or child lost because its parent did, is left out.
func (c *change) losses() []effect.Object {
	return slices.Concat(c.lostRelations(), c.lostColumns(), c.lostConstraints(), c.lostObjects())
}

func (c *change) lostRelations() []effect.Object {
	names := map[string]bool{} // a rebuilt index has its old name
	for _, r := range c.after.relations {
		if r.kind == sqlast.Index {
			names[r.key.String()] = true
		}
	}
	var lost []effect.Object
	for id, r := range c.before.relations {
		if !c.gone(id) {
			continue
		}
		if r.kind == sqlast.Index && (r.constraint || c.gone(r.table) || names[r.key.String()] ||
			slices.ContainsFunc(c.before.parents[id], c.gone)) {
			continue
		}
		lost = append(lost, effect.Object{Kind: r.kind, Name: r.key.String(), Data: r.kind == sqlast.Table})
	}
	return lost
}

func (c *change) lostColumns() []effect.Object {
	type column struct {
		relation oid
		name     string
	}
	lost := map[column]bool{}
	for id, name := range c.before.columns {
		if _, kept := c.after.columns[id]; !kept && !c.gone(id.relation) {
			lost[column{id.relation, name}] = true
		}
	}
	var all []effect.Object
	for l := range lost {
		inherited := slices.ContainsFunc(c.before.ancestors(l.relation), func(p oid) bool { return lost[column{p, l.name}] })
		if r := c.before.relations[l.relation]; r != nil && !inherited {
			all = append(all, effect.Object{Kind: sqlast.Column, Name: r.key.String() + "." + sqlast.QuoteIdent(l.name), Data: true})
		}
	}
	return all
}

func (c *change) lostConstraints() []effect.Object {
	type constraintName struct {
		relation, domain oid
		name             string
	}
	lost, kept := map[constraintName]bool{}, map[constraintName]bool{}
	for id, k := range c.before.constraints {
		if c.after.constraints[id] == nil {
			lost[constraintName{k.relation, k.domain, k.name}] = true
		}
	}
	for _, k := range c.after.constraints {
		kept[constraintName{k.relation, k.domain, k.name}] = true // with another oid, if it was rebuilt
	}
	var all []effect.Object
	for id, k := range c.before.constraints {
		name := constraintName{k.relation, k.domain, k.name}
		// NOT NULL is an attribute of the column before 18, and constraint triggers
		// are triggers.
		if !lost[name] || kept[name] || c.after.constraints[id] != nil || k.kind == "n" || k.kind == "t" {
			continue
		}
		if k.relation == 0 {
			if d := (objectID{"type", k.domain}); c.before.objects[d].name != "" && c.after.objects[d].name != "" {
				all = append(all, effect.Object{Kind: sqlast.DomainConstraint, Name: c.before.objects[d].name + "." + sqlast.QuoteIdent(k.name)})
			}
			continue
		}
		r := c.before.relations[k.relation]
		if r == nil || c.gone(k.relation) || c.cameFromParent(k) ||
			slices.ContainsFunc(c.before.ancestors(k.relation), func(p oid) bool { return lost[constraintName{p, 0, k.name}] }) {
			continue
		}
		all = append(all, effect.Object{Kind: sqlast.TableConstraint, Name: r.key.String() + "." + sqlast.QuoteIdent(k.name)})
	}
	return all
}

// cameFromParent reports whether a lost constraint went with the one it was a
// copy of, or is the copy that a foreign key to a partitioned table keeps for
// each partition.
func (c *change) cameFromParent(k *constraint) bool {
	p := c.before.constraints[k.parent]
	return p != nil && (c.after.constraints[k.parent] == nil || p.relation == k.relation)
}

func (c *change) lostObjects() []effect.Object {
	lost := map[object]bool{}
	for id, o := range c.before.objects {
		if c.after.objects[id].name == "" {
			lost[o] = true
		}
	}
	var all []effect.Object
	for o := range lost {
		name := o.name
		if o.relation != 0 {
			r := c.before.relations[o.relation]
			if r == nil || c.gone(o.relation) || slices.ContainsFunc(c.before.ancestors(o.relation), func(p oid) bool {
				return lost[object{o.kind, p, o.name}]
			}) {
				continue
			}
			name = r.key.String() + "." + sqlast.QuoteIdent(o.name)
		}
		all = append(all, effect.Object{Kind: o.kind, Name: name})
	}
	return all
}

// emptied are the tables that TRUNCATE emptied.
func (c *change) emptied() []effect.Object {
	var all []effect.Object
	for id := range c.before.filled {
		if r := c.before.relations[id]; !c.gone(id) && !c.after.filled[id] {
			all = append(all, effect.Object{Kind: r.kind, Name: r.key.String(), Data: true})
		}
	}
	return all
}
