package rules

import "github.com/miglint/miglint/analyzer"

var ignoredFile = &analyzer.Rule{
	Name: "ignored-file", Severity: analyzer.Warning, Concern: analyzer.Tidiness, Since: "0.1.0",
	Summary: "a file looks like a migration, and the framework does not run it",
	Why: "The framework skips file names it does not understand without a word. The change is reviewed, merged " +
		"and never made.",
	Instead: "Rename the file as the message says, or move it out of the folder.",
	Bad: `-- 000001_parcels.up.sql --
CREATE TABLE parcels (id bigint PRIMARY KEY);
-- 000001_parcels.down.sql --
DROP TABLE parcels;
-- 000002_labels.sql --
CREATE TABLE labels (id bigint PRIMARY KEY);
`,
	Good: `-- 000001_parcels.up.sql --
CREATE TABLE parcels (id bigint PRIMARY KEY);
-- 000001_parcels.down.sql --
DROP TABLE parcels;
`,
	Run:       reportProblems,
	RunStream: reportStreamProblems,
}
