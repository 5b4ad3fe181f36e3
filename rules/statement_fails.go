package rules

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/miglint/miglint/analyzer"
)

var statementFails = &analyzer.Rule{
	Name: "statement-fails", Severity: analyzer.Error, Concern: analyzer.Failing, Since: "0.1.0",
	Summary: "PostgreSQL will refuse the statement, by what earlier migrations made of the schema",
	Why: "The history of migrations shows what the server will find when this statement runs: an object that is already " +
		"there, a column that a view still reads, an index that cannot back a constraint. It will raise the error that " +
		"the message quotes, and the deploy stops there, half done if nothing rolls it back.",
	Instead: "Follow the message: it names the object in the way.",
	Except: "The history that miglint sees is not the whole one (objects made by hand or by another tool): name a dump " +
		"of the real schema under `schema:`.",
	Bad: "CREATE TABLE parcels (id bigint PRIMARY KEY, weight int);\nCREATE VIEW heavy AS SELECT id, weight FROM parcels WHERE weight > 20;\n" +
		"ALTER TABLE parcels DROP COLUMN weight;\n",
	Good: "CREATE TABLE parcels (id bigint PRIMARY KEY, weight int);\nCREATE VIEW heavy AS SELECT id, weight FROM parcels WHERE weight > 20;\n" +
		"DROP VIEW heavy;\nALTER TABLE parcels DROP COLUMN weight;\n",
	Run: runStatementFails,
}

func runStatementFails(p *analyzer.Pass) {
	reportNewerSyntax(p)
	if p.Down && p.Stream.Grouped(p.Index) {
		return // the steps of a change go back together, in an order of their own
	}
	failed := false
	for op := range p.Ops() {
		fails := op.Effect.Op(op.I).Fails
		if fails == nil || fails.IfRows || fails.SQLState == "25001" || fails.SQLState == "55P04" {
			continue // other rules have these
		}
		if failed && isMissing(fails.SQLState) {
			continue // replay goes on as if the statement before had done its work
		}
		if p.Options.Major == 0 && unnamedNotNull.MatchString(fails.Message) {
			continue // the project may well run 18, which names these constraints
		}
		failed = true
		p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{
			Message: fmt.Sprintf("this fails: %s (SQLSTATE %s)", fails.Message, fails.SQLState) + whyNotEnded(p, op.Stmt),
		})
	}
}

// unnamedNotNull is an error about a constraint that only 18 and later have, which
// give NOT NULL a constraint with a name like this.
var unnamedNotNull = regexp.MustCompile(`^constraint "[^"]*_not_null\d*" .* does not exist$`)

// whyNotEnded says why a COMMIT or ROLLBACK of a routine is refused; it is empty
// for other statements.
func whyNotEnded(p *analyzer.Pass, s *analyzer.Stmt) string {
	if s.Effect.Fails.SQLState != "2D000" {
		return ""
	}
	outer := s.Outermost()
	switch {
	case strings.HasSuffix(s.Effect.Fails.Message, "active"):
		return ", for the block has an EXCEPTION section"
	case outer.Tx != nil:
		return fmt.Sprintf(": it may end a transaction only outside a transaction block, and %s", whyInTransaction(p, outer))
	case s.Within.Routine != "":
		return ": only a DO block may, or a procedure that CALL runs directly and that is neither SECURITY DEFINER nor has a SET clause"
	}
	return ""
}

// isMissing reports whether the error is about an object that is not there
// (undefined_table, undefined_column, undefined_object, undefined_function and
// invalid_schema_name).
func isMissing(state string) bool {
	switch state {
	case "42P01", "42703", "42704", "42883", "3F000":
		return true
	}
	return false
}
