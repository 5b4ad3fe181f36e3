package rules

import "github.com/miglint/miglint/analyzer"

var atlasSum = &analyzer.Rule{
	Name: "atlas-sum", Severity: analyzer.Error, Concern: analyzer.Failing, Since: "0.1.0",
	Summary: "atlas.sum is not that of the files beside it",
	Why: "Atlas compares atlas.sum with the folder before it does anything, and stops when they differ: a file was " +
		"added, edited, renamed or deleted by hand, or two branches that each added one were merged. The deploy stops " +
		"here.",
	Instead: "Run `atlas migrate hash`. If a file that has run was edited, take the edit back instead and write a new " +
		"migration.",
	Bad: `-- 20260301090000_parcels.sql --
CREATE TABLE parcels (id bigint PRIMARY KEY);
-- atlas.sum --
h1:/A3HgBBuVdzDlyis0g6x1e9rWGINjy0CZkf3GMkn92Q=
20260301090000_labels.sql h1:gbMrLGfC5KPlnP9RnyPoVghsc2Ke8Cz2CYmFvF24vCk=
`,
	Good: `-- 20260301090000_parcels.sql --
CREATE TABLE parcels (id bigint PRIMARY KEY);
-- atlas.sum --
h1:ZaBz5Gna+9/YDPfcCuZamnltDyk+zFLRWmXRFXXeeSc=
20260301090000_parcels.sql h1:gO2dlAZvx0QG9uYMcMiWCn3l6BXKHz+spTaXcmRlTnA=
`,
	Run:       reportProblems,
	RunStream: reportStreamProblems,
}
