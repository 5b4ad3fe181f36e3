package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/sqlast"
)

var superuserRole = &analyzer.Rule{
	Name: "superuser-role", Severity: analyzer.Error, Concern: analyzer.Losing, Since: "0.1.0",
	Summary: "a role gets an attribute or membership that stands above all privileges",
	Why: "No GRANT, policy or owner holds for a SUPERUSER; BYPASSRLS voids every policy; REPLICATION reads every table of " +
		"every database; CREATEROLE makes and changes other roles (up to PostgreSQL 15 all but superusers). Members of " +
		"pg_execute_server_program, pg_read_server_files and pg_write_server_files act as the server's account on its " +
		"machine. One leaked connection string is then everything. Managed services refuse SUPERUSER (SQLSTATE 42501), and " +
		"the migration fails there. Modelled on an application role that was made superuser to get over one missing GRANT.",
	Instead: "The privileges that it needs: `GRANT SELECT, INSERT … TO role`, or a predefined role such as pg_read_all_data.",
	Bad:     "CREATE ROLE worker LOGIN SUPERUSER;\n",
	Good:    "CREATE TABLE parcels (id bigint PRIMARY KEY);\nGRANT SELECT, INSERT ON parcels TO pg_monitor;\n",
	Run:     runSuperuserRole,
}

// above are the attributes, the strongest first, and what they mean.
var above = []struct {
	attribute, means string
	severity         analyzer.Severity
}{
	{"superuser", "no privilege or policy holds for it", analyzer.Error},
	{"replication", "it can copy every database of the server", analyzer.Warning},
	{"bypassrls", "no policy holds for it", analyzer.Warning},
	{"createrole", "it can make and change other roles", analyzer.Warning},
}

var serverAccess = []string{"pg_execute_server_program", "pg_write_server_files", "pg_read_server_files"}

func runSuperuserRole(p *analyzer.Pass) {
	for op := range p.Ops() {
		switch o := op.Op.(type) {
		case *sqlast.CreateRole:
			for _, a := range above {
				if slices.Contains(o.Attributes, a.attribute) {
					p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{Severity: a.severity,
						Message: fmt.Sprintf("role %s gets %s: %s", sqlast.QuoteIdent(o.Name), strings.ToUpper(a.attribute), a.means)})
					break
				}
			}
		case *sqlast.Other:
			if o.Tag != "GRANT ROLE" {
				continue
			}
			for _, n := range o.Names {
				if slices.Contains(serverAccess, n.Name) {
					p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{
						Message: fmt.Sprintf("members of %s act as the server's account on its machine", n.Name)})
				}
			}
		}
	}
}
