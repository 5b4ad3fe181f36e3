package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/source"
	"github.com/miglint/miglint/sqlast"
)

var plaintextPassword = &analyzer.Rule{
	Name: "plaintext-password", Severity: analyzer.Error, Concern: analyzer.Tidiness, Since: "0.1.0",
	Summary: "a password stands in the migration in plain text",
	Why: "Everybody who can read the repository, now or ever, has it, and it is the same in every environment that runs the " +
		"file. With `log_statement = ddl` the server's log has it too. Taking it out later does not take it out of the " +
		"history. Modelled on credentials found by scanners of public repositories.",
	Instead: "Create the role without a password and set it outside of the repository (`\\password` in psql sends a hash), or " +
		"write the hash (`SCRAM-SHA-256$…`), or a placeholder that the framework fills in.",
	Except: "The role exists in throwaway databases only.",
	Bad:    "CREATE ROLE reporting LOGIN PASSWORD 'correct horse';\n",
	Good:   "-- the role and its password come from the set-up of the server\nGRANT USAGE ON SCHEMA public TO pg_monitor;\n",
	Run:    runPlaintextPassword,
}

// runPlaintextPassword never puts the password itself into a finding.
func runPlaintextPassword(p *analyzer.Pass) {
	for op := range p.Ops() {
		var at source.Span
		whose := ""
		switch o := op.Op.(type) {
		case *sqlast.CreateRole:
			at, whose = o.PasswordAt, "of role "+sqlast.QuoteIdent(o.Name)
		case *sqlast.CreateSubscription:
			at, whose = o.PasswordAt, "in the connection string of subscription "+sqlast.QuoteIdent(o.Name)
		case *sqlast.Other:
			at, whose = o.PasswordAt, "in the options of "+o.Tag
		case *sqlast.Do:
			if hasRolePassword(o.Body) && !slices.ContainsFunc(p.Stmts, func(s *analyzer.Stmt) bool { return s.Outermost() == op.Stmt && setsPassword(s) }) {
				at, whose = o.Pos(), "of a role that the block creates or alters"
			}
		default:
			continue
		}
		if at.IsZero() || isFilledIn(at.Text()) && at != op.Op.Pos() {
			continue
		}
		p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{Span: at, Message: fmt.Sprintf("the password %s stands here in plain text", whose)})
	}
}

// setsPassword reports whether a statement shows the password of a role, so that it
// is found without looking at the text of the block around it.
func setsPassword(s *analyzer.Stmt) bool {
	return slices.ContainsFunc(s.Ops, func(op sqlast.Op) bool {
		role, ok := op.(*sqlast.CreateRole)
		return ok && !role.PasswordAt.IsZero()
	})
}

// isFilledIn reports whether a string has a placeholder that a framework or
// format() fills in.
func isFilledIn(s string) bool {
	for _, open := range [...]string{"${", "{{", "$(", "%s", "%L", "<"} {
		if strings.Contains(s, open) {
			return true
		}
	}
	return false
}

// hasRolePassword reports whether code has a statement about a role or user with
// PASSWORD and a string after it. The code may hold the statement as a string,
// with its quotes doubled.
func hasRolePassword(body string) bool {
	lower := strings.ToLower(body)
	if !strings.Contains(lower, "role") && !strings.Contains(lower, "user") {
		return false
	}
	for {
		_, rest, ok := strings.Cut(lower, "password")
		if !ok {
			return false
		}
		lower = rest
		value, quoted := strings.CutPrefix(strings.TrimLeft(rest, " \t\r\n"), "'")
		if !quoted || strings.HasPrefix(rest, "'") {
			continue
		}
		value = strings.TrimPrefix(value, "'")
		if end := strings.IndexByte(value, '\''); end > 0 && !isFilledIn(value[:end]) && !strings.HasPrefix(value, "scram-sha-256$") {
			return true
		}
	}
}
