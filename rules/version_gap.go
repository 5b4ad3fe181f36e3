package rules

import "github.com/miglint/miglint/analyzer"

var versionGap = &analyzer.Rule{
	Name: "version-gap", Severity: analyzer.Info, Concern: analyzer.Tidiness, Since: "0.1.0",
	Summary: "a number is missing in a row of consecutive versions",
	Why: "In a row without gaps, a missing number is mostly a migration that was lost in a merge or never " +
		"committed. Frameworks that store only the highest version never run it when it turns up later.",
	Instead: "Add the missing migration, or renumber those after the gap if they have not been released.",
	Bad: `-- 1_parcels.up.sql --
CREATE TABLE parcels (id bigint PRIMARY KEY);
-- 1_parcels.down.sql --
DROP TABLE parcels;
-- 2_labels.up.sql --
CREATE TABLE labels (id bigint PRIMARY KEY);
-- 2_labels.down.sql --
DROP TABLE labels;
-- 4_depots.up.sql --
CREATE TABLE depots (id bigint PRIMARY KEY);
-- 4_depots.down.sql --
DROP TABLE depots;
`,
	Good: `-- 1_parcels.up.sql --
CREATE TABLE parcels (id bigint PRIMARY KEY);
-- 1_parcels.down.sql --
DROP TABLE parcels;
-- 2_labels.up.sql --
CREATE TABLE labels (id bigint PRIMARY KEY);
-- 2_labels.down.sql --
DROP TABLE labels;
-- 3_depots.up.sql --
CREATE TABLE depots (id bigint PRIMARY KEY);
-- 3_depots.down.sql --
DROP TABLE depots;
`,
	Run:       reportProblems,
	RunStream: reportStreamProblems,
}
