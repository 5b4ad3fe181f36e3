package rules

import "github.com/miglint/miglint/analyzer"

var unreadableFile = &analyzer.Rule{
	Name: "unreadable-file", Severity: analyzer.Error, Concern: analyzer.Tidiness, Since: "0.1.0",
	Summary: "a migration cannot be read as text",
	Why: "The framework runs the file, or fails on it, and nobody can say what is in it: it is empty, binary, " +
		"not UTF-8, or too large to be a migration.",
	Instead: "Save the file as UTF-8 text, or take it out of the folder.",
	Bad: `-- 0001_empty.sql --
-- 0002_parcels.sql --
CREATE TABLE parcels (id bigint PRIMARY KEY);
`,
	Good: `-- 0002_parcels.sql --
CREATE TABLE parcels (id bigint PRIMARY KEY);
`,
	Run:       reportProblems,
	RunStream: reportStreamProblems,
}
