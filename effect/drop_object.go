package effect

import (
	"slices"
	"strings"

	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

// dropType is DROP TYPE and DROP DOMAIN: under CASCADE the columns of the type
// go, with all their data.
func (j *judge) dropType(op *sqlast.Drop) {
	typ := j.cat.Type(op.Name)
	kind := op.Object
	if typ == nil {
		if op.IfExists {
			return
		}
		j.lose(kind, j.cat.ResolveType(op.Name).String(), "", false)
		return
	}
	if typ.Domain {
		kind = sqlast.Domain
	}
	w := j.newWake(op.Cascade, false)
	w.typ(typ, kind, "")
	w.failIfKept("type " + j.describeType(typ))
}

// describeType is a type as the server's messages name it.
func (j *judge) describeType(t *catalog.Type) string {
	if j.cat.Type(sqlast.Name{Name: t.Name}) == t {
		return sqlast.QuoteIdent(t.Name)
	}
	return t.Key.String()
}

func (w *wake) typ(t *catalog.Type, kind sqlast.ObjectKind, why string) {
	if w.done[t.Key] {
		return
	}
	w.done[t.Key] = true
	w.lose(kind, t.Key.String(), why, false)
	for _, k := range t.UsedBy {
		table := w.cat.TableAt(k)
		if table == nil || w.done[k] {
			continue
		}
		for _, col := range table.Columns {
			if col.UserType == t.Key && w.depends(k, w.part(sqlast.Column, col.Name, k)) {
				w.lock(k, AccessExclusive, "its column "+col.Name+" is dropped with the type")
				w.columnOf(table, col.Name, "is of type "+t.Name)
			}
		}
	}
	for _, f := range w.cat.FunctionsOf(t) {
		if w.depends(f.Key, func() string { return "function " + w.signature(f) }) {
			w.function(f, "has a parameter or result of type "+t.Name)
		}
	}
	for _, k := range t.UsedIn {
		if user := w.cat.TypeAt(k); user != nil && w.depends(k, w.typeOf(user)) && user.Domain {
			w.typ(user, sqlast.Domain, "is made of "+t.Name)
		}
	}
}

// dropFunction is DROP FUNCTION: what calls it goes under CASCADE.
func (j *judge) dropFunction(op *sqlast.Drop) {
	fs := j.cat.Functions(op.Name)
	f := j.cat.FunctionNamed(op.Name, op.Args, op.HasArgs)
	if f == nil || len(fs) != 1 && !op.HasArgs {
		// Which of several overloads, or whether any, history cannot tell.
		if len(fs) == 0 && op.IfExists {
			return
		}
		key := j.cat.Resolve(op.Name)
		if len(fs) > 0 {
			key = fs[0].Key
		}
		j.lose(op.Object, key.String(), "", false)
		return
	}
	w := j.newWake(op.Cascade, false)
	w.function(f, "")
	w.failIfKept("function " + j.signature(f))
}

// function drops a function and what calls it.
func (w *wake) function(f *catalog.Function, why string) {
	kind := sqlast.Function
	if f.Procedure {
		kind = sqlast.Procedure
	}
	w.lose(kind, f.Key.String(), why, false)
	for _, user := range w.cat.Callers(f) {
		if t := w.cat.TableAt(user); t != nil && !w.done[user] {
			w.callers(t, f)
		} else if v := w.cat.ViewAt(user); v != nil && !w.done[user] && v.Query != nil && slices.ContainsFunc(v.Query.Functions, func(call *sqlast.FuncExpr) bool { return w.cat.Calls(call, f) }) &&
			w.depends(user, w.relation(user)) {
			w.view(user, "calls "+f.Name)
		}
	}
}

// callers drops what a table has that calls a function.
func (w *wake) callers(t *catalog.Table, f *catalog.Function) {
	lose := func(kind sqlast.ObjectKind, name string, inherited bool) {
		if w.depends(t.Key, w.part(kind, name, t.Key)) {
			w.lock(t.Key, AccessExclusive, "its "+kind.String()+" "+name+" is dropped with the function")
			if !inherited {
				w.lose(kind, inside(t.Key, name), "calls "+f.Name, false)
			}
		}
	}
	for _, col := range t.Columns {
		if w.cat.Calls(col.Default, f) && w.depends(t.Key, w.defaultOf(t, col.Name)) {
			w.lock(t.Key, AccessExclusive, "the default of its column "+col.Name+" is dropped with the function")
		}
		if w.cat.Calls(col.Expression, f) && w.depends(t.Key, w.part(sqlast.Column, col.Name, t.Key)) {
			w.lock(t.Key, AccessExclusive, "its column "+col.Name+" is dropped with the function")
			w.columnOf(t, col.Name, "calls "+f.Name)
		}
	}
	for _, tr := range t.Triggers {
		if w.cat.Calls(&sqlast.FuncExpr{Name: tr.Function}, f) || w.cat.Calls(tr.When, f) {
			lose(sqlast.Trigger, tr.Name, tr.Inherited)
		}
	}
	for _, p := range t.Policies {
		if w.cat.Calls(p.Using, f) || w.cat.Calls(p.Check, f) {
			lose(sqlast.Policy, p.Name, false)
		}
	}
	for _, c := range t.Constraints {
		if w.cat.Calls(c.Expr, f) {
			lose(sqlast.TableConstraint, c.Name, c.Parent != "")
		}
	}
	for _, i := range t.Indexes {
		if (w.cat.Calls(i.Where, f) || slices.ContainsFunc(i.Elements, func(e sqlast.IndexElem) bool { return w.cat.Calls(e.Expr, f) })) &&
			w.depends(i.Key, w.relation(i.Key)) {
			w.lock(t.Key, AccessExclusive, "its index "+i.Name+" is dropped with the function")
			if i.Parent == (catalog.Key{}) {
				w.lose(sqlast.Index, i.Key.String(), "calls "+f.Name, false)
			}
		}
	}
}

// signature is a function as the server's messages name it (format_procedure).
func (j *judge) signature(f *catalog.Function) string {
	var args []string
	for _, a := range f.Args {
		if a.Mode != "out" && a.Mode != "table" {
			args = append(args, typeLabel(a.Type))
		}
	}
	name := f.Key.String()
	if fs := j.cat.Functions(sqlast.Name{Name: f.Name}); len(fs) > 0 && fs[0].Key == f.Key {
		name = sqlast.QuoteIdent(f.Name)
	}
	return name + "(" + strings.Join(args, ",") + ")"
}

// dropSchema is DROP SCHEMA: under CASCADE everything in it goes.
func (j *judge) dropSchema(op *sqlast.Drop) {
	name := op.Name.Name
	if op.IfExists && !j.cat.Schema(name) {
		return
	}
	w := j.newWake(op.Cascade, false)
	why := "is in schema " + name
	for t := range j.cat.Tables() {
		if t.Schema == name && w.depends(t.Key, w.relation(t.Key)) {
			w.table(t.Key, why)
		}
	}
	for v := range j.cat.Views() {
		if v.Schema == name && w.depends(v.Key, w.relation(v.Key)) {
			w.view(v.Key, why)
		}
	}
	for s := range j.cat.Sequences() {
		if s.Schema == name && w.depends(s.Key, w.relation(s.Key)) {
			w.ownedSequence(s.Key, why)
		}
	}
	for t := range j.cat.Types() {
		if t.Schema != name || !w.depends(t.Key, w.typeOf(t)) {
			continue
		}
		kind := sqlast.Type
		if t.Domain {
			kind = sqlast.Domain
		}
		w.typ(t, kind, why)
	}
	for f := range j.cat.AllFunctions() {
		if f.Schema == name && w.depends(f.Key, func() string { return "function " + w.signature(f) }) {
			w.function(f, why)
		}
	}
	w.failIfKept("schema " + sqlast.QuoteIdent(name))
	j.lose(sqlast.Schema, sqlast.QuoteIdent(name), "", false)
}
