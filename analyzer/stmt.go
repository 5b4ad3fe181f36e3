package analyzer

import (
	"fmt"

	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/effect"
	"github.com/miglint/miglint/migration"
	"github.com/miglint/miglint/sqlast"
)

// Stmt is a statement with everything that is true when it runs.
type Stmt struct {
	*sqlast.Statement
	Index    int              // in its script
	Before   *catalog.Catalog // the schema just before it
	Tx       *Tx              // the transaction it runs in; nil when it commits on its own
	Shape    migration.TxShape
	Settings Settings // parameters the migration has set, as in force for it
	Effect   effect.Effect
	Held     []HeldLock // locks its transaction already holds, strongest per relation
	Origin   catalog.Origin
	// Followed is set when the code that it runs, a DO block or functions, could be
	// read: what is in it follows among the statements.
	Followed bool
	Within   *Within // the routine it stands in and what runs that; nil for a statement of the script itself

	// MayRun is set when a condition of the program that sends the statement decides,
	// Many when it is sent nobody knows how often. Within has them for statements of
	// routines.
	MayRun, Many bool

	small map[string]bool
	drops *map[string]int // tables that the script drops, and the last statement that does
}

// HeldLock is a lock that an earlier statement of the transaction took.
type HeldLock struct {
	effect.Lock
	By *Stmt

	before effect.Mode // held on the relation when it was taken
}

// TxKind says who began a transaction.
type TxKind int

// The kinds of transaction.
const (
	ExplicitTx TxKind = iota // BEGIN in the file
	RunnerTx                 // the migration framework
	ImplicitTx               // the server, around a multi-statement query
	RoutineTx                // the server, around a DO block or call that commits on its own
)

// Tx is a transaction as the server sees it.
type Tx struct {
	Kind  TxKind
	Begin *Stmt   // the BEGIN; nil unless explicit
	End   *Stmt   // the COMMIT or ROLLBACK in the file; nil when the runner or the server ends it, or nobody does
	Stmts []*Stmt // in order, Begin and End included
	Runs  *Stmt   // the DO or the call whose own transaction it is; it is not among Stmts

	RolledBack bool
}

// InTx reports whether the statement runs in a transaction block.
func (s *Stmt) InTx() bool { return s.Tx != nil }

// routine names what the statement runs.
func (s *Stmt) routine() string {
	if len(s.Ops) == 1 {
		switch s.Ops[0].(type) {
		case *sqlast.Do:
			return "DO block"
		case *sqlast.Call:
			return "procedure"
		}
	}
	return "statement"
}

// RunnerCommits reports whether the framework sends a COMMIT at the end of the
// script: it ends whatever transaction is open then, also one that the file
// itself began after ending the framework's.
func (s *Stmt) RunnerCommits() bool {
	return s.Shape == migration.PerFile || s.Shape == migration.PerRun
}

// Until says when the locks of the statement are released, to follow "blocked":
// "until the statement ends", "until COMMIT on line 12".
func (s *Stmt) Until() string {
	switch {
	case s.Tx == nil:
		return "until the statement ends"
	case s.Tx.End != nil:
		return fmt.Sprintf("until the transaction ends on line %d", s.Tx.End.Span.StartPos().Line)
	case s.Tx.Kind == RoutineTx:
		return "until the " + s.Tx.Runs.routine() + " ends"
	case s.Tx.Kind == ImplicitTx:
		return "until the whole query ends (the file is sent as one query, which PostgreSQL runs as one transaction)"
	case s.Tx.Kind == RunnerTx && s.Shape == migration.PerRun:
		return "until the whole run of migrations commits"
	case s.RunnerCommits():
		return "until the migration commits"
	}
	return "until the transaction ends, which this file never does"
}

// IsNew reports whether nobody but this script can mind what happens to the
// relation: it was created earlier in this very script and holds no rows beyond
// a few literal ones, or it is temporary. An index or view counts with its
// table.
func (s *Stmt) IsNew(k catalog.Key) bool {
	if k.Schema == "pg_temp" {
		return true
	}
	if t := s.Before.TableAt(k); t != nil {
		return s.isNewTable(t)
	}
	if v := s.Before.ViewAt(k); v != nil {
		return v.Created.Same(s.Origin)
	}
	if i := s.Before.IndexAt(k); i != nil {
		return i.Created.Same(s.Origin) || s.IsNew(i.Table)
	}
	if q := s.Before.SequenceAt(k); q != nil {
		return q.Created.Same(s.Origin)
	}
	return false
}

// fewRows is how many literal rows a new table may have been given and still
// count as empty: a lookup table's seed, written by hand.
const fewRows = 1000

func (s *Stmt) isNewTable(t *catalog.Table) bool {
	if t.Persistence == sqlast.Temporary {
		return true
	}
	if t.Partial || !t.Created.Same(s.Origin) {
		return false
	}
	return t.Filled == nil || t.FilledRows >= 0 && t.FilledRows <= fewRows
}

// Minor reports whether nobody waits for locks on the relation: it is new, or so
// new that nobody else can see it, or about to be dropped, or the configuration
// lists it as small.
func (s *Stmt) Minor(k catalog.Key) bool {
	return s.IsNew(k) || s.unseen(k) || s.goes(k) || s.Small(k)
}

// goes reports whether this statement or a later one of the script drops the
// table: whoever still used it would have worse to fear than a wait.
func (s *Stmt) goes(k catalog.Key) bool {
	if s.drops == nil || len(*s.drops) == 0 {
		return false
	}
	if i := s.Before.IndexAt(k); i != nil {
		k = i.Table
	}
	last, ok := (*s.drops)[k.String()]
	return ok && last >= s.Index
}

// Drops reports whether the statement drops the table and the script does not
// make it anew to drop it again.
func (s *Stmt) Drops(table catalog.Key) bool {
	if s.drops == nil || len(*s.drops) == 0 {
		return false
	}
	last, ok := (*s.drops)[table.String()]
	return ok && last == s.Index
}

// unseen reports whether the relation was created by the transaction that is
// still running: other sessions cannot see it, however full it is.
func (s *Stmt) unseen(k catalog.Key) bool {
	if i := s.Before.IndexAt(k); i != nil {
		k = i.Table
	}
	t := s.Before.TableAt(k)
	return t != nil && !t.Partial && s.Tx != nil && t.Created.Same(s.Origin) && t.Created.Tx == s.Origin.Tx
}

// Small reports whether the configuration lists the table as small.
func (s *Stmt) Small(k catalog.Key) bool {
	if len(s.small) == 0 {
		return false
	}
	if i := s.Before.IndexAt(k); i != nil {
		k = i.Table
	}
	return s.small[k.Name] || s.small[k.Schema+"."+k.Name]
}

// Empty reports whether the relation certainly holds no rows, or next to none: it
// is new, or this script has just emptied it. Its locks may still be awaited.
func (s *Stmt) Empty(k catalog.Key) bool {
	if s.IsNew(k) {
		return true
	}
	t := s.Before.TableAt(k)
	return t != nil && t.Emptied != nil && t.Emptied.Same(s.Origin)
}

// Cheap reports whether nobody minds that every row of the relation is read or
// copied under a lock: nobody waits for it, or it is empty.
func (s *Stmt) Cheap(k catalog.Key) bool { return s.Empty(k) || s.Minor(k) }

// Locks returns the locks at least as strong as mode that op i of the statement
// takes on relations that matter.
func (s *Stmt) Locks(i int, mode effect.Mode) []effect.Lock {
	var locks []effect.Lock
	for _, l := range s.Effect.Op(i).Locks {
		if l.Mode >= mode && !s.Minor(l.Relation) {
			locks = append(locks, l)
		}
	}
	return locks
}

// LockOn returns the lock that the statement takes on one relation; ok is false
// if it takes none.
func (s *Stmt) LockOn(k catalog.Key) (lock effect.Lock, ok bool) {
	for _, l := range s.Effect.Locks {
		if l.Relation == k && l.Mode > lock.Mode {
			lock, ok = l, true
		}
	}
	return lock, ok
}
