package rules

import "github.com/miglint/miglint/analyzer"

var sqitchPlan = &analyzer.Rule{
	Name: "sqitch-plan", Severity: analyzer.Error, Concern: analyzer.Tidiness, Since: "0.1.0",
	Summary: "sqitch.plan is wrong, or names a change without a script",
	Why: "Sqitch reads the whole plan before it does anything, and stops at the first mistake: a change without a time, " +
		"one that requires what is planned after it, a name used twice without a tag between. A change without a deploy " +
		"script stops it halfway, after the changes before it are committed.",
	Instead: "Let `sqitch add`, `sqitch tag` and `sqitch rework` write the plan. After a merge, check it with `sqitch plan`.",
	Bad: `-- sqitch.plan --
%project=depots

ramps [depots] 2026-03-01T09:00:00Z DB <db@example.com>
depots 2026-03-01T09:05:00Z DB <db@example.com>
-- deploy/depots.sql --
CREATE TABLE depots (id bigint PRIMARY KEY);
-- deploy/ramps.sql --
CREATE TABLE ramps (id bigint PRIMARY KEY, depot_id bigint NOT NULL);
-- revert/depots.sql --
DROP TABLE depots;
-- revert/ramps.sql --
DROP TABLE ramps;
`,
	Good: `-- sqitch.plan --
%project=depots

depots 2026-03-01T09:00:00Z DB <db@example.com>
ramps [depots] 2026-03-01T09:05:00Z DB <db@example.com>
-- deploy/depots.sql --
CREATE TABLE depots (id bigint PRIMARY KEY);
-- deploy/ramps.sql --
CREATE TABLE ramps (id bigint PRIMARY KEY, depot_id bigint NOT NULL);
-- revert/depots.sql --
DROP TABLE depots;
-- revert/ramps.sql --
DROP TABLE ramps;
`,
	Run:       reportProblems,
	RunStream: reportStreamProblems,
}
