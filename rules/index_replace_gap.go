package rules

import (
	"fmt"
	"slices"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/internal/recipe"
	"github.com/miglint/miglint/sqlast"
)

var indexReplaceGap = &analyzer.Rule{
	Name: "index-replace-gap", Severity: analyzer.Warning, Concern: analyzer.Breaking, Since: "0.1.0",
	Summary: "an index is dropped before the one that replaces it is built: queries run without either in between",
	Why: "The drop commits at once, the new index may take an hour to build. Until then every query that relied on it reads " +
		"the whole table, and the load that makes slows the build down further. A unique index that is gone lets " +
		"duplicates in, and building the new one then fails, which leaves none. Modelled on an index that was to get one " +
		"more column: the site was down until the build had ended.",
	Instead: "Build the new index first, under a name of its own, then drop the old one, and rename if the name matters.",
	Bad: `-- 0001_parcels.sql --
CREATE TABLE parcels (id bigint PRIMARY KEY, depot bigint, shelf int);
CREATE INDEX parcels_depot_idx ON parcels (depot);
-- 0002_wider_index.sql --
DROP INDEX CONCURRENTLY parcels_depot_idx;
CREATE INDEX CONCURRENTLY parcels_depot_shelf_idx ON parcels (depot, shelf);
`,
	Good: `-- 0001_parcels.sql --
CREATE TABLE parcels (id bigint PRIMARY KEY, depot bigint, shelf int);
CREATE INDEX parcels_depot_idx ON parcels (depot);
-- 0002_wider_index.sql --
CREATE INDEX CONCURRENTLY parcels_depot_shelf_idx ON parcels (depot, shelf);
DROP INDEX CONCURRENTLY parcels_depot_idx;
`,
	Run: runIndexReplaceGap,
}

// goneIndex is an index that the script has dropped, and where.
type goneIndex struct {
	*catalog.Index
	by analyzer.Op
}

func runIndexReplaceGap(p *analyzer.Pass) {
	var gone []goneIndex
	for op := range p.Ops() {
		if fails := op.Effect.Op(op.I).Fails; fails != nil && !fails.IfRows {
			continue
		}
		if i := droppedIndex(op); i != nil && len(gone) < maxGone {
			gone = append(gone, goneIndex{i, op})
			continue
		}
		built := builtIndex(op)
		if built == nil {
			continue
		}
		gone = slices.DeleteFunc(gone, func(g goneIndex) bool {
			if !gapBetween(p, g.by, op) || !replaces(g.Index, built) || servedBy(op.Before.TableAt(g.Table), g.Index) {
				return false
			}
			reportGap(p, g, op, built)
			return true
		})
	}
}

// gapBetween reports whether others can see the table after the one op and before
// the other. Where the framework is not known, so is its transaction: there only
// CONCURRENTLY shows that there is none.
func gapBetween(p *analyzer.Pass, drop, build analyzer.Op) bool {
	if drop.Stmt == build.Stmt || drop.Tx != nil && drop.Tx == build.Tx {
		return false
	}
	_, a := concurrently(drop.Op)
	_, b := concurrently(build.Op)
	return a || b || p.Stream.Framework.Name != "plain"
}

// maxGone bounds the dropped indexes that are looked at for each new one.
const maxGone = 100

// droppedIndex returns the index that the op drops, of a table that matters.
func droppedIndex(op analyzer.Op) *catalog.Index {
	var i *catalog.Index
	switch o := op.Op.(type) {
	case *sqlast.Drop:
		if o.Object == sqlast.Index {
			i = op.Before.IndexAt(op.Before.Resolve(o.Name))
		}
	case *sqlast.DropConstraint:
		if t := op.Before.Table(o.Table.Name); t != nil {
			if c := t.Constraint(o.Constraint); c != nil && c.Index != "" {
				i = t.Index(c.Index)
			}
		}
	}
	if i == nil || !i.Valid || op.Cheap(i.Table) {
		return nil
	}
	return i
}

// builtIndex returns the index that the op builds from a table's rows.
func builtIndex(op analyzer.Op) *catalog.Index {
	switch o := op.Op.(type) {
	case *sqlast.CreateIndex:
		return &catalog.Index{Key: catalog.Key{Name: o.Name}, Table: op.Before.Resolve(o.Table.Name), Unique: o.Unique,
			Method: o.Method, Elements: o.Elements, Where: o.Where}
	case *sqlast.AddConstraint:
		if c := o.Constraint; (c.Kind == sqlast.Unique || c.Kind == sqlast.PrimaryKey) && c.UsingIndex == "" {
			i := &catalog.Index{Key: catalog.Key{Name: c.Name}, Table: op.Before.Resolve(o.Table.Name), Unique: true,
				Method: "btree", Constraint: c.Name}
			for _, name := range c.Columns {
				i.Elements = append(i.Elements, sqlast.IndexElem{Column: name})
			}
			return i
		}
	}
	return nil
}

// replaces reports whether a new index is for the queries of an old one: it has
// its name, or is of the same kind for the same rows and begins with the same key.
func replaces(old, built *catalog.Index) bool {
	if old.Table != built.Table || old.Name == built.Name {
		return old.Table == built.Table
	}
	return old.Method == built.Method && text(old.Where) == text(built.Where) &&
		len(old.Elements) > 0 && len(built.Elements) > 0 && sameKey(old.Elements[0], built.Elements[0])
}

// servedBy reports whether an index that is left serves the queries of an old
// one: the old one's keys are its first.
func servedBy(t *catalog.Table, old *catalog.Index) bool {
	return t != nil && slices.ContainsFunc(t.Indexes, func(i *catalog.Index) bool {
		return i.Valid && i.Method == old.Method && i.Where == nil && len(i.Elements) >= len(old.Elements) && i.Name != old.Name &&
			slices.EqualFunc(i.Elements[:len(old.Elements)], old.Elements, sameKey)
	})
}

func sameKey(a, b sqlast.IndexElem) bool {
	return a.Column == b.Column && text(a.Expr) == text(b.Expr) && a.Collation.Name == b.Collation.Name && a.OpClass.Name == b.OpClass.Name
}

func text(e sqlast.Expr) string {
	if e == nil {
		return ""
	}
	return e.Pos().Text()
}

func reportGap(p *analyzer.Pass, g goneIndex, op analyzer.Op, built *catalog.Index) {
	line := op.Line()
	meanwhile := "queries of %s run without either"
	if g.Unique {
		meanwhile = "queries of %s run without either, and duplicates may come in"
	}
	d := analyzer.Diagnostic{
		Message: fmt.Sprintf("index %s is gone before line %d builds what replaces it: until then "+meanwhile,
			sqlast.QuoteIdent(g.Name), line, g.Table),
		Related: []analyzer.Related{{Span: op.Span, Message: "the replacement is built here"}},
	}
	if create, ok := op.Op.(*sqlast.CreateIndex); ok && g.Constraint == "" && built.Name != "" {
		d.Suggestion = recipe.ReplaceIndex(p, op.Stmt, create, g.Index)
	}
	p.ReportStmt(g.by.Stmt, g.by.I, d)
}
