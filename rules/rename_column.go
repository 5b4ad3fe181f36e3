package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/sqlast"
)

var renameColumn = &analyzer.Rule{
	Name: "rename-column", Severity: analyzer.Error, Concern: analyzer.Breaking, Since: "0.1.0",
	Aliases: []string{"renaming-column", "rename_column"},
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
	for op := range p.Ops() {
		rename, ok := op.Op.(*sqlast.Rename)
		if !ok || rename.Object != sqlast.Column || op.Effect.Op(op.I).Fails != nil {
			continue
		}
		key := op.Before.Resolve(rename.On.Name)
		if op.IsNew(key) || createdHere(op, op.Before.TableAt(key), rename.Old) || swapped(p, op, rename) {
			continue
		}
		p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{
			Message: fmt.Sprintf("running code that names %s.%s fails as soon as it is called %s",
				rename.On.Name, sqlast.QuoteIdent(rename.Old), sqlast.QuoteIdent(rename.New)),
		})
	}
}

// swapped reports whether the rename is a step of replacing one column by
// another: the script gives the old name to another column, or takes the new one
// from one.
func swapped(p *analyzer.Pass, op analyzer.Op, rename *sqlast.Rename) bool {
	key := op.Before.Resolve(rename.On.Name)
	for other := range p.Ops() {
		switch o := other.Op.(type) {
		case *sqlast.Rename:
			same := o.Object == sqlast.Column && o != rename && other.Before.Resolve(o.On.Name) == key
			if same && (o.New == rename.Old && other.Index >= op.Index || o.Old == rename.New && other.Index <= op.Index) {
				return true
			}
		case *sqlast.AddColumn:
			if o.Column.Name == rename.Old && other.Index >= op.Index && other.Before.Resolve(o.Table.Name) == key {
				return true
			}
		}
	}
	return false
}
