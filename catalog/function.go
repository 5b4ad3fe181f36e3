package catalog

import (
	"slices"

	"github.com/miglint/miglint/sqlast"
)

// maxOverloads bounds the functions of one name, as maxParts does the parts of a
// table.
const maxOverloads = 200

func (c *Catalog) createFunction(op *sqlast.CreateFunction, at Origin) {
	f := &Function{
		Key: c.keyOf(op.Name), Args: op.Args, Returns: op.Returns, Procedure: op.Procedure, Language: op.Language,
		Volatility: op.Volatility, Body: op.Body, BodyAt: op.BodyAt, Created: at,
		SecurityDefiner: op.SecurityDefiner, Settings: op.Settings, Atomic: op.Atomic, Routine: op.Routine,
		code: readCode(op.Language, op.Body),
	}
	c.noteTypes(f)
	list := c.functionsAt(f.Key)
	if len(list) >= maxOverloads {
		return
	}
	c.mention(f)
	if i := slices.IndexFunc(list, func(old *Function) bool { return sameArgs(old, f) }); i >= 0 {
		list = with(list, i, f)
	} else {
		list = append(slices.Clip(list), f)
	}
	c.schema(f.Schema).functions.set(c.begin(), f.Name, list)
}

// Replaced returns the function that a CREATE FUNCTION or PROCEDURE finds in its
// place: that of the same schema, name and input types; nil if there is none.
func (c *Catalog) Replaced(op *sqlast.CreateFunction) *Function {
	f := &Function{Key: c.keyOf(op.Name), Args: op.Args}
	for _, old := range c.functionsAt(f.Key) {
		if sameArgs(old, f) {
			return old
		}
	}
	return nil
}

// CalledInside reports whether something in the database may call a function, or
// did: a table, a view, or the text of another function.
func (c *Catalog) CalledInside(f *Function) bool {
	_, mentioned := c.mentioned.get(f.Name)
	return mentioned || len(c.callers(f.Key)) > 0
}

// mention notes which functions the text of a function calls.
func (c *Catalog) mention(f *Function) {
	for _, list := range [...][]sqlast.Name{f.code.calls, f.code.words} {
		for _, n := range list {
			if _, known := c.mentioned.get(n.Name); !known && n.Name != f.Name {
				c.mentioned.set(c.begin(), n.Name, true)
			}
		}
	}
}

// InputArgs returns the parameters that a caller gives values to.
func (f *Function) InputArgs() []sqlast.FunctionArg {
	return slices.DeleteFunc(slices.Clone(f.Args), func(arg sqlast.FunctionArg) bool { return arg.Mode == "out" || arg.Mode == "table" })
}

// alterFunction changes the attributes of a function, or of all overloads that
// the name may stand for.
func (c *Catalog) alterFunction(op *sqlast.AlterFunction) {
	for _, f := range c.Functions(op.Name) {
		if op.HasArgs && !slices.EqualFunc(inputTypes(f.Args), op.Args, sameTypeName) {
			continue
		}
		clone := *f
		if op.Volatility != nil {
			clone.Volatility = *op.Volatility
		}
		if op.SecurityDefiner != nil {
			clone.SecurityDefiner = *op.SecurityDefiner
		}
		clone.Settings = append(slices.Clip(f.Settings), op.Settings...)
		if len(op.Reset) > 0 {
			clone.Settings = slices.DeleteFunc(slices.Clone(clone.Settings), func(s string) bool {
				return slices.Contains(op.Reset, s) || slices.Contains(op.Reset, "all")
			})
		}
		list := c.functionsAt(f.Key)
		i := slices.Index(list, f)
		c.schema(f.Schema).functions.set(c.begin(), f.Name, with(list, i, &clone))
	}
}

// sameArgs reports whether two functions have the same input types, so that one
// replaces the other.
func sameArgs(a, b *Function) bool {
	return slices.EqualFunc(inputTypes(a.Args), inputTypes(b.Args), sameTypeName)
}

func sameTypeName(a, b sqlast.TypeName) bool {
	return a.Name.Name == b.Name.Name && (a.Schema == b.Schema || a.Schema == "" || b.Schema == "") && a.ArrayDims == b.ArrayDims
}

func inputTypes(args []sqlast.FunctionArg) []sqlast.TypeName {
	var types []sqlast.TypeName
	for _, arg := range args {
		if arg.Mode != "out" && arg.Mode != "table" {
			types = append(types, arg.Type)
		}
	}
	return types
}

func (c *Catalog) dropFunction(op *sqlast.Drop) {
	if f := c.FunctionNamed(op.Name, op.Args, op.HasArgs); f != nil {
		c.removeFunction(f, op.Cascade)
	}
}

// FunctionNamed returns the function that a statement names, with its parameter
// types if they were written; nil if there is none.
func (c *Catalog) FunctionNamed(name sqlast.Name, args []sqlast.TypeName, written bool) *Function {
	for _, f := range c.Functions(name) {
		if !written || slices.EqualFunc(inputTypes(f.Args), args, func(a, b sqlast.TypeName) bool {
			if typ := c.Type(b.Name); typ != nil {
				b.Schema, b.Name.Name = typ.Schema, typ.Name
			}
			return sameTypeName(a, b)
		}) {
			return f
		}
	}
	return nil
}

// removeFunction drops a function. With CASCADE what calls it goes too.
func (c *Catalog) removeFunction(f *Function, cascade bool) {
	list := c.functionsAt(f.Key)
	i := slices.IndexFunc(list, func(g *Function) bool { return g.Key == f.Key && sameArgs(f, g) })
	if i < 0 {
		return
	}
	f = list[i]
	if cascade {
		for _, user := range c.callers(f.Key) {
			if t := c.relative(user); t != nil {
				c.dropCallers(t, f)
			} else if v := c.ViewAt(user); v != nil && v.Query != nil && slices.ContainsFunc(v.Query.Functions, func(call *sqlast.FuncExpr) bool { return c.Calls(call, f) }) {
				c.dropView(user)
			}
		}
	}
	ns := c.schema(f.Schema)
	if len(list) == 1 {
		ns.functions.delete(c.begin(), f.Name)
		ns.callers.delete(c.begin(), f.Name)
	} else {
		ns.functions.set(c.begin(), f.Name, without(slices.Clip(list), i))
	}
}

// dropCallers drops what a table has that calls a function.
func (c *Catalog) dropCallers(t *Table, f *Function) {
	t.Triggers = slices.DeleteFunc(slices.Clone(t.Triggers), func(tr *Trigger) bool {
		return c.isCalled(f, tr.Function, 0) || c.Calls(tr.When, f)
	})
	t.Policies = slices.DeleteFunc(slices.Clone(t.Policies), func(p *Policy) bool { return c.Calls(p.Using, f) || c.Calls(p.Check, f) })
	for _, con := range slices.Clone(t.Constraints) {
		if c.Calls(con.Expr, f) {
			c.removeConstraint(t, con)
		}
	}
	for _, i := range slices.Clone(t.Indexes) {
		if c.Calls(i.Where, f) || slices.ContainsFunc(i.Elements, func(el sqlast.IndexElem) bool { return c.Calls(el.Expr, f) }) {
			c.dropIndex(i)
		}
	}
	for _, col := range slices.Clone(t.Columns) {
		if c.Calls(col.Default, f) {
			c.column(t, col.Name).Default = nil
		}
		if c.Calls(col.Expression, f) {
			c.dropColumn(t.Key, col.Name)
		}
	}
}

// Calls reports whether an expression calls a function.
func (c *Catalog) Calls(e sqlast.Expr, f *Function) bool {
	found := false
	sqlast.WalkExpr(e, func(e sqlast.Expr) bool {
		if call, ok := e.(*sqlast.FuncExpr); ok && call.Name.Name == f.Name && c.isCalled(f, call.Name, len(call.Args)) {
			found = true
		}
		return !found
	})
	return found
}

// isCalled reports whether a call by that name and with so many arguments is one
// of a function, and of no overload.
func (c *Catalog) isCalled(f *Function, name sqlast.Name, args int) bool {
	found := false
	for _, g := range c.Functions(name) {
		if g.takes(args) {
			if g.Key != f.Key || !sameArgs(f, g) {
				return false
			}
			found = true
		}
	}
	return found
}

// takes reports whether a function can be called with so many arguments.
func (f *Function) takes(args int) bool {
	most, least := 0, 0
	for _, a := range f.Args {
		switch a.Mode {
		case "out", "table":
		case "variadic":
			most = maxColumns
		default:
			most++
			if !a.HasDefault {
				least++
			}
		}
	}
	return least <= args && args <= most
}

// moveFunction gives a function another key; triggers and expressions that call
// it follow.
func (c *Catalog) moveFunction(f *Function, to Key) {
	from := f.Key
	if from == to {
		return
	}
	callers := c.callers(from)
	for _, user := range callers {
		if t := c.relative(user); t != nil {
			c.renameCalls(t, f, to)
		}
	}
	c.removeFunction(f, false)
	clone := *f
	clone.Key = to
	c.schema(to.Schema).functions.set(c.begin(), to.Name, append(slices.Clip(c.functionsAt(to)), &clone))
	c.noteTypes(&clone)
	for _, user := range callers {
		c.changeCallers(to, func(set *trie[Key]) { set.set(c.begin(), user.id(), user) })
	}
}

func (c *Catalog) renameCalls(t *Table, f *Function, to Key) {
	expr := func(e sqlast.Expr) sqlast.Expr {
		if !c.Calls(e, f) {
			return e
		}
		return mapExpr(e, func(e sqlast.Expr) sqlast.Expr {
			call, ok := e.(*sqlast.FuncExpr)
			if !ok || !c.isCalled(f, call.Name, len(call.Args)) {
				return e
			}
			clone := *call
			clone.Name.Schema, clone.Name.Name = to.Schema, to.Name
			return &clone
		})
	}
	t.Triggers = slices.Clone(t.Triggers)
	for i, tr := range t.Triggers {
		clone := *tr
		if c.isCalled(f, tr.Function, 0) {
			clone.Function.Schema, clone.Function.Name = to.Schema, to.Name
		}
		clone.When = expr(tr.When)
		t.Triggers[i] = &clone
	}
	t.Policies = slices.Clone(t.Policies)
	for i, p := range t.Policies {
		clone := *p
		clone.Using, clone.Check = expr(p.Using), expr(p.Check)
		t.Policies[i] = &clone
	}
	t.Constraints = slices.Clone(t.Constraints)
	for i, con := range t.Constraints {
		clone := *con
		clone.Expr = expr(con.Expr)
		t.Constraints[i] = &clone
	}
	t.Columns = slices.Clone(t.Columns)
	for i, col := range t.Columns {
		clone := *col
		clone.Default, clone.Expression = expr(col.Default), expr(col.Expression)
		t.Columns[i] = &clone
	}
	t.Indexes = slices.Clone(t.Indexes)
	for n, i := range t.Indexes {
		clone := *i
		clone.Where, clone.Elements = expr(i.Where), slices.Clone(i.Elements)
		for k := range clone.Elements {
			clone.Elements[k].Expr = expr(clone.Elements[k].Expr)
		}
		t.Indexes[n] = &clone
	}
}

// Called returns the function or procedure that a call by that name and with so
// many arguments runs, -1 if their number is not known; nil if history has none,
// or several.
func (c *Catalog) Called(name sqlast.Name, args int) *Function {
	var found *Function
	for _, f := range c.Functions(name) {
		if args >= 0 && !f.takes(args) {
			continue
		}
		if found != nil {
			return nil
		}
		found = f
	}
	return found
}
