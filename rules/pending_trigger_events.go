package rules

import (
	"fmt"
	"slices"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/effect"
	"github.com/miglint/miglint/internal/recipe"
	"github.com/miglint/miglint/sqlast"
)

var pendingTriggerEvents = &analyzer.Rule{
	Name: "pending-trigger-events", Severity: analyzer.Error, Concern: analyzer.Failing, Since: "0.1.0",
	Summary: "a table is altered in the transaction that wrote rows which a deferred constraint has yet to check",
	Why: "A constraint that is INITIALLY DEFERRED checks the rows at COMMIT. Until then PostgreSQL refuses ALTER TABLE, CREATE " +
		"INDEX, TRUNCATE and DROP TABLE of the table: \"cannot ALTER TABLE because it has pending trigger events\" (SQLSTATE " +
		"55006). It takes a row to fail, so the migration passes on an empty database and stops the deploy in production. " +
		"Modelled on data migrations of frameworks that make every foreign key deferred, followed by the ALTER TABLE they were for.",
	Instead: "`SET CONSTRAINTS ALL IMMEDIATE` between the two, which checks the rows at once; or the rows and the change of " +
		"the schema in different transactions.",
	Bad: `-- 0001_parcels.sql --
CREATE TABLE depots (id bigint PRIMARY KEY);
INSERT INTO depots VALUES (1);
CREATE TABLE parcels (id bigint PRIMARY KEY, depot bigint REFERENCES depots DEFERRABLE INITIALLY DEFERRED);
-- 0002_first_parcel.sql --
BEGIN;
SET LOCAL lock_timeout = '5s';
INSERT INTO parcels VALUES (1, 1);
ALTER TABLE parcels ADD COLUMN weight int;
COMMIT;
`,
	Good: `-- 0001_parcels.sql --
CREATE TABLE depots (id bigint PRIMARY KEY);
INSERT INTO depots VALUES (1);
CREATE TABLE parcels (id bigint PRIMARY KEY, depot bigint REFERENCES depots DEFERRABLE INITIALLY DEFERRED);
-- 0002_first_parcel.sql --
BEGIN;
SET LOCAL lock_timeout = '5s';
INSERT INTO parcels VALUES (1, 1);
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE parcels ADD COLUMN weight int;
COMMIT;
`,
	Run: runPendingTriggerEvents,
}

func runPendingTriggerEvents(p *analyzer.Pass) {
	var d deferred
	for _, s := range p.Stmts {
		if s.Tx == nil || s.Tx != d.tx {
			d = deferred{tx: s.Tx}
		}
		if s.Tx == nil {
			continue
		}
		for i, op := range s.Ops {
			if e, ok := d.strikes(s, i); ok {
				reportPending(p, s, i, e)
				d.pending = nil // the transaction would not get any further
			}
			d.follow(s, op)
		}
	}
}

func reportPending(p *analyzer.Pass, s *analyzer.Stmt, i int, e event) {
	line := e.by.Line()
	message := fmt.Sprintf("this fails: line %d leaves rows of %s that %s checks at COMMIT only (SQLSTATE 55006)", line, e.table, e.check)
	severity := analyzer.Error
	if !e.certain {
		severity = analyzer.Warning
		message = fmt.Sprintf("this fails if line %d changes a row of %s, which %s checks at COMMIT only (SQLSTATE 55006)", line, e.table, e.check)
	}
	var steps recipe.Steps
	p.ReportStmt(s, i, analyzer.Diagnostic{
		Severity:   severity,
		Message:    message,
		Suggestion: steps.Add("", "SET CONSTRAINTS ALL IMMEDIATE", s.Text).String(),
		Related:    []analyzer.Related{{Span: e.by.Span, Message: "the rows are written here"}},
	})
}

// event is a check that waits for COMMIT (AfterTriggerPendingOnRel in trigger.c).
type event struct {
	table   catalog.Key
	check   string // "foreign key parcels_depot_fkey"
	name    string
	by      *analyzer.Stmt
	certain bool // that there is a row to check
}

// deferred follows what SET CONSTRAINTS and the statements of a transaction
// defer.
type deferred struct {
	tx      *analyzer.Tx
	pending []event
	all     *bool // SET CONSTRAINTS ALL; nil: never
	names   map[string]bool
}

// is reports whether a constraint is checked at COMMIT by now.
func (d *deferred) is(name string, deferrable, initially bool) bool {
	switch set, ok := d.names[name]; {
	case !deferrable:
		return false
	case ok:
		return set
	case d.all != nil:
		return *d.all
	}
	return initially
}

func (d *deferred) follow(s *analyzer.Stmt, op sqlast.Op) {
	switch op := op.(type) {
	case *sqlast.SetConstraints:
		d.set(op)
	case *sqlast.Transaction:
		d.pending = nil // a savepoint gone back to may have taken the rows away
	case *sqlast.Insert:
		certain := !op.OnConflict && (op.Query == nil || op.Query.ValueRows > 0)
		d.write(s, op.Table, "insert", nil, certain)
		d.within(s, op.Query)
	case *sqlast.Copy:
		if op.From {
			d.write(s, op.Table, "insert", nil, false)
		}
	case *sqlast.Update:
		columns := make([]string, len(op.Set))
		for i, a := range op.Set {
			columns[i] = a.Column
		}
		d.write(s, op.Table, "update", columns, false)
		d.within(s, op.Query)
	case *sqlast.Delete:
		d.write(s, op.Table, "delete", nil, false)
		d.within(s, op.Query)
	case *sqlast.Select:
		d.within(s, op.Query)
	}
}

func (d *deferred) within(s *analyzer.Stmt, q *sqlast.Query) {
	if q != nil {
		for _, op := range q.Writes {
			d.follow(s, op)
		}
	}
}

func (d *deferred) set(op *sqlast.SetConstraints) {
	if len(op.Names) == 0 {
		d.all, d.names = &op.Deferred, nil
		if !op.Deferred {
			d.pending = nil
		}
		return
	}
	if d.names == nil {
		d.names = map[string]bool{}
	}
	for _, n := range op.Names {
		d.names[n.Name] = op.Deferred
		if !op.Deferred {
			d.pending = slices.DeleteFunc(d.pending, func(e event) bool { return e.name == n.Name })
		}
	}
}

// maxPending bounds the checks that are followed in one transaction.
const maxPending = 100

// write notes the checks that changing rows of a table leaves for COMMIT: an
// UPDATE only if it sets a column of the key (RI_FKey_fk_upd_check_required).
// columns are those an UPDATE sets.
func (d *deferred) write(s *analyzer.Stmt, table sqlast.Relation, verb string, columns []string, certain bool) {
	t := s.Before.Table(table.Name)
	if t == nil || len(d.pending) >= maxPending || verb != "insert" && t.Filled == nil && s.IsNew(t.Key) {
		return
	}
	touches := func(key []string) bool {
		return verb != "update" || slices.ContainsFunc(key, func(c string) bool { return slices.Contains(columns, c) })
	}
	add := func(kind, name string) {
		d.pending = append(d.pending, event{t.Key, kind + " " + sqlast.QuoteIdent(name), name, s, certain})
	}
	for _, c := range t.Constraints {
		if verb != "delete" && c.Kind == sqlast.ForeignKey && d.is(c.Name, c.Deferrable, c.InitiallyDeferred) && touches(c.Columns) {
			add("foreign key", c.Name)
		}
	}
	if verb != "insert" {
		d.writeReferenced(s, t, verb, touches, add)
	}
	for _, tr := range t.Triggers {
		fires := slices.Contains(tr.Events, verb) && (len(tr.Columns) == 0 || touches(tr.Columns)) && tr.When == nil && !tr.Disabled
		if fires && tr.Constraint && d.is(tr.Name, tr.Deferrable, tr.InitiallyDeferred) {
			add("trigger", tr.Name)
		}
	}
}

// writeReferenced notes the foreign keys to a table that look, at COMMIT, whether
// a row they need has gone. Only NO ACTION can wait that long.
func (d *deferred) writeReferenced(s *analyzer.Stmt, t *catalog.Table, verb string, touches func([]string) bool, add func(kind, name string)) {
	for _, k := range referencing(t) {
		from := s.Before.TableAt(k)
		if from == nil {
			continue
		}
		for _, c := range from.Constraints {
			action := c.OnDelete
			if verb == "update" {
				action = c.OnUpdate
			}
			if c.Kind == sqlast.ForeignKey && c.RefTable == t.Key && action == "" &&
				d.is(c.Name, c.Deferrable, c.InitiallyDeferred) && touches(c.RefColumns) {
				add("foreign key", c.Name)
			}
		}
	}
}

// maxReferencing bounds the tables that are looked at because they refer to one.
const maxReferencing = 200

// referencing returns the tables that may have a foreign key to a table, itself
// included.
func referencing(t *catalog.Table) []catalog.Key {
	return append([]catalog.Key{t.Key}, t.ReferencedBy[:min(len(t.ReferencedBy), maxReferencing)]...)
}

// strikes returns the first event that makes op i fail (CheckTableNotInUse in
// tablecmds.c). Rows of a partitioned table are in its partitions, and the
// statements that go through those fail too.
func (d *deferred) strikes(s *analyzer.Stmt, i int) (event, bool) {
	if len(d.pending) == 0 || s.Effect.Op(i).Fails != nil && !s.Effect.Op(i).Fails.IfRows {
		return event{}, false
	}
	targets, deep := inUse(s.Ops[i])
	for _, name := range targets {
		key := s.Before.Resolve(name)
		for _, e := range d.pending {
			switch t := s.Before.TableAt(e.table); {
			case t == nil:
			case e.table == key && (t.PartitionBy == nil || deep),
				deep && t.PartitionOf == key && locks(s.Effect.Op(i), e.table):
				return e, true
			}
		}
	}
	return event{}, false
}

func locks(e *effect.Effect, k catalog.Key) bool {
	return slices.ContainsFunc(e.Locks, func(l effect.Lock) bool { return l.Relation == k })
}

// inUse returns the tables of which an op needs that nothing is pending, and
// whether the same goes for their partitions.
func inUse(op sqlast.Op) (tables []sqlast.Name, deep bool) {
	switch op := op.(type) {
	case *sqlast.AttachPartition, *sqlast.DetachPartition, *sqlast.EnableTrigger:
		target := op.(sqlast.AlterAction).Target()
		return []sqlast.Name{target.Table.Name}, false
	case sqlast.AlterAction:
		if target := op.Target(); target.Kind == sqlast.Table {
			return []sqlast.Name{target.Table.Name}, !target.Table.Only
		}
	case *sqlast.OwnerTo:
		if op.Object == sqlast.Table {
			return []sqlast.Name{op.Name}, false
		}
	case *sqlast.CreateIndex:
		return []sqlast.Name{op.Table.Name}, !op.Table.Only
	case *sqlast.Truncate:
		for _, r := range op.Tables {
			tables = append(tables, r.Name)
		}
		return tables, true
	case *sqlast.Drop:
		if op.Object == sqlast.Table {
			return []sqlast.Name{op.Name}, true
		}
	case *sqlast.Cluster:
		return []sqlast.Name{op.Table.Name}, false
	}
	return nil, false
}
