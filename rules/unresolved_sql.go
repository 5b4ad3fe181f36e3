package rules

import (
	"cmp"
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/sqlast"
)

var unresolvedSQL = &analyzer.Rule{
	Name: "unresolved-sql", Severity: analyzer.Info, Concern: analyzer.Tidiness, Since: "0.1.0",
	Summary: "what a statement will do is not known: SQL that is put together while it runs, or a placeholder in the way",
	Why: "Silence must not be mistaken for safety. SQL that `EXECUTE` puts together from what it finds in the database, a DO " +
		"block in a language other than PL/pgSQL, or a statement with a placeholder that has no value is not judged, and may " +
		"lock or lose as much as any other.",
	Instead: "Plain SQL where it will do; a value for the placeholder under `placeholders:`. Review the rest by hand.",
	Bad: "DO $$\nDECLARE\n    part regclass;\nBEGIN\n    FOR part IN SELECT inhrelid FROM pg_inherits WHERE inhparent = 'orders'::regclass LOOP\n" +
		"        EXECUTE 'ALTER TABLE ' || part || ' SET (fillfactor = 80)';\n    END LOOP;\nEND $$;\n",
	Good: "CREATE TABLE parcels (id bigint PRIMARY KEY);\n",
	Run:  runUnresolvedSQL,
}

func runUnresolvedSQL(p *analyzer.Pass) {
	reportProblems(p)
	var found []analyzer.Related
	var first *analyzer.Stmt
	for _, s := range p.Stmts {
		if problem := unresolved(s); problem != nil {
			first = cmp.Or(first, s)
			found = append(found, analyzer.Related{Span: problem.Span, Message: problem.Message})
		}
	}
	if len(found) == 0 {
		return
	}
	d := analyzer.Diagnostic{Span: found[0].Span, Message: found[0].Message}
	if n := len(found) - 1; n > 0 {
		d.Message += fmt.Sprintf("; %d more in this file are like that", n)
		d.Related = found[1:min(len(found), maxRelated)]
	}
	p.ReportStmt(first, 0, d)
}

// unresolved says why it is not known what a statement does; nil if it is, or if
// that is another rule's.
func unresolved(s *analyzer.Stmt) *sqlast.Problem {
	if s.Problem != nil && s.Problem.Kind == sqlast.UnresolvedSQL {
		return s.Problem
	}
	if len(s.Ops) != 1 || s.Followed {
		return nil
	}
	do, ok := s.Ops[0].(*sqlast.Do)
	switch {
	case !ok:
		return nil
	case do.Routine != nil && do.Routine.Problem != nil:
		return do.Routine.Problem
	}
	return &sqlast.Problem{Span: do.Pos(), Message: "the SQL in this DO block (language " + do.Language + ") is not judged"}
}
