package catalog_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

// words is a grammar of statements over few names, so that statements made of it
// at random meet each other's objects in every order.
var words = map[string][]string{
	"stmt": {
		"CREATE TABLE #t (#c #ty, #c2 int #con, #tcon)", "CREATE TABLE IF NOT EXISTS #t (#c serial)", "CREATE TABLE #t PARTITION OF #t DEFAULT",
		"CREATE TABLE #t (#c int) PARTITION BY LIST (#c)", "CREATE TABLE #t () INHERITS (#t)", "CREATE TABLE #t (LIKE #t INCLUDING ALL)",
		"CREATE TABLE #t AS SELECT * FROM #t", "DROP TABLE #t", "DROP TABLE IF EXISTS #t CASCADE", "ALTER TABLE #t #act", "ALTER TABLE #t #act, #act",
		"ALTER TABLE #t RENAME TO #r", "ALTER TABLE #t RENAME COLUMN #c TO #c", "ALTER TABLE #t RENAME CONSTRAINT #k TO #k", "ALTER TABLE #t SET SCHEMA #s",
		"ALTER TABLE #t ATTACH PARTITION #t DEFAULT", "ALTER TABLE #t DETACH PARTITION #t", "ALTER TABLE #t INHERIT #t", "ALTER TABLE #t NO INHERIT #t",
		"CREATE INDEX #i ON #t (#c)", "CREATE UNIQUE INDEX ON ONLY #t (#c, lower(#c2)) WHERE #c > 1", "CREATE INDEX IF NOT EXISTS #i ON #t (#c)", "DROP INDEX #i",
		"ALTER INDEX #i RENAME TO #i", "ALTER INDEX #i ATTACH PARTITION #i", "CREATE VIEW #t AS SELECT * FROM #t", "CREATE OR REPLACE VIEW #t AS SELECT #c FROM #t, #t x",
		"CREATE MATERIALIZED VIEW #t AS SELECT f(#c) FROM #t", "DROP VIEW #t", "DROP MATERIALIZED VIEW #t CASCADE", "CREATE TYPE #ty2 AS ENUM ('a')", "DROP TYPE #ty2 CASCADE",
		"ALTER TYPE #ty2 RENAME TO #ty2", "CREATE DOMAIN #ty2 AS #ty CHECK (value > 0)", "CREATE TYPE #ty2 AS (a #ty)", "CREATE SEQUENCE #t OWNED BY #t.#c", "DROP SEQUENCE #t",
		"ALTER SEQUENCE #t OWNED BY NONE", "CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS ''", "DROP FUNCTION f CASCADE", "ALTER FUNCTION f RENAME TO g",
		"CREATE TRIGGER tr BEFORE UPDATE OF #c ON #t FOR EACH ROW EXECUTE FUNCTION f()", "DROP TRIGGER tr ON #t", "CREATE POLICY p ON #t USING (f(#c) > 1)", "DROP POLICY p ON #t",
		"CREATE PUBLICATION pub FOR TABLE #t, #t", "ALTER PUBLICATION pub DROP TABLE #t", "DROP PUBLICATION pub", "INSERT INTO #t VALUES (1)", "TRUNCATE #t CASCADE",
		"CREATE SCHEMA #s", "DROP SCHEMA #s CASCADE", "ALTER SCHEMA #s RENAME TO #s", "SET search_path = #s, public", "RESET search_path",
		"ALTER INDEX #t RENAME TO #r", "COMMENT ON COLUMN #t.#c IS 'x'", "UPDATE #t SET #c = 1",
	},
	"act": {
		"ADD COLUMN #c #ty #con", "DROP COLUMN #c CASCADE", "ADD #tcon", "ADD CONSTRAINT #k #tcon2", "DROP CONSTRAINT #k", "DROP CONSTRAINT IF EXISTS #k CASCADE", "VALIDATE CONSTRAINT #k",
		"ALTER #c TYPE #ty", "ALTER #c SET NOT NULL", "ALTER #c SET DEFAULT f(1)", "ALTER #c SET DEFAULT nextval('#t')", "ALTER #c ADD GENERATED ALWAYS AS IDENTITY", "ALTER #c DROP IDENTITY",
		"ADD PRIMARY KEY USING INDEX #i", "ADD UNIQUE USING INDEX #i", "ALTER #c DROP NOT NULL",
	},
	"con":   {"", "UNIQUE", "PRIMARY KEY", "REFERENCES #t", "CHECK (#c > 0)", "DEFAULT nextval('#t')", "GENERATED ALWAYS AS (f(#c)) STORED"},
	"tcon":  {"UNIQUE (#c, #c2)", "PRIMARY KEY (#c)", "FOREIGN KEY (#c) REFERENCES #t (#c)", "FOREIGN KEY (#c) REFERENCES #t", "CHECK (#c > #c2)", "CONSTRAINT #k CHECK (f(#c) > 0)"},
	"tcon2": {"UNIQUE (#c)", "FOREIGN KEY (#c) REFERENCES #t NOT VALID", "CHECK (#c IS NOT NULL) NOT VALID", "NOT NULL #c NOT VALID"},
	"t":     {"t1", "t2", "t3", "s1.t1", "s2.t2", "t1_pkey"}, "r": {"t1", "t2", "t3", "t4"}, "c": {"a", "b", "c"}, "c2": {"d", "a"}, "k": {"k1", "t1_a_check", "t1_pkey"},
	"i": {"i1", "i2", "t1_pkey", "t1_a_d_key"}, "s": {"s1", "s2", "public"}, "ty": {"int", "text", "mood", "dom", "bigserial"}, "ty2": {"mood", "dom"},
}

func expand(r *rand.Rand, s string) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(s, "#")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		n := len(rest) - len(strings.TrimLeft(rest, "abcdefghijklmnopqrstuvwxyz0123456789"))
		options := words[rest[:n]]
		b.WriteString(expand(r, options[r.IntN(len(options))]))
		s = rest[n:]
	}
}

// Replay survives statements in any order, and what refers to what stays
// consistent.
func TestReplaySurvivesAnyOrder(t *testing.T) {
	for seed := range uint64(100) {
		r := rand.New(rand.NewPCG(seed, 1))
		var script []string
		for range 120 {
			script = append(script, expand(r, words["stmt"][r.IntN(len(words["stmt"]))]))
		}
		c := catalog.New()
		for i, stmt := range parse(t, strings.Join(script, ";\n")) {
			before := c.Snapshot()
			c.Apply(stmt, catalog.Origin{Migration: i})
			if r.IntN(10) == 0 {
				c.Restore(before)
			}
			if problem := inconsistency(c); problem != "" {
				t.Fatalf("seed %d, after %q: %s\n%s", seed, stmt.Text, problem, strings.Join(script[:i+1], ";\n"))
			}
		}
	}
}

// inconsistency looks for a reference whose other end does not know of it.
func inconsistency(c *catalog.Catalog) string {
	for t := range c.Tables() {
		if c.TableAt(t.Key) != t {
			return fmt.Sprintf("%s is not at its key", t.Key)
		}
		if problem := badReference(c, t); problem != "" {
			return fmt.Sprintf("%s: %s", t.Key, problem)
		}
		for _, con := range t.Constraints {
			if con.Name == "" {
				return fmt.Sprintf("%s has a nameless constraint", t.Key)
			}
			if i := t.Index(con.Index); con.Index != "" && (i == nil || i.Constraint != con.Name) {
				return fmt.Sprintf("%s: constraint %s and its index %s", t.Key, con.Name, con.Index)
			}
			if p := c.TableAt(con.RefTable); con.Kind == sqlast.ForeignKey && p != nil && p != t && !has(p.ReferencedBy, t.Key) {
				return fmt.Sprintf("%s does not know that %s references it", p.Key, t.Key)
			}
		}
		for _, i := range t.Indexes {
			if i.Table != t.Key || i.Schema != t.Schema || i.Constraint != "" && t.Constraint(i.Constraint) == nil {
				return fmt.Sprintf("%s: index %s", t.Key, i.Name)
			}
		}
	}
	return ""
}

func badReference(c *catalog.Catalog, t *catalog.Table) string {
	seen := map[catalog.Key]bool{}
	for _, k := range t.ReferencedBy {
		child := c.TableAt(k)
		if child == nil || seen[k] {
			return fmt.Sprintf("referenced by %s", k)
		}
		seen[k] = true
		found := false
		for _, con := range child.Constraints {
			found = found || con.Kind == sqlast.ForeignKey && con.RefTable == t.Key
		}
		if !found {
			return fmt.Sprintf("%s has no foreign key", k)
		}
	}
	for _, k := range t.Partitions {
		if p := c.TableAt(k); p == nil || p.PartitionOf != t.Key {
			return fmt.Sprintf("partition %s", k)
		}
	}
	if p := c.TableAt(t.PartitionOf); t.PartitionOf != (catalog.Key{}) && (p == nil || !has(p.Partitions, t.Key)) {
		return fmt.Sprintf("partition of %s", t.PartitionOf)
	}
	for _, k := range t.Children {
		if child := c.TableAt(k); child == nil || !has(child.Inherits, t.Key) {
			return fmt.Sprintf("child %s", k)
		}
	}
	for _, k := range t.ReferencedViews {
		if v := c.ViewAt(k); v == nil || !has(v.Reads, t.Key) {
			return fmt.Sprintf("read by %s", k)
		}
	}
	for _, k := range t.Sequences {
		if s := c.SequenceAt(k); s == nil || s.OwnedBy != t.Key {
			return fmt.Sprintf("owns %s", k)
		}
	}
	for _, name := range t.Publications {
		if p := c.Publication(name); p == nil || !has(p.Tables, t.Key) {
			return fmt.Sprintf("published in %s", name)
		}
	}
	for _, col := range t.Columns {
		if ty := c.TypeAt(col.UserType); ty != nil && !has(ty.UsedBy, t.Key) {
			return fmt.Sprintf("type %s of %s", ty.Key, col.Name)
		}
	}
	return ""
}

func has(list []catalog.Key, k catalog.Key) bool {
	for _, other := range list {
		if other == k {
			return true
		}
	}
	return false
}

// BenchmarkReplay applies 10,000 CREATE TABLE with a foreign key to one table,
// 10,000 ALTER TABLE and 10,000 CREATE INDEX, with a snapshot before each.
func BenchmarkReplay(b *testing.B) {
	const tables = 10_000
	var sql strings.Builder
	sql.WriteString("CREATE TABLE users (id bigserial PRIMARY KEY);\nCREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS '';\n")
	for i := range tables {
		fmt.Fprintf(&sql, "CREATE TABLE t%d (id bigserial PRIMARY KEY, owner bigint NOT NULL REFERENCES users, email text UNIQUE, age int CHECK (age > 0), created_at timestamptz DEFAULT now());\n", i)
		fmt.Fprintf(&sql, "ALTER TABLE t%d ADD COLUMN note text, ALTER COLUMN age SET NOT NULL;\n", i)
		fmt.Fprintf(&sql, "CREATE INDEX ON t%d (owner, created_at);\n", i)
	}
	stmts := parse(b, sql.String())
	b.ReportAllocs()
	for b.Loop() {
		c := catalog.New()
		for i, s := range stmts {
			c.Snapshot()
			c.Apply(s, catalog.Origin{Migration: i})
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(stmts)), "ns/stmt")
}

// BenchmarkRenameAndDrop renames and drops tables of a catalog with 10,000.
func BenchmarkRenameAndDrop(b *testing.B) {
	var create, change strings.Builder
	create.WriteString("CREATE TABLE users (id int PRIMARY KEY);\n")
	for i := range 10_000 {
		fmt.Fprintf(&create, "CREATE TABLE t%d (id int PRIMARY KEY, o int REFERENCES users);\n", i)
	}
	for i := range 1_000 {
		fmt.Fprintf(&change, "ALTER TABLE t%d RENAME TO r%d; DROP TABLE t%d;\n", i, i, i+5_000)
	}
	c := catalog.New()
	for _, s := range parse(b, create.String()) {
		c.Apply(s, catalog.Origin{})
	}
	changes := parse(b, change.String())
	for b.Loop() {
		work := c.Snapshot()
		for _, s := range changes {
			work.Snapshot()
			work.Apply(s, catalog.Origin{})
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(changes)), "ns/stmt")
}
