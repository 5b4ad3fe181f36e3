package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/internal/recipe"
	"github.com/miglint/miglint/sqlast"
)

var renameTable = &analyzer.Rule{
	Name: "rename-table", Severity: analyzer.Error, Concern: analyzer.Breaking, Since: "0.1.0",
	Aliases: []string{"renaming-table", "rename_table", "BC101"},
	Summary: "renaming a table or view, or moving it to another schema, breaks the code that is running",
	Why: "Old and new code run at once during a deploy. From the moment of the rename, every statement that names the table " +
		"as before fails.",
	Instead: "In the same transaction, leave a view under the old name: simple views accept INSERT, UPDATE and DELETE. Drop " +
		"it in a later release.",
	Except: "No released code names the table.",
	Bad:    "SET lock_timeout = '5s';\nALTER TABLE orders RENAME TO purchases;\nRESET lock_timeout;\n",
	Good:   "BEGIN;\nSET LOCAL lock_timeout = '5s';\nALTER TABLE orders RENAME TO purchases;\nCREATE VIEW orders AS SELECT * FROM purchases;\nCOMMIT;\n",
	Run:    runRenameTable,
}

func runRenameTable(p *analyzer.Pass) {
	taken, dropped := namesTaken(p), map[catalog.Key]bool{}
	for op := range p.Ops() {
		if drop, ok := op.Op.(*sqlast.Drop); ok && drop.Object == sqlast.Table {
			dropped[op.Before.Resolve(drop.Name)] = true
		}
		name, verb, ok := renamed(op.Op)
		if !ok || op.Effect.Op(op.I).Fails != nil {
			continue
		}
		if key := op.Before.Resolve(name); op.IsNew(key) || madeHere(op, key) || taken[key] > op.Index {
			continue
		}
		if rename, ok := op.Op.(*sqlast.Rename); ok && dropped[catalog.Key{Schema: op.Before.Resolve(name).Schema, Name: rename.New}] {
			continue // a table made before to take the place of another, which is what code names
		}
		d := analyzer.Diagnostic{Message: fmt.Sprintf("running code that names %s fails as soon as it is %s", name, verb)}
		if rename, ok := op.Op.(*sqlast.Rename); ok {
			next := sqlast.Name{Schema: name.Schema, Name: rename.New}
			var steps recipe.Steps
			d.Suggestion = steps.Add("in one transaction",
				op.Text, fmt.Sprintf("CREATE VIEW %s AS SELECT * FROM %s", name, next)).String()
		}
		p.ReportStmt(op.Stmt, op.I, d)
	}
}

// madeHere reports whether the script itself made a table, with whatever rows: no
// running code names it.
func madeHere(op analyzer.Op, key catalog.Key) bool {
	t := op.Before.TableAt(key)
	return t != nil && !t.Partial && t.Created.Same(op.Origin)
}

func renamed(op sqlast.Op) (name sqlast.Name, verb string, ok bool) {
	switch o := op.(type) {
	case *sqlast.Rename:
		switch o.Object {
		case sqlast.Table, sqlast.View, sqlast.MaterializedView, sqlast.ForeignTable:
			return o.Name, "called " + sqlast.QuoteIdent(o.New), true
		}
	case *sqlast.SetSchema:
		switch o.Object {
		case sqlast.Table, sqlast.View, sqlast.MaterializedView, sqlast.ForeignTable:
			return o.Name, "in schema " + sqlast.QuoteIdent(o.Schema), true
		}
	}
	return sqlast.Name{}, "", false
}

// namesTaken returns the last statement that gives a name to a relation, by its
// index: a view left in the place of a renamed table, or a table swapped in.
func namesTaken(p *analyzer.Pass) map[catalog.Key]int {
	taken := map[catalog.Key]int{}
	for op := range p.Ops() {
		switch o := op.Op.(type) {
		case *sqlast.CreateView:
			taken[op.Before.Resolve(o.Name)] = op.Index
		case *sqlast.CreateTable:
			taken[op.Before.Resolve(o.Name)] = op.Index
		case *sqlast.Rename:
			if _, _, ok := renamed(o); ok {
				taken[catalog.Key{Schema: op.Before.Resolve(o.Name).Schema, Name: o.New}] = op.Index
			}
		}
	}
	return taken
}
