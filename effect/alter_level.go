package effect

import "github.com/miglint/miglint/sqlast"

// alterLevel is the lock an action of ALTER needs on the relation of that kind
// (AlterTableGetLockLevel in tablecmds.c; the same on 14 to 18).
func alterLevel(op sqlast.AlterAction, kind sqlast.ObjectKind) Mode {
	switch op := op.(type) {
	case *sqlast.AddConstraint:
		if op.Constraint.Kind == sqlast.ForeignKey {
			return ShareRowExclusive
		}
	case *sqlast.ValidateConstraint, *sqlast.ClusterOn:
		return ShareUpdateExclusive
	case *sqlast.AlterColumnOption:
		if op.Option == "statistics" || op.Option == "options" && kind != sqlast.ForeignTable {
			return ShareUpdateExclusive
		}
	case *sqlast.EnableTrigger:
		if !op.Rule {
			return ShareRowExclusive
		}
	case *sqlast.SetStorageParameters:
		return parametersLevel(op)
	case *sqlast.AttachPartition:
		return ShareUpdateExclusive
	case *sqlast.DetachPartition:
		if op.Concurrently || op.Finalize {
			return ShareUpdateExclusive
		}
	}
	return AccessExclusive
}

// exclusiveParameters are the storage parameters that need ACCESS EXCLUSIVE
// (the lockmode column of the tables in reloptions.c); the others of the core
// server need SHARE UPDATE EXCLUSIVE.
var exclusiveParameters = map[string]bool{
	"user_catalog_table": true, "security_barrier": true, "security_invoker": true, "check_option": true,
	"autosummarize": true, "pages_per_range": true, "fastupdate": true, "gin_pending_list_limit": true, "buffering": true,
}

// parametersLevel is AlterTableGetRelOptionsLockLevel of reloptions.c.
func parametersLevel(op *sqlast.SetStorageParameters) Mode {
	if len(op.Parameters) == 0 {
		return AccessExclusive
	}
	for name := range op.Parameters {
		if exclusiveParameters[name] {
			return AccessExclusive
		}
	}
	return ShareUpdateExclusive
}

// recurses reports whether an action also locks every partition and
// inheritance child of the table (ATPrepCmd and the ATExec functions; SET
// STATISTICS and SET STORAGE by ATSimpleRecursion). A constraint's own rules are
// in constraint.go.
func recurses(op sqlast.AlterAction) bool {
	switch op := op.(type) {
	case *sqlast.AddConstraint, *sqlast.AddColumn, *sqlast.DropColumn, *sqlast.AlterColumnType, *sqlast.SetDefault, *sqlast.SetNotNull,
		*sqlast.DropNotNull, *sqlast.SetExpression, *sqlast.DropConstraint, *sqlast.ValidateConstraint:
		return true
	case *sqlast.AlterColumnOption:
		return op.Option == "statistics" || op.Option == "storage"
	}
	return false
}
