package verify_test

import (
	"strings"

	"github.com/miglint/miglint/sqlast"
)

func (g *generator) insert() string {
	t := g.table(withColumns)
	if t == nil {
		return ""
	}
	var names, values []string
	for _, c := range t.Columns {
		if c.Generated != sqlast.NotGenerated || c.Identity == sqlast.Always || !c.NotNull && g.chance(20) {
			continue
		}
		names = append(names, c.Name)
		values = append(values, g.value(c))
	}
	if len(names) == 0 || g.chance(3) {
		return "INSERT INTO " + g.ref(t.Key) + " DEFAULT VALUES"
	}
	sql := "INSERT INTO " + g.ref(t.Key) + " (" + joinNames(names) + ") VALUES (" + strings.Join(values, ", ") + ")"
	return sql + g.maybe(10, " ON CONFLICT DO NOTHING")
}

func (g *generator) updateDelete() string {
	t := g.table(withColumns)
	if t == nil {
		return ""
	}
	where := ""
	if g.chance(70) {
		where = " WHERE " + g.condition(t)
	}
	col := g.column(t)
	switch g.IntN(5) {
	case 0, 1:
		return "DELETE FROM " + g.maybe(10, "ONLY ") + g.ref(t.Key) + where
	case 2:
		return "SELECT count(*) FROM " + g.maybe(10, "ONLY ") + g.ref(t.Key) + where + g.maybe(10, " HAVING count(*) > 1")
	}
	return "UPDATE " + g.maybe(10, "ONLY ") + g.ref(t.Key) + " SET " + quote(col.Name) + " = " + g.value(col) + where
}

func (g *generator) truncate() string {
	t := g.table(nil)
	if t == nil {
		return ""
	}
	return "TRUNCATE " + g.maybe(30, "TABLE ") + g.maybe(10, "ONLY ") + g.ref(t.Key) + g.maybe(10, " RESTART IDENTITY") + g.maybe(30, " CASCADE")
}

func (g *generator) maintenance() string {
	t := g.table(nil)
	if t == nil {
		return ""
	}
	name := g.ref(t.Key)
	if views := collect(g.cat.Views()); len(views) > 0 && g.chance(40) {
		if v := pick(g, views); v.Materialized {
			concurrently := g.maybe(25, "CONCURRENTLY ")
			return "REFRESH MATERIALIZED VIEW " + concurrently + g.ref(v.Key)
		}
	}
	options := []string{"ANALYZE " + name, "LOCK TABLE " + name + " IN " + g.oneOf("SHARE", "ACCESS EXCLUSIVE", "ROW EXCLUSIVE") + " MODE", "REINDEX TABLE " + name}
	if len(t.Indexes) > 0 {
		index := pick(g, t.Indexes)
		options = append(options, "REINDEX INDEX "+g.ref(index.Key), "CLUSTER "+name+" USING "+quote(index.Name))
	}
	if !g.inTx {
		options = append(options, "VACUUM "+name, "VACUUM FULL "+name, "REINDEX TABLE CONCURRENTLY "+name)
	}
	return pick(g, options)
}

func (g *generator) transaction() string {
	if !g.inTx {
		return "BEGIN"
	}
	switch n := g.IntN(10); {
	case n < 3:
		return g.oneOf("COMMIT", "COMMIT", "COMMIT", "END")
	case n < 5:
		return g.oneOf("ROLLBACK", "ROLLBACK", "ABORT")
	case n < 8 || g.marks == 0:
		return "SAVEPOINT " + g.oneOf("sp1", "sp2")
	case n < 9:
		return "ROLLBACK TO SAVEPOINT " + g.oneOf("sp1", "sp2")
	}
	return "RELEASE SAVEPOINT " + g.oneOf("sp1", "sp2")
}

func (g *generator) searchPath() string {
	// Only schemas that were there once: of others the catalog believes that they
	// are.
	switch g.IntN(4) {
	case 0, 1:
		return "RESET search_path"
	case 2:
		return "SET LOCAL search_path TO " + quote(g.schema())
	}
	return "SET search_path TO " + g.maybe(70, "public, ") + quote(g.schema())
}
