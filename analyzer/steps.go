package analyzer

import (
	"bytes"
	"slices"

	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/effect"
	"github.com/miglint/miglint/source"
	"github.com/miglint/miglint/sqlast"
)

// fate is how the walk through steps ends.
type fate struct {
	to *level // a failure ends them, up to that level
	// leaves is set when they certainly end the routine, or the loop if kind is Exit
	// or Continue; otherwise mayReturn and mayExit tell what a condition may end.
	leaves             bool
	kind               sqlast.LeaveKind
	mayReturn, mayExit bool
}

// or adds what steps beside may do.
func (f *fate) or(g fate) {
	exits := g.kind == sqlast.Exit || g.kind == sqlast.Continue
	f.mayReturn = f.mayReturn || g.mayReturn || g.leaves && g.kind == sqlast.Return
	f.mayExit = f.mayExit || g.mayExit || g.leaves && exits
}

// mark is what the walk goes back to.
type mark struct {
	cat               *catalog.Catalog
	tx                *Tx
	stmts, held, inTx int
	settings, session Settings
}

func (w *walk) mark() mark {
	m := mark{cat: w.cat.Snapshot(), tx: w.tx, stmts: len(w.stmts), held: len(w.held), settings: w.settings, session: w.session}
	if w.tx != nil {
		m.inTx = len(w.tx.Stmts)
	}
	return m
}

// back takes schema, settings and locks back to a mark, unless the transaction
// has ended since: what it did is done.
func (w *walk) back(m mark) {
	if w.tx != m.tx {
		return
	}
	w.cat.Restore(m.cat)
	w.release(m.held)
	w.settings, w.session = m.settings, m.session
}

// undo is back for statements that do not run after all.
func (w *walk) undo(m mark) {
	if w.tx != m.tx {
		return
	}
	w.back(m)
	w.skipped = append(w.skipped, w.stmts[m.stmts:]...)
	w.stmts = w.stmts[:m.stmts]
	if w.tx != nil {
		w.tx.Stmts = w.tx.Stmts[:m.inTx]
	}
}

// body walks through steps that follow each other.
func (w *walk) body(in spot, steps []sqlast.RoutineStmt) fate {
	var all fate
	for i, step := range steps {
		w.attach(&in, step)
		f := w.step(in, step)
		if f.to != nil || f.leaves {
			f.mayReturn, f.mayExit = f.mayReturn || all.mayReturn, f.mayExit || all.mayExit
			return f
		}
		if (f.mayReturn || f.mayExit) && i+1 < len(steps) && in.nested < maxConditions {
			f.or(w.rest(in, steps[i+1:]))
			f.or(all)
			return f
		}
		all.or(f)
	}
	return all
}

// attach makes the comments right before an IF, CASE or loop those of all of it,
// not only of the first statement in it.
func (w *walk) attach(in *spot, step sqlast.RoutineStmt) {
	var whole source.Span
	switch step := step.(type) {
	case *sqlast.Choose:
		whole = step.Span
	case *sqlast.Loop:
		whole = step.Span
	}
	if !w.judged || whole.IsZero() || len(in.comments) == 0 {
		return
	}
	end, _ := slices.BinarySearchFunc(in.comments, whole.Start, func(c sqlast.Comment, at int) int { return c.Span.Start - at })
	first, at := end, whole.Start
	for first > 0 {
		c := in.comments[first-1].Span
		if c.File != whole.File || c.End > at || len(bytes.TrimSpace(whole.File.Text[c.End:at])) > 0 {
			break
		}
		first, at = first-1, c.Start
	}
	if first < end {
		w.skipped = append(w.skipped, &Stmt{Statement: &sqlast.Statement{Span: whole, Comments: in.comments[first:end]}})
	}
}

// rest walks through steps that may not be reached.
func (w *walk) rest(in spot, steps []sqlast.RoutineStmt) fate {
	m := w.mark()
	at := in.guarded()
	at.nested++
	f := w.body(at, steps)
	switch f.to {
	case nil:
		w.cat.Unsure(m.cat)
	case at.outer:
		w.undo(m)
		return fate{}
	}
	return f
}

func (w *walk) step(in spot, step sqlast.RoutineStmt) fate {
	switch step := step.(type) {
	case *sqlast.Run:
		return fate{to: w.run(step.Stmt, &in)}
	case *sqlast.Send:
		return fate{to: w.send(in, step)}
	case *sqlast.Choose:
		return w.choose(in, step)
	case *sqlast.Loop:
		return w.loop(in, step)
	case *sqlast.Protected:
		return w.protected(in, step)
	case *sqlast.Leave:
		f := fate{leaves: true, kind: step.Kind}
		if step.Sometimes {
			var maybe fate
			maybe.or(f)
			return maybe
		}
		return f
	case *sqlast.EndTransaction:
		return fate{to: w.endTransaction(in, step)}
	}
	return fate{}
}

// choose walks through the arms of an IF or CASE, each from the schema before it.
// What they leave different is doubtful afterwards.
func (w *walk) choose(in spot, c *sqlast.Choose) fate {
	var all fate
	start := w.mark()
	var ends []mark
	var left *fate
	for _, steps := range c.Arms {
		w.back(start)
		m := w.mark()
		at := in.guarded()
		f := w.body(at, steps)
		switch {
		case f.to != nil:
			// For an outer level too: whether this arm is what fails is not known.
			w.undo(m)
			continue
		case f.leaves:
			left = &f
		default:
			ends = append(ends, w.mark())
		}
		all.or(f)
	}
	if !c.Total || len(ends) == 0 && left == nil {
		ends = append(ends, start)
	}
	if len(ends) == 0 {
		left.mayReturn, left.mayExit = all.mayReturn, all.mayExit
		return *left
	}
	w.join(start, ends)
	return all
}

// join goes on after arms of which one has run: with the schema of the first that
// changes it, and doubt about what the others leave different.
func (w *walk) join(start mark, ends []mark) {
	if w.tx != start.tx {
		w.cat.Unsure(start.cat)
		return
	}
	goOn := ends[0]
	for _, e := range ends {
		if e.cat != start.cat && e.cat.Changed(start.cat) {
			goOn = e
			break
		}
	}
	w.cat.Restore(goOn.cat)
	w.settings, w.session = goOn.settings, goOn.session
	for i, e := range ends {
		if i == maxArms {
			w.cat.Hide()
			break
		}
		w.cat.Unsure(e.cat)
	}
	w.release(start.held)
	for _, s := range w.stmts[start.stmts:] {
		w.hold(s)
	}
}

// loop walks through a loop once. One that runs at least once is no condition.
func (w *walk) loop(in spot, l *sqlast.Loop) fate {
	m := w.mark()
	at := in
	if l.Times == 0 {
		at = in.guarded()
		at.many = true
	}
	f := w.body(at, l.Body)
	switch {
	case f.to != nil && l.Times == 0:
		w.undo(m)
		return fate{}
	case f.to != nil:
		return f
	case l.Times == 0:
		w.cat.Unsure(m.cat)
	}
	if f.leaves && f.kind == sqlast.Return && l.Times > 0 || f.leaves && f.kind == sqlast.RaiseException && l.Times > 0 {
		return f
	}
	var after fate
	after.or(f)
	after.mayExit = false
	return after
}

// protected walks through a block with handlers. A failure that one of them
// catches undoes the block, which is a subtransaction, and runs the handler; other
// handlers are for errors that the history does not show.
func (w *walk) protected(in spot, p *sqlast.Protected) fate {
	start := w.mark()
	at := in
	at.sub = true
	at.outer = &level{outer: in.outer, handlers: p.Handlers}
	f := w.body(at, p.Body)
	if f.to == at.outer {
		w.back(start)
		if w.judged && w.tx == start.tx {
			for _, s := range w.stmts[start.stmts:] {
				s.Within.Undone = true
			}
		}
		return w.body(in, at.outer.handler(at.outer.caught).Body)
	}
	if f.to != nil {
		return f
	}
	var all fate
	ends := []mark{w.mark()}
	if f.leaves {
		ends = nil
	}
	all.or(f)
	for i := range p.Handlers {
		w.back(start)
		m := w.mark()
		h := in.guarded()
		switch g := w.body(h, p.Handlers[i].Body); {
		case g.to != nil:
			w.undo(m)
		case g.leaves:
			all.or(g)
		default:
			ends = append(ends, w.mark())
			all.or(g)
		}
	}
	if len(ends) == 0 {
		w.back(start)
		return f
	}
	w.join(start, ends)
	return all
}

// invalidTermination is ERRCODE_INVALID_TRANSACTION_TERMINATION.
const invalidTermination = "2D000"

// endTransaction is COMMIT or ROLLBACK, which only a procedure or DO block may run
// that the client itself called, outside a transaction block and a subtransaction
// (_SPI_commit in spi.c).
func (w *walk) endTransaction(in spot, e *sqlast.EndTransaction) *level {
	op := &sqlast.Transaction{Node: sqlast.Node{At: e.Span}, Kind: sqlast.Commit}
	what := "commit"
	if e.Rollback {
		op.Kind, what = sqlast.Rollback, "roll back"
	}
	s := w.annotated(&sqlast.Statement{Span: e.Span, Text: e.Span.Text(), Ops: []sqlast.Op{op}}, &in)
	switch {
	case in.atomic:
		s.Effect.Fails = &effect.Failure{SQLState: invalidTermination, Message: "invalid transaction termination"}
	case in.sub:
		s.Effect.Fails = &effect.Failure{SQLState: invalidTermination, Message: "cannot " + what + " while a subtransaction is active"}
	default:
		runs := w.tx.Runs
		w.end(s, e.Rollback)
		w.begin(RoutineTx, nil)
		w.tx.Runs = runs
		return nil
	}
	if to := in.absorbs(s.Effect.Fails); to != nil {
		w.skipped = append(w.skipped, s)
		return to
	}
	if w.judged {
		w.take(s)
	}
	return nil
}
