package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/internal/recipe"
	"github.com/miglint/miglint/sqlast"
)

var securityDefinerSearchPath = &analyzer.Rule{
	Name: "security-definer-search-path", Severity: analyzer.Warning, Concern: analyzer.Losing, Since: "0.1.0",
	Summary: "a SECURITY DEFINER function looks its tables and operators up where the caller says",
	Why: "The function runs with its owner's rights, but with the caller's `search_path`. Whoever may call it, PUBLIC by " +
		"default, makes a table or function of the same name in a schema of their own, or in pg_temp, which comes first even " +
		"if nobody names it, and the function uses that one, as its owner. The manual's \"Writing SECURITY DEFINER " +
		"Functions Safely\" has the example of a password check that finds an attacker's table. Modelled on privilege " +
		"escalations in extensions, such as CVE-2018-1058 and CVE-2022-2625.",
	Instead: "`SET search_path = schema, pg_temp` in the definition, with pg_temp last; or a body in SQL (`RETURN …`, `BEGIN " +
		"ATOMIC`), whose names are resolved when it is created.",
	Bad: "CREATE TABLE accounts (id bigint PRIMARY KEY, owner text NOT NULL);\n" +
		"CREATE FUNCTION own_accounts() RETURNS bigint LANGUAGE sql SECURITY DEFINER\n" +
		"AS $$ SELECT count(*) FROM accounts WHERE owner = session_user $$;\n",
	Good: "CREATE TABLE accounts (id bigint PRIMARY KEY, owner text NOT NULL);\n" +
		"CREATE FUNCTION own_accounts() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp\n" +
		"AS $$ SELECT count(*) FROM accounts WHERE owner = session_user $$;\n",
	RunStream: runSecurityDefinerSearchPath,
}

// runSecurityDefinerSearchPath judges each function as it is at the end of
// history, for a later ALTER FUNCTION or CREATE OR REPLACE counts.
func runSecurityDefinerSearchPath(p *analyzer.StreamPass) {
	for f := range p.Final.AllFunctions() {
		if !f.SecurityDefiner || f.Atomic || slices.Contains(f.Settings, "search_path") || f.Language == "c" || f.Language == "internal" {
			continue
		}
		m := p.Judged(f.Created)
		if m == nil {
			continue
		}
		kind := "FUNCTION"
		if f.Procedure {
			kind = "PROCEDURE"
		}
		d := analyzer.Diagnostic{
			Span: f.BodyAt, Migration: m,
			Message:    fmt.Sprintf("%s runs as its owner but finds tables and operators by the caller's search_path", f.Key),
			Suggestion: recipe.Statement(fmt.Sprintf("ALTER %s %s SET search_path = %s, pg_temp", kind, signature(f), sqlast.QuoteIdent(f.Schema))),
		}
		doubt(p, f.Created, &d)
		p.Report(d)
	}
}

// signature is how ALTER FUNCTION names a function.
func signature(f *catalog.Function) string {
	args := f.InputArgs()
	types := make([]string, len(args))
	for i, a := range args {
		types[i] = a.Type.String()
	}
	return f.Key.String() + "(" + strings.Join(types, ", ") + ")"
}
