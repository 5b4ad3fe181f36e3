package rules

import "github.com/miglint/miglint/analyzer"

var dieselMetadata = &analyzer.Rule{
	Name: "diesel-metadata", Severity: analyzer.Error, Concern: analyzer.Tidiness, Since: "0.1.0",
	Summary: "a Diesel migration runs in another transaction than its metadata.toml seems to say, or not at all",
	Why: "Diesel skips a metadata.toml it cannot read and every key it does not know. A file without " +
		"run_in_transaction turns the transaction off, although a migration without a file has one. And an up.sql of " +
		"nothing but comments is an error.",
	Instead: "Write `run_in_transaction = false` or `= true` as the only key, or have no metadata.toml.",
	Bad: `-- 2026-03-01-090000_parcels/up.sql --
CREATE TABLE parcels (id bigint PRIMARY KEY);
-- 2026-03-01-090000_parcels/down.sql --
DROP TABLE parcels;
-- 2026-03-01-090000_parcels/metadata.toml --
run_in_transactions = true
`,
	Good: `-- 2026-03-01-090000_parcels/up.sql --
CREATE TABLE parcels (id bigint PRIMARY KEY);
-- 2026-03-01-090000_parcels/down.sql --
DROP TABLE parcels;
-- 2026-03-01-090000_parcels/metadata.toml --
run_in_transaction = true
`,
	Run:       reportProblems,
	RunStream: reportStreamProblems,
}
