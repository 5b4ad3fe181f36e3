package rules

import "github.com/miglint/miglint/analyzer"

var nodePGMigrateDirective = &analyzer.Rule{
	Name: "node-pg-migrate-directive", Severity: analyzer.Error, Concern: analyzer.Tidiness, Since: "0.1.0",
	Summary: "a line that parts up from down is missing or not what node-pg-migrate looks for",
	Why: "node-pg-migrate finds the parts of a file by two comments. Where it does not find them, it takes the whole file " +
		"for the up: it creates a table and drops it again, and reports success.",
	Instead: "`-- Up Migration` before the up, `-- Down Migration` before the down, each once.",
	Bad: `-- 1767258000000_parcels.sql --
CREATE TABLE parcels (id bigint PRIMARY KEY);
-- Down Migration
DROP TABLE parcels;
`,
	Good: `-- 1767258000000_parcels.sql --
-- Up Migration
CREATE TABLE parcels (id bigint PRIMARY KEY);
-- Down Migration
DROP TABLE parcels;
`,
	Run:       reportProblems,
	RunStream: reportStreamProblems,
}
