package verify

import (
	"regexp"
	"slices"
	"strings"

	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/effect"
	"github.com/miglint/miglint/sqlast"
)

// Lines writes an effect as testdata/effects records them: the locks, rewrites,
// scans, builds and losses, each of them sorted, or the failure alone. What is
// only possible ends in "maybe". Two effects are the same if their lines are.
//
// A prediction says more than a measurement can show: see Comparable.
func Lines(e *effect.Effect) []string {
	if f := e.Fails; f != nil {
		return []string{"fail " + f.SQLState + " " + strings.Join(strings.Fields(f.Message), " ")} // some quote the statement
	}
	return slices.Concat(
		sorted(e.Locks, func(l effect.Lock) string { return "lock " + l.Relation.String() + " " + l.Mode.String() }),
		sorted(e.Rewrites, func(r effect.Relation) string { return "rewrite " + r.Key.String() + marked(r.Maybe, " maybe") }),
		sorted(e.Scans, func(r effect.Relation) string { return "scan " + r.Key.String() + marked(r.Maybe, " maybe") }),
		sorted(e.Builds, func(b effect.Build) string {
			return "build " + b.Table.String() + " " + sqlast.QuoteIdent(b.Index) + marked(b.Concurrently, " concurrently")
		}),
		sorted(e.Loses, func(o effect.Object) string {
			return "lose " + o.Kind.String() + " " + o.Name + marked(o.Data, " data")
		}),
	)
}

// sorted are the different lines for all, in order.
func sorted[T any](all []T, line func(T) string) []string {
	var lines []string
	for _, x := range all {
		lines = append(lines, line(x))
	}
	slices.Sort(lines)
	return slices.Compact(lines)
}

func marked(yes bool, mark string) string {
	if yes {
		return mark
	}
	return ""
}

// Context is what a prediction was made in.
type Context struct {
	Before *catalog.Catalog // the schema before the statement
	// Held are the locks that the transaction held before the statement
	// (Session.Held); nil for the first one.
	Held       map[catalog.Key]effect.Mode
	Autocommit bool // outside of a transaction
}

// dependent is the end of a message of ours that names what depends on an object.
// The server names it in the DETAIL only.
var dependent = regexp.MustCompile(`because .* depends? on (it|them)$`)

// Comparable returns what of a prediction the lines of a measurement can show:
//
//   - a failure stands alone; one that needs rows counts if the statement failed;
//   - locks on what is there, and was not held as strongly; those on indexes only
//     if they are stronger than that on the table, and not under Autocommit;
//   - no builds on a table that is rewritten; where the server makes up an index's
//     name, it is taken from the measurement;
//   - no losses of NOT NULL, which is an attribute of its column before 18.
func (c Context) Comparable(e *effect.Effect, measured []string) effect.Effect {
	failed := len(measured) > 0 && strings.HasPrefix(measured[0], "fail ")
	if f := e.Fails; f != nil && (!f.IfRows || failed) {
		return effect.Effect{Fails: &effect.Failure{SQLState: f.SQLState,
			Message: dependent.ReplaceAllString(f.Message, "because other objects depend on $1")}}
	}
	if failed {
		return effect.Effect{}
	}
	return effect.Effect{Locks: c.locks(e), Rewrites: e.Rewrites, Scans: e.Scans, Builds: builds(e, measured), Loses: c.losses(e)}
}

// losses are those of anything but NOT NULL.
func (c Context) losses(e *effect.Effect) []effect.Object {
	if !slices.ContainsFunc(e.Loses, func(o effect.Object) bool { return o.Kind == sqlast.TableConstraint }) {
		return e.Loses
	}
	notNull := map[string]bool{}
	for t := range c.Before.Tables() {
		for _, con := range t.Constraints {
			if con.Kind == sqlast.NotNullConstraint {
				notNull[t.Key.String()+"."+sqlast.QuoteIdent(con.Name)] = true
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(e.Loses), func(o effect.Object) bool { return o.Kind == sqlast.TableConstraint && notNull[o.Name] })
}

func (c Context) locks(e *effect.Effect) []effect.Lock {
	modes := map[catalog.Key]effect.Mode{}
	for key, mode := range c.Held {
		modes[key] = mode
	}
	for _, l := range e.Locks {
		modes[l.Relation] = max(modes[l.Relation], l.Mode)
	}
	var locks []effect.Lock
	for _, l := range e.Locks {
		if _, ok := c.Before.RelationKind(l.Relation); !ok || l.Mode <= c.Held[l.Relation] ||
			c.Before.Type(sqlast.Name{Schema: l.Relation.Schema, Name: l.Relation.Name}) != nil {
			continue
		}
		if i := c.Before.IndexAt(l.Relation); i != nil && (c.Autocommit || l.Mode < effect.ShareUpdateExclusive || l.Mode <= modes[i.Table]) {
			continue
		}
		locks = append(locks, l)
	}
	return locks
}

// builds are the index builds that a rewrite of the table does not imply.
func builds(e *effect.Effect, measured []string) []effect.Build {
	var all []effect.Build
	taken := map[string]bool{}
	for _, b := range e.Builds {
		taken[b.Index] = true
	}
	for _, b := range e.Builds {
		if slices.ContainsFunc(e.Rewrites, func(r effect.Relation) bool {
			return r.Key == b.Table && (!r.Maybe || slices.Contains(measured, "rewrite "+r.Key.String()))
		}) {
			continue
		}
		if b.Index == "" {
			b.Index = builtName(b, measured, taken)
			taken[b.Index] = true
		}
		all = append(all, b)
	}
	return all
}

// builtName is the first index that the measurement shows to be built like b,
// unless it is taken; "" if there is none.
func builtName(b effect.Build, measured []string, taken map[string]bool) string {
	for _, line := range measured {
		name, ok := strings.CutPrefix(line, "build "+b.Table.String()+" ")
		name, concurrently := strings.CutSuffix(name, " concurrently")
		name = unquote(name)
		if ok && concurrently == b.Concurrently && !taken[name] {
			return name
		}
	}
	return ""
}

// unquote undoes sqlast.QuoteIdent.
func unquote(name string) string {
	if len(name) < 2 || name[0] != '"' {
		return name
	}
	return strings.ReplaceAll(name[1:len(name)-1], `""`, `"`)
}

// Diff tells two lists of lines apart: one line for each that only one of them
// has, "measured" or "predicted" before it. It is empty if they are the same.
func Diff(measured, predicted []string) string {
	var b strings.Builder
	for _, l := range measured {
		if !slices.Contains(predicted, l) {
			b.WriteString("measured  " + l + "\n")
		}
	}
	for _, l := range predicted {
		if !slices.Contains(measured, l) {
			b.WriteString("predicted " + l + "\n")
		}
	}
	return b.String()
}
