package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/effect"
	"github.com/miglint/miglint/sqlast"
)

var exclusionConstraint = &analyzer.Rule{
	Name: "exclusion-constraint", Severity: analyzer.Error, Concern: analyzer.Locking, Since: "0.1.0",
	Aliases: []string{"add_exclusion_constraint", "E8"},
	Summary: "an EXCLUDE constraint builds its index while reads and writes are blocked",
	Why: "`ADD CONSTRAINT … EXCLUDE` builds an index and compares every row under ACCESS EXCLUSIVE. There is no NOT VALID " +
		"and no USING INDEX for it.",
	Instead: "Create the constraint with the table. On a large table: a new table with the constraint, filled in batches " +
		"and swapped in.",
	Except: "The table is small, or the pause is planned.",
	Bad:    "ALTER TABLE bookings ADD CONSTRAINT bookings_no_overlap EXCLUDE USING gist (room WITH =, during WITH &&);\n",
	Good:   "CREATE TABLE room_bookings (id bigint PRIMARY KEY, room int4range, CONSTRAINT room_bookings_no_overlap EXCLUDE USING gist (room WITH &&));\n",
	Run:    runExclusionConstraint,
}

func runExclusionConstraint(p *analyzer.Pass) {
	for op := range p.Ops() {
		add, ok := op.Op.(*sqlast.AddConstraint)
		if !ok || add.Constraint.Kind != sqlast.Exclusion || !buildsOnExisting(op) {
			continue
		}
		p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{
			Message: fmt.Sprintf("building the index of this exclusion constraint blocks reads and writes of %s %s",
				add.Table.Name, op.Until()),
			Locks: op.Locks(op.I, effect.AccessExclusive),
		})
	}
}
