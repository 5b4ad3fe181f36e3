package catalog

import (
	"slices"

	"github.com/miglint/miglint/source"
	"github.com/miglint/miglint/sqlast"
)

// exprColumns returns the distinct columns that an expression reads.
func exprColumns(e sqlast.Expr) []string {
	var names []string
	for _, col := range sqlast.Columns(e) {
		if !slices.Contains(names, col.Column) {
			names = append(names, col.Column)
		}
	}
	return names
}

// readsColumn reports whether an expression reads a column, by itself or with
// all others (*).
func readsColumn(e sqlast.Expr, column string) bool {
	found := false
	sqlast.WalkExpr(e, func(e sqlast.Expr) bool {
		col, ok := e.(*sqlast.ColumnExpr)
		found = found || ok && (col.Column == column || col.Column == "*")
		return !found
	})
	return found
}

// indexReadsColumn reports whether an index needs a column: as a key, included,
// in an expression or in its predicate.
func indexReadsColumn(i *Index, column string) bool {
	return slices.Contains(i.Include, column) || readsColumn(i.Where, column) ||
		slices.ContainsFunc(i.Elements, func(el sqlast.IndexElem) bool {
			return el.Column == column || readsColumn(el.Expr, column)
		})
}

// mapExpr returns the expression with f applied to every node, innermost first.
// f gets a node that it may not change and returns it or another; what did not
// change is shared. It does not enter sub-selects.
func mapExpr(e sqlast.Expr, f func(sqlast.Expr) sqlast.Expr) sqlast.Expr {
	switch n := e.(type) {
	case nil:
		return nil
	case *sqlast.FuncExpr:
		if args, changed := mapExprs(n.Args, f); changed {
			clone := *n
			clone.Args = args
			e = &clone
		}
	case *sqlast.BoolOpExpr:
		if args, changed := mapExprs(n.Args, f); changed {
			clone := *n
			clone.Args = args
			e = &clone
		}
	case *sqlast.OpExpr:
		if args, changed := mapExprs(n.Args, f); changed {
			clone := *n
			clone.Args = args
			e = &clone
		}
	case *sqlast.CompositeExpr:
		if args, changed := mapExprs(n.Args, f); changed {
			clone := *n
			clone.Args = args
			e = &clone
		}
	case *sqlast.CastExpr:
		if arg := mapExpr(n.Arg, f); arg != n.Arg {
			clone := *n
			clone.Arg = arg
			e = &clone
		}
	case *sqlast.NullTestExpr:
		if arg := mapExpr(n.Arg, f); arg != n.Arg {
			clone := *n
			clone.Arg = arg
			e = &clone
		}
	case *sqlast.CollateExpr:
		if arg := mapExpr(n.Arg, f); arg != n.Arg {
			clone := *n
			clone.Arg = arg
			e = &clone
		}
	}
	return f(e)
}

func mapExprs(list []sqlast.Expr, f func(sqlast.Expr) sqlast.Expr) (mapped []sqlast.Expr, changed bool) {
	for i, e := range list {
		m := mapExpr(e, f)
		if m == e {
			continue
		}
		if !changed {
			list, changed = slices.Clone(list), true
		}
		list[i] = m
	}
	return list, changed
}

// sameExpr reports whether two expressions say the same, wherever they were
// written.
func sameExpr(a, b sqlast.Expr) bool {
	switch a := a.(type) {
	case nil:
		return b == nil
	case *sqlast.ConstExpr:
		b, ok := b.(*sqlast.ConstExpr)
		return ok && a.Kind == b.Kind && a.Value == b.Value
	case *sqlast.ColumnExpr:
		b, ok := b.(*sqlast.ColumnExpr)
		return ok && a.Column == b.Column
	case *sqlast.FuncExpr:
		b, ok := b.(*sqlast.FuncExpr)
		return ok && a.Name.Name == b.Name.Name && sameExprs(a.Args, b.Args)
	case *sqlast.CastExpr:
		b, ok := b.(*sqlast.CastExpr)
		return ok && SameType(a.Type, b.Type) && sameExpr(a.Arg, b.Arg)
	case *sqlast.BoolOpExpr:
		b, ok := b.(*sqlast.BoolOpExpr)
		return ok && a.Op == b.Op && sameExprs(a.Args, b.Args)
	case *sqlast.NullTestExpr:
		b, ok := b.(*sqlast.NullTestExpr)
		return ok && a.Not == b.Not && sameExpr(a.Arg, b.Arg)
	case *sqlast.OpExpr:
		b, ok := b.(*sqlast.OpExpr)
		return ok && a.Op == b.Op && sameExprs(a.Args, b.Args)
	case *sqlast.CollateExpr:
		b, ok := b.(*sqlast.CollateExpr)
		return ok && a.Collation.Name == b.Collation.Name && sameExpr(a.Arg, b.Arg)
	case *sqlast.CompositeExpr:
		b, ok := b.(*sqlast.CompositeExpr)
		return ok && a.Kind == b.Kind && sameExprs(a.Args, b.Args)
	}
	return false
}

func sameExprs(a, b []sqlast.Expr) bool { return slices.EqualFunc(a, b, sameExpr) }

// SameType reports whether two types as written are the same type with the same
// modifiers.
func SameType(a, b sqlast.TypeName) bool {
	return a.Name.Name == b.Name.Name && (a.Schema == b.Schema || a.Schema == "" || b.Schema == "") &&
		slices.Equal(a.Mods, b.Mods) && a.Interval == b.Interval && a.ArrayDims == b.ArrayDims && a.SetOf == b.SetOf
}

// useExpr notes in the functions and sequences that an expression of a table or
// view calls that it does.
func (c *Catalog) useExpr(user Key, e sqlast.Expr) {
	sqlast.WalkExpr(e, func(e sqlast.Expr) bool {
		if call, ok := e.(*sqlast.FuncExpr); ok {
			c.useFunction(user, call.Name)
			if s := c.drawsFrom(call); s != nil && s.OwnedBy != user {
				if s = c.sequence(s.Key); s != nil {
					addKey(&s.UsedBy, user)
				}
			}
		}
		return true
	})
}

// useFunction notes that a table or view calls a function.
func (c *Catalog) useFunction(user Key, name sqlast.Name) {
	for _, f := range c.Functions(name) {
		c.changeCallers(f.Key, func(callers *trie[Key]) { callers.set(c.begin(), user.id(), user) })
	}
}

// id is the key as one string; no name has a NUL.
func (k Key) id() string { return k.Schema + "\x00" + k.Name }

func (c *Catalog) changeCallers(f Key, change func(*trie[Key])) {
	ns := c.schema(f.Schema)
	callers, _ := ns.callers.get(f.Name)
	change(&callers)
	ns.callers.set(c.begin(), f.Name, callers)
}

// Callers returns the tables and views that call a function, or did.
func (c *Catalog) Callers(f *Function) []Key { return c.callers(f.Key) }

// callers returns the tables and views that call a function, or did.
func (c *Catalog) callers(f Key) []Key {
	ns, ok := c.schemas.get(f.Schema)
	if !ok {
		return nil
	}
	set, _ := ns.callers.get(f.Name)
	var keys []Key
	for _, l := range set.sorted() {
		keys = append(keys, l.value)
	}
	return keys
}

// drawsFrom returns the sequence that a call of nextval, currval or setval
// names, or nil.
func (c *Catalog) drawsFrom(call *sqlast.FuncExpr) *Sequence {
	switch call.Name.Name {
	case "nextval", "currval", "setval":
	default:
		return nil
	}
	if len(call.Args) == 0 {
		return nil
	}
	arg := call.Args[0]
	for {
		cast, ok := arg.(*sqlast.CastExpr)
		if !ok {
			break
		}
		arg = cast.Arg
	}
	name, ok := arg.(*sqlast.ConstExpr)
	if !ok || name.Kind != sqlast.StringConst {
		return nil
	}
	parts := splitIdent(name.Value, '.')
	switch len(parts) {
	case 1:
		return c.Sequence(sqlast.Name{Name: parts[0]})
	case 2:
		return c.SequenceAt(Key{parts[0], parts[1]})
	}
	return nil
}

// nextval is the default of a serial column.
func nextval(sequence Key, at source.Span) sqlast.Expr {
	return &sqlast.FuncExpr{
		ExprNode: sqlast.ExprNode{At: at},
		Name:     sqlast.Name{Name: "nextval"},
		Args:     []sqlast.Expr{sequenceLiteral(sequence, at)},
	}
}

// sequenceLiteral is 'schema.sequence'::regclass.
func sequenceLiteral(sequence Key, at source.Span) sqlast.Expr {
	node := sqlast.ExprNode{At: at}
	return &sqlast.CastExpr{
		ExprNode: node,
		Arg:      &sqlast.ConstExpr{ExprNode: node, Kind: sqlast.StringConst, Value: sequence.String()},
		Type:     sqlast.TypeName{Name: sqlast.Name{Name: "regclass"}},
	}
}
