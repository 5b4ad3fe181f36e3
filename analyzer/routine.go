package analyzer

import (
	"maps"
	"slices"

	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

// runs is the code that a statement runs and that can be read: a DO block, or the
// routines it calls.
type runs struct {
	do    *sqlast.Routine
	calls []call
}

// call is a function or procedure that a statement calls.
type call struct {
	name     sqlast.Name
	function *catalog.Function
	routine  *sqlast.Routine
	many     bool // once for every row
}

// has reports whether a call of that name is among those that are followed.
func (r *runs) has(name sqlast.Name) bool {
	return slices.ContainsFunc(r.calls, func(c call) bool { return c.name.Schema == name.Schema && c.name.Name == name.Name })
}

// runs returns the code that a statement runs; nil if it runs none, or none that
// can be read.
func (w *walk) runs(stmt *sqlast.Statement, in *spot) *runs {
	var found *runs
	for _, op := range stmt.Ops {
		var q *sqlast.Query
		switch op := op.(type) {
		case *sqlast.Do:
			if op.Routine != nil && op.Routine.Problem == nil {
				found = &runs{do: op.Routine}
			}
		case *sqlast.Call:
			found = w.addCall(found, in, op.Name, nil, -1, false)
		case *sqlast.Select:
			q = op.Query
		case *sqlast.Insert:
			q = op.Query
		case *sqlast.Update:
			q = op.Query
		case *sqlast.Delete:
			q = op.Query
		}
		if q != nil {
			for _, c := range q.Functions {
				found = w.addCall(found, in, c.Name, c.Args, len(c.Args), len(q.Reads) > 0)
			}
		}
	}
	return found
}

// addCall adds a call to what a statement runs, if it is to be followed.
func (w *walk) addCall(to *runs, in *spot, name sqlast.Name, args []sqlast.Expr, count int, many bool) *runs {
	f := w.cat.Called(name, count)
	if f == nil || f.Routine == nil || w.called >= maxCalled {
		return to
	}
	if in != nil && (len(in.calls) >= maxCalls || slices.ContainsFunc(in.calls, func(g *catalog.Function) bool { return g.Key == f.Key })) {
		return to
	}
	r := w.read(f, given(f, args))
	if r == nil || r.Problem != nil {
		return to
	}
	if to == nil {
		to = &runs{}
	}
	to.calls = append(to.calls, call{name, f, r, many})
	return to
}

// reading is a body that was read for calls with certain values.
type reading struct {
	function *catalog.Function
	values   string
}

// read returns the body of a function; it is read once for a script and for the
// same values.
func (w *walk) read(f *catalog.Function, given map[string]string) *sqlast.Routine {
	key := reading{function: f}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		key.values += name + "\x00" + given[name] + "\x00"
	}
	r, known := w.routines[key]
	if !known {
		if w.routines == nil {
			w.routines = map[reading]*sqlast.Routine{}
		}
		r = f.Routine(given)
		w.routines[key] = r
	}
	return r
}

// maxGiven bounds the value that a call gives a parameter.
const maxGiven = 1000

// given returns the values of the parameters for which a call has constants, of
// types that are written out as they are written in.
func given(f *catalog.Function, args []sqlast.Expr) map[string]string {
	var values map[string]string
	for i, p := range f.InputArgs() {
		if i >= len(args) || p.Mode == "variadic" {
			break
		}
		arg := args[i]
		if cast, ok := arg.(*sqlast.CastExpr); ok && keepsText(cast.Type) {
			arg = cast.Arg
		}
		c, ok := arg.(*sqlast.ConstExpr)
		if !ok || c.Kind != sqlast.StringConst && c.Kind != sqlast.NumberConst || p.Name == "" || !keepsText(p.Type) || len(c.Value) > maxGiven {
			continue
		}
		if values == nil {
			values = map[string]string{}
		}
		values[p.Name] = c.Value
	}
	return values
}

func keepsText(t sqlast.TypeName) bool {
	if t.ArrayDims > 0 || len(t.Mods) > 0 || t.Schema != "" {
		return false
	}
	switch t.Name.Name {
	case "text", "varchar", "name", "regclass", "regtype", "citext", "int2", "int4", "int8":
		return true
	}
	return false
}

// onlyAsks reports whether a statement of a routine does no more than to compute
// something, perhaps from the system catalogs, as the condition of an IF does.
func (w *walk) onlyAsks(stmt *sqlast.Statement) bool {
	if stmt.Problem != nil || len(stmt.Ops) != 1 {
		return false
	}
	s, ok := stmt.Ops[0].(*sqlast.Select)
	if !ok || s.Query == nil || len(s.Query.Writes)+len(s.Query.Locks) > 0 || !s.Query.Into.IsZero() {
		return false
	}
	for _, r := range s.Query.Reads {
		if !w.cat.IsSystem(r.Name) {
			return false
		}
	}
	for _, f := range s.Query.Functions {
		if v, known := w.cat.Volatility(f); !known || v == sqlast.Volatile {
			return false
		}
	}
	return true
}

// follow walks through the code that a statement runs. All of it is in the
// transaction that the statement stands in, or in one of its own.
func (w *walk) follow(s *Stmt, r *runs, in *spot) *level {
	at := spot{by: s, atomic: w.tx != nil}
	if in != nil {
		at = *in
		at.by = s
		if in.client {
			at.client, at.atomic = false, w.tx != nil
		}
	}
	own := w.tx == nil
	if own {
		w.begin(RoutineTx, nil)
		w.tx.Runs = s
		w.hold(s)
	}
	var to *level
	if r.do != nil {
		w.ran(r.do)
		at.routine, at.comments = "", r.do.Comments
		to = w.body(at, r.do.Body).to
	}
	for _, c := range r.calls {
		if to != nil {
			break
		}
		w.ran(c.routine)
		before := len(w.stmts) + len(w.skipped)
		to = w.body(at.called(c), c.routine.Body).to
		w.called += len(w.stmts) + len(w.skipped) - before
	}
	if own && w.tx != nil {
		w.end(nil, false)
	}
	return to
}

// ran notes a body that is run.
func (w *walk) ran(r *sqlast.Routine) {
	if w.judged && len(w.bodies) < maxCalled {
		w.bodies = append(w.bodies, r)
	}
}

// called returns the spot at the start of a routine that is called here. Only a
// procedure may end transactions, and only one that runs as its caller and with
// its settings (ExecuteCallStmt in functioncmds.c).
func (in spot) called(c call) spot {
	in.comments = c.routine.Comments
	in.routine = "function " + c.function.Name
	if c.function.Procedure {
		in.routine = "procedure " + c.function.Name
	}
	in.atomic = in.atomic || !c.function.Procedure || c.function.SecurityDefiner || len(c.function.Settings) > 0
	in.many = in.many || c.many
	in.calls = append(slices.Clip(in.calls), c.function)
	return in
}
