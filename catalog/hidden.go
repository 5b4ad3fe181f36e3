package catalog

import (
	"slices"

	"github.com/miglint/miglint/sqlast"
)

// Certain reports whether the relation of that key is there just as history
// shows it: history made it, and no statement since may have changed it in a way
// that history does not show. Such are DO blocks, procedures and functions whose
// text changes the schema, and statements that could not be read. An index counts
// with its table. Only what is certain proves that a column is missing or that a
// name is taken.
func (c *Catalog) Certain(k Key) bool {
	r, _ := c.relationAt(k)
	switch o := r.object.(type) {
	case *Table:
		return !o.Partial && !o.Doubtful && c.shown(o.Created.Tx)
	case *View:
		return !o.Doubtful && c.shown(o.Created.Tx)
	case *Sequence:
		return !o.Doubtful && c.shown(o.Created.Tx)
	case indexOf:
		i := c.IndexAt(k)
		return i != nil && c.shown(i.Created.Tx) && c.Certain(Key(o))
	case compositeType:
		t := c.TypeAt(k)
		return t != nil && c.CertainType(t)
	}
	return false
}

// CertainType is Certain for a user-defined type.
func (c *Catalog) CertainType(t *Type) bool {
	return !t.Partial && !t.Doubtful && c.shown(t.Created.Tx)
}

// CertainFunction is Certain for a function or procedure.
func (c *Catalog) CertainFunction(f *Function) bool { return !f.Doubtful && c.shown(f.Created.Tx) }

// Gone reports whether a name certainly stands for no relation: history dropped
// or renamed what had it, and nothing has been given the name since.
func (c *Catalog) Gone(n sqlast.Name) bool {
	if _, _, found := c.find(n); found {
		return false
	}
	ns, ok := c.schemas.get(c.keyOf(n).Schema)
	if !ok {
		return false
	}
	tx, gone := ns.gone.get(n.Name)
	return gone && c.shown(tx)
}

// setGone notes that nothing has the key any more.
func (c *Catalog) setGone(k Key) {
	if _, ok := c.schemas.get(k.Schema); ok {
		c.schema(k.Schema).gone.set(c.begin(), k.Name, c.tx)
	}
}

// shown reports whether history shows everything that happened since
// a transaction.
func (c *Catalog) shown(tx int) bool { return !c.blind || tx > c.blindTx }

// Shown reports whether history shows everything that happened since something
// was made, but for what is named in code that Doubtful tells of.
func (c *Catalog) Shown(made Origin) bool { return c.shown(made.Tx) }

// Hide notes that anything may have happened since the last statement, or by it,
// that history does not show.
func (c *Catalog) Hide() { c.blind, c.blindTx = true, c.tx }

// run notes what a piece of code may have done, as far as its text tells.
func (c *Catalog) run(code *code) {
	names, all := c.reach(code)
	if all {
		c.Hide()
		return
	}
	for _, n := range names {
		c.doubt(n)
	}
}

// doubt notes that what has a name may have been changed, and that what had it
// may be back.
func (c *Catalog) doubt(n sqlast.Name) {
	if t := c.Type(n); t != nil {
		c.userTypeAt(t.Key).Doubtful = true
	}
	for _, f := range c.Functions(n) {
		c.doubtFunction(f)
	}
	c.doubtAt(c.Resolve(n))
}

func (c *Catalog) doubtFunction(f *Function) {
	list := c.functionsAt(f.Key)
	if i := slices.Index(list, f); i >= 0 && !f.Doubtful {
		clone := *f
		clone.Doubtful = true
		c.schema(f.Schema).functions.set(c.begin(), f.Name, with(list, i, &clone))
	}
}

// runFunctions notes what the functions that a query calls may have done to the
// schema. Those that neither history nor PostgreSQL has count if unknown is set,
// as in SELECT create_hypertable(…): there the call is what the statement is for.
func (c *Catalog) runFunctions(q *sqlast.Query, unknown bool) {
	for _, call := range q.Functions {
		if c.followed != nil && c.followed(call.Name) {
			continue
		}
		if unknown || len(c.Functions(call.Name)) > 0 {
			c.run(&code{calls: []sqlast.Name{call.Name}})
		}
	}
}

// maxReach bounds the functions that are followed from one statement.
const maxReach = 100

// reach returns the names in a piece of code that changes the schema, and in the
// functions it calls. all is true if it may change anything.
func (c *Catalog) reach(first *code) (names []sqlast.Name, all bool) {
	seen := map[Key]bool{}
	for todo := []*code{first}; len(todo) > 0; todo = todo[1:] {
		if todo[0].anything || len(seen) > maxReach {
			return nil, true
		}
		names = append(names, todo[0].names...)
		for _, n := range todo[0].calls {
			if len(c.Functions(n)) == 0 && !isBuiltinFunction(n) {
				return nil, true
			}
		}
		for _, list := range [...][]sqlast.Name{todo[0].calls, todo[0].words} {
			for _, n := range list {
				for _, f := range c.Functions(n) {
					if !seen[f.Key] {
						seen[f.Key] = true
						todo = append(todo, f.code)
					}
				}
			}
		}
	}
	return names, false
}

// isBuiltinFunction reports whether a name is that of a function of PostgreSQL or
// of the extensions that come with it.
func isBuiltinFunction(n sqlast.Name) bool {
	_, ok := builtinFunctions()[n.Name]
	return ok || isSystemName(n)
}
