package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/sqlast"
)

var unloggedTable = &analyzer.Rule{
	Name: "unlogged-table", Severity: analyzer.Warning, Concern: analyzer.Losing, OptIn: true, Since: "0.1.0",
	Summary: "an unlogged table is emptied by a crash, and cannot be read on a replica",
	Why: "Changes of an unlogged table do not go to the WAL. After a crash or an immediate shutdown the server truncates it; on " +
		"a standby it cannot be read, and after a failover it is empty; a physical backup holds it empty.",
	Instead: "An ordinary table; for a bulk load, commit less often or raise `max_wal_size`.",
	Except:  "The rows can be made again at any time: a cache, a staging table.",
	Bad:     "CREATE UNLOGGED TABLE sessions (id bigint PRIMARY KEY, owner bigint);\n",
	Good:    "CREATE TABLE sessions (id bigint PRIMARY KEY, owner bigint);\n",
	Run:     runUnloggedTable,
}

func runUnloggedTable(p *analyzer.Pass) {
	for op := range p.Ops() {
		var name sqlast.Name
		switch o := op.Op.(type) {
		case *sqlast.CreateTable:
			if o.Persistence != sqlast.Unlogged {
				continue
			}
			name = o.Name
		case *sqlast.SetLogged:
			if o.Logged {
				continue
			}
			name = o.Table.Name
		default:
			continue
		}
		if t := p.After.Table(name); op.Effect.Op(op.I).Fails != nil || t == nil || t.Persistence != sqlast.Unlogged {
			continue
		}
		p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{
			Message: fmt.Sprintf("%s is unlogged: a crash or failover empties it, and replicas cannot read it", name),
		})
	}
}
