package effect

import (
	"slices"

	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

// attachPartition is ATTACH PARTITION (ATExecAttachPartition in tablecmds.c): the
// parent stays readable and writable, the new partition and the DEFAULT
// partition do not.
func (j *judge) attachPartition(op *sqlast.AttachPartition) {
	child := j.cat.Resolve(op.Partition)
	if op.Kind == sqlast.Index || j.alter.kind == sqlast.Index {
		j.attachIndex(child)
		return
	}
	if j.hashDefault(j.alter.table, op.Bound) || j.attachRefused(child, op.Bound) {
		return
	}
	for _, k := range j.family(child) {
		j.lock(k, AccessExclusive, "ATTACH PARTITION locks the table that becomes a partition")
	}
	j.readAncestors(j.alter.key)
	parent := j.alter.table
	proved, unsure := j.provesBound(j.cat.TableAt(child), parent, op.Bound)
	if !op.Bound.Default || parent == nil || len(parent.Partitions) > 0 {
		for _, k := range j.stored(j.partitions(child)) {
			if !proved {
				j.scan(k, unsure, "every row is checked against the partition bound, unless a valid CHECK proves it")
			}
		}
	}
	j.lockDefault(j.alter.key, "ATTACH PARTITION changes what the DEFAULT partition may hold")
	j.scanDefault(j.alter.key, op.Bound)
	if parent != nil {
		j.completePartition(parent, child)
	}
}

// hashDefault fails a DEFAULT partition of a table that is partitioned by hash
// (transformPartitionBound in parse_utilcmd.c).
func (j *judge) hashDefault(parent *catalog.Table, bound sqlast.PartitionBound) bool {
	if !bound.Default || parent == nil || parent.PartitionBy == nil || parent.PartitionBy.Strategy != "hash" || j.doubtful(parent) {
		return false
	}
	j.fail("42P16", "a hash-partitioned table may not have a default partition")
	return true
}

// readAncestors locks the tables that a partition is in: its bound is made of
// theirs (generate_partition_qual in partcache.c).
func (j *judge) readAncestors(k catalog.Key) {
	for range maxDepth {
		t := j.cat.TableAt(k)
		if t == nil || t.PartitionOf == (catalog.Key{}) {
			return
		}
		k = t.PartitionOf
		j.lock(k, AccessShare, "the bound of its partition is made of its own")
	}
}

// attachIndex is ALTER INDEX … ATTACH PARTITION (ATExecAttachPartitionIdx).
func (j *judge) attachIndex(child catalog.Key) {
	j.lockKind(child, sqlast.Index, AccessExclusive, "ATTACH PARTITION changes the index; planning any query of its table waits for it")
	for _, k := range [2]catalog.Key{j.alter.key, child} {
		if i := j.cat.IndexAt(k); i != nil {
			j.lock(i.Table, AccessShare, "ATTACH PARTITION reads the table of the index")
		}
	}
}

func (j *judge) attachRefused(child catalog.Key, bound sqlast.PartitionBound) bool {
	parent, t := j.alter.table, j.cat.TableAt(child)
	if j.certain(parent) && parent.PartitionBy == nil {
		if j.env.Major >= 18 {
			j.fail("42809", "ALTER action ATTACH PARTITION cannot be performed on relation %q", parent.Name)
		} else {
			j.fail("42P17", "table %q is not partitioned", parent.Name)
		}
		return true
	}
	if t == nil {
		return false
	}
	if t.PartitionOf != (catalog.Key{}) {
		j.fail("42809", "%q is already a partition", t.Name)
		return true
	}
	if parent != nil && !j.doubtful(t) && !j.doubtful(parent) && !t.Partial && !parent.Partial &&
		(t.Persistence == sqlast.Temporary) != (parent.Persistence == sqlast.Temporary) {
		if t.Persistence == sqlast.Temporary {
			j.fail("42809", "cannot attach a temporary relation as partition of permanent relation %q", parent.Name)
		} else {
			j.fail("42809", "cannot attach a permanent relation as partition of temporary relation %q", parent.Name)
		}
		return true
	}
	if !j.doubtful(t) && len(t.Inherits) > 0 {
		j.fail("42809", "cannot attach inheritance child as partition")
		return true
	}
	if !j.doubtful(t) && len(t.Children) > 0 {
		j.fail("42809", "cannot attach inheritance parent as partition")
		return true
	}
	if !j.certain(parent) || !j.certain(t) {
		return false
	}
	if slices.Contains(j.partitions(child), parent.Key) {
		j.fail("42P07", "circular inheritance not allowed")
		return true
	}
	for _, c := range t.Columns {
		if j.env.Major >= 17 && c.Identity != sqlast.NoIdentity {
			j.fail("55000", "table %q being attached contains an identity column %q", t.Name, c.Name)
			return true
		}
		if parent.Column(c.Name) == nil && !parent.ColumnsUnknown {
			j.fail("42804", "table %q contains column %q not found in parent %q", t.Name, c.Name, parent.Name)
			return true
		}
	}
	if j.boundTaken(parent, t.Name, bound) {
		return true
	}
	for _, c := range parent.Columns {
		own := t.Column(c.Name)
		switch {
		case own == nil && !t.ColumnsUnknown:
			j.fail("42804", "child table is missing column %q", c.Name)
		case own != nil && c.NotNull && !own.NotNull && j.env.Major >= 18:
			j.fail("42804", "column %q in child table %q must be marked NOT NULL", c.Name, t.Name)
		case own != nil && c.NotNull && !own.NotNull:
			j.fail("42804", "column %q in child table must be marked NOT NULL", c.Name)
		default:
			continue
		}
		return true
	}
	return false
}

// boundTaken fails a bound that other partitions have or overlap
// (check_new_partition_bound in partbounds.c).
func (j *judge) boundTaken(parent *catalog.Table, name string, bound sqlast.PartitionBound) bool {
	if def, ok := j.defaultPartition(parent.Key); ok && bound.Default {
		j.fail("42P17", "partition %q conflicts with existing default partition %q", name, def.Name)
		return true
	}
	other, ok := j.overlaps(parent, bound)
	if ok {
		j.fail("42P17", "partition %q would overlap partition %q", name, other.Name)
	}
	return ok
}

// lockDefault locks the DEFAULT partition of a table whose set of partitions
// changes.
func (j *judge) lockDefault(parent catalog.Key, cause string) {
	if def, ok := j.defaultPartition(parent); ok {
		for _, k := range j.partitions(def) {
			j.lock(k, AccessExclusive, cause)
		}
	}
}

// scanDefault: no row of the DEFAULT partition may belong to a new partition
// (check_default_partition_contents in partbounds.c, QueuePartitionConstraintValidation).
func (j *judge) scanDefault(parent catalog.Key, bound sqlast.PartitionBound) {
	def, ok := j.defaultPartition(parent)
	if !ok || bound.Default {
		return
	}
	excluded, unsure := j.excludesBound(j.cat.TableAt(def), j.cat.TableAt(parent), bound)
	if excluded {
		return
	}
	for _, k := range j.stored(j.partitions(def)) {
		j.scan(k, unsure, "the DEFAULT partition is searched for rows of the new partition, unless a valid CHECK excludes them")
	}
}

// completePartition gives a new partition what its parent has: indexes, foreign
// keys and the triggers of those that refer to the parent
// (AttachPartitionEnsureIndexes, CloneForeignKeyConstraints).
func (j *judge) completePartition(parent *catalog.Table, child catalog.Key) {
	t := j.cat.TableAt(child)
	if t == nil {
		t = &catalog.Table{Key: child, Partial: true}
	}
	for _, i := range parent.Indexes {
		j.buildLike(i, t, 0)
	}
	for _, fk := range foreignKeys(parent) {
		j.cloneForeignKey(t, fk)
	}
	mode := ShareRowExclusive
	if j.env.Major == 14 {
		mode = AccessShare
	}
	j.referencing(parent.Key, func(from *catalog.Table, fk *catalog.Constraint) {
		if fk.Parent == "" {
			j.lock(from.Key, mode, "its foreign key "+fk.Name+" now refers to the new partition too")
		}
	})
}

// buildLike builds an index like that of a parent in a partition that has none,
// and in its partitions.
func (j *judge) buildLike(i *catalog.Index, t *catalog.Table, depth int) {
	switch {
	case t == nil || depth > maxDepth || hasIndexFor(t, i):
	case t.PartitionBy == nil:
		j.share.addBuild(Build{Table: t.Key, Why: "the partition lacks an index like " + i.Name + " of its parent"})
	default:
		for _, k := range t.Partitions {
			j.buildLike(i, j.cat.TableAt(k), depth+1)
		}
	}
}

// cloneForeignKey: a foreign key of the parent that the partition has already is
// attached, and its triggers on the referenced table dropped; a missing one is
// added and validated.
func (j *judge) cloneForeignKey(t *catalog.Table, fk *catalog.Constraint) {
	has := slices.ContainsFunc(foreignKeys(t), func(c *catalog.Constraint) bool {
		return c.RefTable == fk.RefTable && slices.Equal(c.Columns, fk.Columns) && slices.Equal(c.RefColumns, fk.RefColumns)
	})
	if has {
		j.lockMerged(fk.RefTable, "the partition's own foreign key is merged with that of its parent")
		return
	}
	j.lockAll(j.partitions(fk.RefTable), ShareRowExclusive, "the partition gets the foreign key "+fk.Name+" of its parent")
	for _, k := range j.stored(j.partitions(t.Key)) {
		j.scan(k, false, "the foreign key "+fk.Name+" of the parent is validated for the new partition")
	}
}

// lockMerged locks the table that two foreign keys refer to that become one: the
// triggers of one are dropped. Up to 14 a partitioned table has none.
func (j *judge) lockMerged(referenced catalog.Key, cause string) {
	keys := j.partitions(referenced)
	if j.env.Major == 14 {
		j.lockAll(keys, ShareRowExclusive, cause)
		keys = j.stored(keys)
	}
	j.lockAll(keys, AccessExclusive, cause)
}

// hasIndexFor reports whether a table has an index that matches one of its
// parent to be.
func hasIndexFor(t *catalog.Table, want *catalog.Index) bool {
	return slices.ContainsFunc(t.Indexes, func(i *catalog.Index) bool {
		return i.Unique == want.Unique && i.Primary == want.Primary && (i.Where == nil) == (want.Where == nil) &&
			slices.EqualFunc(i.Elements, want.Elements, func(a, b sqlast.IndexElem) bool { return a.Column == b.Column }) &&
			slices.Equal(i.Include, want.Include)
	})
}

// detachPartition is DETACH PARTITION (ATExecDetachPartition).
func (j *judge) detachPartition(op *sqlast.DetachPartition) {
	if op.Concurrently && j.notInTransaction("ALTER TABLE ... DETACH CONCURRENTLY") {
		return
	}
	parent, child := j.alter.table, j.cat.Resolve(op.Partition)
	if op.Concurrently {
		if _, ok := j.defaultPartition(j.alter.key); ok {
			j.fail("55000", "cannot detach partitions concurrently when a default partition exists")
			return
		}
	}
	if t := j.cat.TableAt(child); j.certain(t) && j.certain(parent) && t.PartitionOf != parent.Key {
		j.fail("42P01", "relation %q is not a partition of relation %q", child.Name, parent.Name)
		return
	}
	j.lockAll(j.partitions(child), AccessExclusive, "DETACH PARTITION locks the partition")
	if !op.Concurrently && !op.Finalize {
		j.lockDefault(j.alter.key, "DETACH PARTITION changes what the DEFAULT partition may hold")
	}
	if parent == nil {
		return
	}
	if t := j.cat.TableAt(child); t != nil && j.env.Major >= 15 { // 14 has the copies as internal ones
		for _, tr := range t.Triggers {
			if tr.Inherited {
				j.lose(sqlast.Trigger, inside(child, tr.Name), "a copy of the one of the partitioned table", false)
			}
		}
	}
	for _, fk := range foreignKeys(parent) {
		j.detachForeignKey(child, fk)
	}
	release := func(from *catalog.Table, fk *catalog.Constraint) {
		mode := AccessExclusive
		if fk.Parent != "" {
			mode = AccessShare
		}
		j.lock(from.Key, mode, "its foreign key "+fk.Name+" no longer refers to the partition")
	}
	j.referencing(parent.Key, release)
	for _, fk := range foreignKeys(parent) {
		if fk.RefTable == parent.Key {
			release(parent, fk)
		}
	}
}

// detachForeignKey gives the partition a foreign key of its own. 14 loses it if the
// referenced table is partitioned: the copies for its partitions still have the
// parent's for theirs.
func (j *judge) detachForeignKey(child catalog.Key, fk *catalog.Constraint) {
	if j.env.Major > 14 || !j.isPartitioned(fk.RefTable) {
		j.lockAll(j.partitions(fk.RefTable), ShareRowExclusive, "the detached partition gets a foreign key of its own")
		return
	}
	for _, own := range foreignKeys(j.cat.TableAt(child)) {
		if own.Parent == fk.Name {
			j.lose(sqlast.TableConstraint, inside(child, own.Name), "PostgreSQL 14 drops it with the parent's", false)
		}
	}
}

// createPartition is CREATE TABLE … PARTITION OF (DefineRelation): unlike ATTACH
// it locks the parent in ACCESS EXCLUSIVE mode.
func (j *judge) createPartition(op *sqlast.CreateTable) {
	key := j.cat.Resolve(op.PartitionOf)
	parent := j.cat.TableAt(key)
	if parent != nil && parent.PartitionBy == nil {
		if j.certain(parent) {
			j.fail("42P17", "%q is not partitioned", parent.Name)
		}
		parent = nil
	}
	if def, ok := j.defaultPartition(key); ok && op.Bound.Default {
		j.fail("42P17", "partition %q conflicts with existing default partition %q", op.Name.Name, def.Name)
		return
	}
	j.lock(key, AccessExclusive, "CREATE TABLE … PARTITION OF locks the parent; CREATE TABLE and ATTACH PARTITION would not")
	j.lockDefault(key, "a new partition changes what the DEFAULT partition may hold")
	j.scanDefault(key, op.Bound)
	if parent == nil {
		return
	}
	if other, ok := j.overlaps(parent, op.Bound); ok {
		j.fail("42P17", "partition %q would overlap partition %q", op.Name.Name, other.Name)
		return
	}
	for _, fk := range foreignKeys(parent) {
		j.lockAll(j.partitions(fk.RefTable), ShareRowExclusive, "the partition gets the foreign key "+fk.Name+" of its parent")
	}
	mode := ShareRowExclusive
	if j.env.Major == 14 {
		mode = AccessShare
	}
	j.referencing(parent.Key, func(from *catalog.Table, fk *catalog.Constraint) {
		if fk.Parent == "" {
			j.lock(from.Key, mode, "its foreign key "+fk.Name+" now refers to the new partition too")
		}
	})
}
