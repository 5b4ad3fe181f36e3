package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/sqlast"
)

var catalogDML = &analyzer.Rule{
	Name: "catalog-dml", Severity: analyzer.Error, Concern: analyzer.Failing, Since: "0.1.0",
	Summary: "rows of a system catalog are written directly",
	Why: "Only a superuser may write the catalogs: for the role that runs migrations, and for everybody on a managed " +
		"service, it ends in \"permission denied for table pg_enum\" (SQLSTATE 42501). Where it works it skips every check " +
		"and dependency: after a label is deleted from pg_enum the rows that hold it cannot be read any more (\"invalid " +
		"internal value for enum\"), other sessions go on with what they have cached, and no lock keeps them out. It is " +
		"how many downs try to take an enum value back.",
	Instead: "Use the command that PostgreSQL has for the change. There is none to remove an enum value: leave it and forbid " +
		"it by a CHECK, or make a new type and convert the columns.",
	Bad: "CREATE TYPE parcel_state AS ENUM ('packed', 'lost');\nCREATE TABLE parcels (id bigint PRIMARY KEY, state parcel_state);\n" +
		"DELETE FROM pg_enum WHERE enumtypid = 'parcel_state'::regtype AND enumlabel = 'lost';\n",
	Good: "CREATE TYPE parcel_state AS ENUM ('packed', 'lost');\nCREATE TABLE parcels (id bigint PRIMARY KEY, state parcel_state);\n" +
		"ALTER TABLE parcels ADD CONSTRAINT parcels_state_not_lost CHECK (state <> 'lost');\n",
	Run: runCatalogDML,
}

func runCatalogDML(p *analyzer.Pass) {
	for op := range p.Ops() {
		verb, target := written(op.Op)
		command, ok := systemCatalogs[target.Name.Name]
		if !ok || target.Schema != "pg_catalog" && (target.Schema != "" || op.Before.Table(target.Name) != nil) {
			continue
		}
		message := fmt.Sprintf("%s writes system catalog %s, which only a superuser may, and nothing checks what it leaves", verb, target.Name.Name)
		if command != "" {
			message += ": use " + command
		}
		p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{Message: message})
	}
}

// written is the verb and the target of a change of data.
func written(op sqlast.Op) (verb string, target sqlast.Relation) {
	switch op := op.(type) {
	case *sqlast.Insert:
		return "INSERT", op.Table
	case *sqlast.Update:
		return "UPDATE", op.Table
	case *sqlast.Delete:
		return "DELETE", op.Table
	case *sqlast.Merge:
		return "MERGE", op.Table
	case *sqlast.Copy:
		if op.From {
			return "COPY", op.Table
		}
	}
	return "", sqlast.Relation{}
}

// systemCatalogs are the tables of chapter 53 of the manual, "System Catalogs",
// with the commands that change what people are after. The views of chapter 54
// are not here: UPDATE pg_settings is a way to SET.
var systemCatalogs = map[string]string{
	"pg_aggregate": "", "pg_am": "", "pg_amop": "", "pg_amproc": "", "pg_collation": "", "pg_conversion": "", "pg_db_role_setting": "ALTER ROLE or ALTER DATABASE … SET",
	"pg_attrdef":       "ALTER TABLE … ALTER COLUMN … SET DEFAULT",
	"pg_attribute":     "ALTER TABLE … ALTER COLUMN",
	"pg_auth_members":  "GRANT and REVOKE",
	"pg_authid":        "ALTER ROLE",
	"pg_cast":          "CREATE CAST and DROP CAST",
	"pg_class":         "ALTER TABLE",
	"pg_constraint":    "ALTER TABLE … VALIDATE CONSTRAINT, ALTER CONSTRAINT or DROP CONSTRAINT",
	"pg_database":      "ALTER DATABASE",
	"pg_default_acl":   "ALTER DEFAULT PRIVILEGES",
	"pg_depend":        "",
	"pg_description":   "COMMENT",
	"pg_enum":          "ALTER TYPE … ADD VALUE or RENAME VALUE, or a new type",
	"pg_event_trigger": "ALTER EVENT TRIGGER",
	"pg_extension":     "ALTER EXTENSION", "pg_foreign_data_wrapper": "", "pg_foreign_server": "", "pg_foreign_table": "",
	"pg_index":    "REINDEX, or DROP INDEX and CREATE INDEX",
	"pg_inherits": "ALTER TABLE … INHERIT or ATTACH PARTITION", "pg_init_privs": "",
	"pg_language":  "ALTER LANGUAGE",
	"pg_namespace": "ALTER SCHEMA", "pg_opclass": "", "pg_operator": "", "pg_opfamily": "", "pg_parameter_acl": "", "pg_partitioned_table": "",
	"pg_policy":          "ALTER POLICY",
	"pg_proc":            "ALTER FUNCTION",
	"pg_publication":     "ALTER PUBLICATION",
	"pg_publication_rel": "ALTER PUBLICATION", "pg_publication_namespace": "ALTER PUBLICATION", "pg_range": "",
	"pg_replication_origin": "", "pg_rewrite": "CREATE OR REPLACE VIEW or RULE", "pg_seclabel": "SECURITY LABEL",
	"pg_sequence": "ALTER SEQUENCE", "pg_shdepend": "", "pg_shdescription": "COMMENT", "pg_shseclabel": "SECURITY LABEL",
	"pg_statistic": "ANALYZE", "pg_statistic_ext": "ALTER STATISTICS", "pg_statistic_ext_data": "ANALYZE",
	"pg_subscription": "ALTER SUBSCRIPTION", "pg_subscription_rel": "ALTER SUBSCRIPTION", "pg_tablespace": "ALTER TABLESPACE",
	"pg_transform": "", "pg_trigger": "ALTER TABLE … ENABLE or DISABLE TRIGGER", "pg_ts_config": "", "pg_ts_config_map": "",
	"pg_ts_dict": "", "pg_ts_parser": "", "pg_ts_template": "", "pg_type": "ALTER TYPE", "pg_user_mapping": "ALTER USER MAPPING",
}
