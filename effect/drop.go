package effect

import (
	"slices"

	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

// drop is DROP of one object (RemoveObjects in dropcmds.c, RemoveRelations in
// tablecmds.c). What depends on the object goes with it under CASCADE, and keeps
// it from being dropped otherwise (findDependentObjects in dependency.c).
func (j *judge) drop(op *sqlast.Drop) {
	switch op.Object {
	case sqlast.Table, sqlast.ForeignTable, sqlast.View, sqlast.MaterializedView, sqlast.Sequence:
		j.dropRelation(op)
	case sqlast.Index:
		j.dropIndex(op)
	case sqlast.Type, sqlast.Domain:
		j.dropType(op)
	case sqlast.Function, sqlast.Procedure:
		j.dropFunction(op)
	case sqlast.Schema:
		j.dropSchema(op)
	case sqlast.Trigger, sqlast.Policy, sqlast.RewriteRule:
		j.dropAttached(op)
	}
}

func (j *judge) dropRelation(op *sqlast.Drop) {
	key := j.cat.Resolve(op.Name)
	kind, known := j.cat.RelationKind(key)
	if known && kind != op.Object {
		j.fail("42809", "%q is not %s", key.Name, article[op.Object])
		return
	}
	if j.cat.Gone(op.Name) {
		if !op.IfExists {
			j.fail("42P01", "%s %q does not exist", op.Object, key.Name)
		}
		return
	}
	w := j.newWake(op.Cascade, true)
	switch {
	case !known && op.IfExists:
		j.lockKind(key, op.Object, AccessExclusive, "DROP locks what it drops")
	case !known:
		j.lockKind(key, op.Object, AccessExclusive, "DROP locks what it drops")
		j.lose(op.Object, key.String(), "", op.Object == sqlast.Table)
	case op.Object == sqlast.Sequence:
		w.sequence(key)
	case op.Object == sqlast.View || op.Object == sqlast.MaterializedView:
		w.view(key, "")
	default:
		w.table(key, "")
	}
	if w.blocked {
		j.fail("2BP01", "cannot drop %s %s because other objects depend on it", op.Object, j.describe(key))
	}
}

var article = map[sqlast.ObjectKind]string{
	sqlast.Table: "a table", sqlast.ForeignTable: "a foreign table", sqlast.View: "a view",
	sqlast.MaterializedView: "a materialized view", sqlast.Sequence: "a sequence", sqlast.Index: "an index",
}

// describe is a relation as the server's messages name it: qualified unless
// search_path finds it (getRelationDescription in objectaddress.c).
func (j *judge) describe(k catalog.Key) string {
	if j.cat.Resolve(sqlast.Name{Name: k.Name}) == k {
		return sqlast.QuoteIdent(k.Name)
	}
	return k.String()
}

// A wake is what one DROP statement takes with it.
type wake struct {
	*judge
	cascade bool
	done    map[catalog.Key]bool
	blocked bool // something depends on an object and CASCADE is missing
}

// newWake begins what an object takes with it. relations is set where the
// statement names relations: they do not keep each other from being dropped.
func (j *judge) newWake(cascade, relations bool) *wake {
	if relations && j.named == nil {
		j.named = make(map[catalog.Key]bool, len(j.ops))
		for _, op := range j.ops {
			if d, ok := op.(*sqlast.Drop); ok {
				j.named[j.cat.Resolve(d.Name)] = true
			}
		}
	}
	return &wake{judge: j, cascade: cascade, done: map[catalog.Key]bool{}}
}

// depends is true if a dependent object may be dropped too; else it is noted
// that the statement fails.
func (w *wake) depends(k catalog.Key) bool {
	if w.cascade || w.named[k] {
		return true
	}
	w.blocked = w.blocked || k == (catalog.Key{}) || w.sure(k)
	return false
}

// sure reports whether a dependent object is certainly still there.
func (w *wake) sure(k catalog.Key) bool {
	if t := w.cat.TypeAt(k); t != nil && !w.known(k) {
		return w.cat.CertainType(t)
	}
	if t := w.cat.TableAt(k); t != nil {
		return !w.doubtful(t)
	}
	return w.cat.Certain(k)
}

// table drops a table (heap_drop_with_catalog in heap.c).
func (w *wake) table(k catalog.Key, why string) {
	if w.done[k] {
		return
	}
	w.done[k] = true
	kind := w.kind(k)
	w.lock(k, AccessExclusive, "DROP TABLE locks what it drops")
	w.lose(kind, k.String(), why, kind == sqlast.Table)
	t := w.cat.TableAt(k)
	if t == nil {
		return
	}
	if t.PartitionOf != (catalog.Key{}) && !w.done[t.PartitionOf] {
		w.leaveParent(t)
	}
	for _, p := range t.Partitions {
		w.table(p, "dropped with "+k.String())
	}
	for _, child := range t.Children {
		if w.depends(child) {
			w.table(child, "inherits from "+k.String())
		}
	}
	for _, fk := range foreignKeys(t) {
		w.lockReferenced(t, fk, "dropping "+t.Name+" drops its foreign key's triggers on the referenced table")
	}
	w.foreignKeysTo(k)
	w.views(t.ReferencedViews, k)
	for _, s := range t.Sequences {
		w.ownedSequence(s, "owned by "+k.String())
	}
}

// leaveParent is a partition dropped on its own: the parent and its DEFAULT
// partition are locked (heap_drop_with_catalog), and a foreign key to the parent
// keeps the partition.
func (w *wake) leaveParent(t *catalog.Table) {
	w.lock(t.PartitionOf, AccessExclusive, "dropping a partition changes its parent")
	if def, ok := w.defaultPartition(t.PartitionOf); ok {
		w.lock(def, AccessExclusive, "dropping a partition changes what the DEFAULT partition may hold")
	}
	if parent := w.cat.TableAt(t.PartitionOf); parent != nil && len(parent.ReferencedBy) > 0 && !w.cascade {
		w.blocked = true
	}
}

// foreignKeysTo drops the foreign keys of other tables that refer to a table.
func (w *wake) foreignKeysTo(k catalog.Key) {
	w.referencing(k, func(from *catalog.Table, fk *catalog.Constraint) {
		if fk.Parent != "" || w.done[from.Key] || !w.depends(from.Key) {
			return
		}
		w.lock(from.Key, AccessExclusive, "its foreign key "+fk.Name+" is dropped")
		if !w.named[from.Key] {
			w.lose(sqlast.TableConstraint, inside(from.Key, fk.Name), "refers to "+k.String(), false)
		}
	})
}

// views drops the views that read a relation.
func (w *wake) views(views []catalog.Key, of catalog.Key) {
	for _, v := range views {
		if w.depends(v) {
			w.view(v, "reads "+of.String())
		}
	}
}

func (w *wake) view(k catalog.Key, why string) {
	if w.done[k] {
		return
	}
	w.done[k] = true
	w.lockKind(k, sqlast.View, AccessExclusive, "DROP locks what it drops")
	w.lose(w.kind(k), k.String(), why, false)
	if v := w.cat.ViewAt(k); v != nil {
		w.views(v.ReferencedViews, k)
	}
}

// sequence drops a sequence by its own name: the column that owns it keeps it,
// or loses its default.
func (w *wake) sequence(k catalog.Key) {
	s := w.cat.SequenceAt(k)
	if s == nil {
		w.ownedSequence(k, "")
		return
	}
	if owner := w.cat.TableAt(s.OwnedBy); owner != nil {
		col := owner.Column(s.Column)
		switch {
		case col == nil:
		case col.Identity != sqlast.NoIdentity:
			w.fail("2BP01", "cannot drop sequence %s because column %s of table %s requires it",
				w.describe(k), sqlast.QuoteIdent(s.Column), w.describe(owner.Key))
			return
		case col.Sequence == k && drawsNumber(col.Default) && w.depends(owner.Key):
			w.lock(owner.Key, AccessExclusive, "a default draws from the sequence and is dropped")
		}
	}
	w.ownedSequence(k, "")
}

// drawsNumber reports whether a default calls nextval.
func drawsNumber(e sqlast.Expr) bool {
	found := false
	sqlast.WalkExpr(e, func(e sqlast.Expr) bool {
		f, ok := e.(*sqlast.FuncExpr)
		found = found || ok && f.Name.Name == "nextval"
		return !found
	})
	return found
}

// ownedSequence drops a sequence, with its owner unless why is empty. A default
// of another table that draws from it depends on it.
func (w *wake) ownedSequence(k catalog.Key, why string) {
	if w.done[k] {
		return
	}
	w.done[k] = true
	w.lockKind(k, sqlast.Sequence, AccessExclusive, "DROP locks what it drops")
	w.lose(sqlast.Sequence, k.String(), why, false)
	s := w.cat.SequenceAt(k)
	if s == nil {
		return
	}
	for _, u := range s.UsedBy {
		if !w.done[u] && w.depends(u) {
			w.lock(u, AccessExclusive, "a default draws from the sequence and is dropped")
		}
	}
}

// dropIndex is DROP INDEX (RemoveRelations, index_drop in index.c).
func (j *judge) dropIndex(op *sqlast.Drop) {
	key := j.cat.Resolve(op.Name)
	if op.Concurrently && j.notInTransaction("DROP INDEX CONCURRENTLY") {
		return
	}
	if op.Concurrently && len(j.ops) > 1 {
		j.fail("0A000", "DROP INDEX CONCURRENTLY does not support dropping multiple objects")
		return
	}
	if op.Concurrently && op.Cascade {
		j.fail("0A000", "DROP INDEX CONCURRENTLY does not support CASCADE")
		return
	}
	if kind, ok := j.cat.RelationKind(key); ok && kind != sqlast.Index {
		j.fail("42809", "%q is not an index", key.Name)
		return
	}
	mode, cause := AccessExclusive, "DROP INDEX locks the table of the index"
	if op.Concurrently {
		mode, cause = ShareUpdateExclusive, "DROP INDEX CONCURRENTLY waits for every query of the table, and blocks none"
	}
	if j.cat.Gone(op.Name) {
		if !op.IfExists {
			j.fail("42704", "index %q does not exist", key.Name)
		}
		return
	}
	i := j.cat.IndexAt(key)
	if i == nil {
		j.lockKind(key, sqlast.Index, mode, cause)
		if !op.IfExists {
			j.lose(sqlast.Index, key.String(), "", false)
		}
		return
	}
	if j.indexIsNeeded(i, op) {
		return
	}
	j.lock(i.Table, mode, cause)
	if j.isPartitioned(i.Table) {
		for _, k := range j.partitions(i.Table)[1:] {
			j.lock(k, mode, "the index goes in every partition")
		}
	}
	if t := j.cat.TableAt(i.Table); t != nil && i.Unique {
		if !j.loseReferencing(t, indexColumns(i), op.Cascade, "index "+j.describe(i.Key), "refers to the columns of the unique index "+i.Name) {
			return
		}
	}
	j.lose(sqlast.Index, i.Key.String(), "", false)
}

// indexIsNeeded fails the drop of an index that a constraint or a partitioned
// index owns.
func (j *judge) indexIsNeeded(i *catalog.Index, op *sqlast.Drop) bool {
	switch {
	case op.Concurrently && j.isPartitioned(i.Table):
		j.fail("0A000", "cannot drop partitioned index %q concurrently", i.Name)
	case i.Parent != (catalog.Key{}):
		j.fail("2BP01", "cannot drop index %s because index %s requires it", j.describe(i.Key), j.describe(i.Parent))
	case i.Constraint != "":
		j.fail("2BP01", "cannot drop index %s because constraint %s on table %s requires it",
			j.describe(i.Key), sqlast.QuoteIdent(i.Constraint), j.describe(i.Table))
	default:
		return false
	}
	return true
}

// dropAttached is DROP TRIGGER, POLICY and RULE: always ACCESS EXCLUSIVE on the
// table (RemoveTriggerById, RemovePolicyById, RemoveRewriteRuleById).
func (j *judge) dropAttached(op *sqlast.Drop) {
	key := j.cat.Resolve(op.On)
	t := j.cat.TableAt(key)
	keys := []catalog.Key{key}
	found := !j.certain(t)
	switch {
	case t == nil:
	case op.Object == sqlast.Trigger:
		for _, tr := range t.Triggers {
			if tr.Name == op.Name.Name {
				found = true
				if tr.Row {
					keys = j.partitions(key)
				}
			}
		}
	case op.Object == sqlast.Policy:
		found = found || slices.ContainsFunc(t.Policies, func(p *catalog.Policy) bool { return p.Name == op.Name.Name })
	default:
		found = true // rules are not in the history
	}
	if !found {
		if !op.IfExists {
			j.fail("42704", "%s %q for table %q does not exist", op.Object, op.Name.Name, key.Name)
		}
		return
	}
	j.lockAll(keys, AccessExclusive, "dropping a "+op.Object.String()+" locks its table")
	j.lose(op.Object, inside(key, op.Name.Name), "", false)
}
