package rules

import (
	"strings"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/internal/recipe"
	"github.com/miglint/miglint/sqlast"
)

var enumValueUsedInTransaction = &analyzer.Rule{
	Name: "enum-value-used-in-transaction", Severity: analyzer.Error, Concern: analyzer.Failing, Since: "0.1.0",
	Summary: "a new enum value is used in the transaction that adds it",
	Why: "PostgreSQL accepts `ALTER TYPE … ADD VALUE` in a transaction, but refuses to use the value before the commit: " +
		"\"unsafe use of new value\" (SQLSTATE 55P04), even as the DEFAULT of a column.",
	Instead: "Add the value in one migration and use it in the next.",
	Bad: "CREATE TYPE parcel_state AS ENUM ('packed');\nCREATE TABLE parcels (id bigint PRIMARY KEY, state parcel_state);\nBEGIN;\n" +
		"ALTER TYPE parcel_state ADD VALUE 'lost';\nALTER TABLE parcels ALTER COLUMN state SET DEFAULT 'lost';\nCOMMIT;\n",
	Good: "CREATE TYPE parcel_state AS ENUM ('packed');\nCREATE TABLE parcels (id bigint PRIMARY KEY, state parcel_state);\n" +
		"ALTER TYPE parcel_state ADD VALUE 'lost';\nALTER TABLE parcels ALTER COLUMN state SET DEFAULT 'lost';\n",
	Run: runEnumValueUsedInTransaction,
}

func runEnumValueUsedInTransaction(p *analyzer.Pass) {
	added := map[string]analyzer.Op{} // by value
	for op := range p.Ops() {
		if add, ok := op.Op.(*sqlast.AddEnumValue); ok {
			added[add.Value] = op
		}
		fails := op.Effect.Op(op.I).Fails
		if fails == nil || fails.SQLState != "55P04" {
			continue
		}
		d := analyzer.Diagnostic{
			Message: "this fails: " + fails.Message + ", because the transaction that adds the value has not committed",
		}
		if len(op.Ops) == 1 {
			d.Suggestion = "-- in a later migration\n" + recipe.Statement(op.Text)
		}
		if by := added[quotedValue(fails.Message)]; by.Op != nil && by.Tx == op.Tx {
			add := by.Op.(*sqlast.AddEnumValue)
			d.Related = []analyzer.Related{{Span: add.ValueAt, Message: "the value is added here"}}
		}
		p.ReportStmt(op.Stmt, op.I, d)
	}
}

// quotedValue is the first thing in double quotes: the server's message names the
// value so.
func quotedValue(message string) string {
	_, rest, _ := strings.Cut(message, `"`)
	value, _, _ := strings.Cut(rest, `"`)
	return value
}
