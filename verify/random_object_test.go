package verify_test

import (
	"fmt"
	"strings"

	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

func (g *generator) dropAny() string {
	drop := func(kind, name string) string {
		return "DROP " + kind + g.maybe(15, " IF EXISTS") + " " + name + g.maybe(30, " CASCADE")
	}
	return g.draw([]choice{
		{8, func(g *generator) string {
			t := g.table(nil)
			if t == nil {
				return ""
			}
			name := g.ref(t.Key)
			if u := g.table(nil); u != t && g.chance(8) {
				name += ", " + g.ref(u.Key)
			}
			return drop("TABLE", name)
		}},
		{6, func(g *generator) string {
			t := g.table(func(t *catalog.Table) bool { return len(t.Indexes) > 0 })
			if t == nil {
				return ""
			}
			name := g.ref(pick(g, t.Indexes).Key)
			if !g.inTx && g.chance(25) {
				return "DROP INDEX CONCURRENTLY " + name
			}
			return drop("INDEX", name)
		}},
		{3, func(g *generator) string {
			views := collect(g.cat.Views())
			if len(views) == 0 {
				return ""
			}
			v := pick(g, views)
			if v.Materialized {
				return drop("MATERIALIZED VIEW", g.ref(v.Key))
			}
			return drop("VIEW", g.ref(v.Key))
		}},
		{3, func(g *generator) string {
			seqs := collect(g.cat.Sequences())
			if len(seqs) == 0 {
				return ""
			}
			return drop("SEQUENCE", g.ref(pick(g, seqs).Key))
		}},
		{3, func(g *generator) string {
			types := collect(g.cat.Types())
			if len(types) == 0 {
				return ""
			}
			t := pick(g, types)
			return drop(typeWord(t), g.ref(t.Key))
		}},
		{3, func(g *generator) string {
			f := g.function(func(f *catalog.Function) bool { return true })
			if f == nil {
				return ""
			}
			return drop(functionWord(f), g.ref(f.Key)+g.maybe(40, signature(f)))
		}},
		{2, func(g *generator) string {
			t := g.table(func(t *catalog.Table) bool { return len(t.Triggers) > 0 })
			if t == nil {
				return ""
			}
			return "DROP TRIGGER " + g.maybe(20, "IF EXISTS ") + quote(pick(g, t.Triggers).Name) + " ON " + g.ref(t.Key)
		}},
		{2, func(g *generator) string {
			t := g.table(func(t *catalog.Table) bool { return len(t.Policies) > 0 })
			if t == nil {
				return ""
			}
			return "DROP POLICY " + g.maybe(20, "IF EXISTS ") + quote(pick(g, t.Policies).Name) + " ON " + g.ref(t.Key)
		}},
		{1, func(g *generator) string {
			schema := g.schema()
			if schema == "public" && g.chance(90) {
				return ""
			}
			return drop("SCHEMA", quote(schema))
		}},
		{1, func(g *generator) string {
			pubs := collect(g.cat.Publications())
			if len(pubs) == 0 {
				return ""
			}
			return "DROP PUBLICATION " + quote(pick(g, pubs).Name)
		}},
	})
}

func (g *generator) createView() string {
	t := g.table(withColumns)
	if t == nil {
		return ""
	}
	from, list := g.ref(t.Key), "*"
	var read *catalog.View
	if views := collect(g.cat.Views()); len(views) > 0 && g.chance(25) {
		read = pick(g, views)
		from = g.ref(read.Key)
	} else if g.chance(60) {
		var targets []string
		for _, c := range g.columnsOf(t, 3) {
			targets = append(targets, quote(c)+g.maybe(20, " AS "+quote(pick(g, otherNames))))
		}
		list = strings.Join(targets, ", ")
		if u := g.table(withColumns); u != t && g.chance(20) {
			c := quote(g.column(u).Name)
			list = "l." + quote(g.column(t).Name) + ", r." + c + " AS other"
			from += " l " + g.oneOf("JOIN ", "LEFT JOIN ") + g.ref(u.Key) + " r ON r." + c + " IS NOT NULL"
		} else if g.chance(25) {
			from += " WHERE " + g.condition(t)
		}
	}
	query := " AS SELECT " + list + " FROM " + from
	if g.chance(30) {
		return "CREATE MATERIALIZED VIEW " + g.maybe(10, "IF NOT EXISTS ") + g.newName(otherNames) + query + g.maybe(25, " WITH NO DATA")
	}
	name := g.newName(otherNames)
	if g.chance(10) {
		name += " (" + joinNames([]string{pick(g, columnNames)}) + ")"
	}
	if g.chance(25) {
		for v := range g.cat.Views() {
			if !v.Materialized && v != read && g.chance(40) {
				return "CREATE OR REPLACE VIEW " + g.ref(v.Key) + query
			}
		}
		return "CREATE OR REPLACE VIEW " + name + query
	}
	return "CREATE " + g.maybe(5, "TEMP ") + "VIEW " + name + query
}

func (g *generator) createSequence() string {
	sql := "CREATE " + g.maybe(5, "TEMP ") + "SEQUENCE " + g.maybe(10, "IF NOT EXISTS ") + g.newName(otherNames) + g.maybe(20, " AS int")
	if t := g.table(withColumns); t != nil && g.chance(30) {
		sql += " OWNED BY " + g.ref(t.Key) + "." + quote(g.column(t).Name)
	}
	return sql
}

func (g *generator) alterSequence() string {
	seqs := collect(g.cat.Sequences())
	if len(seqs) == 0 {
		return ""
	}
	name := "ALTER SEQUENCE " + g.ref(pick(g, seqs).Key)
	if t := g.table(withColumns); t != nil && g.chance(50) {
		return name + " OWNED BY " + g.ref(t.Key) + "." + quote(g.column(t).Name)
	}
	return name + " " + g.oneOf("OWNED BY NONE", "RESTART", "INCREMENT 5", "AS bigint", "RESTART WITH 10")
}

func (g *generator) createType() string {
	name := g.newName(typeNames)
	switch g.IntN(3) {
	case 0:
		typ := g.columnType()
		return "CREATE TYPE " + name + " AS (p int, q " + typ + ")"
	case 1:
		return "CREATE TYPE " + name + " AS RANGE (subtype = " + g.oneOf("int4", "float8") + ")"
	}
	return "CREATE TYPE " + name + " AS ENUM (" + g.oneOf("'new', 'old'", "'x'", "", "'a', 'b', 'c'") + ")"
}

func (g *generator) alterType() string {
	types := collect(g.cat.Types())
	if len(types) == 0 {
		return ""
	}
	t := pick(g, types)
	alter := "ALTER TYPE " + g.ref(t.Key)
	switch t.Kind {
	case sqlast.EnumType:
		if len(t.Labels) > 0 && g.chance(25) {
			return alter + " RENAME VALUE '" + pick(g, t.Labels).Value + "' TO '" + g.oneOf("r1", "r2", "r3") + "'"
		}
		place := ""
		if len(t.Labels) > 0 && g.chance(40) {
			place = g.oneOf(" BEFORE '", " AFTER '") + pick(g, t.Labels).Value + "'"
		}
		return alter + " ADD VALUE " + g.maybe(30, "IF NOT EXISTS ") + fmt.Sprintf("'v%d'", g.IntN(6)) + place
	case sqlast.CompositeType:
		name := pick(g, columnNames)
		if len(t.Attributes) > 0 {
			name = pick(g, t.Attributes).Name
		}
		cascade := g.maybe(30, " CASCADE")
		switch g.IntN(4) {
		case 0:
			return alter + " ADD ATTRIBUTE " + quote(g.freshColumn(nil)) + " " + g.columnType() + cascade
		case 1:
			return alter + " DROP ATTRIBUTE " + g.maybe(20, "IF EXISTS ") + quote(name) + cascade
		case 2:
			return alter + " RENAME ATTRIBUTE " + quote(name) + " TO " + quote(pick(g, columnNames)) + cascade
		}
		return alter + " ALTER ATTRIBUTE " + quote(name) + " TYPE " + g.columnType() + cascade
	}
	return ""
}

func (g *generator) createDomain() string {
	typ := g.columnType()
	sql := "CREATE DOMAIN " + g.newName(typeNames) + " AS " + typ
	if g.chance(30) {
		sql += " DEFAULT " + g.defaultValue(typ)
	}
	sql += g.maybe(20, " NOT NULL")
	for range g.IntN(2) {
		sql += g.constraintName() + " CHECK (VALUE IS NOT NULL)"
	}
	return sql
}

func (g *generator) alterDomain() string {
	var domains []*catalog.Type
	for t := range g.cat.Types() {
		if t.Domain {
			domains = append(domains, t)
		}
	}
	if len(domains) == 0 {
		return ""
	}
	d := pick(g, domains)
	name := quote(pick(g, otherNames))
	if len(d.Checks) > 0 {
		name = quote(pick(g, d.Checks).Name)
	}
	return "ALTER DOMAIN " + g.ref(d.Key) + " " + g.oneOf("SET NOT NULL", "DROP NOT NULL", "DROP DEFAULT", "SET DEFAULT NULL",
		"ADD CHECK (VALUE IS NOT NULL)", "ADD CONSTRAINT "+quote(pick(g, otherNames))+" CHECK (VALUE IS NOT NULL) NOT VALID",
		"DROP CONSTRAINT "+name, "VALIDATE CONSTRAINT "+name, "RENAME CONSTRAINT "+name+" TO "+quote(pick(g, otherNames)))
}

func (g *generator) createFunction() string {
	create := "CREATE " + g.maybe(40, "OR REPLACE ")
	volatility := g.oneOf("", "", " STABLE", " IMMUTABLE")
	switch g.IntN(5) {
	case 0:
		return create + "FUNCTION " + g.maybe(15, quote(g.schema())+".") + g.oneOf("trg1", "trg2") + "() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END'"
	case 1:
		return create + "FUNCTION " + g.oneOf("f1", "f2") + "(x int) RETURNS int LANGUAGE sql" + volatility + " AS 'SELECT x + 1'"
	case 2:
		return create + "PROCEDURE " + g.oneOf("p1", "p2") + "() LANGUAGE plpgsql AS 'BEGIN NULL; END'"
	case 3:
		if types := collect(g.cat.Types()); len(types) > 0 {
			return create + "FUNCTION " + g.oneOf("f1", "f3") + "(x " + g.ref(pick(g, types).Key) + ") RETURNS int LANGUAGE sql" + volatility + " AS 'SELECT 1'"
		}
	}
	return create + "FUNCTION " + g.maybe(15, quote(g.schema())+".") + g.oneOf("f1", "f2") + "() RETURNS int LANGUAGE " + g.oneOf("sql", "sql", "plpgsql") + volatility + " AS " +
		"'SELECT 1'"
}

func (g *generator) createTrigger() string {
	f := g.function(isTrigger)
	if f == nil {
		return g.createFunction()
	}
	t := g.table(nil)
	if t == nil {
		return ""
	}
	event := g.oneOf("INSERT", "UPDATE", "INSERT OR UPDATE", "DELETE")
	if event == "UPDATE" && g.chance(40) {
		event += " OF " + joinNames(g.columnsOf(t, 2))
	}
	row := g.oneOf(" FOR EACH ROW", " FOR EACH ROW", " FOR EACH STATEMENT", "")
	when := ""
	if row == " FOR EACH ROW" && event != "DELETE" && g.chance(20) {
		when = " WHEN (new." + quote(g.column(t).Name) + " IS NOT NULL)"
	}
	kind, timing := "TRIGGER ", g.oneOf("BEFORE ", "AFTER ")
	if g.chance(15) {
		kind, timing, row = "CONSTRAINT TRIGGER ", "AFTER ", g.oneOf(" FOR EACH ROW", " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW")
	}
	return "CREATE " + g.maybe(15, "OR REPLACE ") + kind + quote(pick(g, otherNames)) + " " + timing + event + " ON " + g.ref(t.Key) + row + when + " EXECUTE FUNCTION " + g.ref(f.Key) + "()"
}

func (g *generator) createPolicy() string {
	t := g.table(withColumns)
	if t == nil {
		return ""
	}
	using := " USING (" + g.condition(t) + ")"
	if g.chance(30) {
		using += " WITH CHECK (" + g.condition(t) + ")"
	}
	if len(t.Policies) > 0 && g.chance(40) {
		return "ALTER POLICY " + quote(pick(g, t.Policies).Name) + " ON " + g.ref(t.Key) + using
	}
	return "CREATE POLICY " + quote(pick(g, otherNames)) + " ON " + g.ref(t.Key) + g.maybe(30, " FOR ALL") + using
}

func (g *generator) createSchema() string {
	sql := "CREATE SCHEMA " + g.maybe(30, "IF NOT EXISTS ") + quote(pick(g, schemaNames))
	if g.chance(10) && !strings.Contains(sql, "IF NOT") {
		sql += " CREATE TABLE " + g.freshName(relationNames) + " (id int)"
	}
	return sql
}

func (g *generator) publication() string {
	name := g.oneOf("pub1", "pub2")
	t := g.table(func(t *catalog.Table) bool { return t.Persistence == sqlast.Permanent })
	if t == nil {
		return ""
	}
	if pubs := collect(g.cat.Publications()); len(pubs) > 0 && g.chance(70) {
		p := pick(g, pubs)
		return "ALTER PUBLICATION " + quote(p.Name) + " " + g.oneOf("ADD", "SET", "DROP") + " TABLE " + g.ref(t.Key)
	}
	return "CREATE PUBLICATION " + name + g.oneOf(" FOR TABLE "+g.ref(t.Key), " FOR TABLE ONLY "+g.ref(t.Key), "", " FOR ALL TABLES")
}

// small is what leaves the schema as it is, but for comments.
func (g *generator) small() string {
	t := g.table(withColumns)
	if t == nil {
		return ""
	}
	name, col := g.ref(t.Key), quote(g.column(t).Name)
	return g.oneOf(
		"COMMENT ON TABLE "+name+" IS 'words'", "COMMENT ON TABLE "+name+" IS NULL", "COMMENT ON COLUMN "+name+"."+col+" IS 'words'",
		"GRANT SELECT ON "+name+" TO PUBLIC", "REVOKE ALL ON "+name+" FROM PUBLIC", "GRANT SELECT ("+col+") ON "+name+" TO PUBLIC",
		"CREATE STATISTICS ON "+joinNames(g.columnsOf(t, 3))+" FROM "+name, "CREATE RULE "+quote(pick(g, otherNames))+" AS ON UPDATE TO "+name+" DO ALSO NOTHING",
		"ALTER TABLE "+name+" OWNER TO CURRENT_USER")
}
