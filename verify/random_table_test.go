package verify_test

import (
	"fmt"
	"strings"

	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

func (g *generator) createTable() string {
	var parts []string
	draft := &catalog.Table{}
	parents := ""
	if t := g.table(func(t *catalog.Table) bool { return t.PartitionBy == nil && t.PartitionOf == (catalog.Key{}) }); t != nil && g.chance(12) {
		parents = " INHERITS (" + g.ref(t.Key)
		if u := g.table(func(t *catalog.Table) bool { return t.PartitionBy == nil && t.PartitionOf == (catalog.Key{}) }); u != t && g.chance(25) {
			parents += ", " + g.ref(u.Key)
		}
		parents += ")"
	}
	byRange := parents == "" && g.chance(25)
	n := 1 + g.IntN(5)
	for i := range n {
		name := g.freshColumn(draft)
		if byRange && i == 0 {
			draft.Columns = append(draft.Columns, &catalog.Column{Name: name, Type: intType})
			parts = append(parts, quote(name)+" int"+g.maybe(50, " NOT NULL"))
			continue
		}
		typ := g.columnType()
		col := g.typeOf(typ)
		col.Name = name
		draft.Columns = append(draft.Columns, col)
		parts = append(parts, g.columnDef(draft, name, typ))
	}
	for range g.IntN(3) {
		parts = append(parts, g.constraint(draft))
	}
	if t := g.table(withColumns); t != nil && g.chance(4) {
		parts = append(parts, "LIKE "+g.ref(t.Key)+g.likeOptions())
	}
	sql := "CREATE " + g.oneOf("", "", "", "", "", "", "UNLOGGED ", "TEMP ") + "TABLE " + g.maybe(6, "IF NOT EXISTS ") + g.newName(relationNames) + " (" + strings.Join(parts, ", ") + ")" + parents
	if byRange {
		key := draft.Columns[0].Name
		sql += " PARTITION BY " + g.oneOf("RANGE", "LIST", "RANGE", "HASH") + " (" + quote(key) + ")"
	} else if g.chance(5) {
		sql += " WITH (fillfactor = 70)"
	}
	return sql
}

var intType = sqlast.TypeName{Name: sqlast.Name{Name: "int4"}}

// columnDef is a column of CREATE TABLE or ADD COLUMN. It is not in t yet, or is
// its last.
func (g *generator) columnDef(t *catalog.Table, name, typ string) string {
	col := g.typeOf(typ)
	base, _ := g.base(col.Type, col.UserType)
	integer := base == "int4" || base == "int8" || base == "int2"
	text := base == "text" || base == "varchar"
	def := quote(name) + " "
	if typ == "int" && g.chance(12) {
		return def + g.oneOf("serial", "bigserial", "smallserial") + g.maybe(30, " PRIMARY KEY")
	}
	def += typ
	if text && g.chance(8) {
		def += ` COLLATE "C"`
	}
	switch {
	case integer && g.chance(10):
		def += " GENERATED " + g.oneOf("ALWAYS", "BY DEFAULT") + " AS IDENTITY"
	case len(t.Columns) > 0 && integer && g.chance(10):
		other := g.column(t)
		of, _ := g.base(other.Type, other.UserType)
		if other.Name != name && (of == "int4" || of == "int2") {
			def += " GENERATED ALWAYS AS (" + quote(other.Name) + " + 1)" + g.virtual()
		}
	case g.chance(25):
		def += " DEFAULT " + g.defaultValue(typ)
	}
	if g.chance(20) {
		def += g.maybe(15, g.since(18, " CONSTRAINT "+quote(pick(g, otherNames)))) + " NOT NULL"
	}
	if g.chance(12) {
		self := &catalog.Table{Columns: []*catalog.Column{{Name: name, Type: col.Type, UserType: col.UserType}}}
		def += g.constraintName() + " CHECK (" + g.condition(self) + ")" + g.maybe(5, " NO INHERIT")
	}
	if g.chance(8) {
		def += g.constraintName() + " UNIQUE" + g.maybe(15, g.since(15, " NULLS NOT DISTINCT"))
	}
	if g.chance(6) {
		def += g.constraintName() + " PRIMARY KEY"
	}
	if r := g.table(func(t *catalog.Table) bool { return t.PrimaryKey() != nil }); r != nil && g.chance(8) {
		def += g.constraintName() + " REFERENCES " + g.ref(r.Key) + g.onDelete()
	}
	return def
}

// virtual says how a generated column is kept.
func (g *generator) virtual() string {
	if g.major >= 18 {
		return g.oneOf(" STORED", " VIRTUAL", "")
	}
	return " STORED"
}

func (g *generator) constraintName() string {
	return g.maybe(35, " CONSTRAINT "+quote(pick(g, otherNames)))
}

func (g *generator) onDelete() string {
	return g.maybe(25, g.oneOf(" ON DELETE CASCADE", " ON DELETE SET NULL", " ON UPDATE CASCADE", " ON DELETE RESTRICT", " MATCH FULL")) +
		g.maybe(15, " DEFERRABLE"+g.maybe(50, " INITIALLY DEFERRED"))
}

// constraint is a table constraint for CREATE TABLE or ADD.
func (g *generator) constraint(t *catalog.Table) string {
	name := strings.TrimPrefix(g.constraintName(), " ")
	if name != "" {
		name += " "
	}
	return name + g.draw([]choice{
		{5, func(g *generator) string { return "CHECK (" + g.condition(t) + ")" + g.maybe(10, " NO INHERIT") }},
		{4, func(g *generator) string {
			columns := g.columnsOf(t, 2)
			include := ""
			if g.chance(15) {
				include = " INCLUDE (" + joinNames(g.columnsOf(t, 1)) + ")"
			}
			return "UNIQUE " + g.maybe(10, g.since(15, "NULLS NOT DISTINCT ")) + "(" + joinNames(g.withPartitionKey(t, columns)) + ")" + include + g.maybe(10, " DEFERRABLE")
		}},
		{3, func(g *generator) string {
			return "PRIMARY KEY (" + joinNames(g.withPartitionKey(t, g.columnsOf(t, 2))) + ")"
		}},
		{6, func(g *generator) string { return g.foreignKey(t) }},
		{1, func(g *generator) string {
			return "EXCLUDE USING " + g.oneOf("btree", "hash", "gist") + " (" + quote(g.column(t).Name) + " WITH =)"
		}},
	})
}

// withPartitionKey adds the partition key, without which no unique index can be.
func (g *generator) withPartitionKey(t *catalog.Table, columns []string) []string {
	if t.PartitionBy == nil || g.chance(10) {
		return columns
	}
	for _, key := range t.PartitionBy.Columns {
		found := false
		for _, c := range columns {
			found = found || c == key
		}
		if !found && key != "" {
			columns = append(columns, key)
		}
	}
	return columns
}

// foreignKey references a unique key of a table by columns of the same type, if
// there are some.
func (g *generator) foreignKey(t *catalog.Table) string {
	r := g.table(func(r *catalog.Table) bool {
		for _, i := range r.Indexes {
			if i.Unique && i.Where == nil {
				return true
			}
		}
		return false
	})
	if r == nil {
		return ""
	}
	var keys []*catalog.Index
	for _, i := range r.Indexes {
		if i.Unique {
			keys = append(keys, i)
		}
	}
	key := pick(g, keys)
	var refs, columns []string
	for _, el := range key.Elements {
		if el.Column == "" {
			return ""
		}
		ref := r.Column(el.Column)
		if ref == nil {
			return ""
		}
		var same []*catalog.Column
		for _, c := range t.Columns {
			if catalog.SameType(c.Type, ref.Type) {
				same = append(same, c)
			}
		}
		if len(same) == 0 {
			if len(t.Columns) == 0 || g.chance(95) {
				return ""
			}
			same = t.Columns
		}
		refs = append(refs, el.Column)
		columns = append(columns, pick(g, same).Name)
	}
	list := " (" + joinNames(refs) + ")"
	if key.Primary && g.chance(60) {
		list = ""
	}
	return "FOREIGN KEY (" + joinNames(columns) + ") REFERENCES " + g.ref(r.Key) + list + g.onDelete()
}

func (g *generator) createPartition() string {
	p := g.table(partitioned)
	if p == nil {
		return ""
	}
	sql := "CREATE TABLE " + g.newName(relationNames) + " PARTITION OF " + g.ref(p.Key)
	if g.chance(10) && len(p.Columns) > 0 {
		col := g.column(p)
		sql += " (" + quote(col.Name) + g.oneOf(" NOT NULL", " UNIQUE", " DEFAULT NULL", " CHECK ("+quote(col.Name)+" IS NOT NULL)") + ")"
	}
	sql += " " + g.bound(p)
	if g.chance(10) {
		sql += " PARTITION BY RANGE (" + quote(g.column(p).Name) + ")"
	}
	return sql
}

// bound is a partition bound that fits, mostly.
func (g *generator) bound(p *catalog.Table) string {
	if g.chance(15) {
		return "DEFAULT"
	}
	n := g.IntN(9)
	switch p.PartitionBy.Strategy {
	case "list":
		return fmt.Sprintf("FOR VALUES IN (%d, %d)", n, n+20)
	case "hash":
		return fmt.Sprintf("FOR VALUES WITH (MODULUS 4, REMAINDER %d)", n%4)
	}
	return fmt.Sprintf("FOR VALUES FROM (%d) TO (%d)", n*10, n*10+10)
}

func (g *generator) attachDetach() string {
	p := g.table(partitioned)
	if p == nil {
		return ""
	}
	if len(p.Partitions) > 0 && g.chance(45) {
		child := pick(g, p.Partitions)
		concurrently := ""
		if !g.inTx || g.chance(5) {
			concurrently = g.maybe(30, " CONCURRENTLY")
		}
		return "ALTER TABLE " + g.ref(p.Key) + " DETACH PARTITION " + g.ref(child) + concurrently
	}
	t := g.table(func(t *catalog.Table) bool {
		if len(t.Columns) != len(p.Columns) || t == p || t.PartitionOf != (catalog.Key{}) {
			return false
		}
		for _, c := range p.Columns {
			if own := t.Column(c.Name); own == nil || !catalog.SameType(own.Type, c.Type) {
				return false
			}
		}
		return true
	})
	if t == nil {
		if g.chance(80) {
			return "CREATE TABLE " + g.newName(relationNames) + " (LIKE " + g.ref(p.Key) + g.likeOptions() + ")"
		}
		t = g.table(nil)
	}
	return "ALTER TABLE " + g.ref(p.Key) + " ATTACH PARTITION " + g.ref(t.Key) + " " + g.bound(p)
}

func (g *generator) likeOptions() string {
	options := ""
	for range g.IntN(3) {
		options += g.oneOf(" INCLUDING ", " INCLUDING ", " EXCLUDING ") + g.oneOf("ALL", "DEFAULTS", "CONSTRAINTS", "INDEXES", "IDENTITY", "GENERATED", "STORAGE", "COMMENTS", "STATISTICS")
	}
	return options
}

func (g *generator) createLike() string {
	t := g.table(nil)
	if t == nil {
		return ""
	}
	return "CREATE TABLE " + g.newName(relationNames) + " (LIKE " + g.ref(t.Key) + g.likeOptions() + ")"
}

func (g *generator) createTableAs() string {
	t := g.table(withColumns)
	if t == nil {
		return ""
	}
	into := g.newName(relationNames)
	list := "*"
	if g.chance(50) {
		list = joinNames(g.columnsOf(t, 3))
	}
	if g.chance(15) {
		return "SELECT " + list + " INTO " + into + " FROM " + g.ref(t.Key)
	}
	return "CREATE " + g.maybe(10, "TEMP ") + "TABLE " + g.maybe(10, "IF NOT EXISTS ") + into + " AS SELECT " + list + " FROM " + g.ref(t.Key) + g.maybe(20, " WITH NO DATA")
}

func (g *generator) inherit() string {
	plain := func(t *catalog.Table) bool { return t.PartitionBy == nil && t.PartitionOf == (catalog.Key{}) }
	t := g.table(plain)
	if t == nil {
		return ""
	}
	if len(t.Inherits) > 0 && g.chance(70) {
		return "ALTER TABLE " + g.ref(t.Key) + " NO INHERIT " + g.ref(pick(g, t.Inherits))
	}
	parent := g.table(func(p *catalog.Table) bool {
		if !plain(p) || p == t || len(p.Columns) == 0 {
			return false
		}
		for _, c := range p.Columns {
			if own := t.Column(c.Name); own == nil || !catalog.SameType(own.Type, c.Type) {
				return false
			}
		}
		return true
	})
	if parent == nil {
		return ""
	}
	return "ALTER TABLE " + g.ref(t.Key) + " INHERIT " + g.ref(parent.Key)
}

func (g *generator) createIndex() string {
	var t *catalog.Table
	if t = g.table(withColumns); t == nil {
		return ""
	}
	on := g.ref(t.Key)
	var views []*catalog.View
	for v := range g.cat.Views() {
		if v.Materialized && len(v.Columns) > 0 {
			views = append(views, v)
		}
	}
	if len(views) > 0 && g.chance(15) {
		v := pick(g, views)
		return "CREATE " + g.maybe(60, "UNIQUE ") + "INDEX ON " + g.ref(v.Key) + " (" + quote(pick(g, v.Columns)) + ")"
	}
	name := ""
	if g.chance(45) {
		name = g.freshName(otherNames) + " "
		if g.chance(15) {
			name = "IF NOT EXISTS " + name
		}
	}
	concurrently := ""
	if !g.inTx || g.chance(3) {
		concurrently = g.maybe(25, "CONCURRENTLY ")
	}
	unique := g.maybe(30, "UNIQUE ")
	var keys []string
	columns := g.columnsOf(t, 2)
	if unique != "" {
		columns = g.withPartitionKey(t, columns)
	}
	for _, c := range columns {
		keys = append(keys, quote(c)+g.maybe(10, g.oneOf(" DESC", " DESC NULLS LAST", " NULLS FIRST", ` COLLATE "C"`)))
	}
	if g.chance(15) {
		c := g.column(t)
		switch base, _ := g.base(c.Type, c.UserType); base {
		case "text", "varchar":
			keys = append(keys, "lower("+quote(c.Name)+")")
		case "int4", "int8":
			keys = append(keys, "("+quote(c.Name)+" + 1)")
		}
	}
	method := ""
	if unique == "" && len(keys) == 1 {
		method = g.maybe(15, " USING "+g.oneOf("hash", "brin", "btree", "gin", "gist"))
	}
	sql := "CREATE " + unique + "INDEX " + concurrently + name + "ON " + g.maybe(15, "ONLY ") + on + method + " (" + strings.Join(keys, ", ") + ")"
	if method == "" && g.chance(10) {
		sql += " INCLUDE (" + joinNames(g.columnsOf(t, 2)) + ")"
	}
	if unique != "" {
		sql += g.maybe(10, g.since(15, " NULLS NOT DISTINCT"))
	}
	if g.chance(15) {
		sql += " WHERE " + g.condition(t)
	}
	return sql
}
