package effect

import (
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

// An effect lists each relation and object once. positions finds it in a list
// that has become long: a statement may name any number of relations.
type positions struct {
	locks, rewrites, scans map[catalog.Key]int
	builds                 map[catalog.Key]int // those with a name
	losses                 map[loss]int
}

// loss names an object that is lost.
type loss struct {
	kind sqlast.ObjectKind
	name string
}

// fewEnough is the length up to which a list is searched from front to back.
const fewEnough = 16

// position returns where the element with key k is in list, or -1. A long list's
// elements are in a map, which is brought up to date.
func position[K comparable, V any](e *Effect, list []V, in func(*positions) *map[K]int, key func(*V) K, k K) int {
	if len(list) <= fewEnough {
		for i := range list {
			if key(&list[i]) == k {
				return i
			}
		}
		return -1
	}
	if e.positions == nil {
		e.positions = &positions{}
	}
	index := in(e.positions)
	if *index == nil {
		*index = make(map[K]int, 2*len(list))
	}
	for i := len(*index); i < len(list); i++ {
		(*index)[key(&list[i])] = i
	}
	if i, ok := (*index)[k]; ok {
		return i
	}
	return -1
}

func inLocks(p *positions) *map[catalog.Key]int    { return &p.locks }
func inRewrites(p *positions) *map[catalog.Key]int { return &p.rewrites }
func inScans(p *positions) *map[catalog.Key]int    { return &p.scans }
func inBuilds(p *positions) *map[catalog.Key]int   { return &p.builds }
func inLosses(p *positions) *map[loss]int          { return &p.losses }

func lockKey(l *Lock) catalog.Key         { return l.Relation }
func relationKey(r *Relation) catalog.Key { return r.Key }
func lossKey(o *Object) loss              { return loss{o.Kind, o.Name} }

// buildKey tells builds with a name apart; those without are never the same.
func buildKey(b *Build) catalog.Key { return catalog.Key{Schema: b.Table.Schema, Name: b.Index} }

// addLock adds a lock, or strengthens the one on the same relation.
func (e *Effect) addLock(l Lock) {
	if i := position(e, e.Locks, inLocks, lockKey, l.Relation); i >= 0 {
		if have := &e.Locks[i]; l.Mode > have.Mode {
			have.Mode, have.Cause = l.Mode, l.Cause
		}
		return
	}
	e.Locks = append(e.Locks, l)
}

func (e *Effect) addRewrite(r Relation) {
	addRelation(&e.Rewrites, position(e, e.Rewrites, inRewrites, relationKey, r.Key), r)
}

func (e *Effect) addScan(r Relation) {
	addRelation(&e.Scans, position(e, e.Scans, inScans, relationKey, r.Key), r)
}

// addRelation adds a relation that is not at i yet; certainty wins over Maybe.
func addRelation(list *[]Relation, i int, r Relation) {
	if i < 0 {
		*list = append(*list, r)
	} else if have := &(*list)[i]; have.Maybe && !r.Maybe {
		*have = r
	}
}

func (e *Effect) addBuild(b Build) {
	if b.Index == "" || position(e, e.Builds, inBuilds, buildKey, buildKey(&b)) < 0 {
		e.Builds = append(e.Builds, b)
	}
}

// addLoss adds an object; one that the statement names has no Why.
func (e *Effect) addLoss(o Object) {
	i := position(e, e.Loses, inLosses, lossKey, lossKey(&o))
	if i < 0 {
		e.Loses = append(e.Loses, o)
	} else if o.Why == "" {
		e.Loses[i] = o
	}
}
