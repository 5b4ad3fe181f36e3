package effect

import (
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

// known reports whether history has seen a relation of that key.
func (j *judge) known(k catalog.Key) bool {
	_, ok := j.cat.RelationKind(k)
	return ok
}

// certain reports whether history knows everything about a table, so that what
// it does not show is missing.
func (j *judge) certain(t *catalog.Table) bool { return t != nil && j.cat.Certain(t.Key) }

// taken reports whether a relation of that key certainly exists.
func (j *judge) taken(k catalog.Key) bool { return j.known(k) && j.cat.Certain(k) }

// doubtful reports whether code that history cannot read may have changed a
// table, so that even what history shows of it may be gone.
func (j *judge) doubtful(t *catalog.Table) bool {
	return t != nil && (t.Doubtful || !t.Partial && !j.cat.Certain(t.Key))
}

// gone records the error for a name that certainly stands for no relation.
func (j *judge) gone(n sqlast.Name) bool {
	if !j.cat.Gone(n) {
		return false
	}
	name := n.Name
	if n.Schema != "" {
		name = n.Schema + "." + name
	}
	j.fail("42P01", "relation %q does not exist", name)
	return true
}
