package rules

import (
	"fmt"
	"strings"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/effect"
	"github.com/miglint/miglint/internal/recipe"
	"github.com/miglint/miglint/sqlast"
)

var dropTable = &analyzer.Rule{
	Name: "drop-table", Severity: analyzer.Warning, Concern: analyzer.Losing, Since: "0.1.0",
	Aliases: []string{"ban-drop-table", "drop_table", "DS102"},
	Summary: "DROP TABLE loses every row, and locks the tables its foreign keys reference",
	Why: "The rows are gone, and code that still uses the table fails from this moment. Dropping a table with foreign keys " +
		"also takes ACCESS EXCLUSIVE on every table they reference: its reads and writes wait too.",
	Instead: "Make sure that no released code uses the table; drop its foreign keys first, one short transaction each, " +
		"under a `lock_timeout`; keep a copy if the rows may be wanted.",
	Except: "The table is known to be unused: `-- miglint:ignore drop-table` with the reason.",
	Bad:    "SET lock_timeout = '5s';\nDROP TABLE invoices;\nRESET lock_timeout;\n",
	Good:   "CREATE TABLE scratch (id int);\nDROP TABLE scratch;\n",
	Run:    runDropTable,
}

func runDropTable(p *analyzer.Pass) {
	for op := range p.Ops() {
		drop, ok := op.Op.(*sqlast.Drop)
		if !ok || drop.Object != sqlast.Table || op.Effect.Op(op.I).Fails != nil {
			continue
		}
		key := op.Before.Resolve(drop.Name)
		if op.IsNew(key) {
			continue
		}
		message := fmt.Sprintf("dropping table %s loses all its rows", drop.Name)
		var others []effect.Lock
		for _, l := range op.Locks(op.I, effect.AccessExclusive) {
			if l.Relation != key && l.Kind == sqlast.Table {
				others = append(others, l)
			}
		}
		if len(others) > 0 {
			message += fmt.Sprintf(", and blocks reads and writes of %s %s", relations(others), op.Until())
		}
		d := analyzer.Diagnostic{Message: message, Locks: others}
		if len(others) > 0 {
			d.Suggestion = recipe.DropTable(p, op.Stmt, drop)
		}
		p.ReportStmt(op.Stmt, op.I, d)
	}
}

func relations(locks []effect.Lock) string {
	names := make([]string, len(locks))
	for i, l := range locks {
		names[i] = l.Relation.String()
	}
	return strings.Join(names, ", ")
}
