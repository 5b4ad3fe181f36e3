package rules

import "github.com/miglint/miglint/analyzer"

var bunDirective = &analyzer.Rule{
	Name: "bun-directive", Severity: analyzer.Error, Concern: analyzer.Tidiness, Since: "0.1.0",
	Summary: "a bun directive is misspelled",
	Why: "bun cuts a file into queries at its `--bun:split` lines. It refuses a file with any other line that " +
		"begins with `--bun:`, after it has recorded the migration as run, and takes everything else for a " +
		"comment: then the statements go to the server as one query, which runs them in one transaction.",
	Instead: "The directive is a line of exactly `--bun:split`.",
	Bad: `-- 20260301090000_parcels.up.sql --
CREATE TABLE parcels (id bigint PRIMARY KEY);
--bun:split
CREATE TABLE labels (id bigint PRIMARY KEY);
-- bun:split
CREATE TABLE depots (id bigint PRIMARY KEY);
-- 20260301090000_parcels.down.sql --
DROP TABLE depots, labels, parcels;
`,
	Good: `-- 20260301090000_parcels.up.sql --
CREATE TABLE parcels (id bigint PRIMARY KEY);
--bun:split
CREATE TABLE labels (id bigint PRIMARY KEY);
-- 20260301090000_parcels.down.sql --
DROP TABLE labels, parcels;
`,
	Run:       reportProblems,
	RunStream: reportStreamProblems,
}
