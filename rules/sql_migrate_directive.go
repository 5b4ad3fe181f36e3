package rules

import "github.com/miglint/miglint/analyzer"

var sqlMigrateDirective = &analyzer.Rule{
	Name: "sql-migrate-directive", Severity: analyzer.Error, Concern: analyzer.Tidiness, Since: "0.1.0",
	Summary: "a sql-migrate annotation is wrong or out of place",
	Why: "sql-migrate ignores an annotation it does not know without a word, so what follows runs in the wrong " +
		"direction: a misspelled Down makes the up drop what it has just created.",
	Instead: "The annotations are `-- +migrate Up`, `Down`, `StatementBegin` and `StatementEnd`; `notransaction` " +
		"may follow Up or Down.",
	Bad: `-- 1_parcels.sql --
-- +migrate Up
CREATE TABLE parcels (id bigint PRIMARY KEY);
-- +migrate Dwon
DROP TABLE parcels;
`,
	Good: `-- 1_parcels.sql --
-- +migrate Up
CREATE TABLE parcels (id bigint PRIMARY KEY);
-- +migrate Down
DROP TABLE parcels;
`,
	Run:       reportProblems,
	RunStream: reportStreamProblems,
}
