package rules

import (
	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/sqlast"
)

var reassignOwned = &analyzer.Rule{
	Name: "reassign-owned", Severity: analyzer.Error, Concern: analyzer.Locking, Since: "0.1.0",
	Summary: "REASSIGN OWNED locks everything that a role owns against reads and writes, until the transaction ends",
	Why: "Each table, index, view and sequence of the role is locked ACCESS EXCLUSIVE, one after the other, and none is given " +
		"back before the end: whoever holds one of them keeps all the others locked. The deadlock with running " +
		"transactions, which take theirs in another order, is likely. It names nothing, so what it changes depends on the " +
		"database it runs in. Measured on PostgreSQL 14 to 18. Modelled on a change of the owner of a whole schema " +
		"during traffic.",
	Instead: "`ALTER TABLE … OWNER TO` for one table after the other, each in its own transaction with a short lock_timeout.",
	Bad:     "REASSIGN OWNED BY CURRENT_USER TO pg_monitor;\n",
	Good:    "SET lock_timeout = '5s';\nALTER TABLE orders OWNER TO CURRENT_USER;\nRESET lock_timeout;\n",
	Run:     runReassignOwned,
}

func runReassignOwned(p *analyzer.Pass) {
	for op := range p.Ops() {
		if o, ok := op.Op.(*sqlast.Other); ok && o.Tag == "REASSIGN OWNED" {
			p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{
				Message: "this locks every table of the role against reads and writes " + op.Until()})
		}
	}
}
