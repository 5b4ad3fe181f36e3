package rules

import (
	"fmt"
	"strings"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/internal/recipe"
	"github.com/miglint/miglint/sqlast"
)

var ambiguousOverload = &analyzer.Rule{
	Name: "ambiguous-overload", Severity: analyzer.Error, Concern: analyzer.Breaking, Since: "0.1.0",
	Summary: "a function with one more parameter leaves the old one beside it, and calls fit both",
	Why: "CREATE OR REPLACE FUNCTION replaces only a function of the very same parameter types. One more parameter, even " +
		"with a default \"so that old calls go on working\", makes a second function; a call that leaves the new parameter " +
		"out fits both, and PostgreSQL refuses to choose: \"function is not unique\" (SQLSTATE 42725). So do COMMENT and " +
		"GRANT that name the function without its parameters, which has stopped a deploy pipeline for a week; elsewhere " +
		"the fix came eight months later: a DO block that drops every function of the name.",
	Instead: "Drop the old function in the same transaction; the new one's default takes its calls.",
	Bad: "-- 0001_price.sql --\nCREATE FUNCTION price(parcel bigint) RETURNS int LANGUAGE sql AS 'SELECT 1';\n-- 0002_express.sql --\n" +
		"CREATE OR REPLACE FUNCTION price(parcel bigint, express boolean DEFAULT false) RETURNS int LANGUAGE sql AS 'SELECT 1';\n",
	Good: "-- 0001_price.sql --\nCREATE FUNCTION price(parcel bigint) RETURNS int LANGUAGE sql AS 'SELECT 1';\n-- 0002_express.sql --\n" +
		"BEGIN;\nDROP FUNCTION price(bigint);\n" +
		"CREATE FUNCTION price(parcel bigint, express boolean DEFAULT false) RETURNS int LANGUAGE sql AS 'SELECT 1';\nCOMMIT;\n",
	Run: runAmbiguousOverload,
}

func runAmbiguousOverload(p *analyzer.Pass) {
	for op := range p.Ops() {
		if do, ok := op.Op.(*sqlast.Do); ok && dropsFunctions(do.Body) {
			return // the old one may be among them
		}
		create, ok := op.Op.(*sqlast.CreateFunction)
		if !ok || op.Effect.Op(op.I).Fails != nil {
			continue
		}
		now := p.After.Replaced(create)
		if now == nil || !now.Created.Same(op.Origin) {
			continue
		}
		for _, old := range p.After.Functions(create.Name) {
			if old == now || old.Key != now.Key || old.Doubtful || old.Created.Same(op.Origin) && old.Created.Span.Start > op.Span.Start {
				continue
			}
			n := ambiguousCall(p.After, old, now)
			if n < 0 {
				continue
			}
			kind := "FUNCTION"
			if old.Procedure {
				kind = "PROCEDURE"
			}
			p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{
				Message: fmt.Sprintf("%s stays beside %s, and %s fits both: such calls fail as not unique",
					withArgs(create.Name, old), withArgs(create.Name, now), calledWith(create.Name, old, n)),
				Suggestion: "-- before it, in the same transaction\n" + recipe.Statement("DROP "+kind+" "+withArgs(create.Name, old)),
			})
			break
		}
	}
}

// dropsFunctions reports whether code may drop functions that it looks up.
func dropsFunctions(body string) bool {
	body = strings.ToLower(body)
	return strings.Contains(body, "pg_proc") || strings.Contains(body, "drop function") || strings.Contains(body, "drop routine")
}

// ambiguousCall returns the number of arguments of a call that fits both functions
// equally well; -1 if there is none (FuncnameGetCandidates in namespace.c: of
// candidates in one schema that differ only in what defaults fill in, none is
// better).
func ambiguousCall(c *catalog.Catalog, a, b *catalog.Function) int {
	first, second := a.InputArgs(), b.InputArgs()
	low := max(needed(first), needed(second))
	for n := 0; n <= min(len(first), len(second)); n++ {
		if n > 0 && (first[n-1].Mode == "variadic" || second[n-1].Mode == "variadic" || !sameParameter(c, first[n-1].Type, second[n-1].Type)) {
			return -1
		}
		if n >= low {
			return n
		}
	}
	return -1
}

// needed is the number of arguments that a call must give.
func needed(args []sqlast.FunctionArg) int {
	n := 0
	for _, arg := range args {
		if !arg.HasDefault {
			n++
		}
	}
	return n
}

func sameParameter(c *catalog.Catalog, a, b sqlast.TypeName) bool {
	return (a.ArrayDims > 0) == (b.ArrayDims > 0) && c.ResolveType(a.Name) == c.ResolveType(b.Name)
}

// withArgs is a function with the types of its parameters, as DROP FUNCTION
// names it.
func withArgs(name sqlast.Name, f *catalog.Function) string {
	return calledWith(name, f, len(f.InputArgs()))
}

// calledWith is a function with the types of its first parameters.
func calledWith(name sqlast.Name, f *catalog.Function, n int) string {
	var types []string
	for _, arg := range f.InputArgs()[:n] {
		types = append(types, arg.Type.String())
	}
	return name.String() + "(" + strings.Join(types, ", ") + ")"
}
