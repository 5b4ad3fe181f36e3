package bench

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// linesPerMigration is how long an up direction grows before it is full.
const linesPerMigration = 16

// maxColumns keeps tables at a size people have; fuller ones are left alone.
const maxColumns = 30

// generator makes up the history of one database. It knows the tables it has
// made so that later migrations can change them.
type generator struct {
	rng    *rand.Rand
	tables []*table
	views  int
	m      *Migration
	lines  int
}

type table struct {
	name    string
	columns []column
	made    int // objects named after the table so far, to number the next one
}

type column struct {
	name, typ string
	hasRows   bool // backfilled: SET NOT NULL may follow
}

func newGenerator(seed uint64) *generator {
	return &generator{rng: rand.New(rand.NewPCG(seed, 0))}
}

func pick[T any](g *generator, from []T) T { return from[g.rng.IntN(len(from))] }

// add appends an up statement and the down that takes it back ("" for none).
// Downs run in reverse order.
func (g *generator) add(up, down string) {
	g.m.Up = append(g.m.Up, up)
	g.lines += strings.Count(up, "\n") + 2
	if down != "" {
		g.m.Down = append([]string{down}, g.m.Down...)
	}
}

func (g *generator) migration(n int) Migration {
	m := Migration{Number: n}
	g.m, g.lines = &m, 0
	if len(g.tables) > 2 && g.rng.IntN(8) == 0 {
		m.OutsideTx = true
		g.indexConcurrently()
	} else {
		for g.lines < linesPerMigration {
			g.step()
		}
	}
	if len(m.Down) == 0 {
		m.Down = []string{"SELECT 1;"}
	}
	m.Up[0] = g.preamble() + m.Up[0]
	return m
}

// step adds one change. The weights follow what application repositories do:
// mostly new tables and columns, now and then something dangerous.
func (g *generator) step() {
	if len(g.tables) < 3 {
		g.createTable()
		return
	}
	switch w := g.rng.IntN(100); {
	case w < 20:
		g.createTable()
	case w < 45:
		g.addColumns()
	case w < 57:
		g.addForeignKey()
	case w < 67:
		g.backfill()
	case w < 74:
		g.index()
	case w < 80:
		g.function()
	case w < 85:
		g.doBlock()
	case w < 90:
		g.view()
	case w < 95:
		g.changeColumn()
	default:
		g.seedRows()
	}
}

func (g *generator) name(word string) {
	if g.m.Name == "" {
		g.m.Name = word
	}
}

// preamble is the comment people put at the top of a migration.
func (g *generator) preamble() string {
	if g.rng.IntN(3) > 0 {
		return ""
	}
	var b strings.Builder
	for range 1 + g.rng.IntN(3) {
		fmt.Fprintf(&b, "-- %s\n", pick(g, remarks))
	}
	return b.String()
}

func (g *generator) newTable() *table {
	name := fmt.Sprintf("%s_%s", pick(g, owners), pick(g, things))
	if n := len(g.tables); n >= 20 {
		name = fmt.Sprintf("%s_%d", name, n)
	} else {
		name = fmt.Sprintf("%s%d", name, n)
	}
	t := &table{name: name, columns: []column{{name: "id", typ: "bigint"}}}
	return t
}

func (g *generator) table() *table {
	// Recent tables change more often than old ones.
	n := len(g.tables)
	if recent := 40; n > recent && g.rng.IntN(2) == 0 {
		return g.tables[n-1-g.rng.IntN(recent)]
	}
	return pick(g, g.tables)
}

func (t *table) object(suffix string) string {
	t.made++
	return fmt.Sprintf("%s_%s_%d", t.name, suffix, t.made)
}

func (g *generator) newColumn(t *table) column {
	a := pick(g, attributes)
	name := a.name
	for i := 2; t.has(name); i++ {
		name = fmt.Sprintf("%s_%d", a.name, i)
	}
	c := column{name: name, typ: a.typ}
	t.columns = append(t.columns, c)
	return c
}

func (t *table) has(name string) bool {
	for _, c := range t.columns {
		if c.name == name {
			return true
		}
	}
	return false
}

// column returns a column other than the key, making one in the current
// migration if the table has none yet.
func (g *generator) column(t *table) *column {
	if len(t.columns) == 1 {
		c := g.newColumn(t)
		g.add(fmt.Sprintf("ALTER TABLE %s ADD COLUMN %s %s;", t.name, c.name, c.typ),
			fmt.Sprintf("ALTER TABLE %s DROP COLUMN %s;", t.name, c.name))
	}
	return &t.columns[1+g.rng.IntN(len(t.columns)-1)]
}

// dollarQuoted writes a body over several lines, as people indent it.
func dollarQuoted(lines ...string) string {
	return "$$\n" + strings.Join(lines, "\n") + "\n$$"
}
