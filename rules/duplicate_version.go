package rules

import "github.com/miglint/miglint/analyzer"

var duplicateVersion = &analyzer.Rule{
	Name: "duplicate-version", Severity: analyzer.Error, Concern: analyzer.Tidiness, Since: "0.1.0",
	Summary: "two migrations have the same version",
	Why: "The framework refuses to start, or runs one and never the other: which one depends on the database " +
		"it meets. It happens when two branches take the same next number and are merged one after the other.",
	Instead: "Give the newer one the next free version.",
	Bad: `-- 000001_parcels.up.sql --
CREATE TABLE parcels (id bigint PRIMARY KEY);
-- 000001_parcels.down.sql --
DROP TABLE parcels;
-- 000001_labels.up.sql --
CREATE TABLE labels (id bigint PRIMARY KEY);
-- 000001_labels.down.sql --
DROP TABLE labels;
`,
	Good: `-- 000001_parcels.up.sql --
CREATE TABLE parcels (id bigint PRIMARY KEY);
-- 000001_parcels.down.sql --
DROP TABLE parcels;
-- 000002_labels.up.sql --
CREATE TABLE labels (id bigint PRIMARY KEY);
-- 000002_labels.down.sql --
DROP TABLE labels;
`,
	Run:       reportProblems,
	RunStream: reportStreamProblems,
}
