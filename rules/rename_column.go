package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

var renameColumn = &analyzer.Rule{
	Name: "rename-column", Severity: analyzer.Error, Concern: analyzer.Breaking, Since: "0.1.0",
	Aliases: []string{"renaming-column", "rename_column", "BC102"},
	Summary: "renaming a column breaks the code that is running while the migration runs",
	Why: "Old and new code run at once during a deploy. From the moment of the rename, every statement of the old code that " +
		"names the column fails; functions written in SQL or PL/pgSQL that name it fail too.",
	Instead: "Add the new column, write both, fill the old rows, read the new one, and drop the old one in a later release.",
	Except:  "No released code names the column.",
	Bad:     "SET lock_timeout = '5s';\nALTER TABLE orders RENAME COLUMN total TO gross_total;\nRESET lock_timeout;\n",
	Good:    "SET lock_timeout = '5s';\nALTER TABLE orders ADD COLUMN gross_total numeric(12,2);\nRESET lock_timeout;\n",
	Run:     runRenameColumn,
}

func runRenameColumn(p *analyzer.Pass) {
	given, left := columnNames(p)
	for op := range p.Ops() {
		rename, ok := op.Op.(*sqlast.Rename)
		if !ok || rename.Object != sqlast.Column || op.Effect.Op(op.I).Fails != nil {
			continue
		}
		key := op.Before.Resolve(rename.On.Name)
		first, isLeft := left[catalog.ColumnRef{Table: key, Column: rename.New}]
		swapped := given[catalog.ColumnRef{Table: key, Column: rename.Old}] > op.Index || isLeft && first < op.Index
		if op.IsNew(key) || createdHere(op, op.Before.TableAt(key), rename.Old) || swapped {
			continue
		}
		p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{
			Message: fmt.Sprintf("running code that names %s.%s fails as soon as it is called %s",
				rename.On.Name, sqlast.QuoteIdent(rename.Old), sqlast.QuoteIdent(rename.New)),
		})
	}
}

// columnNames tells the steps of replacing one column by another: the last
// statement that gives a name to a column, and the first that takes one away.
func columnNames(p *analyzer.Pass) (given, left map[catalog.ColumnRef]int) {
	given, left = map[catalog.ColumnRef]int{}, map[catalog.ColumnRef]int{}
	for op := range p.Ops() {
		switch o := op.Op.(type) {
		case *sqlast.Rename:
			if o.Object != sqlast.Column {
				continue
			}
			key := op.Before.Resolve(o.On.Name)
			given[catalog.ColumnRef{Table: key, Column: o.New}] = op.Index
			if _, again := left[catalog.ColumnRef{Table: key, Column: o.Old}]; !again {
				left[catalog.ColumnRef{Table: key, Column: o.Old}] = op.Index
			}
		case *sqlast.AddColumn:
			given[catalog.ColumnRef{Table: op.Before.Resolve(o.Table.Name), Column: o.Column.Name}] = op.Index
		}
	}
	return given, left
}
