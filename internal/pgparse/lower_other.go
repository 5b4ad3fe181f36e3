package pgparse

import (
	pg "github.com/pganalyze/pg_query_go/v5"

	"github.com/miglint/miglint/sqlast"
)

// otherStatement lowers the statements that have no op of their own, under their
// command tag (CreateCommandTag in utility.c), and the DROPs that the grammar
// keeps apart.
func (l *lowerer) otherStatement(n *pg.Node) []sqlast.Op {
	switch s := n.Node.(type) {
	case *pg.Node_DropRoleStmt:
		return l.dropRoles(s.DropRoleStmt)
	case *pg.Node_DropdbStmt:
		return one(l.dropNamed(sqlast.Database, s.DropdbStmt.Dbname, s.DropdbStmt.MissingOk))
	case *pg.Node_DropTableSpaceStmt:
		return one(l.dropNamed(sqlast.Tablespace, s.DropTableSpaceStmt.Tablespacename, s.DropTableSpaceStmt.MissingOk))
	case *pg.Node_DropSubscriptionStmt:
		return one(l.dropNamed(sqlast.Subscription, s.DropSubscriptionStmt.Subname, s.DropSubscriptionStmt.MissingOk))
	case *pg.Node_CreateRoleStmt:
		return one(l.createRole(s.CreateRoleStmt))
	case *pg.Node_AlterRoleStmt:
		return one(l.alterRole(s.AlterRoleStmt))
	case *pg.Node_CreatedbStmt:
		return one(l.other("CREATE DATABASE", l.plainName(s.CreatedbStmt.Dbname, l.lo+2)))
	case *pg.Node_CreateTableSpaceStmt:
		return one(l.other("CREATE TABLESPACE", l.plainName(s.CreateTableSpaceStmt.Tablespacename, l.lo+2)))
	case *pg.Node_CreateSubscriptionStmt:
		return one(l.createSubscription(s.CreateSubscriptionStmt))
	case *pg.Node_AlterSubscriptionStmt:
		return one(l.alterSubscription(s.AlterSubscriptionStmt))
	case *pg.Node_CreateForeignServerStmt:
		return one(l.foreignOptions("CREATE SERVER", s.CreateForeignServerStmt.Options))
	case *pg.Node_AlterForeignServerStmt:
		return one(l.foreignOptions("ALTER SERVER", s.AlterForeignServerStmt.Options))
	case *pg.Node_CreateUserMappingStmt:
		return one(l.foreignOptions("CREATE USER MAPPING", s.CreateUserMappingStmt.Options))
	case *pg.Node_AlterUserMappingStmt:
		return one(l.foreignOptions("ALTER USER MAPPING", s.AlterUserMappingStmt.Options))
	case *pg.Node_CreateEventTrigStmt:
		return one(l.createEventTrigger(s.CreateEventTrigStmt))
	case *pg.Node_AlterExtensionStmt:
		return one(l.other("ALTER EXTENSION", l.plainName(s.AlterExtensionStmt.Extname, l.lo+2)))
	case *pg.Node_AlterExtensionContentsStmt:
		return one(l.other("ALTER EXTENSION", l.plainName(s.AlterExtensionContentsStmt.Extname, l.lo+2)))
	case *pg.Node_AlterTypeStmt:
		return one(l.other("ALTER TYPE", l.nameIn(s.AlterTypeStmt.TypeName, l.lo+2)))
	case *pg.Node_AlterFunctionStmt:
		return one(l.alterFunction(s.AlterFunctionStmt))
	case *pg.Node_AlterObjectDependsStmt:
		return one(l.other("ALTER " + objectTag(s.AlterObjectDependsStmt.ObjectType)))
	case *pg.Node_AlterTableMoveAllStmt:
		return one(l.other("ALTER " + objectTag(s.AlterTableMoveAllStmt.Objtype)))
	case *pg.Node_GrantRoleStmt:
		if !s.GrantRoleStmt.IsGrant {
			return one(l.other("REVOKE ROLE"))
		}
		return one(l.other("GRANT ROLE", grantedRoles(s.GrantRoleStmt)...))
	case *pg.Node_FetchStmt:
		if s.FetchStmt.Ismove {
			return one(l.other("MOVE"))
		}
		return one(l.other("FETCH"))
	case *pg.Node_DiscardStmt:
		return one(l.other(discardTag(s.DiscardStmt.Target)))
	case *pg.Node_DeallocateStmt:
		if s.DeallocateStmt.Name == "" {
			return one(l.other("DEALLOCATE ALL"))
		}
		return one(l.other("DEALLOCATE"))
	case *pg.Node_ClosePortalStmt:
		if s.ClosePortalStmt.Portalname == "" {
			return one(l.other("CLOSE CURSOR ALL"))
		}
		return one(l.other("CLOSE CURSOR"))
	}
	return one(l.other(commandTag(n)))
}

// grantedRoles are the roles whose membership GRANT gives.
func grantedRoles(s *pg.GrantRoleStmt) []sqlast.Name {
	var names []sqlast.Name
	for _, n := range s.GrantedRoles {
		if p := n.GetAccessPriv(); p != nil {
			names = append(names, sqlast.Name{Name: p.PrivName})
		}
	}
	return names
}

func (l *lowerer) dropRoles(s *pg.DropRoleStmt) []sqlast.Op {
	var ops []sqlast.Op
	for _, n := range s.Roles {
		r := n.GetRoleSpec()
		op := &sqlast.Drop{
			Node: l.node(), Object: sqlast.Role, Name: l.plainName(role(r), l.at(r.GetLocation())), IfExists: s.MissingOk,
		}
		if len(s.Roles) > 1 {
			op.At = op.Name.Span
		}
		ops = append(ops, op)
	}
	if len(ops) == 0 {
		return one(l.other("DROP ROLE"))
	}
	return ops
}

// dropNamed lowers DROP kind [IF EXISTS] name.
func (l *lowerer) dropNamed(kind sqlast.ObjectKind, name string, ifExists bool) sqlast.Op {
	i := l.skip(l.lo+2, "if", "exists")
	return &sqlast.Drop{Node: l.node(), Object: kind, Name: l.plainName(name, i), IfExists: ifExists}
}

func discardTag(m pg.DiscardMode) string {
	switch m {
	case pg.DiscardMode_DISCARD_PLANS:
		return "DISCARD PLANS"
	case pg.DiscardMode_DISCARD_SEQUENCES:
		return "DISCARD SEQUENCES"
	case pg.DiscardMode_DISCARD_TEMP:
		return "DISCARD TEMP"
	}
	return "DISCARD ALL"
}

// objectTag is a kind of object as command tags spell it.
func objectTag(t pg.ObjectType) string { return objectTags[t] }

var objectTags = map[pg.ObjectType]string{
	pg.ObjectType_OBJECT_AGGREGATE:       "AGGREGATE",
	pg.ObjectType_OBJECT_COLLATION:       "COLLATION",
	pg.ObjectType_OBJECT_FUNCTION:        "FUNCTION",
	pg.ObjectType_OBJECT_INDEX:           "INDEX",
	pg.ObjectType_OBJECT_MATVIEW:         "MATERIALIZED VIEW",
	pg.ObjectType_OBJECT_OPERATOR:        "OPERATOR",
	pg.ObjectType_OBJECT_PROCEDURE:       "PROCEDURE",
	pg.ObjectType_OBJECT_ROUTINE:         "ROUTINE",
	pg.ObjectType_OBJECT_TABLE:           "TABLE",
	pg.ObjectType_OBJECT_TRIGGER:         "TRIGGER",
	pg.ObjectType_OBJECT_TSCONFIGURATION: "TEXT SEARCH CONFIGURATION",
	pg.ObjectType_OBJECT_TSDICTIONARY:    "TEXT SEARCH DICTIONARY",
	pg.ObjectType_OBJECT_TSPARSER:        "TEXT SEARCH PARSER",
	pg.ObjectType_OBJECT_TSTEMPLATE:      "TEXT SEARCH TEMPLATE",
	pg.ObjectType_OBJECT_TYPE:            "TYPE",
}
