package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/effect"
	"github.com/miglint/miglint/sqlast"
)

var vacuumFull = &analyzer.Rule{
	Name: "vacuum-full", Severity: analyzer.Error, Concern: analyzer.Locking, Since: "0.1.0",
	Aliases: []string{"ban-vacuum-full"},
	Summary: "VACUUM FULL and CLUSTER copy the table while reads and writes are blocked",
	Why: "Both write a new copy of the table and all its indexes under ACCESS EXCLUSIVE, and need the disk space for it. " +
		"Nobody reads or writes the table until they are done.",
	Instead: "Plain `VACUUM` to make space reusable; `pg_repack`, or `REPACK CONCURRENTLY` from PostgreSQL 19 on, to give it back.",
	Bad:     "VACUUM FULL events;\n",
	Good:    "VACUUM ANALYZE events;\n",
	Run:     runVacuumFull,
}

func runVacuumFull(p *analyzer.Pass) {
	for op := range p.Ops() {
		var command string
		var tables []sqlast.Relation
		switch o := op.Op.(type) {
		case *sqlast.Vacuum:
			if !o.Full {
				continue
			}
			command, tables = "VACUUM FULL", o.Tables
		case *sqlast.Cluster:
			if o.Concurrently {
				continue
			}
			command = "CLUSTER"
			if o.Repack {
				command = "REPACK"
			}
			if !o.Table.IsZero() {
				tables = []sqlast.Relation{o.Table}
			}
		default:
			continue
		}
		if op.Effect.Op(op.I).Fails != nil {
			continue
		}
		if table, all := firstExisting(op, tables); table != "" {
			if all {
				table = "one table of the database after the other"
			}
			p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{
				Message: fmt.Sprintf("%s copies %s and blocks its reads and writes %s", command, table, op.Until()),
				Locks:   op.Locks(op.I, effect.AccessExclusive),
			})
		}
	}
}

// firstExisting returns the first of the tables that matters; all is set when
// the statement names none and so means every table.
func firstExisting(op analyzer.Op, tables []sqlast.Relation) (name string, all bool) {
	if len(tables) == 0 {
		return "every table", true
	}
	for _, t := range tables {
		if !op.Minor(op.Before.Resolve(t.Name)) {
			return t.Name.String(), false
		}
	}
	return "", false
}
