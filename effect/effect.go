// Package effect is what a statement does to the database: the locks it takes,
// what it rewrites, scans and builds, what it loses, and whether it fails.
//
// The facts are those of PostgreSQL 14 to 18. Every one was measured on a
// server; the source is named beside it.
package effect

import (
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

// Mode is a table-level lock mode. The values are PostgreSQL's own
// (src/include/storage/lockdefs.h), so a greater mode is a stronger one.
type Mode int

// The lock modes.
const (
	AccessShare Mode = iota + 1
	RowShare
	RowExclusive
	ShareUpdateExclusive
	Share
	ShareRowExclusive
	Exclusive
	AccessExclusive
)

var modeNames = [...]string{"", "AccessShareLock", "RowShareLock", "RowExclusiveLock",
	"ShareUpdateExclusiveLock", "ShareLock", "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock"}

var modeSQL = [...]string{"", "ACCESS SHARE", "ROW SHARE", "ROW EXCLUSIVE", "SHARE UPDATE EXCLUSIVE",
	"SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE", "ACCESS EXCLUSIVE"}

// String is the mode as pg_locks spells it.
func (m Mode) String() string { return modeNames[m] }

// SQL is the mode as LOCK TABLE and the manual spell it.
func (m Mode) SQL() string { return modeSQL[m] }

// Conflicts reports whether a lock in mode n on the same relation waits for one
// in mode m (table 13.2 of the manual, "Conflicting Lock Modes").
func (m Mode) Conflicts(n Mode) bool {
	switch m {
	case AccessShare:
		return n == AccessExclusive
	case RowShare:
		return n >= Exclusive
	case RowExclusive:
		return n >= Share
	case ShareUpdateExclusive:
		return n >= ShareUpdateExclusive
	case Share:
		return n >= RowExclusive && n != Share
	case ShareRowExclusive:
		return n >= RowExclusive
	case Exclusive:
		return n >= RowShare
	case AccessExclusive:
		return true
	}
	return false
}

// BlocksReads reports whether plain SELECTs wait.
func (m Mode) BlocksReads() bool { return m.Conflicts(AccessShare) }

// BlocksWrites reports whether INSERT, UPDATE and DELETE wait.
func (m Mode) BlocksWrites() bool { return m.Conflicts(RowExclusive) }

// BlocksDDL reports whether CREATE INDEX CONCURRENTLY, VALIDATE, ANALYZE and
// (auto)vacuum wait.
func (m Mode) BlocksDDL() bool { return m.Conflicts(ShareUpdateExclusive) }

// Relation is a relation and why the effect strikes it.
type Relation struct {
	Key  catalog.Key
	Kind sqlast.ObjectKind // Table, Index, MaterializedView, Sequence, View
	Why  string            // "the default random() is volatile"; lower case, no final period
	// Maybe is set when it depends on something history does not show, such as
	// the old type of a column; Why then says what would avoid it.
	Maybe bool
}

// Lock is a lock on a relation that existed before the statement.
type Lock struct {
	Relation catalog.Key
	Kind     sqlast.ObjectKind
	Mode     Mode
	Cause    string // "ADD CONSTRAINT … FOREIGN KEY locks the referenced table"
}

// Build is an index built by reading its whole table.
type Build struct {
	Table        catalog.Key
	Index        string // "" when the server makes up the name
	Concurrently bool
	Why          string
}

// Object is something whose content or definition is gone afterwards.
type Object struct {
	Kind sqlast.ObjectKind
	Name string // as people write it: "public.users", "public.users.email", "public.users_email_key"
	Why  string // "" for what the statement names, else "dropped with column email"
	// Data is set when rows or values are lost, not only a definition.
	Data bool
}

// Failure is an error the server will certainly raise.
type Failure struct {
	SQLState string // "25001"
	Message  string // "CREATE INDEX CONCURRENTLY cannot run inside a transaction block"
	// IfRows is set when it fails only if the table holds (certain) rows.
	IfRows bool
}

// Effect is what one statement, or one of its ops, does.
type Effect struct {
	Locks    []Lock
	Rewrites []Relation // copied row by row; all its indexes are rebuilt
	Scans    []Relation // every row read and checked while the locks are held
	Builds   []Build
	Loses    []Object
	Fails    *Failure
	ops      []Effect

	positions *positions // while it is made
}

// Op returns the share that the statement's i-th op has in the effect. Locks of
// an ALTER TABLE belong to the whole statement: each of its ops has the lock it
// would need on its own.
func (e *Effect) Op(i int) *Effect {
	if len(e.ops) == 0 {
		return e
	}
	return &e.ops[i]
}

// Env is what an effect depends on beside the statement and the schema.
type Env struct {
	Major         int  // PostgreSQL major version, 14 to 18
	InTransaction bool // explicit, the runner's or implicit
	// Implicit is set in the transaction that the server begins around a query of
	// several statements.
	Implicit bool
	// NoSavepoint is set when the transaction has no savepoint of the name that the
	// statement goes back to or releases.
	NoSavepoint bool
	// InFunction is set for what a DO block, function or procedure runs when
	// InTransaction is set only because of it: what cannot run in a transaction block
	// cannot run there either, and the server says so in other words
	// (PreventInTransactionBlock in xact.c).
	InFunction bool
	// TimeZoneUTC is set when the session's TimeZone is known to be UTC: then
	// timestamp and timestamptz convert without a rewrite
	// (ATColumnChangeRequiresRewrite in tablecmds.c).
	TimeZoneUTC bool
	// Tx is the ordinal of the running transaction, to tell what it made itself
	// (catalog.Origin.Tx).
	Tx int
}
