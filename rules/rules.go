// Package rules is the rules miglint ships, one file each.
package rules

import (
	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/migration"
	"github.com/miglint/miglint/source"
	"github.com/miglint/miglint/sqlast"
)

// All returns every rule, in the order they are listed to users: what locks, what
// fails, what loses data, what breaks running code, what cannot be undone, then
// files and comments. Adding a rule is one file and one line here.
func All() []*analyzer.Rule {
	return append([]*analyzer.Rule{
		// locking
		addColumnRewrite,
		addColumnScan,
		addColumnUnique,
		attachPartitionScan,
		checkWithoutNotValid,
		columnTypeRewrite,
		detachPartitionNotConcurrent,
		dropIndexNotConcurrent,
		dropLocksReferenced,
		exclusionConstraint,
		exclusiveLocksPileUp,
		foreignKeyWithoutNotValid,
		indexNotConcurrent,
		lockTimeoutMissing,
		lockTimeoutTooLong,
		lockUpgrade,
		partitionCreatedInPlace,
		refreshNotConcurrent,
		reindexNotConcurrent,
		setNotNullScan,
		slowStatementUnderLock,
		tableRewrite,
		unbatchedUpdate,
		uniqueWithoutIndex,
		vacuumFull,
		validateUnderLock,
		// failing
		addColumnNotNullNoDefault,
		catalogDML,
		concurrentlyIfNotExists,
		concurrentlyInTransaction,
		enumValueUsedInTransaction,
		flywayMixedTransaction,
		foreignKeyTypeMismatch,
		nestedTransaction,
		nullComparison,
		policyWithoutRLS,
		pendingTriggerEvents,
		psqlOnlySyntax,
		setLocalOutsideTransaction,
		statementCutInTwo,
		statementFails,
		statementNotTransactional,
		syntaxError,
		timeoutAroundConcurrently,
		timeoutWithoutUnit,
		unclosedTransaction,
		unfinishedRecipe,
		// losing
		dropCascade,
		dropColumnNotDeprecated,
		dropSchema,
		dropTable,
		dropTakesAlong,
		grantToPublic,
		policyAlwaysTrue,
		rlsDisabled,
		foreignKeysBypassed,
		leftDisabled,
		primaryKeyDropped,
