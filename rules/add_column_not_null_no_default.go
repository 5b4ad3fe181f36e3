package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/internal/recipe"
	"github.com/miglint/miglint/sqlast"
)

var addColumnNotNullNoDefault = &analyzer.Rule{
	Name: "add-column-not-null-no-default", Severity: analyzer.Error, Concern: analyzer.Failing, Since: "0.1.0",
	Aliases: []string{"adding-required-field", "add_column_not_null", "MF103"},
	Summary: "a column is made NOT NULL that has no value in the rows which are there already",
	Why: "The existing rows have no value for the column, so PostgreSQL refuses: \"column contains null values\" (SQLSTATE " +
		"23502). It works on the empty table of a developer's machine and stops the deploy in production. Where the table " +
		"is empty there too, the running code's INSERTs, which do not know the column, fail from then on. ADD COLUMN and a " +
		"later SET NOT NULL in the same migration, with nothing between them that fills the column, is the same in two steps.",
	Instead: "Add the column with a constant default, which costs nothing; or nullable, fill it in batches, and make it " +
		"NOT NULL by a validated check.",
	Except: "The table is known to be empty everywhere and nothing writes to it yet.",
	Bad:    "ALTER TABLE orders ADD COLUMN currency text NOT NULL;\n",
	Good:   "SET lock_timeout = '5s';\nALTER TABLE orders ADD COLUMN currency text NOT NULL DEFAULT 'EUR';\nRESET lock_timeout;\n",
	Run:    runAddColumnNotNullNoDefault,
}

func runAddColumnNotNullNoDefault(p *analyzer.Pass) {
	unfilled := map[addedColumn]analyzer.Op{}
	for op := range p.Ops() {
		add, ok := op.Op.(*sqlast.AddColumn)
		if fails := op.Effect.Op(op.I).Fails; fails != nil && fails.IfRows {
			switch {
			case !ok:
				reportUnfilled(p, op, unfilled)
			case !isEmpty(op, op.Before.Resolve(add.Table.Name)):
				p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{
					Message: fmt.Sprintf("adding required column %s fails if %s has rows; if it has none, running code that inserts without the column fails from then on",
						sqlast.QuoteIdent(add.Column.Name), add.Table.Name),
					Suggestion: recipe.RequiredColumn(p, op.Stmt, add),
				})
			}
		}
		if ok && withoutValue(op.Before, &add.Column) {
			unfilled[addedColumn{op.Before.Resolve(add.Table.Name), add.Column.Name}] = op
		}
		if mayFill(op.Op) {
			clear(unfilled)
		}
	}
}

// addedColumn is a column that the script has added to a table.
type addedColumn struct {
	table catalog.Key
	name  string
}

// withoutValue reports whether the rows that are there have NULL in a new column.
func withoutValue(before *catalog.Catalog, c *sqlast.ColumnDef) bool {
	if con, isConst := c.Default.(*sqlast.ConstExpr); c.Default != nil && (!isConst || con.Kind != sqlast.NullConst) {
		return false
	}
	if t := before.Type(c.Type.Name); t != nil && t.Domain && t.Default != nil {
		return false
	}
	return c.Generated == sqlast.NotGenerated && c.Identity == sqlast.NoIdentity && !c.Type.IsSerial()
}

// mayFill reports whether the op may give existing rows values, if only through a
// function or trigger that it sets off.
func mayFill(op sqlast.Op) bool {
	switch op := op.(type) {
	case *sqlast.Update, *sqlast.Merge, *sqlast.Delete, *sqlast.Do, *sqlast.Call, *sqlast.Other, *sqlast.Truncate, *sqlast.Rename:
		return true
	case *sqlast.Insert:
		return op.OnConflict
	case *sqlast.Select:
		return op.Query != nil && len(op.Query.Functions)+len(op.Query.Writes) > 0
	}
	return false
}

// reportUnfilled reports a column of the script's own that is made NOT NULL by a
// statement after the one that added it, or a later action of the same.
func reportUnfilled(p *analyzer.Pass, op analyzer.Op, unfilled map[addedColumn]analyzer.Op) {
	action, ok := op.Op.(sqlast.AlterAction)
	if !ok || op.Effect.Op(op.I).Fails.SQLState != "23502" {
		return
	}
	key := op.Before.Resolve(action.Target().Table.Name)
	if isEmpty(op, key) {
		return
	}
	var columns []string
	switch o := op.Op.(type) {
	case *sqlast.SetNotNull:
		columns = []string{o.Column}
	case *sqlast.AddConstraint:
		columns = o.Constraint.Columns
	}
	for _, name := range columns {
		by, ok := unfilled[addedColumn{key, name}]
		if !ok {
			continue
		}
		add := *by.Op.(*sqlast.AddColumn)
		add.Column.NotNull = true
		p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{
			Message: fmt.Sprintf("this fails if %s has rows: line %d adds column %s without a value for them, and nothing fills it (SQLSTATE 23502)",
				add.Table.Name, by.Op.Pos().StartPos().Line, sqlast.QuoteIdent(name)),
			Suggestion: recipe.RequiredColumn(p, by.Stmt, &add),
			Related:    []analyzer.Related{{Span: by.Op.Pos(), Message: "the column is added here"}},
		})
		return
	}
}

// isEmpty reports whether the script made the table itself and has put no row
// into it, or has just emptied it.
func isEmpty(op analyzer.Op, key catalog.Key) bool {
	t := op.Before.TableAt(key)
	return op.Empty(key) && (t == nil || t.Filled == nil || t.Emptied != nil)
}
