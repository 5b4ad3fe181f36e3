package rules

import (
	"fmt"
	"strings"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/internal/recipe"
	"github.com/miglint/miglint/sqlast"
)

var advisoryLockKept = &analyzer.Rule{
	Name: "advisory-lock-kept", Severity: analyzer.Warning, Concern: analyzer.Tidiness, Since: "0.1.0",
	Summary: "a session's advisory lock is taken and not given back",
	Why: "`pg_advisory_lock` belongs to the session: neither COMMIT nor ROLLBACK gives it back, only " +
		"`pg_advisory_unlock` or the end of the connection. Migration tools and poolers keep connections, so whoever " +
		"wants the lock next, the next deploy or a worker, waits for as long as that one lives. Modelled on a second replica " +
		"of a service that never came up.",
	Instead: "`pg_advisory_xact_lock` in a transaction, which gives it back by itself.",
	Bad:     "SELECT pg_advisory_lock(4711);\nCREATE TABLE parcels (id bigint PRIMARY KEY);\n",
	Good:    "BEGIN;\nSELECT pg_advisory_xact_lock(4711);\nCREATE TABLE parcels (id bigint PRIMARY KEY);\nCOMMIT;\n",
	Run:     runAdvisoryLockKept,
}

func runAdvisoryLockKept(p *analyzer.Pass) {
	var taken analyzer.Op
	var call *sqlast.FuncExpr // nil while none is taken
	for op := range p.Ops() {
		o, ok := op.Op.(*sqlast.Select)
		if !ok || o.Query == nil {
			if do, isDo := op.Op.(*sqlast.Do); isDo && strings.Contains(do.Body, "pg_advisory_unlock") {
				call = nil
			}
			continue
		}
		for _, f := range o.Query.Functions {
			switch f.Name.Name {
			case "pg_advisory_lock", "pg_advisory_lock_shared", "pg_try_advisory_lock", "pg_try_advisory_lock_shared":
				taken, call = op, f
			case "pg_advisory_unlock", "pg_advisory_unlock_shared", "pg_advisory_unlock_all":
				call = nil
			}
		}
	}
	if call == nil {
		return
	}
	args := make([]string, len(call.Args))
	for i, a := range call.Args {
		args[i] = a.Pos().Text()
	}
	kind := "lock"
	if strings.HasSuffix(call.Name.Name, "_shared") {
		kind = "lock_shared"
	}
	d := analyzer.Diagnostic{
		Message:    "the connection keeps this lock after the migration: whoever wants it waits until that closes",
		Suggestion: recipe.Statement(fmt.Sprintf("SELECT pg_advisory_un%s(%s)", kind, strings.Join(args, ", "))),
	}
	if taken.InTx() && !strings.HasPrefix(call.Name.Name, "pg_try") {
		d.Suggestion = recipe.Statement(fmt.Sprintf("SELECT pg_advisory_xact_%s(%s)", kind, strings.Join(args, ", ")))
	}
	p.ReportStmt(taken.Stmt, taken.I, d)
}
