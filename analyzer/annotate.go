package analyzer

import (
	"slices"
	"strings"

	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/effect"
	"github.com/miglint/miglint/migration"
	"github.com/miglint/miglint/sqlast"
)

// annotator walks a stream's scripts in order. It follows the transaction state,
// the settings and the catalog as the server would.
type annotator struct {
	cat    *catalog.Catalog
	opts   *Options
	small  map[string]bool
	starts []*catalog.Catalog // before the last migrations that have no down
	lastTx int                // ordinal of the last transaction begun, autocommitted statements included
}

// walk is the state inside one script.
type walk struct {
	*annotator
	judged   bool
	framed   bool // the runner's own transaction is open or was ended by the file
	again    bool // the runner begins another one then
	shape    migration.TxShape
	program  migration.TxShape // of a single statement that a program sends
	origin   catalog.Origin
	stmts    []*Stmt
	drops    map[string]int // tables the script drops: the last statement that does
	skipped  []*Stmt        // of routines: statements that a condition keeps from running
	routines map[reading]*sqlast.Routine
	called   int               // statements of routines that were called
	bodies   []*sqlast.Routine // that were run
	tx       *Tx
	begun    *catalog.Catalog // catalog when tx began
	marks    []savepoint
	settings Settings // in force: session overlaid with SET LOCAL
	session  Settings // without SET LOCAL: what COMMIT leaves
	outer    Settings // session when tx began: what ROLLBACK leaves
	held     []HeldLock
	modes    map[catalog.Key]effect.Mode // of the locks in held, the strongest
	copied   int                         // locks copied because of ROLLBACK TO
}

// Bounds on what a hostile script can make the pass do. What is beyond them is
// not followed.
const (
	maxHeld   = 1000    // locks of a transaction
	maxMarks  = 1000    // savepoints
	maxCopied = 1 << 20 // locks that ROLLBACK TO copies
)

// savepoint is what ROLLBACK TO goes back to.
type savepoint struct {
	name string
	cat  *catalog.Catalog
	held int
}

// script annotates one script and leaves a.cat as the script does. The statements
// of p are filled in for judged scripts only; history is replayed all the same.
func (a *annotator) script(p *Pass, origin catalog.Origin, judged bool) {
	w := &walk{annotator: a, judged: judged, origin: origin}
	a.cat.ResetSession()
	s := p.Script
	if s == nil {
		return
	}
	w.again = s.BeginsAgain
	if s.Program != nil && len(s.Batches) > 0 {
		w.program = s.Batches[0].Tx
		w.body(spot{client: true}, s.Program)
	} else {
		for _, b := range s.Batches {
			w.batch(b, nil)
		}
	}
	if w.tx != nil && w.tx.Kind == ExplicitTx && w.shape == migration.PerStatement {
		// The connection closes, or the runner's next command finds a transaction
		// still open. Replay keeps what it did: the author meant to commit.
		w.tx = nil
	}
	w.noteDrops()
	if judged {
		p.Stmts, p.Skipped, p.Routines = w.stmts, w.skipped, w.bodies
	}
}

// noteDrops tells every statement which tables the script drops in the end.
func (w *walk) noteDrops() {
	for _, s := range w.stmts {
		if len(s.Ops) == 0 {
			continue
		}
		if _, ok := s.Ops[0].(*sqlast.Drop); !ok {
			continue
		}
		for _, o := range s.Effect.Loses {
			if o.Kind == sqlast.Table {
				if w.drops == nil {
					w.drops = map[string]int{}
				}
				w.drops[o.Name] = s.Index
			}
		}
	}
}

// send annotates what a program sends in one query.
func (w *walk) send(in spot, s *sqlast.Send) *level {
	b := migration.Batch{Stmts: s.Stmts, Tx: w.program}
	if b.Tx == migration.PerStatement && len(s.Stmts) > 1 {
		b.Tx = migration.Implicit
	}
	return w.batch(b, &in)
}

// batch annotates a batch. In a program in is where; then the level is as run has
// it.
func (w *walk) batch(b migration.Batch, in *spot) *level {
	w.shape = b.Tx
	// The server wraps a query of several statements; where a COMMIT inside ended a
	// transaction, also the runner's, what is left of the query has one of its own.
	wrap := b.Tx != migration.PerStatement && len(b.Stmts) > 1
	switch b.Tx {
	case migration.PerFile, migration.PerRun:
		if w.tx == nil && (!w.framed || w.again) {
			w.begin(RunnerTx, nil)
			w.framed = true
		}
	case migration.Implicit:
		if len(b.Stmts) < 2 {
			w.shape = migration.PerStatement
		}
	}
	for i, stmt := range b.Stmts {
		if wrap && w.tx == nil {
			w.begin(ImplicitTx, nil)
		}
		to := w.run(stmt, in)
		if (to != nil || i == len(b.Stmts)-1) && w.tx != nil && w.tx.Kind == ImplicitTx {
			w.end(nil, false)
		}
		if to != nil {
			return to
		}
	}
	return nil
}

// run annotates a statement and leaves everything as it does. In a routine in is
// where; then the level is the one that keeps the statement from running, or from
// failing, nil if there is none.
func (w *walk) run(stmt *sqlast.Statement, in *spot) *level {
	if w.tx == nil {
		w.lastTx++
	}
	s := w.annotated(stmt, in)
	if in != nil {
		if to := in.absorbs(s.Effect.Fails); to != nil {
			w.skipped = append(w.skipped, s)
			return to
		}
	}
	runs := w.runs(stmt, in)
	if in != nil && !in.client && runs == nil && w.onlyAsks(stmt) {
		w.skipped = append(w.skipped, s)
		return nil
	}
	if w.judged {
		w.take(s)
	}
	if (in == nil || in.client) && len(stmt.Ops) == 1 {
		if t, ok := stmt.Ops[0].(*sqlast.Transaction); ok {
			w.control(t, s)
			return nil
		}
	}
	if runs == nil {
		w.cat.Apply(stmt, s.Origin)
	} else {
		w.cat.ApplyCaller(stmt, s.Origin, runs.has)
	}
	for _, op := range stmt.Ops {
		if set, ok := op.(*sqlast.Set); ok {
			w.settings = w.settings.apply(set, w.tx != nil)
			if !set.Local {
				w.session = w.session.apply(set, w.tx != nil)
			}
		}
	}
	if runs == nil {
		return nil
	}
	s.Followed = true
	return w.follow(s, runs, in)
}

// annotated returns the statement with what is true when it runs. Its effect is
// left out where neither the rules nor a condition around it ask for it.
func (w *walk) annotated(stmt *sqlast.Statement, in *spot) *Stmt {
	s := &Stmt{Statement: stmt, Index: len(w.stmts), Tx: w.tx, Shape: w.shape, Settings: w.settings,
		Origin: w.origin, small: w.small, drops: &w.drops}
	s.Origin.Span, s.Origin.Tx = stmt.Span, w.lastTx
	env := effect.Env{Major: w.opts.PostgresMajor(), InTransaction: w.tx != nil, Implicit: w.tx != nil && w.tx.Kind == ImplicitTx,
		NoSavepoint: in == nil && w.noSavepoint(stmt), TimeZoneUTC: w.settings.utc(), Tx: w.lastTx}
	if in != nil && in.client {
		s.MayRun, s.Many = in.mayRun, in.many
	} else if in != nil {
		if in.routine != "" {
			s.Origin.Call = in.by.Outermost().Span
		}
		s.Within = &Within{By: in.by, Routine: in.routine, MayRun: in.mayRun, Caught: in.sub, Many: in.many}
		env.InFunction = w.tx.Kind == RoutineTx && !in.sub
	}
	if w.judged || in != nil && in.outer != nil {
		s.Before = w.cat.Snapshot()
		s.Effect = effect.Of(stmt, s.Before, env)
	}
	return s
}

// take adds a statement to those of the script and of its transaction.
func (w *walk) take(s *Stmt) {
	s.Held = w.held[:len(w.held):len(w.held)]
	w.stmts = append(w.stmts, s)
	if w.tx != nil {
		w.tx.Stmts = append(w.tx.Stmts, s)
		w.hold(s)
	}
}

// hold adds the statement's locks to those its transaction holds.
func (w *walk) hold(s *Stmt) {
	for _, l := range s.Effect.Locks {
		before := w.modes[l.Relation]
		if before >= l.Mode || len(w.held) == maxHeld {
			continue
		}
		if w.modes == nil {
			w.modes = map[catalog.Key]effect.Mode{}
		}
		w.modes[l.Relation] = l.Mode
		w.held = append(w.held, HeldLock{Lock: l, By: s, before: before})
	}
}

// release gives the last locks back until there are n.
func (w *walk) release(n int) {
	if len(w.held) <= n {
		return
	}
	for i := len(w.held) - 1; i >= n; i-- {
		w.modes[w.held[i].Relation] = w.held[i].before
	}
	// Statements before have the locks that are given back; others must not take
	// their place.
	if w.copied += n; w.copied > maxCopied {
		w.held, w.modes = nil, nil
		return
	}
	w.held = slices.Clip(w.held[:n])
}

func (w *walk) begin(kind TxKind, by *Stmt) {
	w.lastTx++
	w.tx = &Tx{Kind: kind, Begin: by}
	w.begun = w.cat.Snapshot()
	w.outer = w.session
	w.held, w.modes, w.marks = nil, nil, nil
	if by != nil && by.Tx == nil { // a COMMIT AND CHAIN stays with the transaction it ends
		by.Tx = w.tx
		by.Origin.Tx = w.lastTx
		w.tx.Stmts = append(w.tx.Stmts, by)
	}
}

func (w *walk) end(by *Stmt, rollback bool) {
	w.tx.End, w.tx.RolledBack = by, rollback
	if rollback {
		w.cat.Restore(w.begun)
		w.session = w.outer
	}
	w.settings = w.session
	w.cat.EndTransaction()
	w.tx, w.held, w.modes, w.marks = nil, nil, nil, nil
}

// control follows a transaction control statement, as PostgreSQL does in
// xact.c: BEGIN inside a transaction and COMMIT outside one only warn.
func (w *walk) control(t *sqlast.Transaction, s *Stmt) {
	switch t.Kind {
	case sqlast.Begin:
		switch {
		case w.tx == nil:
			w.begin(ExplicitTx, s)
		case w.tx.Kind == ImplicitTx:
			// BeginTransactionBlock turns the implicit block into a regular one that
			// includes what the query did so far.
			w.tx.Kind, w.tx.Begin = ExplicitTx, s
		}
	case sqlast.Commit, sqlast.Rollback, sqlast.PrepareTransaction:
		if w.tx == nil {
			return
		}
		kind := w.tx.Kind
		w.end(s, t.Kind == sqlast.Rollback)
		if t.Chain {
			w.begin(kind, s)
		}
	case sqlast.Savepoint:
		if len(w.marks) < maxMarks {
			w.marks = append(w.marks, savepoint{name: t.Savepoint, cat: w.cat.Snapshot(), held: len(w.held)})
		}
	case sqlast.RollbackToSavepoint:
		for i := len(w.marks) - 1; i >= 0; i-- {
			if m := w.marks[i]; m.name == t.Savepoint {
				w.cat.Restore(m.cat)
				w.release(m.held)
				w.marks = w.marks[:i+1]
				return
			}
		}
	case sqlast.ReleaseSavepoint:
		for i := len(w.marks) - 1; i >= 0; i-- {
			if w.marks[i].name == t.Savepoint {
				w.marks = w.marks[:i]
				return
			}
		}
	}
}

// noSavepoint reports whether the statement goes back to a savepoint, or releases
// one, that its transaction does not have.
func (w *walk) noSavepoint(stmt *sqlast.Statement) bool {
	if len(stmt.Ops) != 1 {
		return false
	}
	t, ok := stmt.Ops[0].(*sqlast.Transaction)
	if !ok || t.Kind != sqlast.RollbackToSavepoint && t.Kind != sqlast.ReleaseSavepoint || len(w.marks) == maxMarks {
		return false
	}
	return !slices.ContainsFunc(w.marks, func(m savepoint) bool { return m.name == t.Savepoint })
}

// smallTables turns the configured list into a set of lower-case names.
func smallTables(names []string) map[string]bool {
	set := make(map[string]bool, len(names))
	for _, n := range names {
		set[strings.ToLower(n)] = true
	}
	return set
}
