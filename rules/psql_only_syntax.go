package rules

import "github.com/miglint/miglint/analyzer"

var psqlOnlySyntax = &analyzer.Rule{
	Name: "psql-only-syntax", Severity: analyzer.Error, Concern: analyzer.Failing, Since: "0.1.0",
	Summary: "a psql command stands in a file that psql does not run",
	Why: "Backslash commands and the data lines of COPY … FROM STDIN are read by psql, never by the server. A " +
		"framework that sends the file through a driver gets a syntax error.",
	Instead: "SQL that the server understands: INSERT for the data, the framework's own way for includes and " +
		"variables.",
	Bad: `-- 000001_colours.up.sql --
CREATE TABLE colours (name text PRIMARY KEY);
\echo done
-- 000001_colours.down.sql --
DROP TABLE colours;
`,
	Good: `-- 000001_colours.up.sql --
CREATE TABLE colours (name text PRIMARY KEY);
INSERT INTO colours (name) VALUES ('red');
-- 000001_colours.down.sql --
DROP TABLE colours;
`,
	Run:       reportProblems,
	RunStream: reportStreamProblems,
}
