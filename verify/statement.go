package verify

import (
	"fmt"

	"github.com/miglint/miglint/internal/pgparse"
	"github.com/miglint/miglint/source"
	"github.com/miglint/miglint/sqlast"
)

// statement is what has to be known about a statement to read the server's signs.
type statement struct {
	sql string
	// truncate: what the tables hold is looked at. Everywhere else a new file is a
	// rewrite.
	truncate bool
	// counted: the statement reads tables without saying so in a message, and
	// only in order to check them. Then the counter of sequential scans tells.
	counted      bool
	concurrently bool
	transaction  bool // it begins or ends a transaction, or a part of one
	needsOne     bool // a transaction, that is: alone it fails
	fromStdin    bool
}

// newStatement reads one statement. What the parser does not know is measured by
// the signs that need no knowledge of it.
func newStatement(sql string) (*statement, error) {
	file := source.NewFile("statement.sql", []byte(sql))
	res := pgparse.Parse(source.FileFragment(file, 0, len(file.Text)), pgparse.Options{})
	if len(res.Statements) != 1 {
		return nil, fmt.Errorf("measuring %q: %d statements, want one", abbreviate(sql), len(res.Statements))
	}
	st := &statement{sql: sql}
	for _, op := range res.Statements[0].Ops {
		switch op := op.(type) {
		case *sqlast.Truncate:
			st.truncate = true
		case *sqlast.AlterDomain, *sqlast.AlterAttribute:
			st.counted = true
		case *sqlast.CreateTable:
			st.counted = op.PartitionOf.Name != ""
		case *sqlast.CreateIndex:
			st.concurrently = op.Concurrently
		case *sqlast.Reindex:
			st.concurrently = op.Concurrently
		case *sqlast.RefreshMaterializedView:
			st.concurrently = op.Concurrently
		case *sqlast.Transaction:
			st.transaction = true
		case *sqlast.LockTable:
			st.needsOne = true
		case *sqlast.Copy:
			st.fromStdin = op.From && op.Stdin
		}
	}
	return st, nil
}
