package rules

import (
	"fmt"
	"slices"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/source"
	"github.com/miglint/miglint/sqlast"
)

var settingLeaks = &analyzer.Rule{
	Name: "setting-leaks", Severity: analyzer.Warning, Concern: analyzer.Tidiness, Since: "0.1.0",
	Summary: "a timeout, search_path or role set for the session stays in force for the migrations that follow",
	Why: "`SET` lasts as long as the connection. The next migration on it runs under a timeout it does not know of: a five " +
		"second lock_timeout then cancels a CREATE INDEX CONCURRENTLY and leaves an INVALID index. A search_path that " +
		"stays makes the next one create its tables elsewhere.",
	Instead: "`SET LOCAL` in a transaction; else `RESET` at the end of the migration.",
	Bad:     "SET lock_timeout = '5s';\nALTER TABLE orders ADD COLUMN note text;\n",
	Good:    "SET lock_timeout = '5s';\nALTER TABLE orders ADD COLUMN note text;\nRESET lock_timeout;\n",
	Run:     runSettingLeaks,
}

// leaky are the settings whose leaking changes what later migrations do.
var leaky = []string{"lock_timeout", "statement_timeout", "search_path", "role", "session_replication_role", "row_security"}

func runSettingLeaks(p *analyzer.Pass) {
	left := map[string]source.Span{} // set for the session and not put back, by name
	for _, s := range p.Stmts {
		for _, op := range s.Ops {
			set, ok := op.(*sqlast.Set)
			switch {
			case !ok || set.Local:
			case set.Reset && set.Name == "all":
				clear(left)
			case set.Reset:
				delete(left, set.Name)
			case slices.Contains(leaky, set.Name) && !usualPath(set):
				left[set.Name] = set.Pos()
			}
		}
	}
	for _, name := range leaky {
		if at, ok := left[name]; ok {
			p.Report(analyzer.Diagnostic{Span: at,
				Message:    fmt.Sprintf("%s stays set for the migrations that follow on this connection", name),
				Suggestion: fmt.Sprintf("RESET %s;", name)})
		}
	}
}

// usualPath reports whether the op sets search_path to what it is anyway: the
// first lines of a dump do so.
func usualPath(set *sqlast.Set) bool {
	usual := []string{"$user", "public", "pg_catalog"}
	other := func(schema string) bool { return !slices.Contains(usual, schema) }
	return set.Name == "search_path" && slices.Contains(set.Values, "public") && !slices.ContainsFunc(set.Values, other)
}
