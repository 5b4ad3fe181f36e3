package rules

import "github.com/miglint/miglint/analyzer"

var gooseDirective = &analyzer.Rule{
	Name: "goose-directive", Severity: analyzer.Error, Concern: analyzer.Tidiness, Since: "0.1.0",
	Summary: "a goose annotation is wrong or out of place",
	Why: "goose reads its annotations line by line and refuses the file, or sends something else than what " +
		"stands there. The mistake shows when the migration runs, and one in the Down only when somebody " +
		"needs it.",
	Instead: "The annotations are `-- +goose Up`, `Down`, `StatementBegin`, `StatementEnd`, `NO TRANSACTION`, " +
		"`ENVSUB ON` and `ENVSUB OFF`, each at the start of a line of its own.",
	Bad: `-- 00001_parcels.sql --
-- +goose Up
CREATE TABLE parcels (id bigint PRIMARY KEY);
-- +goose Dwon
DROP TABLE parcels;
`,
	Good: `-- 00001_parcels.sql --
-- +goose Up
CREATE TABLE parcels (id bigint PRIMARY KEY);
-- +goose Down
DROP TABLE parcels;
`,
	Run:       reportProblems,
	RunStream: reportStreamProblems,
}
