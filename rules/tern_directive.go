package rules

import "github.com/miglint/miglint/analyzer"

var ternDirective = &analyzer.Rule{
	Name: "tern-directive", Severity: analyzer.Error, Concern: analyzer.Tidiness, Since: "0.1.0",
	Summary: "a tern separator, directive or template is wrong",
	Why: "tern looks for its separator and for `disable-tx` letter by letter. A separator that is spelled otherwise is " +
		"a comment, and the statements of the down run with the up; a `disable-tx` that is spelled otherwise leaves " +
		"the migration in its transaction. A template that is not there keeps tern from starting.",
	Instead: "The separator is `---- create above / drop below ----`, the directive a line of exactly " +
		"`---- tern: disable-tx ----` in the part it is for, above or below the separator.",
	Bad: `-- 001_parcels.sql --
CREATE TABLE parcels (id bigint PRIMARY KEY);
---- create above / drop below ----
DROP TABLE parcels;
-- 002_labels.sql --
CREATE TABLE labels (id bigint PRIMARY KEY);
--- create above / drop below ---
DROP TABLE labels;
`,
	Good: `-- 001_parcels.sql --
CREATE TABLE parcels (id bigint PRIMARY KEY);
---- create above / drop below ----
DROP TABLE parcels;
-- 002_labels.sql --
CREATE TABLE labels (id bigint PRIMARY KEY);
---- create above / drop below ----
DROP TABLE labels;
`,
	Run:       reportProblems,
	RunStream: reportStreamProblems,
}
