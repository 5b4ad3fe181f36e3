package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/sqlast"
)

var serverWideChange = &analyzer.Rule{
	Name: "server-wide-change", Severity: analyzer.Warning, Concern: analyzer.Breaking, Since: "0.1.0",
	Summary: "a migration of one database changes the whole server: settings, tablespaces, databases, roles",
	Why: "ALTER SYSTEM changes the configuration of every database of the server, and takes effect at some later reload or " +
		"restart, when nobody thinks of this migration. Tablespaces, databases and roles belong to the server too: where two " +
		"databases run the same migrations, for staging or for tests, the second CREATE ROLE fails (SQLSTATE 42710), and DROP " +
		"ROLE fails while a role owns something in another database (2BP01). Modelled on a test run that failed on every " +
		"second developer's machine.",
	Instead: "The tool that sets up the server. In a migration, `GRANT` to roles that are there; `ALTER DATABASE … SET` and " +
		"`ALTER ROLE … IN DATABASE … SET` for settings.",
	Except: "The database has a server of its own, and nothing else sets it up.",
	Bad:    "ALTER SYSTEM SET work_mem = '64MB';\n",
	Good:   "CREATE TABLE parcels (id bigint PRIMARY KEY);\nGRANT SELECT ON parcels TO pg_monitor;\n",
	Run:    runServerWideChange,
}

func runServerWideChange(p *analyzer.Pass) {
	for op := range p.Ops() {
		d := analyzer.Diagnostic{}
		switch o := op.Op.(type) {
		case *sqlast.Other:
			switch o.Tag {
			case "ALTER SYSTEM":
				d.Message = "this changes the configuration of every database of the server, at the next reload or restart"
			case "CREATE DATABASE", "CREATE TABLESPACE":
				d.Message = fmt.Sprintf("%s fails where a migration of another database of the server has run it already", o.Tag)
			}
		case *sqlast.Drop:
			if o.Object == sqlast.Tablespace {
				d.Message = fmt.Sprintf("tablespace %s goes for every database of the server", o.Name)
			}
			if o.Object == sqlast.Role {
				d.Severity, d.Message = analyzer.Info, fmt.Sprintf("role %s goes for every database of the server, or cannot go while another uses it", o.Name)
			}
		case *sqlast.CreateRole:
			if !o.Alter && !isGuarded(op.Stmt) {
				d.Severity, d.Message = analyzer.Info, fmt.Sprintf("role %s belongs to the whole server: this fails where another database has created it", sqlast.QuoteIdent(o.Name))
			}
		}
		if d.Message != "" {
			p.ReportStmt(op.Stmt, op.I, d)
		}
	}
}

// isGuarded reports whether a condition or a handler of a routine decides whether
// the statement runs, or whether its failure is one.
func isGuarded(s *analyzer.Stmt) bool { return s.Within != nil && (s.Within.MayRun || s.Within.Caught) }
