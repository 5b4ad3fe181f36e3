package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/effect"
	"github.com/miglint/miglint/internal/recipe"
	"github.com/miglint/miglint/sqlast"
)

var setNotNullScan = &analyzer.Rule{
	Name: "set-not-null-scan", Severity: analyzer.Error, Concern: analyzer.Locking, Since: "0.1.0",
	Aliases: []string{"adding-not-nullable-field", "change_column_null", "E2", "MF104", "PG303"},
	Summary: "NOT NULL is set without a validated proof: every row is read while reads and writes are blocked",
	Why: "`SET NOT NULL` takes ACCESS EXCLUSIVE and reads the whole table, unless a valid CHECK whose AND-ed conditions " +
		"hold `column IS NOT NULL` proves it. `x > 0` or a NOT VALID check proves nothing, and dropping the check in the " +
		"same ALTER TABLE comes first and takes the proof away. ADD PRIMARY KEY on a nullable column does the same scan.",
	Instead: "Add a `CHECK (x IS NOT NULL) NOT VALID`, `VALIDATE` it in a later transaction, then `SET NOT NULL` and drop " +
		"the check. From PostgreSQL 18 on: `ADD CONSTRAINT … NOT NULL x NOT VALID`, then `VALIDATE`.",
	Bad: "ALTER TABLE orders ALTER COLUMN customer_id SET NOT NULL;\n",
	Good: `-- 0001_add_check.sql --
SET lock_timeout = '5s';
ALTER TABLE orders ADD CONSTRAINT orders_customer_id_not_null_check CHECK (customer_id IS NOT NULL) NOT VALID;
RESET lock_timeout;
ALTER TABLE orders VALIDATE CONSTRAINT orders_customer_id_not_null_check;
-- 0002_set_not_null.sql --
SET lock_timeout = '5s';
ALTER TABLE orders ALTER COLUMN customer_id SET NOT NULL;
ALTER TABLE orders DROP CONSTRAINT orders_customer_id_not_null_check;
RESET lock_timeout;
`,
	Run: runSetNotNullScan,
}

func runSetNotNullScan(p *analyzer.Pass) {
	for op := range p.Ops() {
		var table sqlast.Relation
		var columns []string
		switch o := op.Op.(type) {
		case *sqlast.SetNotNull:
			table, columns = o.Table, []string{o.Column}
		case *sqlast.AddConstraint:
			switch {
			case o.Constraint.Kind == sqlast.NotNullConstraint && !o.Constraint.NotValid:
				table, columns = o.Table, o.Constraint.Columns
			case o.Constraint.Kind == sqlast.PrimaryKey && o.Constraint.UsingIndex != "":
				table, columns = o.Table, indexColumns(op, o.Constraint.UsingIndex, o.Table.Name)
			}
		}
		if len(columns) == 0 || !scansExisting(op) {
			continue
		}
		p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{
			Message: fmt.Sprintf("reading all of %s to see that %s has no NULL blocks reads and writes %s",
				table.Name, recipe.Idents(columns), op.Until()),
			Locks:      op.Locks(op.I, effect.AccessExclusive),
			Suggestion: requireFirst(p, op, table, columns),
		})
	}
}

// requireFirst makes the columns NOT NULL without a long lock; what the statement
// is for can follow.
func requireFirst(p *analyzer.Pass, op analyzer.Op, table sqlast.Relation, columns []string) string {
	var steps recipe.Steps
	for _, column := range columns {
		steps.AddText(recipe.SetNotNull(op.Stmt, table, column, p.Options.PostgresMajor()))
	}
	if _, isKey := op.Op.(*sqlast.AddConstraint); isKey && len(op.Ops) == 1 && p.Options.PostgresMajor() < 18 {
		steps.Add("then", op.Text)
	}
	return steps.String()
}

// indexColumns returns the nullable columns of an index that is to become a
// primary key.
func indexColumns(op analyzer.Op, index string, table sqlast.Name) []string {
	t := op.Before.Table(table)
	if t == nil || t.Index(index) == nil {
		return nil
	}
	var columns []string
	for _, e := range t.Index(index).Elements {
		if c := t.Column(e.Column); c == nil || !c.NotNull {
			columns = append(columns, e.Column)
		}
	}
	return columns
}
