package rules

import (
	"fmt"
	"strings"

	"github.com/miglint/miglint/analyzer"
)

var versionGap = &analyzer.Rule{
	Name: "version-gap", Severity: analyzer.Info, Concern: analyzer.Tidiness, Since: "0.1.0",
	Summary: "a number is missing in a row of consecutive versions",
	Why: "In a row without gaps, a missing number is mostly a migration that was lost in a merge or never committed. " +
		"Frameworks that store only the highest version never run it when it turns up later. A row with many holes is " +
		"taken as a habit, and the rule is silent.",
	Instead: "Add the missing migration, or renumber those after the gap if they have not been released.",
	Bad:     numbered(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13),
	Good:    numbered(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12),

	Run:       reportProblems,
	RunStream: reportStreamProblems,
}

// numbered writes a folder of golang-migrate migrations with these versions.
func numbered(versions ...int) string {
	var b strings.Builder
	for _, v := range versions {
		fmt.Fprintf(&b, "-- %d_depot.up.sql --\nCREATE TABLE depot_%d (id bigint PRIMARY KEY);\n", v, v)
		fmt.Fprintf(&b, "-- %d_depot.down.sql --\nDROP TABLE depot_%d;\n", v, v)
	}
	return b.String()
}
