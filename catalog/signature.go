package catalog

import (
	"slices"

	"github.com/miglint/miglint/sqlast"
)

// noteTypes gives the user-defined types of a function their full names, and
// notes in them that it has them.
func (c *Catalog) noteTypes(f *Function) {
	note := func(t *sqlast.TypeName) {
		if typ := c.Type(t.Name); typ != nil {
			t.Schema, t.Name.Name = typ.Schema, typ.Name
			if c.charge(len(typ.Functions) / keysPerVisit) {
				addKey(&c.userTypeAt(typ.Key).Functions, f.Key)
			}
		}
	}
	note(&f.Returns)
	f.Args = slices.Clone(f.Args)
	for i := range f.Args {
		note(&f.Args[i].Type)
	}
}

// FunctionsOf returns the functions that have a parameter or result of a type.
func (c *Catalog) FunctionsOf(t *Type) []*Function {
	var all []*Function
	is := func(n sqlast.TypeName) bool { return n.Schema == t.Schema && n.Name.Name == t.Name }
	for _, k := range t.Functions {
		for _, f := range c.functionsAt(k) {
			if is(f.Returns) || slices.ContainsFunc(f.Args, func(a sqlast.FunctionArg) bool { return is(a.Type) }) {
				all = append(all, f)
			}
		}
	}
	return all
}

// retypeFunction replaces a function by one with a type under its new key.
func (c *Catalog) retypeFunction(f *Function, from, to Key) {
	clone := *f
	rename := func(t *sqlast.TypeName) {
		if t.Schema == from.Schema && t.Name.Name == from.Name {
			t.Schema, t.Name.Name = to.Schema, to.Name
		}
	}
	rename(&clone.Returns)
	clone.Args = slices.Clone(f.Args)
	for i := range clone.Args {
		rename(&clone.Args[i].Type)
	}
	list := c.functionsAt(f.Key)
	if i := lastIndex(list, f); i >= 0 {
		c.schema(f.Schema).functions.set(c.begin(), f.Name, with(list, i, &clone))
	}
}
