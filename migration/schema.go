package migration

import (
	"github.com/miglint/miglint/internal/pgparse"
	"github.com/miglint/miglint/source"
	"github.com/miglint/miglint/sqlast"
)

// ReadSchema reads the output of pg_dump --schema-only, which replay can start
// from. Its statements that cannot be read carry a Problem.
func ReadSchema(f *source.File) []*sqlast.Statement {
	return pgparse.Parse(source.FileFragment(f, 0, len(f.Text)), pgparse.Options{PSQL: true}).Statements
}
