package rules

import "github.com/miglint/miglint/analyzer"

var flywayMixedTransaction = &analyzer.Rule{
	Name: "flyway-mixed-transaction", Severity: analyzer.Error, Concern: analyzer.Failing, Since: "0.1.0",
	Summary: "a Flyway migration mixes statements that need a transaction with statements that refuse one",
	Why: "Flyway leaves its transaction by itself for statements such as CREATE INDEX CONCURRENTLY, and " +
		"refuses a script that also holds others, unless `mixed` is set. The deploy stops here.",
	Instead: "Give the statement a migration of its own.",
	Bad: `-- V1__parcels.sql --
CREATE TABLE parcels (id bigint PRIMARY KEY, weight int);
CREATE INDEX CONCURRENTLY parcels_weight_idx ON parcels (weight);
`,
	Good: `-- V1__parcels.sql --
CREATE TABLE parcels (id bigint PRIMARY KEY, weight int);
-- V2__parcels_index.sql --
CREATE INDEX CONCURRENTLY parcels_weight_idx ON parcels (weight);
`,
	Run:       reportProblems,
	RunStream: reportStreamProblems,
}
