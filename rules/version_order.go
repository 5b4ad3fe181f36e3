package rules

import "github.com/miglint/miglint/analyzer"

var versionOrder = &analyzer.Rule{
	Name: "version-order", Severity: analyzer.Error, Concern: analyzer.Tidiness, Since: "0.1.0",
	Summary: "the framework runs the migrations in another order than their numbers say",
	Why: "A framework that sorts file names as text runs 10 before 2. What works on a database that grew " +
		"migration by migration fails on a new one.",
	Instead: "Give all numbers the same count of digits.",
	Bad: `-- 9_parcels.sql --
-- migrate:up
CREATE TABLE parcels (id bigint PRIMARY KEY);
-- migrate:down
DROP TABLE parcels;
-- 10_labels.sql --
-- migrate:up
CREATE TABLE labels (id bigint PRIMARY KEY);
-- migrate:down
DROP TABLE labels;
`,
	Good: `-- 09_parcels.sql --
-- migrate:up
CREATE TABLE parcels (id bigint PRIMARY KEY);
-- migrate:down
DROP TABLE parcels;
-- 10_labels.sql --
-- migrate:up
CREATE TABLE labels (id bigint PRIMARY KEY);
-- migrate:down
DROP TABLE labels;
`,
	Run:       reportProblems,
	RunStream: reportStreamProblems,
}
