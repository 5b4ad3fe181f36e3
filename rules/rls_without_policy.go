package rules

import (
	"fmt"
	"slices"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/catalog"
)

var rlsWithoutPolicy = &analyzer.Rule{
	Name: "rls-without-policy", Severity: analyzer.Warning, Concern: analyzer.Breaking, Since: "0.1.0",
	Summary: "row level security is enabled for a table that has no policy: nobody but its owner sees a row",
	Why: "Without a permissive policy the default is to deny: SELECT returns no rows, UPDATE and DELETE change none, and " +
		"only INSERT says so (SQLSTATE 42501). Nothing fails at first; pages are empty. The owner, superusers and roles with " +
		"BYPASSRLS see everything, which is why it went well where it was tried. Modelled on rollouts whose policies were " +
		"left for the next pull request.",
	Instead: "Create the policies first, in the same transaction, then enable row level security.",
	Except:  "Only the owner is meant to use the table: say so with `-- miglint:ignore rls-without-policy` and the reason.",
	Bad: `-- 0001_notes.sql --
CREATE TABLE notes (id bigint PRIMARY KEY, author text NOT NULL);
-- 0002_security.sql --
SET lock_timeout = '5s';
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
RESET lock_timeout;
`,
	Good: `-- 0001_notes.sql --
CREATE TABLE notes (id bigint PRIMARY KEY, author text NOT NULL);
-- 0002_security.sql --
BEGIN;
SET LOCAL lock_timeout = '5s';
CREATE POLICY own ON notes USING (author = current_user);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
COMMIT;
`,
	RunStream: runRLSWithoutPolicy,
}

// runRLSWithoutPolicy judges the end of history. Two are left out: a partition, for
// whoever goes through the partitioned table is subject to the policies there, and
// a table whose own migration enables it, for nothing reads that yet, and closed
// tables are made this way on purpose.
func runRLSWithoutPolicy(p *analyzer.StreamPass) {
	for t := range p.Final.Secured() {
		if !t.RLS || t.PartitionOf != (catalog.Key{}) || !p.Final.Certain(t.Key) || slices.ContainsFunc(t.Policies, isPermissive) {
			continue
		}
		m := p.Judged(*t.RLSAt)
		if m == nil || t.Created.Same(*t.RLSAt) {
			continue
		}
		p.Report(analyzer.Diagnostic{
			Span: t.RLSAt.Span, Migration: m,
			Message: fmt.Sprintf("nobody but its owner and roles with BYPASSRLS sees a row of %s: it has no policy that permits any", t.Key),
		})
	}
}

func isPermissive(p *catalog.Policy) bool { return !p.Restrictive }
