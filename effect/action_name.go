package effect

import "github.com/miglint/miglint/sqlast"

// actionName is an action of ALTER as the manual spells it.
func actionName(op sqlast.AlterAction) string {
	switch op := op.(type) {
	case *sqlast.AddColumn:
		return "ADD COLUMN"
	case *sqlast.DropColumn:
		return "DROP COLUMN"
	case *sqlast.AlterColumnType:
		return "ALTER COLUMN … TYPE"
	case *sqlast.SetDefault:
		if op.Default == nil {
			return "DROP DEFAULT"
		}
		return "SET DEFAULT"
	case *sqlast.SetNotNull:
		return "SET NOT NULL"
	case *sqlast.DropNotNull:
		return "DROP NOT NULL"
	case *sqlast.SetExpression:
		if op.Expr == nil {
			return "DROP EXPRESSION"
		}
		return "SET EXPRESSION"
	case *sqlast.AddConstraint:
		return "ADD " + constraintWords[op.Constraint.Kind]
	case *sqlast.DropConstraint:
		return "DROP CONSTRAINT"
	case *sqlast.ValidateConstraint:
		return "VALIDATE CONSTRAINT"
	case *sqlast.AlterConstraint:
		return "ALTER CONSTRAINT"
	case *sqlast.AttachPartition:
		return "ATTACH PARTITION"
	case *sqlast.DetachPartition:
		return "DETACH PARTITION"
	case *sqlast.SetLogged:
		if op.Logged {
			return "SET LOGGED"
		}
		return "SET UNLOGGED"
	case *sqlast.SetAccessMethod:
		return "SET ACCESS METHOD"
	case *sqlast.SetTablespace:
		return "SET TABLESPACE"
	case *sqlast.SetStorageParameters:
		if op.Reset {
			return "RESET (…)"
		}
		return "SET (…)"
	case *sqlast.EnableTrigger:
		if op.Disable {
			return "DISABLE TRIGGER"
		}
		return "ENABLE TRIGGER"
	case *sqlast.ReplicaIdentity:
		return "REPLICA IDENTITY"
	case *sqlast.RowSecurity:
		return "ROW LEVEL SECURITY"
	}
	return "ALTER"
}

var constraintWords = map[sqlast.ConstraintKind]string{
	sqlast.Check: "CHECK", sqlast.Unique: "UNIQUE", sqlast.PrimaryKey: "PRIMARY KEY", sqlast.ForeignKey: "FOREIGN KEY",
	sqlast.Exclusion: "EXCLUDE", sqlast.NotNullConstraint: "NOT NULL",
}
