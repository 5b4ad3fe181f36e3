package rules

import "github.com/miglint/miglint/analyzer"

var sqlxDirective = &analyzer.Rule{
	Name: "sqlx-directive", Severity: analyzer.Error, Concern: analyzer.Tidiness, Since: "0.1.0",
	Summary: "a sqlx migration's no-transaction line or its kind is not what sqlx takes it for",
	Why: "sqlx compares the first bytes of the file with `-- no-transaction`. Anywhere else, or spelled otherwise, it " +
		"is a comment: the migration runs in a transaction after all, and CONCURRENTLY fails in it. In a folder that " +
		"has both single files and pairs, going back skips the single ones.",
	Instead: "Make `-- no-transaction` the very first line of the file. Give all migrations a down file, or none.",
	Bad: `-- 1_parcels.sql --
-- Add migration script here
CREATE TABLE parcels (id bigint PRIMARY KEY);
-- 2_parcels_index.sql --
-- Add migration script here
--no-transaction
ANALYZE parcels;
`,
	Good: `-- 1_parcels.sql --
-- Add migration script here
CREATE TABLE parcels (id bigint PRIMARY KEY);
-- 2_parcels_index.sql --
-- no-transaction
ANALYZE parcels;
`,
	Run:       reportProblems,
	RunStream: reportStreamProblems,
}
