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
		reassignOwned,
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
		checkNotImmutable,
		concurrentlyIfNotExists,
		concurrentlyInTransaction,
		enumValueUsedInTransaction,
		atlasSum,
		flywayMixedTransaction,
		ifNotExistsMisleading,
		foreignKeyTypeMismatch,
		nestedTransaction,
		noTransactionNotNeeded,
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
		foreignKeysBypassed,
		grantToPublic,
		leftDisabled,
		policyAlwaysTrue,
		primaryKeyDropped,
		rlsDisabled,
		securityDefinerSearchPath,
		superuserRole,
		insertColumnsShifted,
		truncate,
		untrustedLanguage,
		viewBypassesRLS,
		updateWithoutJoin,
		// breaking
		ambiguousOverload,
		columnBecomesRequired,
		dropObject,
		identityAlways,
		indexReplaceGap,
		eventTrigger,
		policyGap,
		publicationForAllTables,
		publishedWithoutIdentity,
		rlsWithoutPolicy,
		ruleOnTable,
		serverWideChange,
		renameColumn,
		renameObject,
		renameTable,
		sequenceBehind,
		sequenceTooSmall,
		// reversing
		downDoesNotInvert,
		missingDown,
		// tidiness
		advisoryLockKept,
		atlasDirective,
		bunDirective,
		dbmateDirective,
		dieselMetadata,
		drizzleJournal,
		prismaLock,
		sqitchPlan,
		liquibaseChangelog,
		nodePGMigrateDirective,
		duplicateVersion,
		editedAfterMerge,
		goPGDirective,
		gooseDirective,
		ignoredFile,
		nameTooLong,
		plaintextPassword,
		redundantIndex,
		settingLeaks,
		sqlMigrateDirective,
		sqlxDirective,
		ternDirective,
		tooComplex,
		unreadableFile,
		unresolvedSQL,
		versionGap,
		versionOrder,
		versionOutOfOrder,
		// convention, all opt-in
		charType,
		dropNotNull,
		foreignKeyWithoutIndex,
		integerPrimaryKey,
		jsonType,
		moneyType,
		notIdempotent,
		quotedName,
		serialType,
		superuserNeeded,
		tableWithoutPrimaryKey,
		timestampWithoutTimeZone,
		unloggedTable,
		varcharLimit,
	}, analyzer.IgnoreRules()...)
}

// reportProblems reports what the framework's adapter noted about the migration
// under the rule's name. Both scripts share the migration's notes, so the down is
// left out.
func reportProblems(p *analyzer.Pass) {
	if p.Down {
		return
	}
	for _, problems := range [][]migration.Problem{p.Scripts.Problems, p.Migration.Problems} {
		for _, problem := range problems {
			if problem.Rule == p.Rule.Name {
				p.Report(problemDiagnostic(problem))
			}
		}
	}
}

// reportStreamProblems does the same for notes about the folder.
func reportStreamProblems(p *analyzer.StreamPass) {
	for _, problem := range p.Stream.Problems {
		if problem.Rule == p.Rule.Name {
			p.Report(problemDiagnostic(problem))
		}
	}
}

func problemDiagnostic(problem migration.Problem) analyzer.Diagnostic {
	d := analyzer.Diagnostic{Span: problem.Span, Message: problem.Message, Suggestion: problem.Suggestion}
	if problem.Related != (source.Span{}) {
		d.Related = []analyzer.Related{{Span: problem.Related, Message: problem.RelatedMsg}}
	}
	return d
}

// newColumns returns the columns that an op defines.
func newColumns(op sqlast.Op) []sqlast.ColumnDef {
	switch op := op.(type) {
	case *sqlast.CreateTable:
		return op.Columns
	case *sqlast.AddColumn:
		return []sqlast.ColumnDef{op.Column}
	}
	return nil
}
