package rules

import (
	"fmt"
	"slices"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/internal/recipe"
	"github.com/miglint/miglint/sqlast"
)

var redundantIndex = &analyzer.Rule{
	Name: "redundant-index", Severity: analyzer.Info, Concern: analyzer.Tidiness, Since: "0.1.0",
	Summary: "an index has the columns with which another begins",
	Why: "Every INSERT, and most UPDATEs, write to both, both are cached and vacuumed, and no query needs the shorter one: a " +
		"btree on (a, b) finds the rows of a as well. Often the second one was to be on another column. Modelled on an index " +
		"named after a column that it is not on, and on unique indexes that repeat the primary key of every table.",
	Instead: "Drop the one that the other covers, or give it the columns that were meant.",
	Except:  "The wider index is so much larger that queries of the first column alone are measurably slower with it.",
	Bad: `CREATE TABLE parcels (id bigint PRIMARY KEY, depot bigint, shelf int);
CREATE INDEX parcels_depot_idx ON parcels (depot);
CREATE INDEX parcels_depot_shelf_idx ON parcels (depot, shelf);
`,
	Good: `CREATE TABLE parcels (id bigint PRIMARY KEY, depot bigint, shelf int);
CREATE INDEX parcels_depot_shelf_idx ON parcels (depot, shelf);
`,
	RunStream: runRedundantIndex,
}

// maxIndexes bounds the indexes of a table that are compared with each other.
const maxIndexes = 100

// runRedundantIndex looks at the schema that the last migration leaves, and
// reports at the index that came later.
func runRedundantIndex(p *analyzer.StreamPass) {
	for t := range p.Final.Tables() {
		indexes := t.Indexes[:min(len(t.Indexes), maxIndexes)]
		for n, i := range indexes {
			m := slices.IndexFunc(indexes, func(other *catalog.Index) bool { return other != i && covers(t, other, i) })
			if m < 0 || i.Parent != (catalog.Key{}) || isNeeded(p.Final, t, i) {
				continue
			}
			if later := indexes[max(n, m)]; p.Judged(later.Created) != nil {
				reportRedundant(p, t, i, indexes[m], later)
			}
		}
	}
}

func reportRedundant(p *analyzer.StreamPass, t *catalog.Table, i, other, later *catalog.Index) {
	has := "begins with the same columns"
	if len(i.Elements) == len(other.Elements) {
		has = "is on the same columns"
	}
	drop := "-- outside any transaction\nDROP INDEX CONCURRENTLY " + i.Key.String() + ";"
	if i.Constraint != "" {
		drop = recipe.Statement(fmt.Sprintf("ALTER TABLE %s DROP CONSTRAINT %s", t.Key, sqlast.QuoteIdent(i.Constraint)))
	}
	p.Report(analyzer.Diagnostic{
		Span: later.Created.Span, Migration: p.Judged(later.Created),
		Message: fmt.Sprintf("index %s of %s is not needed: %s %s %s, and each write updates both",
			sqlast.QuoteIdent(i.Name), t.Key, sqlast.QuoteIdent(other.Name), has, recipe.IndexDefinition(i)),
		Suggestion: drop,
	})
}

// covers reports whether a table's other index does all that i does. Of two that
// are alike, the one that belongs to a constraint covers, or the first.
func covers(t *catalog.Table, other, i *catalog.Index) bool {
	same := len(other.Elements) == len(i.Elements)
	switch {
	case !other.Valid || !i.Valid || len(other.Elements) < len(i.Elements) || len(i.Elements) == 0 || len(i.Include) > 0,
		other.Method != i.Method || !same && i.Method != "btree" || text(other.Where) != text(i.Where),
		i.Unique && (!same || !other.Unique || i.NullsNotDistinct != other.NullsNotDistinct),
		i.Constraint != "" && !i.Unique,
		same && i.Unique == other.Unique && !comesFirst(t, other, i):
		return false
	}
	for n, e := range i.Elements {
		o := other.Elements[n]
		if !sameKey(e, o) || e.Desc != o.Desc || e.NullsFirst != o.NullsFirst || e.NullsLast != o.NullsLast {
			return false
		}
	}
	return true
}

// comesFirst decides which of two indexes that are alike is to stay.
func comesFirst(t *catalog.Table, a, b *catalog.Index) bool {
	rank := func(i *catalog.Index) int {
		switch {
		case i.Primary:
			return 0
		case i.Constraint != "":
			return 1
		}
		return 2
	}
	if rank(a) != rank(b) {
		return rank(a) < rank(b)
	}
	return slices.Index(t.Indexes, a) < slices.Index(t.Indexes, b)
}

// isNeeded reports whether something else depends on the index: a foreign key, or
// logical replication.
func isNeeded(c *catalog.Catalog, t *catalog.Table, i *catalog.Index) bool {
	if t.ReplicaIdentity == i.Name {
		return true
	}
	if !i.Unique {
		return false
	}
	return slices.ContainsFunc(referencing(t), func(k catalog.Key) bool {
		from := c.TableAt(k)
		return from != nil && slices.ContainsFunc(from.Constraints, func(fk *catalog.Constraint) bool {
			return fk.Kind == sqlast.ForeignKey && fk.RefTable == t.Key && fk.RefIndex == i.Name
		})
	})
}
