package verify_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

// generator writes random statements that fit the schema at hand, most of the
// time. It looks at the replayed catalog, which is known to agree with the server
// as long as nothing was reported.
type generator struct {
	*rand.Rand
	cat    *catalog.Catalog
	major  int
	inTx   bool
	marks  int // savepoints set in the transaction
	serial int // for values that do not repeat
}

// choice is one kind of statement, drawn as often as its weight says. make
// returns "" if the schema has nothing for it.
type choice struct {
	weight int
	make   func(*generator) string
}

// draw makes one of the choices; "" if none was possible in a few attempts.
func (g *generator) draw(choices []choice) string {
	total := 0
	for _, c := range choices {
		total += c.weight
	}
	for range 20 {
		n := g.IntN(total)
		for _, c := range choices {
			if n -= c.weight; n < 0 {
				if sql := c.make(g); sql != "" {
					return sql
				}
				break
			}
		}
	}
	return ""
}

// statement returns the next statement.
func (g *generator) statement() string {
	if sql := g.draw(statements); sql != "" {
		return sql
	}
	return g.createTable()
}

// statements are all kinds of statement.
var statements = []choice{
	{9, (*generator).createTable}, {4, (*generator).createPartition}, {2, (*generator).createLike}, {2, (*generator).createTableAs},
	{30, (*generator).alterTable}, {8, (*generator).createIndex}, {6, (*generator).renameAny}, {2, (*generator).setSchema},
	{9, (*generator).dropAny}, {5, (*generator).attachDetach}, {2, (*generator).inherit},
	{4, (*generator).createView}, {2, (*generator).createSequence}, {3, (*generator).alterSequence}, {3, (*generator).createType}, {4, (*generator).alterType},
	{2, (*generator).createDomain}, {3, (*generator).alterDomain}, {2, (*generator).createFunction}, {3, (*generator).createTrigger},
	{2, (*generator).createPolicy}, {1, (*generator).createSchema}, {2, (*generator).publication}, {2, (*generator).small},
	{9, (*generator).insert}, {3, (*generator).updateDelete}, {3, (*generator).truncate}, {3, (*generator).maintenance},
	{8, (*generator).transaction}, {1, (*generator).searchPath},
}

func (g *generator) chance(percent int) bool { return g.IntN(100) < percent }

func pick[T any](g *generator, list []T) T { return list[g.IntN(len(list))] }

// oneOf picks one of some words.
func (g *generator) oneOf(words ...string) string { return pick(g, words) }

// maybe is the text, in so many of a hundred cases.
func (g *generator) maybe(percent int, text string) string {
	if g.chance(percent) {
		return text
	}
	return ""
}

// since is the text if the server is new enough to read it.
func (g *generator) since(major int, text string) string {
	if g.major >= major {
		return text
	}
	return ""
}

// some returns one to n distinct elements in random order.
func some[T any](g *generator, list []T, n int) []T {
	list = slices.Clone(list)
	g.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list[:min(len(list), 1+g.IntN(n))]
}

var (
	relationNames = []string{"t0", "t1", "t2", "t3", "t4", "t5", "T 6", "t_seven", "user", strings.Repeat("long_", 12) + "t9"}
	columnNames   = []string{"id", "a", "b", "c", "d", "e", "F g", "h", "order", strings.Repeat("wide_", 12) + "c9"}
	schemaNames   = []string{"s1", "s2", "S 3"}
	typeNames     = []string{"y0", "y1", "y2", "y3", "Y 4", "y5"}
	otherNames    = []string{"x0", "x1", "x2", "x3", "X 4", "x5"}
)

var quote = sqlast.QuoteIdent

// ref is a relation, type or function as a statement names it.
func (g *generator) ref(k catalog.Key) string {
	path := g.cat.SearchPath()
	inPath := k.Schema == "pg_temp" || slices.Contains(path, k.Schema)
	if inPath && g.chance(75) || g.chance(2) {
		return quote(k.Name)
	}
	return quote(k.Schema) + "." + quote(k.Name)
}

// freshName is a name for something new, in a few cases one that is taken.
func (g *generator) freshName(names []string) string {
	for range 10 {
		name := pick(g, names)
		if g.chance(5) {
			return quote(name)
		}
		if _, taken := g.cat.RelationKind(g.cat.Resolve(sqlast.Name{Name: name})); !taken {
			return quote(name)
		}
	}
	return quote(pick(g, names))
}

// newName is freshName with a schema, sometimes.
func (g *generator) newName(names []string) string {
	name := g.freshName(names)
	if g.chance(20) {
		return quote(g.schema()) + "." + name
	}
	return name
}

func (g *generator) schema() string {
	var all []string
	for name := range g.cat.Schemas() {
		if name != "pg_temp" {
			all = append(all, name)
		}
	}
	if len(all) == 0 {
		return "public"
	}
	return pick(g, all)
}

// table picks a table for which want holds; nil if there is none.
func (g *generator) table(want func(*catalog.Table) bool) *catalog.Table {
	var all []*catalog.Table
	for t := range g.cat.Tables() {
		if want == nil || want(t) {
			all = append(all, t)
		}
	}
	if len(all) == 0 {
		return nil
	}
	return pick(g, all)
}

func withColumns(t *catalog.Table) bool { return len(t.Columns) > 0 }

func partitioned(t *catalog.Table) bool { return t.PartitionBy != nil }

func collect[T any](seq func(func(T) bool)) []T {
	var all []T
	for v := range seq {
		all = append(all, v)
	}
	return all
}

// column picks a column of a table; one in thirty is none.
func (g *generator) column(t *catalog.Table) *catalog.Column {
	if len(t.Columns) == 0 || g.chance(3) {
		return &catalog.Column{Name: "missing", Type: sqlast.TypeName{Name: sqlast.Name{Name: "int4"}}}
	}
	return pick(g, t.Columns)
}

// freshColumn is a name for a new column.
func (g *generator) freshColumn(t *catalog.Table) string {
	for range 10 {
		if name := pick(g, columnNames); t == nil || t.Column(name) == nil {
			return name
		}
	}
	return pick(g, columnNames)
}

var builtinTypes = []string{"int", "int", "int", "bigint", "smallint", "text", "text", "varchar(20)", "varchar", "char(3)", "boolean",
	"numeric(10,2)", "numeric", "timestamp", "timestamptz", "date", "uuid", "jsonb", "real", "double precision", "int[]", "text[]", "varchar(10)[]", "interval", "bit(4)", "timestamptz(3)", "int4range"}

// columnType is a type as a statement writes it.
func (g *generator) columnType() string {
	if types := collect(g.cat.Types()); len(types) > 0 && g.chance(25) {
		t := pick(g, types)
		return g.ref(t.Key) + g.maybe(10, "[]")
	}
	return pick(g, builtinTypes)
}

// base is PostgreSQL's name of the type below domains; "enum" for an enum,
// "array" and "other" for what they are.
func (g *generator) base(t sqlast.TypeName, user catalog.Key) (string, *catalog.Type) {
	for range 10 {
		if t.ArrayDims > 0 {
			return "array", nil
		}
		typ := g.cat.TypeAt(user)
		switch {
		case typ == nil:
			return t.Name.Name, nil
		case typ.Domain:
			t, user = typ.Base, typ.BaseType
		case typ.Kind == sqlast.EnumType:
			return "enum", typ
		default:
			return "other", nil
		}
	}
	return "other", nil
}

// value is a constant of a column's type.
func (g *generator) value(col *catalog.Column) string {
	if g.chance(8) {
		return "NULL"
	}
	g.serial++
	base, enum := g.base(col.Type, col.UserType)
	return g.literal(base, enum)
}

func (g *generator) literal(base string, enum *catalog.Type) string {
	n := g.serial
	switch base {
	case "int2", "int4", "int8", "serial4":
		return fmt.Sprint(n % 90)
	case "numeric", "float4", "float8":
		return fmt.Sprintf("%d.5", n%90)
	case "text", "varchar", "bpchar":
		return fmt.Sprintf("'%d'", n%90)
	case "bool":
		return g.oneOf("true", "false")
	case "timestamp", "timestamptz", "date":
		return fmt.Sprintf("'2024-01-%02d'", 1+n%28)
	case "uuid":
		return fmt.Sprintf("'00000000-0000-0000-0000-%012d'", n)
	case "jsonb":
		return fmt.Sprintf(`'{"n": %d}'`, n)
	case "array":
		return "'{}'"
	case "interval":
		return fmt.Sprintf("'%d hours'", n)
	case "bit":
		return "'1010'"
	case "int4range":
		return fmt.Sprintf("'[%d,%d)'", n, n+1)
	case "enum":
		if len(enum.Labels) > 0 {
			return "'" + strings.ReplaceAll(pick(g, enum.Labels).Value, "'", "''") + "'"
		}
	}
	return "NULL"
}

// defaultValue is a DEFAULT for a type as written.
func (g *generator) defaultValue(typ string) string {
	col := g.typeOf(typ)
	base, _ := g.base(col.Type, col.UserType)
	if g.chance(40) {
		switch base {
		case "int2", "int4", "int8", "float8", "numeric", "float4":
			if seqs := collect(g.cat.Sequences()); len(seqs) > 0 && g.chance(40) {
				return "nextval('" + strings.ReplaceAll(pick(g, seqs).Key.String(), "'", "''") + "')"
			}
			if f := g.function(func(f *catalog.Function) bool { return len(f.Args) == 0 && f.Language != "plpgsql" }); f != nil && g.chance(50) {
				return g.ref(f.Key) + "()"
			}
			return g.oneOf("(random() * 10)::int", "1 + 2", "length('abc')", "CAST(3 AS int)")
		case "text", "varchar":
			return g.oneOf("now()::text", "gen_random_uuid()::text", "upper('x')", "CURRENT_USER", "'x' || 'y'")
		case "timestamp", "timestamptz", "date":
			return g.oneOf("now()", "CURRENT_TIMESTAMP", "clock_timestamp()", "CURRENT_DATE")
		case "uuid":
			return "gen_random_uuid()"
		}
	}
	return g.value(col)
}

// typeOf is a column of a type as generated.
func (g *generator) typeOf(typ string) *catalog.Column {
	stmts := parse("CREATE TABLE x (y " + typ + ")")
	create := stmts[0].Ops[0].(*sqlast.CreateTable)
	t := create.Columns[0].Type
	col := &catalog.Column{Type: t}
	if user := g.cat.Type(t.Name); user != nil {
		col.UserType = user.Key
	}
	return col
}

// condition is a boolean expression on columns of a table.
func (g *generator) condition(t *catalog.Table) string {
	col := g.column(t)
	name := quote(col.Name)
	if g.chance(15) {
		other := quote(g.column(t).Name)
		return name + " IS NOT NULL " + g.oneOf("AND ", "OR ") + other + " IS NOT NULL"
	}
	base, _ := g.base(col.Type, col.UserType)
	switch base {
	case "int2", "int4", "int8", "numeric", "float4", "float8":
		return g.oneOf(name+" >= 0", name+" IS NOT NULL", name+" + 1 > 0", name+" < 1000 AND "+name+" > -1")
	case "text", "varchar", "bpchar":
		return g.oneOf(name+" <> 'zz'", "length("+name+") < 50", name+" IS NOT NULL", "lower("+name+") <> 'q'")
	case "bool":
		return g.oneOf(name, "NOT "+name, name+" IS NOT NULL")
	}
	return name + " IS NOT NULL"
}

// function picks a function for which want holds; nil if there is none.
func (g *generator) function(want func(*catalog.Function) bool) *catalog.Function {
	var all []*catalog.Function
	for f := range g.cat.AllFunctions() {
		if want(f) {
			all = append(all, f)
		}
	}
	if len(all) == 0 {
		return nil
	}
	return pick(g, all)
}

func isTrigger(f *catalog.Function) bool { return f.Name == "trg" || strings.HasPrefix(f.Name, "trg") }

func joinNames(columns []string) string {
	quoted := make([]string, len(columns))
	for i, c := range columns {
		quoted[i] = quote(c)
	}
	return strings.Join(quoted, ", ")
}

// columnsOf picks up to n columns of a table by name.
func (g *generator) columnsOf(t *catalog.Table, n int) []string {
	if len(t.Columns) == 0 {
		return []string{"missing"}
	}
	var names []string
	for _, c := range some(g, t.Columns, n) {
		names = append(names, c.Name)
	}
	return names
}
