package verify_test

import (
	"strings"

	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

func (g *generator) alterTable() string {
	t := g.table(nil)
	if t == nil {
		return ""
	}
	var actions []string
	for range 1 + g.IntN(100)/80 + g.IntN(100)/95 {
		if a := g.drawAction(t); a != "" {
			actions = append(actions, a)
		}
	}
	if len(actions) == 0 {
		return ""
	}
	return "ALTER TABLE " + g.maybe(4, "IF EXISTS ") + g.maybe(8, "ONLY ") + g.ref(t.Key) + " " + strings.Join(actions, ", ")
}

// action is a kind of action of ALTER TABLE.
type action struct {
	weight int
	make   func(*generator, *catalog.Table) string
}

func (g *generator) drawAction(t *catalog.Table) string {
	choices := make([]choice, len(actions))
	for i, a := range actions {
		choices[i] = choice{a.weight, func(g *generator) string { return a.make(g, t) }}
	}
	return g.draw(choices)
}

// alterColumn makes an action on a random column.
func alterColumn(action string) func(*generator, *catalog.Table) string {
	return func(g *generator, t *catalog.Table) string {
		return "ALTER COLUMN " + quote(g.column(t).Name) + " " + action
	}
}

// words makes an action without arguments.
func words(list ...string) func(*generator, *catalog.Table) string {
	return func(g *generator, t *catalog.Table) string { return pick(g, list) }
}

var actions = []action{
	{14, func(g *generator, t *catalog.Table) string {
		return g.oneOf("ADD COLUMN ", "ADD COLUMN ", "ADD ", "ADD COLUMN IF NOT EXISTS ") + g.columnDef(t, g.freshColumn(t), g.columnType())
	}},
	{8, func(g *generator, t *catalog.Table) string {
		return "DROP COLUMN " + g.maybe(10, "IF EXISTS ") + quote(g.column(t).Name) + g.maybe(25, " CASCADE")
	}},
	{10, (*generator).alterType_},
	{4, func(g *generator, t *catalog.Table) string {
		col := g.column(t)
		base, enum := g.base(col.Type, col.UserType)
		return "ALTER COLUMN " + quote(col.Name) + " SET DEFAULT " + g.literal(base, enum)
	}},
	{2, alterColumn("DROP DEFAULT")},
	{6, alterColumn("SET NOT NULL")},
	{4, alterColumn("DROP NOT NULL")},
	{16, (*generator).addConstraint},
	{5, (*generator).validateConstraint},
	{6, func(g *generator, t *catalog.Table) string {
		return "DROP CONSTRAINT " + g.maybe(10, "IF EXISTS ") + g.ownConstraint(t) + g.maybe(20, " CASCADE")
	}},
	{2, (*generator).alterConstraint},
	{4, (*generator).alterIdentity},
	{2, (*generator).setExpression},
	{2, words("SET UNLOGGED", "SET LOGGED")},
	{2, words("SET (fillfactor = 70)", "SET (fillfactor = 50, autovacuum_enabled = false)", "RESET (fillfactor)", "SET (toast.autovacuum_enabled = false)")},
	{2, words("ENABLE ROW LEVEL SECURITY", "DISABLE ROW LEVEL SECURITY", "FORCE ROW LEVEL SECURITY", "NO FORCE ROW LEVEL SECURITY")},
	{2, (*generator).replicaIdentity},
	{2, (*generator).enableTrigger},
	{2, func(g *generator, t *catalog.Table) string {
		if len(t.Indexes) == 0 || g.chance(30) {
			return "SET WITHOUT CLUSTER"
		}
		return "CLUSTER ON " + quote(pick(g, t.Indexes).Name)
	}},
	{1, alterColumn("SET STATISTICS 100")},
	{1, alterColumn("SET STORAGE EXTERNAL")},
	{1, alterColumn("SET (n_distinct = 5)")},
	{1, alterColumn("SET COMPRESSION pglz")},
	{1, words("OWNER TO CURRENT_USER", "SET TABLESPACE pg_default")},
	{1, func(g *generator, t *catalog.Table) string {
		if g.major < 15 {
			return ""
		}
		return "SET ACCESS METHOD heap"
	}},
}

func (g *generator) alterType_(t *catalog.Table) string {
	col := g.column(t)
	typ := g.columnType()
	if g.chance(40) {
		switch base, _ := g.base(col.Type, col.UserType); base {
		case "int4", "int2":
			typ = g.oneOf("bigint", "int", "numeric", "text")
		case "varchar", "text", "bpchar":
			typ = g.oneOf("text", "varchar(50)", "varchar", "varchar(5)", `text COLLATE "C"`)
		case "numeric":
			typ = g.oneOf("numeric(12,2)", "numeric", "numeric(20,4)", "int")
		case "timestamp", "timestamptz", "date":
			typ = g.oneOf("timestamp", "timestamptz", "date", "timestamptz(6)", "timestamp(3)")
		}
	}
	using := ""
	if g.chance(40) {
		using = " USING " + quote(col.Name) + "::text::" + typ
		if strings.Contains(typ, "COLLATE") {
			using = ""
		} else if g.chance(20) {
			using = " USING NULL"
		}
	}
	return "ALTER COLUMN " + quote(col.Name) + g.oneOf(" TYPE ", " SET DATA TYPE ") + typ + using
}

func (g *generator) addConstraint(t *catalog.Table) string {
	if g.major >= 18 && g.chance(10) {
		return "ADD " + strings.TrimPrefix(g.constraintName()+" NOT NULL ", " ") + quote(g.column(t).Name) + g.maybe(40, " NOT VALID") + g.maybe(10, " NO INHERIT")
	}
	var free []*catalog.Index
	for _, i := range t.Indexes {
		if i.Unique && i.Constraint == "" {
			free = append(free, i)
		}
	}
	if len(free) > 0 && g.chance(30) {
		return "ADD " + strings.TrimPrefix(g.constraintName()+" ", " ") + g.oneOf("UNIQUE", "PRIMARY KEY") + " USING INDEX " + quote(pick(g, free).Name)
	}
	con := g.constraint(t)
	if strings.Contains(con, "CHECK") || strings.Contains(con, "FOREIGN KEY") {
		switch {
		case g.chance(30):
			con += " NOT VALID"
		case g.major >= 18 && g.chance(10):
			con += " NOT ENFORCED"
		}
	}
	return "ADD " + con
}

// ownConstraint names a constraint of a table, mostly.
func (g *generator) ownConstraint(t *catalog.Table) string {
	if len(t.Constraints) == 0 || g.chance(4) {
		return quote(pick(g, otherNames))
	}
	return quote(pick(g, t.Constraints).Name)
}

func (g *generator) validateConstraint(t *catalog.Table) string {
	for _, con := range t.Constraints {
		if !con.Valid && g.chance(70) {
			return "VALIDATE CONSTRAINT " + quote(con.Name)
		}
	}
	if g.chance(75) {
		return ""
	}
	return "VALIDATE CONSTRAINT " + g.ownConstraint(t)
}

func (g *generator) alterConstraint(t *catalog.Table) string {
	for _, con := range t.Constraints {
		if con.Kind == sqlast.ForeignKey && g.chance(60) {
			what := g.oneOf("DEFERRABLE", "NOT DEFERRABLE", "DEFERRABLE INITIALLY DEFERRED")
			if g.major >= 18 {
				what = g.oneOf(what, "ENFORCED", "NOT ENFORCED")
			}
			return "ALTER CONSTRAINT " + quote(con.Name) + " " + what
		}
		if con.Kind == sqlast.NotNullConstraint && g.major >= 18 {
			return "ALTER CONSTRAINT " + quote(con.Name) + g.oneOf(" INHERIT", " NO INHERIT")
		}
	}
	return ""
}

func (g *generator) alterIdentity(t *catalog.Table) string {
	for _, col := range t.Columns {
		if col.Identity != sqlast.NoIdentity && g.chance(60) {
			return "ALTER COLUMN " + quote(col.Name) + g.oneOf(" DROP IDENTITY", " SET GENERATED ALWAYS", " SET GENERATED BY DEFAULT", " DROP IDENTITY IF EXISTS", " RESTART")
		}
	}
	return "ALTER COLUMN " + quote(g.column(t).Name) + g.oneOf(" ADD GENERATED ALWAYS AS IDENTITY", " ADD GENERATED BY DEFAULT AS IDENTITY", " DROP IDENTITY IF EXISTS")
}

func (g *generator) setExpression(t *catalog.Table) string {
	for _, col := range t.Columns {
		if col.Generated != sqlast.NotGenerated {
			if g.major >= 17 && g.chance(60) {
				return "ALTER COLUMN " + quote(col.Name) + " SET EXPRESSION AS (3)"
			}
			return "ALTER COLUMN " + quote(col.Name) + " DROP EXPRESSION" + g.maybe(30, " IF EXISTS")
		}
	}
	return ""
}

func (g *generator) replicaIdentity(t *catalog.Table) string {
	if len(t.Indexes) > 0 && g.chance(50) {
		return "REPLICA IDENTITY USING INDEX " + quote(pick(g, t.Indexes).Name)
	}
	return "REPLICA IDENTITY " + g.oneOf("FULL", "DEFAULT", "NOTHING")
}

func (g *generator) enableTrigger(t *catalog.Table) string {
	name := g.oneOf("ALL", "USER")
	if len(t.Triggers) > 0 && g.chance(70) {
		name = quote(pick(g, t.Triggers).Name)
	}
	return g.oneOf("ENABLE", "DISABLE", "ENABLE ALWAYS", "ENABLE REPLICA") + " TRIGGER " + name
}

func (g *generator) renameAny() string {
	return g.draw([]choice{
		{6, func(g *generator) string {
			t := g.table(withColumns)
			if t == nil {
				return ""
			}
			return "ALTER TABLE " + g.maybe(5, "ONLY ") + g.ref(t.Key) + " RENAME " + g.maybe(60, "COLUMN ") + quote(g.column(t).Name) + " TO " + quote(g.freshColumn(t))
		}},
		{4, func(g *generator) string {
			t := g.table(nil)
			if t == nil {
				return ""
			}
			return "ALTER TABLE " + g.ref(t.Key) + " RENAME TO " + g.freshName(relationNames)
		}},
		{4, func(g *generator) string {
			t := g.table(func(t *catalog.Table) bool { return len(t.Constraints) > 0 })
			if t == nil {
				return ""
			}
			return "ALTER TABLE " + g.ref(t.Key) + " RENAME CONSTRAINT " + g.ownConstraint(t) + " TO " + quote(pick(g, otherNames))
		}},
		{3, func(g *generator) string {
			t := g.table(func(t *catalog.Table) bool { return len(t.Indexes) > 0 })
			if t == nil {
				return ""
			}
			return "ALTER " + g.oneOf("INDEX ", "INDEX ", "INDEX ", "TABLE ") + g.ref(pick(g, t.Indexes).Key) + " RENAME TO " + g.freshName(otherNames)
		}},
		{2, func(g *generator) string {
			views := collect(g.cat.Views())
			if len(views) == 0 {
				return ""
			}
			v := pick(g, views)
			kind := "VIEW "
			if v.Materialized {
				kind = "MATERIALIZED VIEW "
			}
			if len(v.Columns) > 0 && g.chance(40) {
				return "ALTER " + kind + g.ref(v.Key) + " RENAME COLUMN " + quote(pick(g, v.Columns)) + " TO " + quote(pick(g, columnNames))
			}
			return "ALTER " + kind + g.ref(v.Key) + " RENAME TO " + g.freshName(otherNames)
		}},
		{2, func(g *generator) string {
			seqs := collect(g.cat.Sequences())
			if len(seqs) == 0 {
				return ""
			}
			return "ALTER SEQUENCE " + g.ref(pick(g, seqs).Key) + " RENAME TO " + g.freshName(otherNames)
		}},
		{2, func(g *generator) string {
			types := collect(g.cat.Types())
			if len(types) == 0 {
				return ""
			}
			t := pick(g, types)
			return "ALTER " + typeWord(t) + " " + g.ref(t.Key) + " RENAME TO " + g.freshName(typeNames)
		}},
		{1, func(g *generator) string {
			t := g.table(func(t *catalog.Table) bool { return len(t.Triggers) > 0 })
			if t == nil {
				return ""
			}
			return "ALTER TRIGGER " + quote(pick(g, t.Triggers).Name) + " ON " + g.ref(t.Key) + " RENAME TO " + quote(pick(g, otherNames))
		}},
		{1, func(g *generator) string {
			t := g.table(func(t *catalog.Table) bool { return len(t.Policies) > 0 })
			if t == nil {
				return ""
			}
			return "ALTER POLICY " + quote(pick(g, t.Policies).Name) + " ON " + g.ref(t.Key) + " RENAME TO " + quote(pick(g, otherNames))
		}},
		{1, func(g *generator) string {
			f := g.function(func(f *catalog.Function) bool { return true })
			if f == nil {
				return ""
			}
			return "ALTER " + functionWord(f) + " " + g.ref(f.Key) + g.maybe(40, signature(f)) + " RENAME TO " + g.oneOf("f1", "f2", "trg1", "trg2")
		}},
		{1, func(g *generator) string {
			schema := g.schema()
			if schema == "public" && g.chance(95) {
				return ""
			}
			return "ALTER SCHEMA " + quote(schema) + " RENAME TO " + quote(pick(g, schemaNames))
		}},
		{1, func(g *generator) string {
			pubs := collect(g.cat.Publications())
			if len(pubs) == 0 {
				return ""
			}
			return "ALTER PUBLICATION " + quote(pick(g, pubs).Name) + " RENAME TO " + g.oneOf("pub1", "pub2")
		}},
	})
}

func typeWord(t *catalog.Type) string {
	if t.Domain {
		return "DOMAIN"
	}
	return "TYPE"
}

func functionWord(f *catalog.Function) string {
	if f.Procedure {
		return "PROCEDURE"
	}
	return "FUNCTION"
}

func signature(f *catalog.Function) string {
	var types []string
	for _, a := range f.Args {
		types = append(types, a.Type.String())
	}
	return "(" + strings.Join(types, ", ") + ")"
}

func (g *generator) setSchema() string {
	to := " SET SCHEMA " + quote(g.schema())
	switch g.IntN(5) {
	case 0:
		if seqs := collect(g.cat.Sequences()); len(seqs) > 0 {
			return "ALTER SEQUENCE " + g.ref(pick(g, seqs).Key) + to
		}
	case 1:
		if types := collect(g.cat.Types()); len(types) > 0 {
			t := pick(g, types)
			return "ALTER " + typeWord(t) + " " + g.ref(t.Key) + to
		}
	case 2:
		if views := collect(g.cat.Views()); len(views) > 0 {
			v := pick(g, views)
			if v.Materialized {
				return "ALTER MATERIALIZED VIEW " + g.ref(v.Key) + to
			}
			return "ALTER VIEW " + g.ref(v.Key) + to
		}
	case 3:
		if f := g.function(func(f *catalog.Function) bool { return true }); f != nil {
			return "ALTER " + functionWord(f) + " " + g.ref(f.Key) + signature(f) + to
		}
	}
	if t := g.table(nil); t != nil {
		return "ALTER TABLE " + g.ref(t.Key) + to
	}
	return ""
}
