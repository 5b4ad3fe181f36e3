package rules

import (
	"fmt"
	"slices"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/internal/recipe"
	"github.com/miglint/miglint/sqlast"
)

var policyAlwaysTrue = &analyzer.Rule{
	Name: "policy-always-true", Severity: analyzer.Warning, Concern: analyzer.Losing, Since: "0.1.0",
	Summary: "a permissive policy lets every role change every row",
	Why: "A policy without `TO` is for PUBLIC, and permissive policies are joined with OR: `USING (true)` for UPDATE, DELETE or " +
		"ALL makes every other policy of the table void for that command. It is mostly meant for one role, such as that of a " +
		"background service, whose name was forgotten. Modelled on policies called \"service role only\" that let " +
		"everybody write. A policy FOR SELECT or FOR INSERT is left alone: tables that all may read, and forms that all may " +
		"fill in, are common.",
	Instead: "Name the role with `TO`, or write the condition.",
	Bad: "CREATE TABLE notes (id bigint PRIMARY KEY, author text NOT NULL);\n" +
		"CREATE POLICY service ON notes USING (true);\nALTER TABLE notes ENABLE ROW LEVEL SECURITY;\n",
	Good: "CREATE TABLE notes (id bigint PRIMARY KEY, author text NOT NULL);\n" +
		"CREATE POLICY service ON notes TO pg_write_all_data USING (true);\nALTER TABLE notes ENABLE ROW LEVEL SECURITY;\n",
	RunStream: runPolicyAlwaysTrue,
}

// runPolicyAlwaysTrue judges the policies that are in force at the end of history.
func runPolicyAlwaysTrue(p *analyzer.StreamPass) {
	for t := range p.Final.Secured() {
		for _, policy := range t.Policies {
			m := p.Judged(policy.Created)
			if m == nil || !t.RLS || !opensWrites(policy) {
				continue
			}
			verb := map[string]string{"update": "update", "delete": "delete"}[policy.Command]
			if verb == "" {
				verb = "read, update and delete"
			}
			p.Report(analyzer.Diagnostic{
				Span: policy.Created.Span, Migration: m,
				Message: fmt.Sprintf("policy %s is for PUBLIC and always true: every role with the privilege may %s every row of %s",
					sqlast.QuoteIdent(policy.Name), verb, t.Key),
				Suggestion: recipe.Statement(fmt.Sprintf("-- with the role it is meant for\nALTER POLICY %s ON %s TO CURRENT_USER",
					sqlast.QuoteIdent(policy.Name), t.Key)),
			})
		}
	}
}

// opensWrites reports whether a policy lets every role change rows whatever is in
// them. WITH CHECK is about the new row only, so it holds back no DELETE.
func opensWrites(p *catalog.Policy) bool {
	if p.Restrictive || !slices.Contains(p.Roles, "public") || !isTrue(p.Using) {
		return false
	}
	switch p.Command {
	case "all", "delete":
		return true
	case "update":
		return p.Check == nil || isTrue(p.Check)
	}
	return false
}

func isTrue(e sqlast.Expr) bool {
	c, ok := e.(*sqlast.ConstExpr)
	return ok && c.Kind == sqlast.BoolConst && c.Value == "true"
}
