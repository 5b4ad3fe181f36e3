package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
)

var editedAfterMerge = &analyzer.Rule{
	Name: "edited-after-merge", Severity: analyzer.Error, Concern: analyzer.Tidiness, Since: "0.1.0",
	Summary: "a migration that was merged before is changed",
	Why: "Frameworks remember a migration by its version and run it once. Databases that have run it keep what the old " +
		"text made; new ones, those of tests among them, get what the new text makes. From then on they differ, the tests " +
		"pass, and the next migration fails in production alone. Flyway compares checksums and refuses to start. It was " +
		"modelled on a column widened in the migration that had created it: every test had the new width and production " +
		"kept cutting off at the old one. Only `--base` tells what was merged before, so only there does the rule speak. " +
		"Blanks and comments do not count, except for Flyway's checksums.",
	Instead: "Leave the migration as it was and write another one that changes what it made.",
	Except:  "No database but your own has run it yet.",
	Bad: "$ miglint --changed-files 1_parcels.up.sql --base before\n" + `-- before/1_parcels.up.sql --
CREATE TABLE parcels (id bigint PRIMARY KEY, code varchar(20));
-- 1_parcels.up.sql --
CREATE TABLE parcels (id bigint PRIMARY KEY, code varchar(40));
-- 1_parcels.down.sql --
DROP TABLE parcels;
`,
	Good: "$ miglint --changed-files 2_code.up.sql 2_code.down.sql --base before\n" + `-- before/1_parcels.up.sql --
CREATE TABLE parcels (id bigint PRIMARY KEY, code varchar(20));
-- 1_parcels.up.sql --
CREATE TABLE parcels (id bigint PRIMARY KEY, code varchar(20));
-- 1_parcels.down.sql --
DROP TABLE parcels;
-- 2_code.up.sql --
SET lock_timeout = '5s';
ALTER TABLE parcels ALTER COLUMN code TYPE varchar(40);
RESET lock_timeout;
-- 2_code.down.sql --
-- miglint:irreversible longer codes may be there
`,
	Run: runEditedAfterMerge,
}

func runEditedAfterMerge(p *analyzer.Pass) {
	if p.Down || p.Migration.Repeatable || p.Stream.Framework.Edited == "" {
		return
	}
	if at, edited := p.Migration.Edited(p.Scripts); edited {
		p.Report(analyzer.Diagnostic{Span: at, Message: fmt.Sprintf(
			"migration %s was there before this change and is edited: where it has run, %s", p.Migration.Version, p.Stream.Framework.Edited)})
	}
}
