package catalog

import "github.com/miglint/miglint/sqlast"

// use names an object that a table uses and that keeps a list of its users.
type use struct {
	kind sqlast.ObjectKind // Type, Function, Sequence
	key  Key
}

// uses returns what a table's columns, constraints, indexes, triggers and
// policies use: user-defined types, functions, sequences it does not own.
func (c *Catalog) uses(t *Table) map[use]bool {
	used := map[use]bool{}
	expr := func(e sqlast.Expr) { c.exprUses(e, t.Key, used) }
	for _, col := range t.Columns {
		if col.UserType != (Key{}) {
			used[use{sqlast.Type, col.UserType}] = true
		}
		expr(col.Default)
		expr(col.Expression)
	}
	for _, con := range t.Constraints {
		expr(con.Expr)
	}
	for _, i := range t.Indexes {
		expr(i.Where)
		for _, el := range i.Elements {
			expr(el.Expr)
		}
	}
	for _, tr := range t.Triggers {
		expr(tr.When)
		for _, f := range c.Functions(tr.Function) {
			used[use{sqlast.Function, f.Key}] = true
		}
	}
	for _, p := range t.Policies {
		expr(p.Using)
		expr(p.Check)
	}
	return used
}

func (c *Catalog) exprUses(e sqlast.Expr, user Key, used map[use]bool) {
	sqlast.WalkExpr(e, func(e sqlast.Expr) bool {
		if call, ok := e.(*sqlast.FuncExpr); ok {
			for _, f := range c.Functions(call.Name) {
				used[use{sqlast.Function, f.Key}] = true
			}
			if s := c.drawsFrom(call); s != nil && s.OwnedBy != user {
				used[use{sqlast.Sequence, s.Key}] = true
			}
		}
		return true
	})
}

// forgetUse takes a table out of the list of users of an object.
func (c *Catalog) forgetUse(u use, user Key) {
	c.changeUsers(u, func(list *[]Key) { c.removeKey(list, user) }, func(callers *trie[Key]) { callers.delete(c.begin(), user.id()) })
}

// moveUse gives a table another key in the list of users of an object.
func (c *Catalog) moveUse(u use, from, to Key) {
	c.changeUsers(u, func(list *[]Key) { c.replaceKey(list, from, to) }, func(callers *trie[Key]) {
		callers.delete(c.begin(), from.id())
		callers.set(c.begin(), to.id(), to)
	})
}

func (c *Catalog) changeUsers(u use, list func(*[]Key), callers func(*trie[Key])) {
	switch u.kind {
	case sqlast.Type:
		if t := c.userTypeAt(u.key); t != nil {
			list(&t.UsedBy)
		}
	case sqlast.Sequence:
		if s := c.sequence(u.key); s != nil {
			list(&s.UsedBy)
		}
	case sqlast.Function:
		c.changeCallers(u.key, callers)
	}
}
