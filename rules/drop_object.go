package rules

import (
	"bytes"
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

var dropObject = &analyzer.Rule{
	Name: "drop-object", Severity: analyzer.Warning, Concern: analyzer.Breaking, Since: "0.1.0",
	Summary: "dropping a view or function breaks the code that is running and uses it",
	Why: "A view or function is an interface like a table. Old and new code run at once during a deploy: from the moment of " +
		"the drop, each query that reads the view (SQLSTATE 42P01) and each call of the function (42883) fails.",
	Instead: "Drop it in a later release than the code that used it. To change it, CREATE OR REPLACE, or drop and create it in " +
		"one transaction.",
	Except: "No released code uses it.",
	Bad:    "-- 0001_parcels.sql --\nCREATE TABLE parcels (id bigint PRIMARY KEY, weight int);\nCREATE VIEW heavy AS SELECT id, weight FROM parcels WHERE weight > 20;\n-- 0002_no_view.sql --\nSET lock_timeout = '5s';\nDROP VIEW heavy;\nRESET lock_timeout;\n",
	Good:   "-- 0001_parcels.sql --\nCREATE TABLE parcels (id bigint PRIMARY KEY, weight int);\nCREATE VIEW heavy AS SELECT id, weight FROM parcels WHERE weight > 20;\n-- 0002_view.sql --\nBEGIN;\nSET LOCAL lock_timeout = '5s';\nDROP VIEW heavy;\nCREATE VIEW heavy AS SELECT weight, id FROM parcels WHERE weight > 20;\nCOMMIT;\n",
	Run:    runDropObject,
}

func runDropObject(p *analyzer.Pass) {
	for op := range p.Ops() {
		drop, ok := op.Op.(*sqlast.Drop)
		if !ok || op.Effect.Op(op.I).Fails != nil {
			continue
		}
		state := ""
		switch drop.Object {
		case sqlast.View, sqlast.MaterializedView:
			if !viewMissed(p, op, drop) {
				continue
			}
			state = "reads"
		case sqlast.Function, sqlast.Procedure, sqlast.Aggregate:
			if !calledByCode(p, op, drop.Name) || len(p.After.Functions(drop.Name)) > 0 {
				continue
			}
			state = "calls"
		default:
			continue
		}
		p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{
			Message: fmt.Sprintf("running code that %s %s %s fails from here on", state, drop.Object, drop.Name),
		})
	}
}

// viewMissed reports whether a view was there before the script and nothing has
// its name when the script ends. One whose tables go too is not missed more than
// they are.
func viewMissed(p *analyzer.Pass, op analyzer.Op, drop *sqlast.Drop) bool {
	v := op.Before.View(drop.Name)
	if v == nil || v.Created.Same(op.Origin) {
		return false
	}
	if _, again := p.After.RelationKind(v.Key); again || madeByRepeatable(p, v.Name) {
		return false
	}
	for _, k := range v.Reads {
		if gone(p.After, k) {
			return false
		}
	}
	return true
}

// madeByRepeatable reports whether a repeatable migration, which runs after the
// others, names the view: it is where views are kept.
func madeByRepeatable(p *analyzer.Pass, name string) bool {
	for _, m := range p.Stream.Migrations {
		if !m.Repeatable {
			continue
		}
		for _, f := range m.Files {
			if bytes.Contains(f.Text, []byte(name)) {
				return true
			}
		}
	}
	return false
}

func gone(c *catalog.Catalog, k catalog.Key) bool {
	_, there := c.RelationKind(k)
	return !there
}
