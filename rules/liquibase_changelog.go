package rules

import "github.com/miglint/miglint/analyzer"

var liquibaseChangelog = &analyzer.Rule{
	Name: "liquibase-changelog", Severity: analyzer.Error, Concern: analyzer.Tidiness, Since: "0.1.0",
	Summary: "a line of a formatted SQL changelog is not what Liquibase looks for",
	Why: "Liquibase refuses a file with a line that is almost one of its own, and says nothing of an attribute that it " +
		"does not know: the change set then runs in a transaction after all, or is cut at a semicolon inside a function.",
	Instead: "Two dashes, then `changeset <author>:<id>` and its attributes as `name:value` on the same line.",
	Bad: `-- 001_parcels.sql --
--liquibase formatted sql
--changeset ada:1
CREATE TABLE parcels (id bigint PRIMARY KEY);
--rollback DROP TABLE parcels;
--changeset ada:2 runInTransaktion:false
CREATE TABLE labels (id bigint PRIMARY KEY);
--rollback DROP TABLE labels;
`,
	Good: `-- 001_parcels.sql --
--liquibase formatted sql
--changeset ada:1
CREATE TABLE parcels (id bigint PRIMARY KEY);
--rollback DROP TABLE parcels;
--changeset ada:2
CREATE TABLE labels (id bigint PRIMARY KEY);
--rollback DROP TABLE labels;
`,
	Run:       reportProblems,
	RunStream: reportStreamProblems,
}
