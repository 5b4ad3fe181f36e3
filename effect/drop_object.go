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
				w.column(table, col.Name, "is of type "+t.Name)
			}
		}
	}
	for _, k := range t.UsedIn {
		if user := w.cat.TypeAt(k); user != nil && w.depends(k, w.typeOf(user)) && user.Domain {
			w.typ(user, sqlast.Domain, "is made of "+t.Name)
		}
	}
}

// dropFunction is DROP FUNCTION: the triggers that call it go under CASCADE.
func (j *judge) dropFunction(op *sqlast.Drop) {
	fs := j.cat.Functions(op.Name)
	key := j.cat.Resolve(op.Name)
	if len(fs) > 0 {
		key = fs[0].Key
	}
	if op.HasArgs {
		fs = slices.DeleteFunc(slices.Clone(fs), func(f *catalog.Function) bool { return !takes(f, op.Args) })
	}
	j.lose(op.Object, key.String(), "", false)
	if len(fs) != 1 {
		return // which of several overloads, or whether any, history cannot tell
	}
	w := j.newWake(op.Cascade, false)
	for t := range j.cat.Tables() {
		for _, col := range t.Columns {
			if calls(col.Default, fs[0]) && w.depends(t.Key, w.defaultOf(t, col.Name)) {
				j.lock(t.Key, AccessExclusive, "the default of its column "+col.Name+" is dropped with the function")
			}
		}
		for _, tr := range t.Triggers {
			if tr.Function.Name == fs[0].Name && slices.Contains(j.cat.Functions(tr.Function), fs[0]) &&
				w.depends(t.Key, w.part(sqlast.Trigger, tr.Name, t.Key)) {
				j.lock(t.Key, AccessExclusive, "its trigger "+tr.Name+" is dropped with the function")
				j.lose(sqlast.Trigger, inside(t.Key, tr.Name), "calls "+fs[0].Name, false)
			}
		}
	}
	w.failIfKept("function " + j.signature(fs[0]))
}

// takes reports whether a function has the input types that DROP FUNCTION names.
func takes(f *catalog.Function, types []sqlast.TypeName) bool {
	n := 0
	for _, a := range f.Args {
		if a.Mode == "out" || a.Mode == "table" {
			continue
		}
		if n == len(types) || typeLabel(a.Type) != typeLabel(types[n]) {
			return false
		}
		n++
	}
	return n == len(types)
}

// calls reports whether an expression calls a function, by its name.
func calls(e sqlast.Expr, f *catalog.Function) bool {
	found := false
	sqlast.WalkExpr(e, func(e sqlast.Expr) bool {
		c, ok := e.(*sqlast.FuncExpr)
		found = found || ok && c.Name.Name == f.Name && (c.Name.Schema == "" || c.Name.Schema == f.Schema)
		return !found
	})
	return found
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
	w := j.newWake(op.Cascade, false)
	for t := range j.cat.Tables() {
		if t.Schema == name && w.depends(t.Key, w.relation(t.Key)) {
			w.table(t.Key, "is in schema "+name)
		}
		for _, k := range t.ReferencedViews {
			if k.Schema == name && w.depends(k, w.relation(k)) {
				w.view(k, "is in schema "+name)
			}
		}
		for _, col := range t.Columns {
			typ := j.cat.TypeAt(col.UserType)
			if typ == nil || typ.Schema != name || !w.depends(typ.Key, w.typeOf(typ)) {
				continue
			}
			kind := sqlast.Type
			if typ.Domain {
				kind = sqlast.Domain
			}
			w.typ(typ, kind, "is in schema "+name)
		}
	}
	w.failIfKept("schema " + sqlast.QuoteIdent(name))
	j.lose(sqlast.Schema, sqlast.QuoteIdent(name), "", false)
}
