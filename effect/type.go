package effect

import (
	"slices"

	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

// typeOp is a statement about a type or domain (typecmds.c).
func (j *judge) typeOp(op sqlast.Op) {
	switch op := op.(type) {
	case *sqlast.CreateType:
		j.typeMustBeNew(op.Name, op.Kind == sqlast.CompositeType)
	case *sqlast.CreateDomain:
		j.typeMustBeNew(op.Name, false)
	case *sqlast.AddEnumValue:
		j.addEnumValue(op)
	case *sqlast.AlterAttribute:
		j.alterAttribute(op)
	case *sqlast.AlterDomain:
		j.alterDomain(op)
	}
}

// typeMustBeNew: tables and views have a type of their name, and a composite type
// is a relation (DefineType, DefineCompositeType).
func (j *judge) typeMustBeNew(n sqlast.Name, composite bool) {
	key := j.cat.NewKey(n)
	if t := j.cat.TypeAt(key); t != nil && j.cat.CertainType(t) {
		j.fail("42710", "type %q already exists", t.Name)
		return
	}
	switch kind, _ := j.cat.RelationKind(key); {
	case !j.taken(key):
	case kind != sqlast.Index && kind != sqlast.Sequence:
		j.fail("42710", "type %q already exists", key.Name)
	case composite:
		j.fail("42P07", "relation %q already exists", key.Name)
	}
}

// addEnumValue is ALTER TYPE … ADD VALUE (AddEnumLabel in pg_enum.c). No table is
// locked.
func (j *judge) addEnumValue(op *sqlast.AddEnumValue) {
	t := j.cat.Type(op.Type)
	if t == nil || t.Kind != sqlast.EnumType {
		return
	}
	if hasLabel(t, op.Value) {
		if !op.IfNotExists {
			j.fail("42710", "enum label %q already exists", op.Value)
		}
		return
	}
	for _, near := range [...]string{op.Before, op.After} {
		if near != "" {
			j.enumLabelMustExist(op.Type, near)
		}
	}
}

func hasLabel(t *catalog.Type, value string) bool {
	return slices.ContainsFunc(t.Labels, func(l *catalog.EnumLabel) bool { return l.Value == value })
}

func (j *judge) enumLabelMustExist(typ sqlast.Name, value string) {
	if t := j.cat.Type(typ); t != nil && t.Kind == sqlast.EnumType && j.cat.CertainType(t) && !hasLabel(t, value) {
		j.fail("22023", "%q is not an existing enum label", value)
	}
}

// alterDomain is ALTER DOMAIN. A new constraint is checked against every table
// that has a column of the domain, under SHARE (validateDomainCheckConstraint and
// get_rels_with_domain); adding it NOT VALID and validating it later does not
// help.
func (j *judge) alterDomain(op *sqlast.AlterDomain) {
	t := j.cat.Type(op.Name)
	if op.Action == "drop constraint" {
		j.dropDomainConstraint(t, op)
		return
	}
	checks := op.Action == "add constraint" && !op.Constraint.NotValid || op.Action == "validate constraint" || op.Action == "set not null"
	if t == nil || !checks || op.Action == "set not null" && t.NotNull {
		return
	}
	j.eachUse(t, map[catalog.Key]bool{}, func(k catalog.Key, column, kind string) {
		if kind != "" {
			j.fail("0A000", "cannot alter type %q because column %q uses it", t.Name, k.Name+"."+column)
			return
		}
		if j.isPartitioned(k) {
			return // it holds no values
		}
		j.lock(k, Share, "ALTER DOMAIN keeps the tables of the domain from being written while it checks them")
		j.scan(k, false, "every value of column "+column+" is checked against the domain")
	})
	for v := range j.cat.Views() {
		if v.Materialized && slices.ContainsFunc(v.Types, func(typ sqlast.TypeName) bool { return slices.Contains(j.domains(typ), t) }) {
			j.lock(v.Key, Share, "ALTER DOMAIN keeps the tables of the domain from being written while it checks them")
			j.scan(v.Key, false, "every value of the domain is checked against it")
		}
	}
}

func (j *judge) dropDomainConstraint(t *catalog.Type, op *sqlast.AlterDomain) {
	key := j.cat.ResolveType(op.Name)
	if t != nil && j.cat.CertainType(t) && !slices.ContainsFunc(t.Checks, func(c *catalog.Constraint) bool { return c.Name == op.Constraint.Name }) {
		if !op.IfExists {
			j.fail("42704", "constraint %q of domain %q does not exist", op.Constraint.Name, t.Name)
		}
		return
	}
	j.lose(sqlast.DomainConstraint, inside(key, op.Constraint.Name), "", false)
}

// eachUse calls f for every stored column of a domain, also of domains made of
// it. kind is "array" or "composite" where the server gives up.
func (j *judge) eachUse(t *catalog.Type, seen map[catalog.Key]bool, f func(k catalog.Key, column, kind string)) {
	if seen[t.Key] {
		return
	}
	seen[t.Key] = true
	for _, k := range t.UsedBy {
		table := j.cat.TableAt(k)
		if table == nil {
			continue
		}
		for _, c := range table.Columns {
			switch {
			case c.UserType != t.Key:
			case c.Type.ArrayDims > 0:
				f(k, c.Name, "array")
			default:
				f(k, c.Name, "")
			}
		}
	}
	for _, k := range t.UsedIn {
		if user := j.cat.TypeAt(k); user != nil && user.Domain {
			j.eachUse(user, seen, f)
		}
	}
}

// alterAttribute is ALTER TYPE … ATTRIBUTE of a composite type: typed tables
// follow under CASCADE, and a changed type rewrites them
// (find_typed_table_dependencies, find_composite_type_dependencies).
func (j *judge) alterAttribute(op *sqlast.AlterAttribute) {
	t := j.cat.Type(op.Type)
	if t == nil {
		return
	}
	if op.Action != "drop" && op.Attribute.Type.ArrayDims == 0 && j.cat.Type(op.Attribute.Type.Name) == t {
		j.fail("42P16", "composite type %s cannot be made a member of itself", t.Name)
		return
	}
	if t.Kind == sqlast.CompositeType && op.Action != "add" && !op.IfExists && j.cat.CertainType(t) &&
		!slices.ContainsFunc(t.Attributes, func(c *catalog.Column) bool { return c.Name == op.Attribute.Name }) {
		j.fail("42703", "column %q of relation %q does not exist", op.Attribute.Name, t.Name)
		return
	}
	if op.Action == "alter" && j.attributeIsUsed(t) {
		return
	}
	for _, k := range t.TypedTables {
		table := j.cat.TableAt(k)
		if table == nil || table.OfType != t.Key {
			continue
		}
		if !op.Cascade {
			j.fail("2BP01", "cannot alter type %q because it is the type of a typed table", t.Name)
			return
		}
		j.lock(k, AccessExclusive, "ALTER TYPE … CASCADE alters the tables of the type too")
		if op.Action == "alter" && table.Column(op.Attribute.Name) != nil {
			target := sqlast.AlterTarget{Table: sqlast.Relation{Name: sqlast.Name{Schema: k.Schema, Name: k.Name}}, Kind: sqlast.Table}
			j.alter = &alter{key: k, table: table, kind: sqlast.Table}
			j.retype(k, table, &sqlast.AlterColumnType{Node: op.Node, AlterTarget: target, Column: op.Attribute.Name,
				Type: op.Attribute.Type, Collation: op.Attribute.Collation})
			j.alter = nil
		}
	}
}

// attributeIsUsed fails the change of an attribute's type while a column is of
// the type.
func (j *judge) attributeIsUsed(t *catalog.Type) bool {
	for _, k := range t.UsedBy {
		table := j.cat.TableAt(k)
		if table == nil {
			continue
		}
		for _, c := range table.Columns {
			if c.UserType == t.Key {
				j.fail("0A000", "cannot alter type %q because column %q uses it", t.Name, table.Name+"."+c.Name)
				return true
			}
		}
	}
	return false
}
