package rules

import (
	"fmt"
	"slices"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/internal/recipe"
	"github.com/miglint/miglint/sqlast"
)

var policyGap = &analyzer.Rule{
	Name: "policy-gap", Severity: analyzer.Warning, Concern: analyzer.Breaking, Since: "0.1.0",
	Summary: "a policy is dropped and created anew in two transactions: in between its rows are out of sight, or open",
	Why: "DROP POLICY commits before CREATE POLICY runs. Between the two, rows that only a permissive policy let through are " +
		"missing from every query, without an error; rows that a restrictive policy held back are shown. If the second " +
		"statement waits for its ACCESS EXCLUSIVE lock, or fails, it stays so. Modelled on access rules that were " +
		"tightened during traffic, and on empty lists in that minute.",
	Instead: "`ALTER POLICY`, which changes it in place, or both statements in one transaction.",
	Bad: `-- 0001_notes.sql --
CREATE TABLE notes (id bigint PRIMARY KEY, author text NOT NULL, editor text);
CREATE POLICY own ON notes USING (author = current_user);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
-- 0002_editors.sql --
SET lock_timeout = '5s';
DROP POLICY own ON notes;
CREATE POLICY own ON notes USING (current_user IN (author, editor));
RESET lock_timeout;
`,
	Good: `-- 0001_notes.sql --
CREATE TABLE notes (id bigint PRIMARY KEY, author text NOT NULL, editor text);
CREATE POLICY own ON notes USING (author = current_user);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
-- 0002_editors.sql --
SET lock_timeout = '5s';
ALTER POLICY own ON notes USING (current_user IN (author, editor));
RESET lock_timeout;
`,
	Run: runPolicyGap,
}

func runPolicyGap(p *analyzer.Pass) {
	for op := range p.Ops() {
		drop, ok := op.Op.(*sqlast.Drop)
		if !ok || drop.Object != sqlast.Policy {
			continue
		}
		t := op.Before.Table(drop.On)
		if t == nil || op.IsNew(t.Key) || !t.RLS && op.Before.Certain(t.Key) {
			continue
		}
		policy := t.Policy(drop.Name.Name)
		if policy == nil {
			continue // DROP POLICY IF EXISTS before the first CREATE
		}
		again := createdAgain(p, op, t.Key, policy)
		if again == nil || again.Tx != nil && again.Tx == op.Tx {
			continue
		}
		d := analyzer.Diagnostic{
			Message:    gapMessage(t, policy, again.Line()),
			Suggestion: recipe.Together(op.Text, again.Text),
			Related:    []analyzer.Related{{Span: again.Span, Message: "it is back only here"}},
		}
		if p.Stream.Framework.Name == "plain" {
			d.Severity = analyzer.Info // who knows in how many transactions the files are run
		}
		p.ReportStmt(op.Stmt, op.I, d)
	}
}

// createdAgain returns the statement that puts another policy into the place of
// one that is dropped: the next one for the same command of the table, or of the
// same name; nil if there is none.
func createdAgain(p *analyzer.Pass, drop analyzer.Op, table catalog.Key, dropped *catalog.Policy) *analyzer.Stmt {
	for _, s := range p.Stmts[drop.Index+1:] {
		for _, op := range s.Ops {
			create, ok := op.(*sqlast.CreatePolicy)
			if !ok || create.Alter || s.Before.Resolve(create.Table.Name) != table || create.Restrictive != dropped.Restrictive {
				continue
			}
			if create.Name == dropped.Name || create.Command == dropped.Command && slices.Equal(create.Roles, dropped.Roles) {
				return s
			}
		}
	}
	return nil
}

func gapMessage(t *catalog.Table, policy *catalog.Policy, line int) string {
	name := sqlast.QuoteIdent(policy.Name)
	if policy.Restrictive {
		return fmt.Sprintf("rows of %s that policy %s holds back are open until line %d has created its successor", t.Key, name, line)
	}
	for _, other := range t.Policies {
		if other != policy && !other.Restrictive {
			return fmt.Sprintf("rows of %s that policy %s lets through are out of sight until line %d has created its successor", t.Key, name, line)
		}
	}
	return fmt.Sprintf("nobody but its owner sees a row of %s until line %d has created a policy again", t.Key, line)
}
