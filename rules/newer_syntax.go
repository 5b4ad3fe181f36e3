package rules

import (
	"fmt"
	"slices"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/source"
	"github.com/miglint/miglint/sqlast"
)

// reportNewerSyntax reports statements with grammar that the configured major
// does not have. Nothing is said where no major is configured.
func reportNewerSyntax(p *analyzer.Pass) {
	major := p.Options.Major
	if major == 0 {
		return
	}
	for _, s := range p.Stmts {
		since, at, what := newestSyntax(s)
		if since <= major {
			continue
		}
		p.Report(analyzer.Diagnostic{Span: at, Message: fmt.Sprintf(
			"this fails on PostgreSQL %d: %s came with PostgreSQL %d (SQLSTATE 42601)", major, what, since)})
	}
}

// newestSyntax returns the first major whose grammar has all of a statement, and
// what it is that came with it; 0 if all supported ones have.
func newestSyntax(s *analyzer.Stmt) (since int, at source.Span, what string) {
	if s.Newer != nil {
		return s.Newer.Major, s.Newer.Span, oneLine(s.Newer.Span.Text())
	}
	for _, op := range s.Ops {
		if major, words := syntaxSince(op); major > since {
			since, at, what = major, op.Pos(), words
		}
	}
	return since, at, what
}

// syntaxSince returns the major, later than 14, that brought the grammar of an op.
// Each was tried on servers of 14, 15 and 16.
func syntaxSince(op sqlast.Op) (major int, what string) {
	switch op := op.(type) {
	case *sqlast.Merge:
		return 15, "MERGE"
	case *sqlast.CreateIndex:
		if op.NullsNotDistinct {
			return 15, "NULLS NOT DISTINCT"
		}
	case *sqlast.AddConstraint:
		if op.Constraint.NullsNotDistinct {
			return 15, "NULLS NOT DISTINCT"
		}
	case *sqlast.SetAccessMethod:
		return 15, "SET ACCESS METHOD"
	case *sqlast.CreatePublication:
		if len(op.Schemas) > 0 {
			return 15, "TABLES IN SCHEMA"
		}
	case *sqlast.CreateStatistics:
		if op.Name.IsZero() {
			return 16, "CREATE STATISTICS without a name"
		}
	case *sqlast.Reindex:
		if op.Name.IsZero() {
			return 16, "REINDEX without a name"
		}
	case *sqlast.CreateTable:
		if slices.ContainsFunc(op.Constraints, func(c sqlast.Constraint) bool { return c.NullsNotDistinct }) {
			return 15, "NULLS NOT DISTINCT"
		}
	}
	for _, column := range newColumns(op) {
		if column.Storage != "" {
			return 16, "STORAGE of a new column"
		}
		if slices.ContainsFunc(column.Constraints, func(c sqlast.Constraint) bool { return c.NullsNotDistinct }) {
			return 15, "NULLS NOT DISTINCT"
		}
	}
	return 0, ""
}
