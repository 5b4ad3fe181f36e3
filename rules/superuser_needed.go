package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/sqlast"
)

var superuserNeeded = &analyzer.Rule{
	Name: "superuser-needed", Severity: analyzer.Warning, Concern: analyzer.Failing, OptIn: true, Since: "0.1.0",
	Summary: "a statement that only a superuser may run: it fails for an ordinary role and on managed services",
	Why: "It works on the developer's machine, where everybody is postgres, and fails in production with SQLSTATE 42501. An " +
		"extension needs a superuser unless its control file says `trusted`: of PostgreSQL's own, btree_gin, btree_gist, " +
		"citext, cube, dict_int, fuzzystrmatch, hstore, intarray, isn, lo, ltree, pg_trgm, pgcrypto, plperl, pltcl, seg, " +
		"tablefunc, tcn, the tsm_ two, unaccent and uuid-ossp are (asked of 14 to 18).",
	Instead: "Have whoever runs the server do it once, and let the migration rely on it.",
	Bad:     "CREATE EXTENSION IF NOT EXISTS pg_stat_statements;\n",
	Good:    "CREATE EXTENSION IF NOT EXISTS pgcrypto;\n",
	Run:     runSuperuserNeeded,
}

// trustedExtensions are those that come with PostgreSQL 14 to 18 and that a role
// with CREATE on the database may create.
var trustedExtensions = strings.Fields(`bool_plperl btree_gin btree_gist citext cube dict_int fuzzystrmatch hstore intarray isn
jsonb_plperl lo ltree pg_trgm pgcrypto plperl plpgsql pltcl seg tablefunc tcn tsm_system_rows tsm_system_time unaccent uuid-ossp`)

func runSuperuserNeeded(p *analyzer.Pass) {
	for op := range p.Ops() {
		if what := needsSuperuser(op.Op); what != "" {
			p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{Message: "only a superuser may " + what})
		}
	}
}

func needsSuperuser(op sqlast.Op) string {
	switch op := op.(type) {
	case *sqlast.CreateExtension:
		if !slices.Contains(trustedExtensions, op.Name) {
			return fmt.Sprintf("create extension %s, unless it was installed as a trusted one", sqlast.QuoteIdent(op.Name))
		}
	case *sqlast.CreateEventTrigger:
		return "create an event trigger"
	case *sqlast.CreatePublication:
		switch {
		case op.AllTables:
			return "create a publication for all tables"
		case len(op.Schemas) > 0 && op.Action != "drop":
			return "publish a whole schema"
		}
	case *sqlast.CreateFunction:
		if isUntrusted(op.Language) || op.Language == "c" || op.Language == "internal" {
			return "create a function in " + op.Language
		}
	case *sqlast.CreateRole:
		if slices.Contains(op.Attributes, "superuser") {
			return "make another"
		}
	case *sqlast.Set:
		if op.Name == "session_replication_role" {
			return "set session_replication_role, unless it was granted"
		}
	case *sqlast.Other:
		switch op.Tag {
		case "ALTER SYSTEM":
			return "run ALTER SYSTEM, unless the parameter was granted"
		case "CREATE TABLESPACE":
			return "create a tablespace"
		}
	}
	return ""
}
