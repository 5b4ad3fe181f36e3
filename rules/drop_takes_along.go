package rules

import (
	"fmt"
	"strings"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/effect"
	"github.com/miglint/miglint/sqlast"
)

var dropTakesAlong = &analyzer.Rule{
	Name: "drop-takes-along", Severity: analyzer.Warning, Concern: analyzer.Losing, Since: "0.1.0",
	Aliases: []string{"ban-drop-cascade"},
	Summary: "a DROP silently removes constraints, indexes, foreign keys or views that it does not name",
	Why: "Dropping a column drops every index and constraint it is part of, also those on several columns: uniqueness that " +
		"the code relies on is gone, and queries lose their index. CASCADE goes further and drops views, foreign keys of " +
		"other tables and whatever depends on those.",
	Instead: "Drop or replace each dependent object by name first, so that the review sees it; then drop without CASCADE.",
	Bad: `-- 0001_parcels.sql --
CREATE TABLE parcels (id bigint PRIMARY KEY, depot int, shelf int, CONSTRAINT parcels_place_key UNIQUE (depot, shelf));
COMMENT ON COLUMN parcels.shelf IS 'deprecated: shelves are gone';
-- 0002_drop_shelf.sql --
SET lock_timeout = '5s';
ALTER TABLE parcels DROP COLUMN shelf;
RESET lock_timeout;
`,
	Good: `-- 0001_parcels.sql --
CREATE TABLE parcels (id bigint PRIMARY KEY, depot int, shelf int, CONSTRAINT parcels_place_key UNIQUE (depot, shelf));
COMMENT ON COLUMN parcels.shelf IS 'deprecated: shelves are gone';
-- 0002_drop_shelf.sql --
SET lock_timeout = '5s';
ALTER TABLE parcels DROP CONSTRAINT parcels_place_key;
ALTER TABLE parcels DROP COLUMN shelf;
RESET lock_timeout;
`,
	Run: runDropTakesAlong,
}

func runDropTakesAlong(p *analyzer.Pass) {
	for op := range p.Ops() {
		if _, ok := op.Op.(*sqlast.Truncate); ok || op.Effect.Op(op.I).Fails != nil {
			continue
		}
		var gone []string
		for _, o := range op.Effect.Op(op.I).Loses {
			if o.Why != "" && worthNaming(op, o) {
				gone = append(gone, fmt.Sprintf("%s %s", o.Kind, o.Name))
			}
		}
		if len(gone) == 0 {
			continue
		}
		p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{
			Message: "this also drops " + listed3(gone),
		})
	}
}

// worthNaming leaves out what the named object takes along by its nature: the
// single-column index or constraint of a dropped column, the indexes and
// constraints of a dropped table, owned sequences.
func worthNaming(op analyzer.Op, o effect.Object) bool {
	switch drop := op.Op.(type) {
	case *sqlast.DropColumn:
		t := op.Before.Table(drop.Table.Name)
		if t == nil || op.IsNew(t.Key) {
			return false
		}
		return o.Kind != sqlast.Sequence && !onlyColumn(op, drop, o)
	case *sqlast.Drop:
		if op.IsNew(op.Before.Resolve(drop.Name)) {
			return false
		}
		switch o.Kind {
		case sqlast.View, sqlast.MaterializedView, sqlast.Table, sqlast.Column, sqlast.Function:
			return true
		case sqlast.TableConstraint:
			return drop.Object != sqlast.Table || !strings.HasPrefix(o.Name, op.Before.Resolve(drop.Name).String()+".")
		}
		return false
	case *sqlast.DropConstraint:
		return o.Kind != sqlast.Index
	}
	return false
}

// onlyColumn reports whether the lost index or constraint is about the dropped
// column alone.
func onlyColumn(op analyzer.Op, drop *sqlast.DropColumn, o effect.Object) bool {
	t := op.Before.Table(drop.Table.Name)
	name := o.Name[strings.LastIndex(o.Name, ".")+1:]
	if c := t.Constraint(name); c != nil && o.Kind == sqlast.TableConstraint {
		return len(c.Columns) == 1 && c.Kind != sqlast.PrimaryKey
	}
	if i := t.Index(name); i != nil && o.Kind == sqlast.Index {
		return len(i.Elements) == 1 && i.Elements[0].Column == drop.Column && i.Where == nil || i.Constraint != ""
	}
	return false
}

// listed3 joins up to three names and counts the rest.
func listed3(names []string) string {
	if len(names) > 3 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:3], ", "), len(names)-3)
	}
	return strings.Join(names, ", ")
}
