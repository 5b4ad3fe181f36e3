package effect

import (
	"slices"
	"strconv"
	"strings"

	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

// A wake is what one DROP statement takes with it.
type wake struct {
	*judge
	cascade bool
	done    map[catalog.Key]bool
	going   map[catalog.ColumnRef]bool // columns that are dropped
	keepers []string                   // what depends on an object, if CASCADE is missing
}

// newWake begins what an object takes with it. relations is set where the
// statement names relations: they do not keep each other from being dropped.
func (j *judge) newWake(cascade, relations bool) *wake {
	if relations && j.named == nil {
		j.named = make(map[catalog.Key]bool, len(j.ops))
		for _, op := range j.ops {
			if d, ok := op.(*sqlast.Drop); ok {
				j.named[j.cat.Resolve(d.Name)] = true
			}
		}
	}
	return &wake{judge: j, cascade: cascade, done: map[catalog.Key]bool{}}
}

// depends is true if a dependent object may be dropped too; else it is noted
// that the object keeps the other, as its description says. k is what has the
// dependent object: it counts only if it is certainly still there.
func (w *wake) depends(k catalog.Key, description func() string) bool {
	if w.cascade || w.named[k] {
		return true
	}
	if w.sure(k) {
		if d := description(); !slices.Contains(w.keepers, d) {
			w.keepers = append(w.keepers, d)
		}
	}
	return false
}

// sure reports whether a dependent object is certainly still there.
func (w *wake) sure(k catalog.Key) bool {
	if t := w.cat.TypeAt(k); t != nil && !w.known(k) {
		return w.cat.CertainType(t)
	}
	if t := w.cat.TableAt(k); t != nil {
		return !w.doubtful(t)
	}
	return w.cat.Certain(k)
}

// maxKeepers is how many objects that keep another a message names.
const maxKeepers = 3

// failIfKept records the error for an object that others depend on. The server
// names them in the DETAIL (reportDependentObjects in dependency.c).
func (w *wake) failIfKept(what string) {
	if len(w.keepers) > 0 {
		list, verb := w.listKeepers()
		w.fail("2BP01", "cannot drop %s because %s %s on it", what, list, verb)
	}
}

// failIfAnyKept is failIfKept for several objects at once.
func (w *wake) failIfAnyKept() {
	if len(w.keepers) > 0 {
		list, verb := w.listKeepers()
		w.fail("2BP01", "cannot drop desired object(s) because %s %s on them", list, verb)
	}
}

// listKeepers names what depends on an object.
func (w *wake) listKeepers() (list, verb string) {
	named, verb := w.keepers, "depend"
	if len(named) == 1 {
		verb = "depends"
	} else if rest := len(named) - maxKeepers; rest > 1 {
		named = append(slices.Clone(named[:maxKeepers]), strconv.Itoa(rest)+" other objects")
	}
	list = strings.Join(named, ", ")
	if last := len(named) - 1; last > 0 {
		list = strings.Join(named[:last], ", ") + " and " + named[last]
	}
	return list, verb
}

// relation describes a relation as the server does.
func (w *wake) relation(k catalog.Key) func() string {
	return func() string { return w.kind(k).String() + " " + w.describe(k) }
}

// part describes a constraint, trigger, policy or rule of a relation.
func (w *wake) part(kind sqlast.ObjectKind, name string, of catalog.Key) func() string {
	return func() string {
		on := " on "
		if kind == sqlast.Column {
			on = " of "
		}
		return kind.String() + " " + name + on + w.relation(of)()
	}
}

// defaultOf describes the default of a column.
func (w *wake) defaultOf(t *catalog.Table, column string) func() string {
	return func() string { return "default value for " + w.part(sqlast.Column, column, t.Key)() }
}

// typeOf describes a type or domain.
func (w *wake) typeOf(t *catalog.Type) func() string {
	return func() string { return "type " + w.describeType(t) }
}

// dependent describes what uses a column.
func (w *wake) dependent(d catalog.Dependent) func() string {
	switch d.Kind {
	case sqlast.View, sqlast.MaterializedView, sqlast.Sequence, sqlast.Index:
		return w.relation(d.Of)
	}
	return w.part(d.Kind, d.Name, d.Of)
}
