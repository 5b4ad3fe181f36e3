package effect

import (
	"slices"

	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

// foreignKey is a foreign key that ALTER TABLE adds (ATAddForeignKeyConstraint
// in tablecmds.c). Both sides are locked in SHARE ROW EXCLUSIVE mode because
// triggers are made on both. added is the type of the column if the same action
// adds it.
func (j *judge) foreignKey(fk *sqlast.Constraint, notValid bool, added sqlast.TypeName) {
	a := j.alter
	if a.table != nil && a.table.PartitionBy != nil {
		switch {
		case j.onlyTable():
			j.fail("42809", "cannot use ONLY for foreign key on partitioned table %q referencing relation %q", a.key.Name, fk.RefTable.Name)
		case fk.NotValid && j.env.Major < 18:
			j.fail("42809", "cannot add NOT VALID foreign key on partitioned table %q referencing relation %q", a.key.Name, fk.RefTable.Name)
		}
	}
	if j.persistenceRefuses(a.table, fk.RefTable) {
		return
	}
	for _, column := range fk.Columns {
		if added.IsZero() && j.lacksColumn(a.table, column) && a.added[column] == nil {
			j.fail("42703", "column %q referenced in foreign key constraint does not exist", column)
			return
		}
	}
	if j.gone(fk.RefTable) {
		return
	}
	j.lockNewReferenced(fk.RefTable)
	j.referencedMustFit(fk, a.table, a.table != nil && a.table.Persistence == sqlast.Permanent && !a.table.Partial, added)
	if notValid || fk.NotEnforced {
		return
	}
	ref := j.cat.Resolve(fk.RefTable)
	fk = withReferenced(fk, j.cat.TableAt(ref))
	for _, k := range j.stored(j.partitions(a.key)) {
		if k != a.key && hasForeignKey(j.cat.TableAt(k), fk, ref) {
			j.lockMerged(ref, "the foreign key of "+k.String()+" is merged with that of its parent")
			continue // adopted as it is (tryAttachPartitionForeignKey)
		}
		j.scan(k, false, "every row of the new foreign key is looked up in "+ref.String())
	}
}

// persistenceRefuses fails a foreign key to something that is no table, or may be
// gone before the table that has it.
func (j *judge) persistenceRefuses(t *catalog.Table, to sqlast.Name) bool {
	key := j.cat.Resolve(to)
	if kind, ok := j.cat.RelationKind(key); ok && kind != sqlast.Table {
		j.fail("42809", "referenced relation %q is not a table", key.Name)
		return true
	}
	ref := j.cat.TableAt(key)
	if !j.certain(t) || !j.certain(ref) {
		return false
	}
	switch {
	case t.Persistence == sqlast.Permanent && ref.Persistence != sqlast.Permanent:
		j.fail("42P16", "constraints on permanent tables may reference only permanent tables")
	case t.Persistence == sqlast.Unlogged && ref.Persistence == sqlast.Temporary:
		j.fail("42P16", "constraints on unlogged tables may reference only permanent or unlogged tables")
	case t.Persistence == sqlast.Temporary && ref.Persistence != sqlast.Temporary:
		j.fail("42P16", "constraints on temporary tables may reference only temporary tables")
	default:
		return false
	}
	return true
}

// withReferenced names the columns that a foreign key without them refers to: the
// primary key (transformFkeyGetPrimaryKey).
func withReferenced(fk *sqlast.Constraint, ref *catalog.Table) *sqlast.Constraint {
	if len(fk.RefColumns) > 0 || ref == nil || ref.PrimaryKey() == nil {
		return fk
	}
	named := *fk
	named.RefColumns = ref.PrimaryKey().Columns
	return &named
}

// hasForeignKey reports whether a partition already has the foreign key, valid,
// that its parent is given.
func hasForeignKey(t *catalog.Table, fk *sqlast.Constraint, ref catalog.Key) bool {
	return t != nil && slices.ContainsFunc(foreignKeys(t), func(c *catalog.Constraint) bool {
		return c.Valid && c.RefTable == ref && slices.Equal(c.Columns, fk.Columns) && slices.Equal(c.RefColumns, fk.RefColumns) &&
			c.OnDelete == fk.OnDelete && c.OnUpdate == fk.OnUpdate &&
			c.Deferrable == fk.Deferrable && c.InitiallyDeferred == fk.InitiallyDeferred
	})
}

// lockNewReferenced locks the table a new foreign key refers to, and its
// partitions.
func (j *judge) lockNewReferenced(name sqlast.Name) {
	for _, k := range j.partitions(j.cat.Resolve(name)) {
		j.lock(k, ShareRowExclusive, "a foreign key makes triggers on the table it refers to")
	}
}

// lockReferenced locks the table of a foreign key that is dropped.
func (j *judge) lockReferenced(t *catalog.Table, fk *catalog.Constraint, cause string) {
	if fk.RefTable == t.Key || fk.RefTable == (catalog.Key{}) || fk.Parent != "" {
		return
	}
	keys := j.partitions(fk.RefTable)
	if j.env.Major == 14 {
		keys = j.stored(keys) // partitioned tables have no triggers for it yet
	}
	j.lockAll(keys, AccessExclusive, cause)
}

// referencedMustFit records the errors of a foreign key that cannot be made:
// transformFkeyCheckAttrs and the checks around it. t is the referencing table,
// nil if unknown; permanent is set if it certainly is.
func (j *judge) referencedMustFit(fk *sqlast.Constraint, t *catalog.Table, permanent bool, added sqlast.TypeName) {
	key := j.cat.Resolve(fk.RefTable)
	if kind, ok := j.cat.RelationKind(key); ok && kind != sqlast.Table {
		j.fail("42809", "referenced relation %q is not a table", key.Name)
		return
	}
	ref := j.cat.TableAt(key)
	if ref == nil {
		return
	}
	if permanent && ref.Persistence != sqlast.Permanent {
		j.fail("42P16", "constraints on permanent tables may reference only permanent tables")
		return
	}
	columns := fk.RefColumns
	if !j.certain(ref) || ref.ColumnsUnknown {
		return
	}
	if len(columns) == 0 {
		pk := ref.PrimaryKey()
		if pk == nil {
			j.fail("42704", "there is no primary key for referenced table %q", key.Name)
			return
		}
		columns = pk.Columns
	} else if !hasKeyOn(ref, columns) && !fk.Period {
		for _, c := range columns {
			if j.lacksColumn(ref, c) {
				j.fail("42703", "column %q referenced in foreign key constraint does not exist", c)
				return
			}
		}
		j.fail("42830", "there is no unique constraint matching given keys for referenced table %q", key.Name)
		return
	}
	j.keyTypesMustMatch(fk, t, ref, columns, added)
}

// hasKeyOn reports whether a unique index that a foreign key can use covers
// exactly the columns.
func hasKeyOn(t *catalog.Table, columns []string) bool {
	return slices.ContainsFunc(t.Indexes, func(i *catalog.Index) bool {
		return i.Unique && i.Where == nil && sameColumns(indexColumns(i), columns)
	})
}

// keyTypesMustMatch fails a foreign key between types that have no equality
// operator in common.
func (j *judge) keyTypesMustMatch(fk *sqlast.Constraint, t, ref *catalog.Table, columns []string, added sqlast.TypeName) {
	if len(fk.Columns) != len(columns) {
		return
	}
	for i, name := range fk.Columns {
		typ := added
		if typ.IsZero() {
			col := columnOf(t, name)
			if col == nil || j.alter != nil && j.alter.retyped[name] != nil {
				continue
			}
			typ = col.Type
		}
		other := ref.Column(columns[i])
		if other == nil {
			continue
		}
		a, b := equalityGroup(typ), equalityGroup(other.Type)
		if a != "" && b != "" && a != b && fk.Name != "" {
			j.fail("42804", "foreign key constraint %q cannot be implemented", fk.Name)
			return
		}
	}
}

// equalityGroups are built-in types whose members compare with each other and
// with those of no other group (pg_amop of the default btree families).
var equalityGroups = map[string]string{
	"int2": "number", "int4": "number", "int8": "number", "numeric": "number", "float4": "number", "float8": "number",
	"serial2": "number", "serial4": "number", "serial8": "number",
	"text": "string", "varchar": "string", "bpchar": "string",
	"uuid": "uuid", "bool": "bool", "bytea": "bytea",
	"date": "time", "timestamp": "time", "timestamptz": "time",
}

func equalityGroup(t sqlast.TypeName) string {
	if t.Schema != "" || t.ArrayDims > 0 {
		return ""
	}
	return equalityGroups[t.Name.Name]
}
