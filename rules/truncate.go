package rules

import (
	"fmt"
	"strings"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/effect"
	"github.com/miglint/miglint/sqlast"
)

var truncate = &analyzer.Rule{
	Name: "truncate", Severity: analyzer.Error, Concern: analyzer.Losing, Since: "0.1.0",
	Aliases: []string{"ban-truncate-cascade"},
	Summary: "TRUNCATE empties a table, and with CASCADE every table that references it",
	Why: "All rows are gone at once, with ACCESS EXCLUSIVE held to the end of the transaction. CASCADE empties every table " +
		"with a foreign key to it, and those that reference them, named nowhere in the statement.",
	Instead: "Delete in batches what is really unwanted. If the table must be emptied, list every table that goes.",
	Except:  "The rows can be made again (a cache, a staging table).",
	Bad:     "SET lock_timeout = '5s';\nTRUNCATE sessions;\nRESET lock_timeout;\n",
	Good:    "CREATE TABLE staging (id int);\nINSERT INTO staging VALUES (1);\nTRUNCATE staging;\n",
	Run:     runTruncate,
}

func runTruncate(p *analyzer.Pass) {
	for op := range p.Ops() {
		trunc, ok := op.Op.(*sqlast.Truncate)
		if !ok {
			continue
		}
		named := map[string]bool{}
		var tables, also []string
		for _, t := range trunc.Tables {
			key := op.Before.Resolve(t.Name)
			named[key.String()] = true
			if !op.IsNew(key) {
				tables = append(tables, t.Name.String())
			}
		}
		for _, o := range op.Effect.Op(op.I).Loses {
			if o.Kind == sqlast.Table && !named[o.Name] {
				also = append(also, o.Name)
			}
		}
		if len(tables) == 0 && len(also) == 0 {
			continue
		}
		message := fmt.Sprintf("every row of %s is lost", strings.Join(tables, ", "))
		switch {
		case len(also) > 0:
			message += fmt.Sprintf(", and by CASCADE every row of %s", listed3(also))
		case trunc.Cascade:
			message += ", and by CASCADE every row of whatever references it"
		}
		p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{Message: message, Locks: op.Locks(op.I, effect.AccessExclusive)})
	}
}
