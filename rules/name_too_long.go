package rules

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/internal/recipe"
	"github.com/miglint/miglint/sqlast"
)

var nameTooLong = &analyzer.Rule{
	Name: "name-too-long", Severity: analyzer.Info, Concern: analyzer.Tidiness, Since: "0.1.0",
	Summary: "a name is longer than 63 bytes, and PostgreSQL cuts it",
	Why: "A longer name is cut with no more than a NOTICE. The object is there under another name than the file says: code " +
		"that looks for the constraint's name in an error, or for the index in pg_indexes, does not find it, and another " +
		"long name that begins alike is \"already there\".",
	Instead: "A name of 63 bytes at most.",
	Bad: "CREATE TABLE parcels (id bigint PRIMARY KEY, depot_id bigint, CONSTRAINT\n" +
		"  parcels_depot_id_is_positive_or_the_parcel_has_not_been_sent_to_a_depot CHECK (depot_id > 0));\n",
	Good: "CREATE TABLE parcels (id bigint PRIMARY KEY, depot_id bigint, CONSTRAINT\n" +
		"  parcels_depot_id_positive CHECK (depot_id > 0));\n",
	Run: runNameTooLong,
}

// maxName is the longest name in bytes, NAMEDATALEN - 1.
const maxName = 63

func runNameTooLong(p *analyzer.Pass) {
	var told map[string]bool
	for _, stmt := range p.Stmts {
		if len(stmt.Ops) == 0 || len(stmt.Text) <= maxName || !givesName(stmt.Ops) {
			continue
		}
		for _, at := range recipe.LongNames(stmt.Span.Text(), maxName) {
			span := stmt.Span.File.Span(stmt.Span.Start+at[0], stmt.Span.Start+at[1])
			name := span.Text()
			quoted := at[0] > 0 && stmt.Span.Text()[at[0]-1] == '"'
			if told[name] {
				continue
			}
			if told == nil {
				told = map[string]bool{}
			}
			told[name] = true
			p.ReportStmt(stmt, 0, analyzer.Diagnostic{
				Span:    span,
				Message: fmt.Sprintf("the name has %d bytes, and PostgreSQL cuts it to %s", len(name), cut(name, quoted)),
			})
		}
	}
}

// givesName reports whether a statement makes or renames something.
func givesName(ops []sqlast.Op) bool {
	for _, op := range ops {
		switch op.(type) {
		case *sqlast.CreateTable, *sqlast.CreateIndex, *sqlast.CreateView, *sqlast.CreateSequence, *sqlast.CreateType, *sqlast.CreateDomain,
			*sqlast.CreateTrigger, *sqlast.CreatePolicy, *sqlast.CreateSchema, *sqlast.AddColumn, *sqlast.AddConstraint, *sqlast.Rename:
			return true
		}
	}
	return false
}

// cut is a name as the server keeps it (truncate_identifier, pg_mbcliplen).
func cut(name string, quoted bool) string {
	n := maxName
	for n > 0 && !utf8.RuneStart(name[n]) {
		n--
	}
	if quoted {
		return sqlast.QuoteIdent(name[:n])
	}
	return strings.ToLower(name[:n])
}
