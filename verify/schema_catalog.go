package verify

import (
	"slices"
	"strings"

	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

// SchemaOf describes a catalog in the lines of Session.Facts. What a partial table
// does not show is missing from them.
func SchemaOf(c *catalog.Catalog) Schema {
	d := &description{cat: c}
	for name := range c.Schemas() {
		if name != "pg_temp" {
			d.add("schema ", name)
		}
	}
	for t := range c.Tables() {
		d.table(t)
	}
	for v := range c.Views() {
		d.view(v)
	}
	for s := range c.Sequences() {
		d.add("sequence ", plain(s.Key))
		if s.OwnedBy != (catalog.Key{}) {
			d.add("sequence ", plain(s.Key), ": owned by ", plain(s.OwnedBy), ".", s.Column)
		}
	}
	for t := range c.Types() {
		d.userType(t)
	}
	for f := range c.AllFunctions() {
		d.function(f)
	}
	for p := range c.Publications() {
		line := "publication " + p.Name
		if p.AllTables {
			line += ": all tables"
		}
		d.add(line)
		for _, k := range p.Tables {
			d.add("publication ", p.Name, ": table ", plain(k))
		}
	}
	slices.Sort(d.lines)
	return slices.Compact(d.lines)
}

// description collects lines.
type description struct {
	cat   *catalog.Catalog
	lines Schema
}

func (d *description) add(parts ...string) { d.lines = append(d.lines, strings.Join(parts, "")) }

// facts adds a line for each fact that is not empty.
func (d *description) facts(of string, facts ...string) {
	for _, f := range facts {
		if f != "" {
			d.add(of, ": ", f)
		}
	}
}

// plain is a key without quotes.
func plain(k catalog.Key) string { return k.Schema + "." + k.Name }

func plainList(keys []catalog.Key) string {
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = plain(k)
	}
	return strings.Join(names, ", ")
}

// when is the fact if it holds.
func when(holds bool, fact string) string {
	if holds {
		return fact
	}
	return ""
}

// labelled is the label and the text, or nothing without a text.
func labelled(label, text string) string { return when(text != "", label+text) }

func (d *description) table(t *catalog.Table) {
	name := plain(t.Key)
	columns := make([]string, len(t.Columns))
	for i, col := range t.Columns {
		columns[i] = col.Name
		d.column(t, col)
	}
	kind := "table"
	if t.Foreign {
		kind = "foreign table"
	} else if t.PartitionBy != nil {
		kind = "partitioned table"
	}
	identity := t.ReplicaIdentity
	if identity != "" && identity != "full" && identity != "nothing" {
		identity = "index " + identity
	}
	of := "table " + name
	d.facts(of,
		"kind "+kind,
		when(t.Persistence == sqlast.Unlogged, "unlogged"),
		when(t.Persistence == sqlast.Temporary, "temporary"),
		labelled("columns ", strings.Join(columns, ", ")),
		when(t.PartitionOf != catalog.Key{}, "partition of "+plain(t.PartitionOf)+when(t.Bound.Default, ", default")),
		labelled("inherits ", plainList(t.Inherits)),
		when(t.RLS, "row level security"),
		when(t.ForceRLS, "force row level security"),
		labelled("replica identity ", identity),
		labelled("comment ", t.Comment),
		when(t.AccessMethod != "" && t.AccessMethod != "heap", "method "+t.AccessMethod),
	)
	for option, value := range t.Options {
		if !strings.HasPrefix(option, "toast.") { // an option of another table
			d.facts(of, "option "+option+"="+value)
		}
	}
	for _, con := range t.Constraints {
		d.constraint(name, con)
	}
	for _, i := range t.Indexes {
		d.index(i)
	}
	for _, tr := range t.Triggers {
		d.trigger(name, tr)
	}
	for _, p := range t.Policies {
		d.add("policy ", name, ".", p.Name, ":", when(p.Using != nil, " using"), when(p.Check != nil, " check"))
	}
}

var identityFacts = [...]string{sqlast.NoIdentity: "", sqlast.Always: "identity always", sqlast.ByDefault: "identity by default"}

var generatedFacts = [...]string{sqlast.NotGenerated: "", sqlast.Stored: "generated stored", sqlast.Virtual: "generated virtual"}

func (d *description) column(t *catalog.Table, col *catalog.Column) {
	notNull := when(col.NotNull, "not null")
	for _, con := range t.Constraints {
		if con.Kind == sqlast.NotNullConstraint && !con.Valid && slices.Equal(con.Columns, []string{col.Name}) {
			notNull = "not null, not valid"
		}
	}
	collation := ""
	if col.Collation != nil && col.Collation.Name != "default" {
		collation = "collation " + col.Collation.Name
	}
	d.facts("column "+plain(t.Key)+"."+col.Name,
		"type "+typeName(col.Type, col.UserType),
		notNull,
		when(col.Default != nil, "default"),
		generatedFacts[col.Generated],
		identityFacts[col.Identity],
		when(col.Inherited, "inherited"),
		labelled("comment ", col.Comment),
		collation,
	)
}

// typeName spells a type as format_type does, user-defined ones with their
// schema.
func typeName(t sqlast.TypeName, user catalog.Key) string {
	t.ArrayDims = min(t.ArrayDims, 1) // the server does not keep how many
	if user != (catalog.Key{}) {
		return plain(user) + when(t.ArrayDims > 0, "[]")
	}
	if t.Schema == "pg_catalog" {
		t.Schema = ""
	}
	if t.Name.Name == "numeric" && len(t.Mods) == 1 {
		t.Mods = []int{t.Mods[0], 0}
	}
	return t.String()
}

func (d *description) constraint(table string, con *catalog.Constraint) {
	columns := con.Columns
	if con.Kind == sqlast.Check || con.Kind == sqlast.Exclusion {
		columns = slices.Sorted(slices.Values(columns))
	}
	references, index := "", con.Index
	if con.Kind == sqlast.ForeignKey {
		references = "references " + plain(con.RefTable) + " (" + strings.Join(con.RefColumns, ", ") + ")"
		index = con.RefIndex
	}
	inherited := ""
	if con.Parent != "" {
		inherited = "inherited" + when(con.Local, " and local")
	}
	d.facts("constraint "+table+"."+con.Name,
		con.Kind.String()+" ("+strings.Join(columns, ", ")+")",
		when(!con.Valid, "not valid"),
		when(con.NotEnforced, "not enforced"),
		when(con.NoInherit, "no inherit"),
		when(con.Deferrable, "deferrable"),
		when(con.InitiallyDeferred, "initially deferred"),
		inherited,
		references,
		labelled("on delete ", con.OnDelete),
		labelled("on update ", con.OnUpdate),
		labelled("index ", index),
	)
}

func (d *description) index(i *catalog.Index) {
	keys := make([]string, len(i.Elements))
	for n, el := range i.Elements {
		if keys[n] = el.Column; el.Column == "" {
			keys[n] = "(expression)"
		}
	}
	d.facts("index "+plain(i.Key),
		"on "+i.Table.Name+" using "+i.Method+" ("+strings.Join(keys, ", ")+")",
		labelled("include ", strings.Join(i.Include, ", ")),
		when(i.Unique, "unique"),
		when(i.Primary, "primary"),
		when(i.Where != nil, "partial"),
		when(!i.Valid, "invalid"),
		when(i.NullsNotDistinct, "nulls not distinct"),
		when(i.Parent != catalog.Key{}, "part of "+plain(i.Parent)),
		labelled("behind ", i.Constraint),
	)
}

func (d *description) trigger(table string, tr *catalog.Trigger) {
	columns := slices.Sorted(slices.Values(tr.Columns))
	d.facts("trigger "+table+"."+tr.Name,
		"calls "+plain(catalog.Key{Schema: tr.Function.Schema, Name: tr.Function.Name}),
		when(tr.Row, "for each row"),
		when(tr.Constraint, "constraint"),
		when(tr.Disabled, "disabled"),
		when(tr.Inherited, "inherited"),
		when(tr.When != nil, "when"),
		labelled("of ", strings.Join(columns, ", ")),
	)
}

func (d *description) view(v *catalog.View) {
	name := plain(v.Key)
	kind := "view"
	if v.Materialized {
		kind = "materialized view" + when(!v.Populated, " without data")
	}
	d.facts("view "+name, "kind "+kind, labelled("columns ", strings.Join(v.Columns, ", ")), labelled("comment ", v.Comment))
	used := map[catalog.Key]bool{}
	for _, u := range v.Uses {
		used[u.Table] = true
		d.add("view ", name, ": uses ", plain(u.Table), ".", u.Column)
	}
	for _, k := range v.Reads {
		if !used[k] {
			d.add("view ", name, ": uses ", plain(k))
		}
	}
	for _, i := range v.Indexes {
		d.index(i)
	}
}

func (d *description) userType(t *catalog.Type) {
	name := plain(t.Key)
	switch {
	case t.Domain:
		d.facts("domain "+name, "type "+typeName(t.Base, t.BaseType), when(t.NotNull, "not null"), when(t.Default != nil, "default"))
		for _, con := range t.Checks {
			d.facts("domain "+name, "check "+con.Name+when(!con.Valid, " not valid"))
		}
	case t.Kind == sqlast.EnumType:
		labels := make([]string, len(t.Labels))
		for i, l := range t.Labels {
			labels[i] = l.Value
		}
		d.facts("type "+name, "enum "+strings.Join(labels, ", "))
	case t.Kind == sqlast.CompositeType:
		attributes := make([]string, len(t.Attributes))
		for i, a := range t.Attributes {
			attributes[i] = a.Name + " " + typeName(a.Type, a.UserType)
		}
		d.facts("type "+name, strings.TrimSuffix("composite "+strings.Join(attributes, ", "), " "))
	case t.Kind == sqlast.RangeType:
		d.facts("type "+name, "range")
	}
}

var volatilities = [...]string{sqlast.Volatile: " volatile", sqlast.Stable: " stable", sqlast.Immutable: " immutable"}

func (d *description) function(f *catalog.Function) {
	var types []string
	for _, arg := range f.Args {
		if arg.Mode == "out" || arg.Mode == "table" {
			continue
		}
		t := arg.Type
		t.Mods, t.ModText, t.Interval = nil, "", ""
		user := catalog.Key{}
		if known := d.cat.Type(t.Name); known != nil {
			user = known.Key
		}
		types = append(types, typeName(t, user))
	}
	kind := "function "
	if f.Procedure {
		kind = "procedure "
	}
	d.add(kind, plain(f.Key), "(", strings.Join(types, ", "), "): ", f.Language, volatilities[f.Volatility])
}
