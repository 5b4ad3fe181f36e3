package effect

import (
	"fmt"

	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

// kind is what kind of relation a key is; one that history has not seen is taken
// for a table.
func (j *judge) kind(k catalog.Key) sqlast.ObjectKind {
	if kind, ok := j.cat.RelationKind(k); ok {
		return kind
	}
	return sqlast.Table
}

// lock records a lock on a relation.
func (j *judge) lock(k catalog.Key, mode Mode, cause string) {
	j.share.addLock(Lock{Relation: k, Kind: j.kind(k), Mode: mode, Cause: cause})
}

// lockKind is lock for a relation whose kind the statement itself tells.
func (j *judge) lockKind(k catalog.Key, kind sqlast.ObjectKind, mode Mode, cause string) {
	if known, ok := j.cat.RelationKind(k); ok {
		kind = known
	}
	j.share.addLock(Lock{Relation: k, Kind: kind, Mode: mode, Cause: cause})
}

// lockAll records the same lock on several relations.
func (j *judge) lockAll(keys []catalog.Key, mode Mode, cause string) {
	for _, k := range keys {
		j.lock(k, mode, cause)
	}
}

func (j *judge) rewrite(k catalog.Key, maybe bool, why string) {
	j.share.addRewrite(Relation{Key: k, Kind: j.kind(k), Why: why, Maybe: maybe})
}

func (j *judge) scan(k catalog.Key, maybe bool, why string) {
	j.share.addScan(Relation{Key: k, Kind: j.kind(k), Why: why, Maybe: maybe})
}

func (j *judge) build(table catalog.Key, index, why string) {
	j.share.addBuild(Build{Table: table, Index: index, Why: why})
}

func (j *judge) lose(kind sqlast.ObjectKind, name, why string, data bool) {
	if j.alter != nil && j.alter.together {
		set(&j.alter.lost, loss{kind, name}, true)
	}
	j.share.addLoss(Object{Kind: kind, Name: name, Why: why, Data: data})
}

// fail records that the server will raise an error. The first one counts; one
// that needs rows gives way to one that does not.
//
// Of a table that code out of sight may have changed, nothing is certain but what
// does not depend on it.
func (j *judge) fail(state, format string, args ...any) {
	if j.alter != nil && j.alter.doubtful && state != notInBlock {
		return
	}
	if f := j.share.Fails; f == nil || f.IfRows {
		j.share.Fails = &Failure{SQLState: state, Message: fmt.Sprintf(format, args...)}
	}
}

// failIfRows records an error that needs rows in the table.
func (j *judge) failIfRows(state, format string, args ...any) {
	if j.share.Fails == nil {
		j.share.Fails = &Failure{SQLState: state, Message: fmt.Sprintf(format, args...), IfRows: true}
	}
}

// inside is the name of a column, constraint, trigger, … of a relation as people
// write it.
func inside(k catalog.Key, name string) string { return k.String() + "." + sqlast.QuoteIdent(name) }

// family is a table and all its partitions and inheritance children, at any
// depth (find_all_inheritors in pg_inherits.c).
func (j *judge) family(k catalog.Key) []catalog.Key {
	return j.descend(k, func(t *catalog.Table) [2][]catalog.Key { return [2][]catalog.Key{t.Partitions, t.Children} })
}

// partitions is a table and all its partitions, at any depth.
func (j *judge) partitions(k catalog.Key) []catalog.Key {
	return j.descend(k, func(t *catalog.Table) [2][]catalog.Key { return [2][]catalog.Key{t.Partitions} })
}

func (j *judge) descend(k catalog.Key, below func(*catalog.Table) [2][]catalog.Key) []catalog.Key {
	all := []catalog.Key{k}
	t := j.cat.TableAt(k)
	if t == nil || len(t.Partitions) == 0 && len(t.Children) == 0 {
		return all
	}
	seen := map[catalog.Key]bool{k: true}
	for i := 0; i < len(all); i++ {
		t := j.cat.TableAt(all[i])
		if t == nil {
			continue
		}
		for _, list := range below(t) {
			for _, child := range list {
				if !seen[child] {
					seen[child] = true
					all = append(all, child)
				}
			}
		}
	}
	return all
}

// stored keeps the keys of relations that have rows of their own: partitioned
// and foreign tables have none.
func (j *judge) stored(keys []catalog.Key) []catalog.Key {
	var kept []catalog.Key
	for _, k := range keys {
		if t := j.cat.TableAt(k); t == nil || t.PartitionBy == nil && !t.Foreign {
			kept = append(kept, k)
		}
	}
	return kept
}

// isPartitioned reports whether history knows the relation as a partitioned
// table.
func (j *judge) isPartitioned(k catalog.Key) bool {
	t := j.cat.TableAt(k)
	return t != nil && t.PartitionBy != nil
}

// defaultPartition is the DEFAULT partition of a partitioned table, if it has one.
// The last answer is kept, for it takes a look at every partition.
func (j *judge) defaultPartition(k catalog.Key) (catalog.Key, bool) {
	if j.defaultOf != k {
		j.defaultOf, j.defaultIs = k, catalog.Key{}
		if t := j.cat.TableAt(k); t != nil {
			for _, p := range t.Partitions {
				if pt := j.cat.TableAt(p); pt != nil && pt.Bound.Default {
					j.defaultIs = p
					break
				}
			}
		}
	}
	return j.defaultIs, j.defaultIs != (catalog.Key{})
}

// referencing calls f for every foreign key of another table that points to k.
func (j *judge) referencing(k catalog.Key, f func(from *catalog.Table, fk *catalog.Constraint)) {
	t := j.cat.TableAt(k)
	if t == nil {
		return
	}
	for _, from := range t.ReferencedBy {
		ft := j.cat.TableAt(from)
		if ft == nil {
			continue
		}
		for _, c := range ft.Constraints {
			if c.Kind == sqlast.ForeignKey && c.RefTable == k {
				f(ft, c)
			}
		}
	}
}

// foreignKeys returns the foreign keys of a table.
func foreignKeys(t *catalog.Table) []*catalog.Constraint {
	var fks []*catalog.Constraint
	if t != nil {
		for _, c := range t.Constraints {
			if c.Kind == sqlast.ForeignKey {
				fks = append(fks, c)
			}
		}
	}
	return fks
}
