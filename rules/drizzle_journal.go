package rules

import "github.com/miglint/miglint/analyzer"

var drizzleJournal = &analyzer.Rule{
	Name: "drizzle-journal", Severity: analyzer.Error, Concern: analyzer.Tidiness, Since: "0.1.0",
	Summary: "Drizzle's journal makes a migration be skipped, or all of them fail",
	Why: "Drizzle before 1.0 runs an entry only if its `when` is after that of the newest that has run. One that two " +
		"branches brought in the other order is skipped where the other is in production, without a word, and runs " +
		"in a fresh database. An entry without a file stops all of them.",
	Instead: "Generate the migration again on top of the other branch, or give it a later `when`.",
	Bad: `-- meta/_journal.json --
{
  "dialect": "postgresql",
  "entries": [
    { "idx": 0, "when": 1772355600000, "tag": "0000_parcels" },
    { "idx": 1, "when": 1772355500000, "tag": "0001_depots" }
  ]
}
-- 0000_parcels.sql --
CREATE TABLE parcels (id bigint PRIMARY KEY);
-- 0001_depots.sql --
CREATE TABLE depots (id bigint PRIMARY KEY);
`,
	Good: `-- meta/_journal.json --
{
  "dialect": "postgresql",
  "entries": [
    { "idx": 0, "when": 1772355600000, "tag": "0000_parcels" },
    { "idx": 1, "when": 1772442000000, "tag": "0001_depots" }
  ]
}
-- 0000_parcels.sql --
CREATE TABLE parcels (id bigint PRIMARY KEY);
-- 0001_depots.sql --
CREATE TABLE depots (id bigint PRIMARY KEY);
`,
	Run:       reportProblems,
	RunStream: reportStreamProblems,
}
