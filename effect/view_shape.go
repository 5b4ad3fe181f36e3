package effect

import (
	"slices"
	"strings"

	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

// viewShape: a replaced view keeps the names and types of its columns and may
// only append (checkViewColumns in view.c). What * stands for is spelled out when
// the view is made, so a table that has got a column since moves those after it.
func (j *judge) viewShape(key catalog.Key, op *sqlast.CreateView) {
	old := j.cat.ViewAt(key)
	after := j.cat.Snapshot()
	after.Apply(&sqlast.Statement{Ops: []sqlast.Op{op}}, catalog.Origin{Tx: j.env.Tx})
	now := after.ViewAt(key)
	if !j.shapeKnown(old) || now == nil || !j.shapeKnown(now) {
		return
	}
	if len(now.Columns) < len(old.Columns) {
		j.fail("42P16", "cannot drop columns from view")
		return
	}
	for i, name := range old.Columns {
		if now.Columns[i] != name {
			j.fail("42P16", "cannot change name of view column %q to %q", name, now.Columns[i])
			return
		}
		if i >= len(old.Types) || i >= len(now.Types) {
			continue
		}
		if was, is := old.Types[i], now.Types[i]; !was.IsZero() && !is.IsZero() && (!j.sameType(was, is) || !sameMods(was, is)) {
			j.fail("42P16", "cannot change data type of view column %q from %s to %s", name, was, is)
			return
		}
	}
}

// shapeKnown reports whether history knows the columns of a view in their order.
func (j *judge) shapeKnown(v *catalog.View) bool {
	if v == nil || v.Doubtful || len(v.Columns) == 0 || v.Query == nil || reorders(v.Query) {
		return false
	}
	for _, k := range v.Reads {
		if !j.cat.Certain(k) {
			return false
		}
	}
	return true
}

// reorders reports whether a * may put columns in another order than the tables
// have: USING and NATURAL move those they merge to the front.
func reorders(q *sqlast.Query) bool {
	star := slices.ContainsFunc(q.Targets, func(t sqlast.Target) bool { return t.Name == "*" })
	if !star || len(q.Reads) < 2 {
		return false
	}
	text := strings.ToLower(q.At.Text())
	return strings.Contains(text, "using") || strings.Contains(text, "natural")
}
