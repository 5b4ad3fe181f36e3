package pgparse

import pg "github.com/pganalyze/pg_query_go/v5"

// commandTag is the command tag of the statements that have just one
// (CreateCommandTag in utility.c); "" for a node that is no statement.
func commandTag(n *pg.Node) string {
	switch n.Node.(type) {
	case *pg.Node_AlterCollationStmt:
		return "ALTER COLLATION"
	case *pg.Node_AlterDatabaseStmt, *pg.Node_AlterDatabaseSetStmt, *pg.Node_AlterDatabaseRefreshCollStmt:
		return "ALTER DATABASE"
	case *pg.Node_AlterEventTrigStmt:
		return "ALTER EVENT TRIGGER"
	case *pg.Node_AlterFdwStmt:
		return "ALTER FOREIGN DATA WRAPPER"
	case *pg.Node_AlterOpFamilyStmt:
		return "ALTER OPERATOR FAMILY"
	case *pg.Node_AlterOperatorStmt:
		return "ALTER OPERATOR"
	case *pg.Node_AlterRoleSetStmt:
		return "ALTER ROLE"
	case *pg.Node_AlterStatsStmt:
		return "ALTER STATISTICS"
	case *pg.Node_AlterSystemStmt:
		return "ALTER SYSTEM"
	case *pg.Node_AlterTableSpaceOptionsStmt:
		return "ALTER TABLESPACE"
	case *pg.Node_AlterTsconfigurationStmt:
		return "ALTER TEXT SEARCH CONFIGURATION"
	case *pg.Node_AlterTsdictionaryStmt:
		return "ALTER TEXT SEARCH DICTIONARY"
	case *pg.Node_CreateAmStmt:
		return "CREATE ACCESS METHOD"
	case *pg.Node_CreateCastStmt:
		return "CREATE CAST"
	case *pg.Node_CreateConversionStmt:
		return "CREATE CONVERSION"
	case *pg.Node_CreateFdwStmt:
		return "CREATE FOREIGN DATA WRAPPER"
	case *pg.Node_CreateOpClassStmt:
		return "CREATE OPERATOR CLASS"
	case *pg.Node_CreateOpFamilyStmt:
		return "CREATE OPERATOR FAMILY"
	case *pg.Node_CreatePlangStmt:
		return "CREATE LANGUAGE"
	case *pg.Node_CreateTransformStmt:
		return "CREATE TRANSFORM"
	}
	return sessionTag(n)
}

func sessionTag(n *pg.Node) string {
	switch n.Node.(type) {
	case *pg.Node_CheckPointStmt:
		return "CHECKPOINT"
	case *pg.Node_DeclareCursorStmt:
		return "DECLARE CURSOR"
	case *pg.Node_DropOwnedStmt:
		return "DROP OWNED"
	case *pg.Node_DropUserMappingStmt:
		return "DROP USER MAPPING"
	case *pg.Node_ExecuteStmt:
		return "EXECUTE"
	case *pg.Node_ImportForeignSchemaStmt:
		return "IMPORT FOREIGN SCHEMA"
	case *pg.Node_ListenStmt:
		return "LISTEN"
	case *pg.Node_LoadStmt:
		return "LOAD"
	case *pg.Node_NotifyStmt:
		return "NOTIFY"
	case *pg.Node_PrepareStmt:
		return "PREPARE"
	case *pg.Node_ReassignOwnedStmt:
		return "REASSIGN OWNED"
	case *pg.Node_SecLabelStmt:
		return "SECURITY LABEL"
	case *pg.Node_UnlistenStmt:
		return "UNLISTEN"
	case *pg.Node_VariableShowStmt:
		return "SHOW"
	}
	return ""
}
