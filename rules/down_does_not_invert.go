package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/source"
	"github.com/miglint/miglint/sqlast"
)

var downDoesNotInvert = &analyzer.Rule{
	Name: "down-does-not-invert", Severity: analyzer.Warning, Concern: analyzer.Reversing, Since: "0.1.0",
	Summary: "after up and down the schema is not what it was before",
	Why: "A down is written once and run for the first time in an outage. What it forgets shows then: the index it leaves " +
		"behind stops the next up with \"already exists\", the column it adds again has lost its default or its foreign " +
		"key, the table it drops belonged to an earlier migration. The rule runs the up and then the down on the schema " +
		"that the migrations before have made, and compares with the start. It was modelled on downs that name the " +
		"wrong table (`ALTER TABLE a ADD COLUMN` in the up, `ALTER TABLE b DROP COLUMN IF EXISTS` in the down reports " +
		"success), and on enums made again with a comma left out, which joins two values into one. Rows, the order of " +
		"columns, comments and added enum values, which cannot be taken away, do not count. Where several migrations " +
		"share one down, they are taken together.",
	Instead: "Undo in the down each thing the up did, in reverse order; make again what it dropped just as it was.",
	Except:  "There is no way back: leave the down empty and say `-- miglint:irreversible reason`.",
	Bad: `-- 000001_parcels.up.sql --
CREATE TABLE parcels (id bigint PRIMARY KEY);
CREATE TABLE labels (id bigint PRIMARY KEY);
-- 000001_parcels.down.sql --
DROP TABLE labels;
DROP TABLE parcels;
-- 000002_shelf.up.sql --
SET lock_timeout = '5s';
ALTER TABLE labels ADD COLUMN shelf integer;
RESET lock_timeout;
-- 000002_shelf.down.sql --
SET lock_timeout = '5s';
ALTER TABLE parcels DROP COLUMN IF EXISTS shelf;
RESET lock_timeout;
`,
	Good: `-- 000001_parcels.up.sql --
CREATE TABLE parcels (id bigint PRIMARY KEY);
CREATE TABLE labels (id bigint PRIMARY KEY);
-- 000001_parcels.down.sql --
DROP TABLE labels;
DROP TABLE parcels;
-- 000002_shelf.up.sql --
SET lock_timeout = '5s';
ALTER TABLE labels ADD COLUMN shelf integer;
RESET lock_timeout;
-- 000002_shelf.down.sql --
SET lock_timeout = '5s';
ALTER TABLE labels DROP COLUMN shelf;
RESET lock_timeout;
`,
	Run: runDownDoesNotInvert,
}

func runDownDoesNotInvert(p *analyzer.Pass) {
	if !p.Down || len(p.Stmts) == 0 || p.Options.NoDowns || p.Stream.Grouped(p.Index) {
		return
	}
	u := &undoing{Pass: p, up: p.Stmts[0].Before}
	var left []catalog.Difference
	for i, start := range slices.Backward(p.Starts) {
		found := u.notRestored(start)
		if len(found) == 0 {
			return
		}
		if left == nil || len(found) < len(left) {
			left, u.start = found, p.Starts[i]
		}
	}
	if left != nil && !meansNoWayBack(p) {
		u.report(left)
	}
}

// meansNoWayBack reports whether the down cannot be judged, or is not meant to
// undo anything: it fails, raises an error on purpose, or is said to be
// irreversible.
func meansNoWayBack(p *analyzer.Pass) bool {
	directives := append(analyzer.Directives(p.Scripts.Up), p.Directives...)
	if slices.ContainsFunc(directives, func(d analyzer.Directive) bool { return d.Verb == "irreversible" && d.Args != "" }) {
		return true
	}
	for op := range p.Ops() {
		if fails := op.Effect.Op(op.I).Fails; fails != nil && !fails.IfRows {
			return true
		}
		if do, ok := op.Op.(*sqlast.Do); ok && strings.Contains(strings.ToLower(do.Body), "raise exception") {
			return true
		}
	}
	return false
}

// undoing is an up and a down that are compared.
type undoing struct {
	*analyzer.Pass
	start *catalog.Catalog // before the up
	up    *catalog.Catalog // after it
	moved map[difference]bool

	repeated []source.Span   // what the up does in a way that may be repeated, in order
	dropped  map[string]bool // names that it drops; true: IF EXISTS
}

// difference is what a difference is about, without its two sides.
type difference struct {
	object sqlast.ObjectKind
	key    catalog.Key
	part   string
	what   string
}

func about(d catalog.Difference) difference { return difference{d.Object, d.Key, d.Part, d.What} }

// notRestored returns in what the schema after the down differs from a start,
// but for what no down can or should undo.
func (u *undoing) notRestored(start *catalog.Catalog) []catalog.Difference {
	found := catalog.Diff(start, u.After)
	if len(found) == 0 {
		return nil
	}
	code := runsCode(u.Scripts.Up.Statements()) || runsCode(u.Script.Statements())
	return slices.DeleteFunc(found, func(d catalog.Difference) bool {
		switch d.Object {
		case sqlast.Column:
			if u.filledByDefault(d) {
				return true
			}
		case sqlast.EnumValue:
			return d.Change == catalog.Added && !d.Created.Down
		case sqlast.Extension:
			// What one migration installs, others come to use, and its down cannot tell.
			return d.Change == catalog.Added || code
		case sqlast.Function, sqlast.Procedure, sqlast.Publication, sqlast.Trigger, sqlast.Policy:
			return code // it may have made or dropped them
		}
		// What the up made for certain was not there before. Of the rest history must
		// show that.
		unsure := d.Created.Down || u.guarded(d)
		return d.Change == catalog.Added && (unsure && !start.Shows(d.Key) || u.mayHaveBeen(d))
	})
}

// filledByDefault reports whether a NOT NULL column comes back with a default that
// it did not have: without one it could not be added to rows.
func (u *undoing) filledByDefault(d catalog.Difference) bool {
	if d.What != "default" || d.Was != "" || u.present(d) {
		return false
	}
	t := u.After.TableAt(d.Key)
	return t != nil && t.Column(d.Part) != nil && t.Column(d.Part).NotNull
}

// mayHaveBeen reports whether the down makes what the up drops IF EXISTS: some
// databases seem to have had it.
func (u *undoing) mayHaveBeen(d catalog.Difference) bool {
	u.readUp()
	return d.Created.Down && u.dropped[cmp.Or(d.Part, d.Key.Name)]
}

// readUp notes once what the up does on condition.
func (u *undoing) readUp() {
	if u.dropped != nil {
		return
	}
	u.dropped = map[string]bool{}
	for _, s := range u.Scripts.Up.Statements() {
		for _, op := range s.Ops {
			if repeatable(op) {
				u.repeated = append(u.repeated, op.Pos())
			}
			switch op := op.(type) {
			case *sqlast.Drop:
				u.dropped[op.Name.Name] = u.dropped[op.Name.Name] || op.IfExists
			case *sqlast.DropColumn:
				u.dropped[op.Column] = u.dropped[op.Column] || op.IfExists
			case *sqlast.DropConstraint:
				u.dropped[op.Constraint] = u.dropped[op.Constraint] || op.IfExists
			}
		}
	}
	slices.SortFunc(u.repeated, func(a, b source.Span) int { return a.Start - b.Start })
}

// runsCode reports whether there is a DO block or a CALL.
func runsCode(stmts []*sqlast.Statement) bool {
	return slices.ContainsFunc(stmts, func(s *sqlast.Statement) bool {
		return slices.ContainsFunc(s.Ops, func(op sqlast.Op) bool {
			switch op.(type) {
			case *sqlast.Do, *sqlast.Call:
				return true
			}
			return false
		})
	})
}

// guarded reports whether what came was made by a statement that does nothing, or
// does it over, where it is there already.
func (u *undoing) guarded(d catalog.Difference) bool {
	u.readUp()
	at := d.Created.Span
	i, found := slices.BinarySearchFunc(u.repeated, at.Start, func(s source.Span, start int) int { return s.Start - start })
	if !found {
		i--
	}
	return i >= 0 && u.repeated[i].Contains(at)
}

func repeatable(op sqlast.Op) bool {
	switch op := op.(type) {
	case *sqlast.CreateSequence:
		return op.IfNotExists
	case *sqlast.CreateView:
		return op.IfNotExists || op.Replace
	case *sqlast.CreateFunction:
		return op.Replace
	case *sqlast.CreateTrigger:
		return op.Replace
	}
	return isIfNotExists(op)
}

func (u *undoing) report(left []catalog.Difference) {
	u.moved = map[difference]bool{}
	for _, d := range catalog.Diff(u.up, u.After) {
		u.moved[about(d)] = true
	}
	diagnostic := analyzer.Diagnostic{Span: u.Stmts[0].Span, Severity: analyzer.Info, Suggestion: u.sql(left)}
	var sentences []string
	for _, d := range left {
		sentence := u.sentence(d)
		sentences = append(sentences, sentence)
		if !u.harmless(d) {
			diagnostic.Severity = analyzer.Warning
		}
		if len(diagnostic.Related) < maxRelated && !d.Created.Span.IsZero() {
			diagnostic.Related = append(diagnostic.Related, analyzer.Related{Span: d.Created.Span, Message: sentence})
		}
	}
	diagnostic.Message = "this does not undo the up: " + firstOf(sentences, 3)
	u.Report(diagnostic)
}

// maxRelated bounds the places that one finding points at.
const maxRelated = 20

// firstOf joins the first sentences and counts the rest.
func firstOf(sentences []string, n int) string {
	if len(sentences) > n {
		return fmt.Sprintf("%s; and %d more", strings.Join(sentences[:n], "; "), len(sentences)-n)
	}
	return strings.Join(sentences, "; ")
}

// harmless reports whether going up again works as if the down had undone it:
// what is left is made by a statement that may be repeated. A column that could
// not come back as NOT NULL, for it has no value for the rows that are there, is
// the best there is.
func (u *undoing) harmless(d catalog.Difference) bool {
	if d.Change == catalog.Added {
		return u.guarded(d)
	}
	if d.Object != sqlast.Column || d.What != "NOT NULL" || d.Is != "" || u.present(d) {
		return false
	}
	t := u.After.TableAt(d.Key)
	return t != nil && t.Column(d.Part) != nil && t.Column(d.Part).Default == nil
}
