package catalog

import (
	"slices"

	"github.com/miglint/miglint/sqlast"
)

func (c *Catalog) createType(op *sqlast.CreateType, at Origin) {
	t := &Type{Key: c.keyOf(op.Name), Kind: op.Kind, Created: at}
	for _, value := range op.Labels {
		t.Labels = append(t.Labels, &EnumLabel{value, at})
	}
	for i := range op.Attributes {
		t.Attributes = append(t.Attributes, c.attribute(&op.Attributes[i], at))
	}
	c.newType(t)
}

// newType enters a type. One that is there already was a guess, or has gone in a
// way that history does not show; either way its users stay.
func (c *Catalog) newType(t *Type) {
	if old := c.TypeAt(t.Key); old != nil {
		t.UsedBy, t.UsedIn, t.Functions = slices.Clip(old.UsedBy), slices.Clip(old.UsedIn), slices.Clip(old.Functions)
	}
	c.putType(t)
	c.enterComposite(t)
	c.noteParts(t, nil)
}

// noteParts notes in user-defined types that another is made of them, and that it
// no longer is made of those it was.
func (c *Catalog) noteParts(t *Type, old []Key) {
	parts := partTypes(t)
	for _, k := range old {
		if part := c.userTypeAt(k); part != nil && !slices.Contains(parts, k) {
			c.removeKey(&part.UsedIn, t.Key)
		}
	}
	for _, k := range parts {
		if part := c.userTypeAt(k); part != nil {
			addKey(&part.UsedIn, t.Key)
		}
	}
}

// enterComposite gives a composite type its name among the relations.
func (c *Catalog) enterComposite(t *Type) {
	if _, taken := c.relationAt(t.Key); !taken && t.Kind == sqlast.CompositeType && !t.Domain {
		c.put(t.Key, compositeType{})
	}
}

// leaveComposite takes a composite type's name back.
func (c *Catalog) leaveComposite(k Key) {
	if r, _ := c.relationAt(k); r.object == any(compositeType{}) {
		c.remove(k)
	}
}

// partTypes returns the user-defined types that a composite type or domain is
// made of.
func partTypes(t *Type) []Key {
	var keys []Key
	for _, a := range t.Attributes {
		if a.UserType != (Key{}) {
			keys = append(keys, a.UserType)
		}
	}
	if t.BaseType != (Key{}) {
		keys = append(keys, t.BaseType)
	}
	return keys
}

func (c *Catalog) attribute(def *sqlast.ColumnDef, at Origin) *Column {
	return &Column{
		Name: def.Name, Type: def.Type, UserType: c.userType(def.Type.Name),
		Collation: named(def.Collation), Created: at,
	}
}

// typeFor returns the type that a statement changes, for writing; one that
// history has not seen is made partial.
func (c *Catalog) typeFor(n sqlast.Name, kind sqlast.TypeKind, domain bool) *Type {
	if t := c.Type(n); t != nil {
		return c.userTypeAt(t.Key)
	}
	if n.Name == "" || n.Schema == "" && isBuiltinType(n.Name) {
		return &Type{}
	}
	t := &Type{Key: c.keyOf(n), Kind: kind, Domain: domain, Partial: true, Created: before}
	c.putType(t)
	return t
}

func (c *Catalog) addEnumValue(op *sqlast.AddEnumValue, at Origin) {
	t := c.typeFor(op.Type, sqlast.EnumType, false)
	if len(t.Labels) >= maxParts || slices.ContainsFunc(t.Labels, func(l *EnumLabel) bool { return l.Value == op.Value }) {
		return
	}
	i := len(t.Labels)
	for n, l := range t.Labels {
		if op.Before != "" && l.Value == op.Before {
			i = n
		} else if op.After != "" && l.Value == op.After {
			i = n + 1
		}
	}
	if i == len(t.Labels) {
		t.Labels = append(t.Labels, &EnumLabel{op.Value, at})
		return
	}
	t.Labels = slices.Insert(slices.Clone(t.Labels), i, &EnumLabel{op.Value, at})
}

func (c *Catalog) alterAttribute(op *sqlast.AlterAttribute, at Origin) {
	t := c.typeFor(op.Type, sqlast.CompositeType, false)
	i := slices.IndexFunc(t.Attributes, func(a *Column) bool { return a.Name == op.Attribute.Name })
	old := partTypes(t)
	defer c.noteParts(t, old)
	switch {
	case op.Action == "drop" && i >= 0:
		t.Attributes = without(t.Attributes, i)
	case op.Action == "add" && i < 0:
		t.Attributes = append(slices.Clip(t.Attributes), c.attribute(&op.Attribute, at))
	case op.Action == "alter" && i >= 0:
		a := c.attribute(&op.Attribute, t.Attributes[i].Created)
		t.Attributes = with(t.Attributes, i, a)
	}
	if op.Cascade {
		c.alterTypedTables(t, op, at)
	}
}

// alterTypedTables alters the columns of the tables OF a composite type as its
// attributes are.
func (c *Catalog) alterTypedTables(typ *Type, op *sqlast.AlterAttribute, at Origin) {
	for _, k := range typ.TypedTables {
		t := c.relative(k)
		if t == nil || t.OfType != typ.Key {
			continue
		}
		switch op.Action {
		case "drop":
			c.dropColumnFrom(t, op.Attribute.Name, false)
		case "add":
			c.copyColumn(t, c.attribute(&op.Attribute, at), at)
		case "alter":
			c.setColumnType(t, &sqlast.AlterColumnType{Node: op.Node, Column: op.Attribute.Name, Type: op.Attribute.Type, Collation: op.Attribute.Collation})
		}
	}
}

func (c *Catalog) createDomain(op *sqlast.CreateDomain, at Origin) {
	t := &Type{
		Key: c.keyOf(op.Name), Domain: true, Base: op.Base.Type, BaseType: c.userType(op.Base.Type.Name),
		NotNull: op.Base.NotNull, Default: c.storedDefault(op.Base.Default, op.Base.Type), Created: at,
	}
	if base := c.TypeAt(t.BaseType); base != nil && base.Domain && op.Base.Type.ArrayDims == 0 && op.Base.Default == nil {
		t.Default = base.Default // as it is now (DefineDomain)
	}
	c.newType(t)
	for _, def := range op.Base.Constraints {
		at.Span = def.At
		c.addDomainConstraint(t, def, at)
	}
}

// addDomainConstraint adds a check or NOT NULL to a domain
// (domainAddConstraint).
func (c *Catalog) addDomainConstraint(t *Type, def sqlast.Constraint, at Origin) {
	if def.Kind == sqlast.NotNullConstraint {
		t.NotNull = true
		return
	}
	if def.Name == "" {
		def.Name = c.constraintName(t.Schema, t.Name, "", "check")
	}
	t.Checks = append(slices.Clip(t.Checks), &Constraint{Constraint: def, Valid: !def.NotValid, Created: at})
	c.countName(t.Schema, def.Name, 1)
}

func (c *Catalog) alterDomain(op *sqlast.AlterDomain, at Origin) {
	t := c.typeFor(op.Name, sqlast.BaseType, true)
	if t.Name == "" {
		return
	}
	i := slices.IndexFunc(t.Checks, func(con *Constraint) bool { return con.Name == op.Constraint.Name })
	switch op.Action {
	case "set default":
		t.Default = c.storedDefault(op.Default, t.Base)
	case "drop default":
		t.Default = nil
	case "set not null":
		t.NotNull = true
	case "drop not null":
		t.NotNull = false
	case "add constraint":
		c.addDomainConstraint(t, op.Constraint, at)
	case "drop constraint":
		if i >= 0 {
			c.countName(t.Schema, op.Constraint.Name, -1)
			t.Checks = without(t.Checks, i)
		}
	case "validate constraint":
		if i >= 0 && !t.Checks[i].Valid {
			clone := *t.Checks[i]
			clone.Valid, clone.NotValid, clone.Validated = true, false, at
			t.Checks = with(t.Checks, i, &clone)
		}
	}
}

// dropType drops a type. With CASCADE the columns of it go too; without, they
// must have been given another type in a way that history does not show.
func (c *Catalog) dropType(t *Type, cascade bool) {
	k := t.Key
	for _, part := range partTypes(t) {
		if p := c.userTypeAt(part); p != nil {
			c.removeKey(&p.UsedIn, k)
		}
	}
	for _, con := range t.Checks {
		c.countName(k.Schema, con.Name, -1)
	}
	c.schema(k.Schema).types.delete(c.begin(), k.Name)
	c.leaveComposite(k)
	for _, key := range t.UsedBy {
		table := c.relative(key)
		if table == nil {
			continue
		}
		for _, col := range table.Columns {
			switch {
			case col.UserType != k:
			case cascade:
				c.dropColumn(key, col.Name)
			default:
				c.column(table, col.Name).UserType = Key{}
			}
		}
	}
	if cascade {
		for _, f := range c.FunctionsOf(t) {
			c.removeFunction(f, true)
		}
	}
	for _, key := range t.UsedIn {
		in := c.userTypeAt(key)
		switch {
		case in == nil:
		case in.Domain && cascade:
			c.dropType(in, true)
		case in.Domain:
			in.BaseType = Key{}
		default:
			in.Attributes = slices.DeleteFunc(slices.Clone(in.Attributes), func(a *Column) bool { return a.UserType == k })
		}
	}
}

// moveType gives a type another key; columns and types of it follow.
func (c *Catalog) moveType(from, to Key) {
	t := c.userTypeAt(from)
	if t == nil || from == to {
		return
	}
	if old := c.TypeAt(to); old != nil {
		c.dropType(old, false)
		t = c.userTypeAt(from)
	}
	c.schema(from.Schema).types.delete(c.begin(), from.Name)
	c.leaveComposite(from)
	for _, f := range c.FunctionsOf(t) {
		c.retypeFunction(f, from, to)
	}
	t.Key = to
	c.putType(t)
	c.enterComposite(t)
	if from.Schema != to.Schema {
		for _, con := range t.Checks {
			c.countName(from.Schema, con.Name, -1)
			c.countName(to.Schema, con.Name, 1)
		}
	}
	for _, key := range t.UsedBy {
		table := c.relative(key)
		if table == nil {
			continue
		}
		for _, col := range table.Columns {
			if col.UserType == from {
				col = c.column(table, col.Name)
				col.UserType, col.Type.Name.Schema, col.Type.Name.Name = to, to.Schema, to.Name
			}
		}
	}
	for _, key := range t.UsedIn {
		in := c.userTypeAt(key)
		if in == nil {
			continue
		}
		if in.BaseType == from {
			in.BaseType, in.Base.Name.Schema, in.Base.Name.Name = to, to.Schema, to.Name
		}
		for i, a := range in.Attributes {
			if a.UserType == from {
				clone := *a
				clone.UserType, clone.Type.Name.Schema, clone.Type.Name.Name = to, to.Schema, to.Name
				in.Attributes = with(in.Attributes, i, &clone)
			}
		}
	}
	for _, part := range partTypes(t) {
		if p := c.userTypeAt(part); p != nil {
			c.replaceKey(&p.UsedIn, from, to)
		}
	}
}

// renameObject applies RENAME of types, their parts, functions, publications and
// domain constraints.
func (c *Catalog) renameObject(op *sqlast.Rename) {
	switch op.Object {
	case sqlast.Type, sqlast.Domain:
		if t := c.Type(op.Name); t != nil {
			c.moveType(t.Key, Key{t.Schema, op.New})
		}
	case sqlast.EnumValue:
		t := c.typeFor(op.On.Name, sqlast.EnumType, false)
		if i := slices.IndexFunc(t.Labels, func(l *EnumLabel) bool { return l.Value == op.Old }); i >= 0 {
			t.Labels = with(t.Labels, i, &EnumLabel{op.New, t.Labels[i].Created})
		}
	case sqlast.Attribute:
		t := c.typeFor(op.On.Name, sqlast.CompositeType, false)
		if i := slices.IndexFunc(t.Attributes, func(a *Column) bool { return a.Name == op.Old }); i >= 0 {
			clone := *t.Attributes[i]
			clone.Name = op.New
			t.Attributes = with(t.Attributes, i, &clone)
		}
	case sqlast.DomainConstraint:
		t := c.typeFor(op.On.Name, sqlast.BaseType, true)
		if i := slices.IndexFunc(t.Checks, func(con *Constraint) bool { return con.Name == op.Old }); i >= 0 {
			clone := *t.Checks[i]
			clone.Name = op.New
			t.Checks = with(t.Checks, i, &clone)
			c.countName(t.Schema, op.Old, -1)
			c.countName(t.Schema, op.New, 1)
		}
	case sqlast.Function, sqlast.Procedure:
		if f := c.FunctionNamed(op.Name, op.Args, op.HasArgs); f != nil {
			c.moveFunction(f, Key{f.Schema, op.New})
		}
	case sqlast.Publication:
		c.renamePublication(op.Name.Name, op.New)
	}
}
