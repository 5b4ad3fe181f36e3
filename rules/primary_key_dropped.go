package rules

import (
	"fmt"
	"slices"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/internal/recipe"
	"github.com/miglint/miglint/sqlast"
)

var primaryKeyDropped = &analyzer.Rule{
	Name: "primary-key-dropped", Severity: analyzer.Warning, Concern: analyzer.Losing, Since: "0.1.0",
	Aliases: []string{"CD103"},
	Summary: "a primary key is dropped and the transaction gives the table no other",
	Why: "From this moment duplicates may come in, and then no key can be made again until they are found. Upserts with ON " +
		"CONFLICT on the key fail at once, and so do UPDATE and DELETE of a table that is published for logical " +
		"replication. Modelled on a migration that swapped a key in two steps: the second one failed on rows that had come " +
		"in twice in the meantime.",
	Instead: "Build the new key's unique index CONCURRENTLY beforehand, then drop the old key and add the new one USING INDEX " +
		"in the same ALTER TABLE.",
	Except: "A log that needs no key.",
	Bad: `-- 0001_parcels.sql --
CREATE TABLE parcels (id bigint PRIMARY KEY, number bigint NOT NULL);
-- 0002_drop_key.sql --
SET lock_timeout = '5s';
ALTER TABLE parcels DROP CONSTRAINT parcels_pkey;
RESET lock_timeout;
`,
	Good: `-- 0001_parcels.sql --
CREATE TABLE parcels (id bigint PRIMARY KEY, number bigint NOT NULL);
-- 0002_number_index.sql --
CREATE UNIQUE INDEX CONCURRENTLY parcels_number_key ON parcels (number);
-- 0003_swap_key.sql --
SET lock_timeout = '5s';
ALTER TABLE parcels DROP CONSTRAINT parcels_pkey, ADD CONSTRAINT parcels_pkey PRIMARY KEY USING INDEX parcels_number_key;
RESET lock_timeout;
`,
	Run: runPrimaryKeyDropped,
}

func runPrimaryKeyDropped(p *analyzer.Pass) {
	for op := range p.Ops() {
		drop, ok := op.Op.(*sqlast.DropConstraint)
		if !ok || op.Effect.Op(op.I).Fails != nil {
			continue
		}
		t := op.Before.Table(drop.Table.Name)
		if t == nil || op.IsNew(t.Key) || t.PrimaryKey() == nil || t.PrimaryKey().Name != drop.Constraint {
			continue
		}
		key := t.PrimaryKey()
		then := visibleAfter(p, op.Stmt)
		after := then.TableAt(t.Key)
		if after == nil || after.Doubtful && !t.Doubtful || !then.Shown(op.Origin) || after.PrimaryKey() != nil || hasUnique(after, key.Columns) {
			continue
		}
		if p.Stmts[0].Before.TableAt(t.Key) == nil && !t.Partial {
			continue // the script has put the table aside under this name
		}
		d := analyzer.Diagnostic{Message: fmt.Sprintf("%s loses its primary key (%s) and gets no other in the same transaction: duplicates may come in",
			drop.Table.Name, recipe.Idents(key.Columns))}
		if len(t.Publications) > 0 && t.ReplicaIdentity == "" {
			d.Message += ", and UPDATE and DELETE fail because the table is published"
		}
		p.ReportStmt(op.Stmt, op.I, d)
	}
}

// visibleAfter is the schema that others see once the statement has committed.
// Where the framework is not known, so is its transaction: there it is the schema
// after the script.
func visibleAfter(p *analyzer.Pass, s *analyzer.Stmt) *catalog.Catalog {
	last := s
	if s.Tx != nil {
		last = s.Tx.Stmts[len(s.Tx.Stmts)-1]
	} else if p.Stream.Framework.Name == "plain" {
		return p.After
	}
	if last.Index+1 < len(p.Stmts) {
		return p.Stmts[last.Index+1].Before
	}
	return p.After
}

// hasUnique reports whether a unique index still keeps duplicates out.
func hasUnique(t *catalog.Table, columns []string) bool {
	return slices.ContainsFunc(t.Indexes, func(i *catalog.Index) bool {
		if !i.Unique || !i.Valid || i.Where != nil {
			return false
		}
		for _, e := range i.Elements {
			if !slices.Contains(columns, e.Column) {
				return false
			}
		}
		return true
	})
}
