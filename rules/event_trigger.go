package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/sqlast"
)

var eventTrigger = &analyzer.Rule{
	Name: "event-trigger", Severity: analyzer.Warning, Concern: analyzer.Breaking, Since: "0.1.0",
	Summary: "an event trigger runs on every DDL statement, or every login, of the database",
	Why: "Its function runs in the transaction of whoever executes the DDL, so an error in it stops every later migration, also " +
		"the one that would mend it by CREATE OR REPLACE; and one on login (PostgreSQL 17) stops every connection. The way " +
		"out is single-user mode, or `event_triggers = off` from 17 on. It sees CREATE TABLE of temporary tables in running " +
		"code too. Only superusers may create one (SQLSTATE 42501). Modelled on an audit of DDL that relied on a table which " +
		"a later migration dropped.",
	Instead: "pgaudit or `log_statement = ddl` for an audit. If it must be: a function that catches its own errors, tested on " +
		"a copy.",
	Bad: "CREATE FUNCTION note_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE '%', tg_tag; END $$;\n" +
		"CREATE EVENT TRIGGER ddl_notes ON ddl_command_end EXECUTE FUNCTION note_ddl();\n",
	Good: "CREATE FUNCTION note_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE '%', tg_tag; END $$;\n",
	Run:  runEventTrigger,
}

func runEventTrigger(p *analyzer.Pass) {
	for op := range p.Ops() {
		create, ok := op.Op.(*sqlast.CreateEventTrigger)
		if !ok {
			continue
		}
		d := analyzer.Diagnostic{Message: fmt.Sprintf("an error in %s stops every later %s of the database", create.Function, fires(create))}
		if create.Event == "login" {
			d.Severity = analyzer.Error
			d.Message = fmt.Sprintf("an error in %s keeps everybody from connecting to the database", create.Function)
		}
		p.ReportStmt(op.Stmt, op.I, d)
	}
}

// fires says which statements an event trigger runs on.
func fires(create *sqlast.CreateEventTrigger) string {
	switch {
	case len(create.Tags) > 0:
		return listed3(create.Tags)
	case create.Event == "sql_drop":
		return "DROP"
	case create.Event == "table_rewrite":
		return "statement that rewrites a table"
	}
	return "DDL statement, migrations included,"
}
