package rules

import "github.com/miglint/miglint/analyzer"

var atlasDirective = &analyzer.Rule{
	Name: "atlas-directive", Severity: analyzer.Error, Concern: analyzer.Tidiness, Since: "0.1.0",
	Summary: "an Atlas directive is wrong or out of place",
	Why: "Atlas reads a file's directives only in the comment lines that it begins with, and only if an empty line " +
		"follows them. Anywhere else they are comments: a migration that asks for `txmode none` runs in a transaction " +
		"after all, and CONCURRENTLY fails in it.",
	Instead: "Put the directives at the top of the file and an empty line below them.",
	Bad: `-- 20260301090000_parcels.sql --
-- atlas:txmode none
ANALYZE;
`,
	Good: `-- 20260301090000_parcels.sql --
-- atlas:txmode none

ANALYZE;
`,
	Run:       reportProblems,
	RunStream: reportStreamProblems,
}
