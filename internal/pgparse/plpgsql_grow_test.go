package pgparse

import (
	"fmt"
	"strings"
	"testing"

	"github.com/miglint/miglint/source"
	"github.com/miglint/miglint/sqlast"
)

// Bodies that could take time or space out of proportion are read all the same,
// or refused.
func TestRoutineLimits(t *testing.T) {
	many := func(s string) string { return strings.Repeat(s, 20_000) }
	tests := map[string]struct {
		body string
		kind sqlast.ProblemKind // of some problem in it
	}{
		"brackets left open":       {"BEGIN " + many("WHILE ( LOOP END LOOP ") + " END", sqlast.SyntaxError},
		"brackets in a list":       {"BEGIN RAISE '', " + many("f( , ") + "; END", sqlast.SyntaxError},
		"nested blocks":            {many("BEGIN "), sqlast.TooComplex},
		"nested loops":             {"BEGIN " + many("IF a THEN LOOP "), sqlast.TooComplex},
		"nested loops over values": {"BEGIN " + strings.Repeat("FOREACH t IN ARRAY ARRAY['a','b','c'] LOOP ", 200) + "EXECUTE t || u; " + strings.Repeat("END LOOP; ", 200) + "END", sqlast.UnresolvedSQL},
		"all runs of nested loops": {"DECLARE a text; b text; c text; d text; BEGIN FOR a IN 1..64 LOOP FOR b IN 1..64 LOOP FOR c IN 1..64 LOOP FOR d IN 1..64 LOOP EXECUTE 'DROP TABLE t' || a || b || c || d; END LOOP; END LOOP; END LOOP; END LOOP; END", sqlast.UnresolvedSQL},
		"doubled again and again":  {"DECLARE a text := 'x'; BEGIN " + strings.Repeat("a := a || a; ", 90) + " EXECUTE a; END", sqlast.UnresolvedSQL},
		"nothing doubled":          {"DECLARE a text := ''; BEGIN " + strings.Repeat("a := a || a; ", 90) + " EXECUTE a; END", sqlast.UnresolvedSQL},
		"stray words":              {"BEGIN " + many("END IF; ELSE WHEN ") + "END", sqlast.SyntaxError},
		"strings in strings":       {nestedBlocks(9), sqlast.TooComplex},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			file := source.NewFile("x.sql", []byte(tt.body))
			left := mostBuilt(len(tt.body))
			frag := source.FileFragment(file, 0, len(tt.body))
			r := readPLpgSQL(frag.Span(0, len(tt.body)), frag, nesting{depth: 1, left: &left}, nil)
			if !hasProblem(r.Body, tt.kind) {
				t.Errorf("no problem of kind %d", tt.kind)
			}
		})
	}
}

// nestedBlocks is a block in an EXECUTE in a block, n times.
func nestedBlocks(n int) string {
	if n == 0 {
		return "BEGIN END"
	}
	outer, inner := fmt.Sprintf("$a%d$", n), fmt.Sprintf("$b%d$", n)
	return "BEGIN EXECUTE " + outer + "DO " + inner + nestedBlocks(n-1) + inner + outer + "; END"
}

func hasProblem(steps []sqlast.RoutineStmt, kind sqlast.ProblemKind) bool {
	for _, step := range steps {
		switch s := step.(type) {
		case *sqlast.Run:
			if s.Stmt.Problem != nil && s.Stmt.Problem.Kind == kind {
				return true
			}
			for _, op := range s.Stmt.Ops {
				if do, ok := op.(*sqlast.Do); ok && (do.Routine.Problem != nil && do.Routine.Problem.Kind == kind || hasProblem(do.Routine.Body, kind)) {
					return true
				}
			}
		case *sqlast.Choose:
			for _, arm := range s.Arms {
				if hasProblem(arm, kind) {
					return true
				}
			}
		case *sqlast.Loop:
			if hasProblem(s.Body, kind) {
				return true
			}
		}
	}
	return false
}
