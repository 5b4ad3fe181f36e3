package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/effect"
	"github.com/miglint/miglint/sqlast"
)

var tableRewrite = &analyzer.Rule{
	Name: "table-rewrite", Severity: analyzer.Error, Concern: analyzer.Locking, Since: "0.1.0",
	Aliases: []string{"PG307", "PG311"},
	Summary: "the statement copies a whole table while reads and writes are blocked",
	Why: "`SET LOGGED`, `SET UNLOGGED`, `SET ACCESS METHOD`, `SET TABLESPACE`, `SET EXPRESSION` of a stored column and " +
		"`ALTER ATTRIBUTE … CASCADE` copy every row under ACCESS EXCLUSIVE.",
	Instead: "Create a new table (or column) with the property, fill it in batches while a trigger keeps it in step, and swap.",
	Except:  "The table is small (list it under `small-tables`), or the pause is planned.",
	Bad:     "ALTER TABLE events SET LOGGED;\n",
	Good:    "CREATE TABLE events_logged (id bigint PRIMARY KEY, body text);\n",
	Run:     runTableRewrite,
}

func runTableRewrite(p *analyzer.Pass) {
	for op := range p.Ops() {
		switch op.Op.(type) {
		case *sqlast.AddColumn, *sqlast.AlterColumnType, *sqlast.Vacuum, *sqlast.Cluster, *sqlast.Truncate, *sqlast.RefreshMaterializedView:
			continue // rules of their own
		}
		for _, r := range op.Effect.Op(op.I).Rewrites {
			if op.Cheap(r.Key) {
				continue
			}
			d := analyzer.Diagnostic{
				Message: fmt.Sprintf("this copies all of %s and blocks reads and writes %s", r.Key, op.Until()),
				Locks:   op.Locks(op.I, effect.AccessExclusive),
			}
			if _, virtual := op.Op.(*sqlast.SetExpression); r.Maybe && virtual { // nobody writes the others to change nothing
				d.Severity = analyzer.Warning
				d.Message = fmt.Sprintf("this may copy all of %s, and then blocks reads and writes %s", r.Key, op.Until())
			}
			if r.Why != "" {
				d.Message += ": " + r.Why
			}
			p.ReportStmt(op.Stmt, op.I, d)
			break
		}
	}
}
