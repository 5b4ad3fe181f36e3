package rules

import "github.com/miglint/miglint/analyzer"

var goPGDirective = &analyzer.Rule{
	Name: "go-pg-directive", Severity: analyzer.Error, Concern: analyzer.Tidiness, Since: "0.1.0",
	Summary: "a directive of go-pg's migrations is misspelled",
	Why: "go-pg cuts a file into queries at its `--gopg:split` lines. It refuses a file with any other line that " +
		"begins with `--gopg:`, and takes everything else for a comment: then the statements go to the server as " +
		"one query, which runs them in one transaction.",
	Instead: "The directive is a line of exactly `--gopg:split`.",
	Bad: `-- 1_parcels.up.sql --
CREATE TABLE parcels (id bigint PRIMARY KEY);
--gopg:split
CREATE TABLE labels (id bigint PRIMARY KEY);
--gopg:spilt
CREATE TABLE depots (id bigint PRIMARY KEY);
-- 1_parcels.down.sql --
DROP TABLE depots, labels, parcels;
`,
	Good: `-- 1_parcels.up.sql --
CREATE TABLE parcels (id bigint PRIMARY KEY);
--gopg:split
CREATE TABLE labels (id bigint PRIMARY KEY);
-- 1_parcels.down.sql --
DROP TABLE labels, parcels;
`,
	Run:       reportProblems,
	RunStream: reportStreamProblems,
}
