package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/migration"
)

var versionOutOfOrder = &analyzer.Rule{
	Name: "version-out-of-order", Severity: analyzer.Warning, Concern: analyzer.Tidiness, Since: "0.1.0",
	Summary: "a changed migration comes before one that is there already",
	Why: "Two branches take their versions, and the later one is merged first. Databases that have run it by then skip " +
		"the earlier one, run it late, or refuse to start, depending on the framework; a new database runs both in order. " +
		"From then on they differ. Editing a migration that has run changes nothing at all where it has run. Only " +
		"`--changed-files` tells which migrations are new, so only there does the rule speak.",
	Instead: "Give the migration a version after the newest one. To change what a migration did, write another.",
	Except:  "No database has run the later migrations yet.",
	Bad:     "$ miglint --changed-files 2_depot.up.sql 2_depot.down.sql\n" + numbered(1, 2, 3),
	Good:    "$ miglint --changed-files 3_depot.up.sql 3_depot.down.sql\n" + numbered(1, 2, 3),
	Run:     runVersionOutOfOrder,
}

func runVersionOutOfOrder(p *analyzer.Pass) {
	if p.Down || !p.Options.Review || p.Migration.Repeatable || p.Stream.Framework.Late == "" || len(p.Stmts) == 0 {
		return
	}
	later := newestMerged(p.Stream.Migrations[p.Index+1:])
	if later == nil {
		return
	}
	p.Report(analyzer.Diagnostic{
		Span: p.Stmts[0].Span,
		Message: fmt.Sprintf("version %s comes before %s, which is there already: where that has run, %s",
			p.Migration.Version, later.Version, p.Stream.Framework.Late),
	})
}

// newestMerged returns the last of the migrations that is not under review, or
// nil.
func newestMerged(after []*migration.Migration) *migration.Migration {
	for i := len(after) - 1; i >= 0; i-- {
		if m := after[i]; !m.Judged && !m.Repeatable {
			return m
		}
	}
	return nil
}
