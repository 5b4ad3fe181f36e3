package effect

import (
	"strings"

	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

// relabel is RENAME, SET SCHEMA and OWNER TO.
func (j *judge) relabel(op sqlast.Op) {
	switch op := op.(type) {
	case *sqlast.Rename:
		j.rename(op)
	case *sqlast.SetSchema:
		j.setSchema(op)
	case *sqlast.OwnerTo:
		j.owner(op)
	}
}

// relationObject reports whether objects of a kind are relations.
func relationObject(k sqlast.ObjectKind) bool {
	switch k {
	case sqlast.Table, sqlast.ForeignTable, sqlast.View, sqlast.MaterializedView, sqlast.Sequence, sqlast.Index:
		return true
	}
	return false
}

// rename is RENAME (RenameRelation, renameatt and rename_constraint_internal in
// tablecmds.c). Only ALTER INDEX … RENAME of an index is weaker than ACCESS
// EXCLUSIVE.
func (j *judge) rename(op *sqlast.Rename) {
	switch op.Object {
	case sqlast.Column, sqlast.Attribute:
		j.renameColumn(op)
	case sqlast.TableConstraint:
		key := j.cat.Resolve(op.On.Name)
		if t := j.cat.TableAt(key); j.certain(t) && t.Constraint(op.Old) == nil && !j.mayBeNotNull(t, op.Old) {
			j.fail("42704", "constraint %q for table %q does not exist", op.Old, key.Name)
			return
		}
		j.lockAll(j.constraintFamily(key, op.Old), AccessExclusive, "RENAME CONSTRAINT locks the table")
	case sqlast.Trigger, sqlast.Policy, sqlast.RewriteRule:
		j.lock(j.cat.Resolve(op.On.Name), AccessExclusive, "RENAME locks the table of the "+op.Object.String())
	case sqlast.EnumValue:
		j.enumLabelMustExist(op.On.Name, op.Old)
		if t := j.cat.Type(op.On.Name); t != nil && j.cat.CertainType(t) && hasLabel(t, op.New) {
			j.fail("42710", "enum label %q already exists", op.New)
		}
	default:
		if relationObject(op.Object) || relationObject(op.Via) {
			j.renameRelation(op)
		}
	}
}

func (j *judge) renameRelation(op *sqlast.Rename) {
	key := j.cat.Resolve(op.Name)
	if !j.known(key) && op.IfExists {
		return
	}
	if !op.IfExists && j.gone(op.Name) {
		return
	}
	if j.taken(catalog.Key{Schema: key.Schema, Name: op.New}) {
		j.fail("42P07", "relation %q already exists", op.New)
		return
	}
	via := op.Via
	if via == sqlast.OtherObject {
		via = op.Object
	}
	kind, known := j.cat.RelationKind(key)
	if via == sqlast.Index && (!known || kind == sqlast.Index) {
		j.lockKind(key, sqlast.Index, ShareUpdateExclusive, "ALTER INDEX … RENAME lets queries go on")
		return
	}
	j.lockKind(key, op.Object, AccessExclusive, "RENAME locks the relation")
}

func (j *judge) renameColumn(op *sqlast.Rename) {
	key := j.cat.Resolve(op.On.Name)
	if t := j.cat.Type(op.On.Name); op.Object == sqlast.Attribute || t != nil && !j.known(key) {
		return
	}
	t := j.cat.TableAt(key)
	switch {
	case t == nil || j.doubtful(t):
	case j.inheritedColumn(t, op.Old):
		j.fail("42P16", "cannot rename inherited column %q", op.Old)
		return
	case j.lacksColumn(t, op.Old):
		j.fail("42703", "column %q does not exist", op.Old)
		return
	case t.Column(op.New) != nil:
		j.fail("42701", "column %q of relation %q already exists", op.New, t.Name)
		return
	}
	j.lockAll(j.family(key), AccessExclusive, "RENAME COLUMN locks the table, its partitions and children")
}

// constraintFamily is the tables a constraint is renamed in: a CHECK goes to
// children and partitions.
func (j *judge) constraintFamily(key catalog.Key, name string) []catalog.Key {
	if c := constraintOf(j.cat.TableAt(key), name); c != nil && c.Kind == sqlast.Check && !c.NoInherit {
		return j.family(key)
	}
	return []catalog.Key{key}
}

// setSchema is SET SCHEMA (AlterTableNamespace): the owned sequences move too.
func (j *judge) setSchema(op *sqlast.SetSchema) {
	if !relationObject(op.Object) {
		return
	}
	key := j.cat.Resolve(op.Name)
	if j.cat.IndexAt(key) != nil && j.taken(key) {
		if j.env.Major == 14 {
			j.fail("42809", "%q is not a table, view, materialized view, sequence, or foreign table", key.Name)
		} else {
			j.fail("42809", "cannot change schema of index %q", key.Name)
		}
		return
	}
	j.lockKind(key, op.Object, AccessExclusive, "SET SCHEMA locks the relation")
	j.lockSequences(key, "it moves with the table that owns it")
}

// owner is OWNER TO (ATExecChangeOwner): the owned sequences follow.
func (j *judge) owner(op *sqlast.OwnerTo) {
	if !relationObject(op.Object) {
		return
	}
	key := j.cat.Resolve(op.Name)
	j.lockKind(key, op.Object, AccessExclusive, "OWNER TO locks the relation")
	j.lockSequences(key, "its owner changes with that of the table")
}

func (j *judge) lockSequences(key catalog.Key, cause string) {
	if t := j.cat.TableAt(key); t != nil {
		for _, s := range t.Sequences {
			j.lockKind(s, sqlast.Sequence, AccessExclusive, cause)
		}
	}
}

// sequence is CREATE and ALTER SEQUENCE (sequence.c).
func (j *judge) sequence(op sqlast.Op) {
	switch op := op.(type) {
	case *sqlast.CreateSequence:
		key := j.newKey(op.Name, op.Temporary)
		if j.known(key) {
			if !op.IfNotExists && j.taken(key) {
				j.fail("42P07", "relation %q already exists", key.Name)
			}
			return
		}
		j.ownedBy(key, op.OwnedBy)
	case *sqlast.AlterSequence:
		key := j.cat.Resolve(op.Name)
		kind, known := j.cat.RelationKind(key)
		if op.IfExists && !known {
			return
		}
		if known && kind != sqlast.Sequence && j.cat.Certain(key) {
			j.notSequence(key)
			return
		}
		j.lockKind(key, sqlast.Sequence, ShareRowExclusive, "ALTER SEQUENCE keeps it from being drawn from")
		j.ownedBy(key, op.OwnedBy)
	}
}

// notSequence fails ALTER SEQUENCE of something else (lock_and_open_sequence).
func (j *judge) notSequence(k catalog.Key) {
	if j.env.Major >= 17 {
		j.fail("42809", "cannot open relation %q", k.Name)
	} else {
		j.fail("42809", "%q is not a sequence", k.Name)
	}
}

// ownedBy is OWNED BY of the sequence of a key (process_owned_by in sequence.c).
func (j *judge) ownedBy(sequence catalog.Key, c *sqlast.ColumnOf) {
	if c == nil {
		return
	}
	t := j.cat.Table(c.Table)
	if j.certain(t) && t.Schema != sequence.Schema {
		j.fail("55000", "sequence must be in same schema as table it is linked to")
		return
	}
	if j.lacksColumn(t, c.Column) {
		j.fail("42703", "column %q of relation %q does not exist", c.Column, t.Name)
		return
	}
	j.lock(j.cat.Resolve(c.Table), AccessShare, "OWNED BY reads the table")
}

// parseName reads a possibly qualified name as regclass does.
func parseName(s string) (sqlast.Name, bool) {
	var parts []string
	for {
		part, rest, ok := namePart(s)
		if !ok {
			return sqlast.Name{}, false
		}
		parts = append(parts, part)
		if rest == "" {
			break
		}
		s = rest
	}
	switch len(parts) {
	case 1:
		return sqlast.Name{Name: parts[0]}, true
	case 2:
		return sqlast.Name{Schema: parts[0], Name: parts[1]}, true
	}
	return sqlast.Name{}, false
}

// namePart takes one identifier and the dot after it off s.
func namePart(s string) (part, rest string, ok bool) {
	if quoted, found := strings.CutPrefix(s, `"`); found {
		part, rest, ok = strings.Cut(quoted, `"`)
		if !ok || strings.HasPrefix(rest, `"`) {
			return "", "", false
		}
		if rest == "" {
			return part, "", part != ""
		}
		rest, ok = strings.CutPrefix(rest, ".")
		return part, rest, ok && rest != ""
	}
	part, rest, dotted := strings.Cut(s, ".")
	return strings.ToLower(part), rest, part != "" && (!dotted || rest != "")
}
