package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/internal/recipe"
	"github.com/miglint/miglint/sqlast"
)

var policyWithoutRLS = &analyzer.Rule{
	Name: "policy-without-rls", Severity: analyzer.Error, Concern: analyzer.Failing, Since: "0.1.0",
	Summary: "policies are created for a table without row level security, where they have no effect",
	Why: "CREATE POLICY succeeds on any table, but until `ENABLE ROW LEVEL SECURITY` the server does not look at policies: " +
		"every role with the privilege sees and changes every row. The schema looks protected and is not. Modelled on public " +
		"applications whose tables were readable by everybody although each had its policies.",
	Instead: "`ALTER TABLE … ENABLE ROW LEVEL SECURITY` in the same transaction.",
	Bad: "CREATE TABLE notes (id bigint PRIMARY KEY, author text NOT NULL);\n" +
		"CREATE POLICY own ON notes USING (author = current_user);\n",
	Good: "CREATE TABLE notes (id bigint PRIMARY KEY, author text NOT NULL);\n" +
		"CREATE POLICY own ON notes USING (author = current_user);\nALTER TABLE notes ENABLE ROW LEVEL SECURITY;\n",
	RunStream: runPolicyWithoutRLS,
}

// runPolicyWithoutRLS judges the end of history. Where a migration disabled row
// level security, rls-disabled has said so.
func runPolicyWithoutRLS(p *analyzer.StreamPass) {
	for t := range p.Final.Secured() {
		if t.RLS || t.RLSAt != nil || !p.Final.Certain(t.Key) {
			continue
		}
		for _, policy := range t.Policies {
			m := p.Judged(policy.Created)
			if m == nil {
				continue
			}
			p.Report(analyzer.Diagnostic{
				Span: policy.Created.Span, Migration: m,
				Message: fmt.Sprintf("policy %s has no effect: row level security is not enabled for %s, and all of its rows are open",
					sqlast.QuoteIdent(policy.Name), t.Key),
				Suggestion: recipe.Statement(fmt.Sprintf("ALTER TABLE %s ENABLE ROW LEVEL SECURITY", t.Key)),
			})
			break // once for each table
		}
	}
}
