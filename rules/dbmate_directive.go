package rules

import "github.com/miglint/miglint/analyzer"

var dbmateDirective = &analyzer.Rule{
	Name: "dbmate-directive", Severity: analyzer.Error, Concern: analyzer.Tidiness, Since: "0.1.0",
	Summary: "a dbmate directive is wrong or out of place",
	Why: "dbmate refuses the file, or takes the down for a part of the up. An option it does not know is " +
		"ignored: the migration then runs in a transaction after all.",
	Instead: "`-- migrate:up` first, then `-- migrate:down`; the only option is `transaction:false`.",
	Bad: `-- 20260301090000_parcels.sql --
CREATE TABLE parcels (id bigint PRIMARY KEY);
-- migrate:up
-- migrate:down
DROP TABLE parcels;
`,
	Good: `-- 20260301090000_parcels.sql --
-- migrate:up
CREATE TABLE parcels (id bigint PRIMARY KEY);
-- migrate:down
DROP TABLE parcels;
`,
	Run:       reportProblems,
	RunStream: reportStreamProblems,
}
