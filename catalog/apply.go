package catalog

import "github.com/miglint/miglint/sqlast"

// Apply changes the catalog as the statement changes the schema. The statement
// is taken to have succeeded: what the catalog does not know, or knows
// otherwise, is made to fit. Transaction control is ignored: take snapshots and
// Restore them. The span of at is replaced by each op's own.
func (c *Catalog) Apply(stmt *sqlast.Statement, at Origin) {
}

func (c *Catalog) dropSchema(name string) {}
