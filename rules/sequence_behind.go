package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/internal/recipe"
	"github.com/miglint/miglint/sqlast"
)

var sequenceBehind = &analyzer.Rule{
	Name: "sequence-behind", Severity: analyzer.Warning, Concern: analyzer.Breaking, Since: "0.1.0",
	Summary: "a sequence is left behind the keys that its column already holds: the next INSERT fails with a duplicate key",
	Why: "A sequence counts what it has handed out, not what is in the table. Rows that are inserted with ids of their own, or " +
		"copied from another table, do not advance it; a sequence that is made for a column that is full starts at 1. The " +
		"migration succeeds, and so do the tests on an empty table; then the application's INSERTs fail one after the " +
		"other: \"duplicate key value violates unique constraint\" (SQLSTATE 23505), until the sequence has passed the " +
		"last id. Seeds with explicit ids, copied tables and serial columns made identity columns all end this way; after " +
		"one upgrade that copied a table of login devices into a new one with its ids, nobody could register a device.",
	Instead: "Set the sequence to the largest id, after the last INSERT and in the same migration; or leave the id out.",
	Except:  "Nothing ever inserts into the table without an id.",
	Bad: "CREATE TABLE states (id serial PRIMARY KEY, name text NOT NULL);\n" +
		"INSERT INTO states (id, name) VALUES (1, 'packed'), (2, 'sent'), (3, 'lost');\n",
	Good: "CREATE TABLE states (id serial PRIMARY KEY, name text NOT NULL);\n" +
		"INSERT INTO states (id, name) VALUES (1, 'packed'), (2, 'sent'), (3, 'lost');\n" +
		"SELECT setval(pg_get_serial_sequence('states', 'id'), (SELECT max(id) FROM states));\n",
	Run: runSequenceBehind,
}

func runSequenceBehind(p *analyzer.Pass) {
	w := &sequenceWatch{p: p}
	for op := range p.Ops() {
		w.advance(op)
		w.fallBehind(op)
		w.cycles(op)
	}
	gaps := make([]*sequenceGap, 0, len(w.behind))
	for _, gap := range w.behind {
		gaps = append(gaps, gap)
	}
	slices.SortFunc(gaps, func(a, b *sequenceGap) int {
		return cmp.Compare(a.op.Op.Pos().Start, b.op.Op.Pos().Start)
	})
	for _, gap := range gaps {
		w.report(gap)
	}
}

// sequenceWatch goes through a script and keeps what each sequence is behind of.
type sequenceWatch struct {
	p      *analyzer.Pass
	behind map[catalog.Key]*sequenceGap // by sequence
	synced map[catalog.Key]bool         // sequences that the script has set to what it looked up
	lost   bool                         // code that cannot be followed may set any sequence
}

// sequenceGap is what a sequence has not caught up with.
type sequenceGap struct {
	op     analyzer.Op // the last one that made it
	table  sqlast.Name
	column catalog.ColumnRef
	key    catalog.Key
	max    int64 // the largest literal id; 0 if the ids are not literal
	why    string

	severity analyzer.Severity // 0: the rule's own
}

// advance follows what moves a sequence on.
func (w *sequenceWatch) advance(op analyzer.Op) {
	switch o := op.Op.(type) {
	case *sqlast.AlterSequence:
		if s := op.Before.Sequence(o.Name); s != nil && o.Options.Restart {
			w.set(op, s.Key, restartsAt(s, &o.Options))
		}
	case *sqlast.AlterIdentity:
		if s := identitySequence(op, o); s != nil && o.Options.Restart {
			w.set(op, s.Key, restartsAt(s, &o.Options))
		}
	case *sqlast.Do:
		w.lost = w.lost || setsSequences(o.Body)
	case *sqlast.Call:
		w.run(op, o.Name)
	}
	for _, call := range calls(op.Op) {
		w.call(op, call)
	}
}

func restartsAt(s *catalog.Sequence, o *sqlast.SequenceOptions) int64 {
	if o.RestartWith != nil {
		return *o.RestartWith
	}
	return s.Start
}

// call follows a call of a function.
func (w *sequenceWatch) call(op analyzer.Op, call *sqlast.FuncExpr) {
	switch call.Name.Name {
	case "setval":
		s, next, known := op.Before.Setval(call)
		switch {
		case s == nil:
			w.lost = true
		case known:
			w.set(op, s.Key, next)
		default:
			w.sync(s.Key)
		}
	case "nextval":
		if s := op.Before.SequenceOf(&catalog.Column{Default: call}); s != nil {
			w.sync(s.Key)
		}
	default:
		w.run(op, call.Name)
	}
}

func (w *sequenceWatch) add(gap *sequenceGap) {
	if w.behind == nil {
		w.behind = map[catalog.Key]*sequenceGap{}
	}
	w.behind[gap.key] = gap
}

// sync notes that a sequence is where it should be.
func (w *sequenceWatch) sync(key catalog.Key) {
	if w.synced == nil {
		w.synced = map[catalog.Key]bool{}
	}
	w.synced[key] = true
	delete(w.behind, key)
}

// run follows a function or procedure that history has made.
func (w *sequenceWatch) run(op analyzer.Op, name sqlast.Name) {
	for _, f := range op.Before.Functions(name) {
		w.lost = w.lost || setsSequences(f.Body)
	}
}

// setsSequences reports whether code may set a sequence.
func setsSequences(body string) bool {
	body = strings.ToLower(body)
	return strings.Contains(body, "setval") || strings.Contains(body, "restart") || strings.Contains(body, "execute")
}

// set notes that a sequence goes on from a number.
func (w *sequenceWatch) set(op analyzer.Op, key catalog.Key, next int64) {
	if gap := w.behind[key]; gap != nil && (gap.max == 0 || next > gap.max) {
		delete(w.behind, key)
	}
	s := op.Before.SequenceAt(key)
	if s == nil || s.Increment != 1 || s.Created.Same(op.Origin) || next > s.Floor {
		return
	}
	// Back to where history has it at the earliest, or before that.
	table, column := fedBy(op.Before, s)
	if table == nil || op.Empty(table.Key) || !uniqueAlone(table, column) {
		return
	}
	w.add(&sequenceGap{op: op, table: sqlast.Name{Name: table.Name}, column: catalog.ColumnRef{Table: table.Key, Column: column}, key: key,
		why: fmt.Sprintf("%s goes back to %d, and the rows that have these values stay", sqlast.QuoteIdent(key.Name), next)})
}

// fallBehind follows what puts values into a column past its sequence.
func (w *sequenceWatch) fallBehind(op analyzer.Op) {
	if fails := op.Effect.Op(op.I).Fails; fails != nil && !fails.IfRows {
		return
	}
	switch o := op.Op.(type) {
	case *sqlast.Insert:
		w.inserted(op, o)
	case *sqlast.AlterIdentity:
		if o.Action == "add" && o.Options.Start == nil && !o.Options.Restart {
			w.starts(op, o.Table.Name, o.Column)
		}
	case *sqlast.SetDefault:
		t := w.p.After.Table(o.Table.Name)
		if t == nil || t.Column(o.Column) == nil {
			return
		}
		if s := w.p.After.SequenceOf(t.Column(o.Column)); s != nil && s.Created.Same(op.Origin) && s.Floor == 1 && op.Before.Draws(o.Default, s.Key) {
			w.starts(op, o.Table.Name, o.Column)
		}
	}
}

// starts notes that a column of a table with rows gets a sequence that begins at
// 1.
func (w *sequenceWatch) starts(op analyzer.Op, table sqlast.Name, column string) {
	before, after := op.Before.Table(table), w.p.After.TableAt(op.Before.Resolve(table))
	if after == nil || op.Empty(after.Key) || createdHere(op, before, column) || before != nil && before.Created.Same(op.Origin) && !before.Partial {
		return
	}
	col := after.Column(column)
	if col == nil {
		return
	}
	s := w.p.After.SequenceOf(col)
	if s == nil || s.Floor != 1 || s.Increment != 1 || w.synced[s.Key] {
		return
	}
	w.add(&sequenceGap{op: op, table: table, column: catalog.ColumnRef{Table: after.Key, Column: column}, key: s.Key, severity: analyzer.Error,
		why: fmt.Sprintf("the new sequence of %s.%s starts at 1, which the rows that are there begin with too", table, sqlast.QuoteIdent(column))})
}

// inserted notes the ids that an INSERT gives to a column that has a sequence.
func (w *sequenceWatch) inserted(op analyzer.Op, o *sqlast.Insert) {
	t := op.Before.Table(o.Table.Name)
	if t == nil || o.Query == nil || o.Overriding == "user" {
		return
	}
	for i, col := range t.Columns {
		at := i
		if len(o.Columns) > 0 {
			at = slices.Index(o.Columns, col.Name)
		} else if t.Partial || t.ColumnsUnknown {
			return
		}
		s := op.Before.SequenceOf(col)
		if s == nil || at < 0 || w.synced[s.Key] || s.Increment != 1 || !uniqueAlone(t, col.Name) {
			continue
		}
		gap := &sequenceGap{op: op, table: o.Table.Name, column: catalog.ColumnRef{Table: t.Key, Column: col.Name}, key: s.Key}
		switch max, from := givenIDs(op, o, at); {
		case max >= s.Floor:
			gap.max = max
			if old := w.behind[s.Key]; old != nil && old.max > max {
				gap.max = old.max
			}
			gap.why = fmt.Sprintf("rows of %s get %s up to %d here, and %s does not know", o.Table.Name, sqlast.QuoteIdent(col.Name), gap.max, sqlast.QuoteIdent(s.Name))
		case from != "" && t.Created.Same(op.Origin) && s.Floor == 1:
			gap.why = fmt.Sprintf("rows of %s get their %s from %s, and %s does not know", o.Table.Name, sqlast.QuoteIdent(col.Name), from, sqlast.QuoteIdent(s.Name))
			gap.severity = analyzer.Error
		default:
			continue
		}
		w.add(gap)
	}
}

// givenIDs returns the largest literal that an INSERT gives to its n-th column, or
// the table that it copies the values from; 0 and "" for neither.
func givenIDs(op analyzer.Op, o *sqlast.Insert, n int) (max int64, from string) {
	if rows := o.Query.ValueRows; rows > 0 {
		width := len(o.Values) / rows
		for i := n; n < width && i < len(o.Values); i += width {
			if id, ok := sqlast.Int64(o.Values[i]); ok && id > max {
				max = id
			}
		}
		return max, ""
	}
	source := onlySource(op, o.Query)
	star := slices.IndexFunc(o.Query.Targets, func(t sqlast.Target) bool { return t.Name == "*" })
	switch {
	case star == 0 && source != nil && n < len(source.Columns) && !source.Partial:
	case source == nil, star >= 0 && star <= n, n >= len(o.Query.Targets):
		return 0, ""
	default:
		target := o.Query.Targets[n]
		if id, ok := sqlast.Int64(target.Expr); ok {
			return id, ""
		}
		if _, isColumn := target.Expr.(*sqlast.ColumnExpr); !isColumn {
			return 0, ""
		}
	}
	if op.Empty(source.Key) {
		return 0, ""
	}
	return 0, source.Name
}

// cycles reports a sequence that begins again where it began, if it feeds a key.
func (w *sequenceWatch) cycles(op analyzer.Op) {
	var name sqlast.Name
	switch o := op.Op.(type) {
	case *sqlast.CreateSequence:
		if !o.Options.Cycle {
			return
		}
		name = o.Name
	case *sqlast.AlterSequence:
		if !o.Options.Cycle {
			return
		}
		name = o.Name
	default:
		return
	}
	s := w.p.After.Sequence(name)
	if s == nil {
		return
	}
	if t, column := fedBy(w.p.After, s); t != nil && uniqueAlone(t, column) {
		w.p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{
			Message: fmt.Sprintf("with CYCLE, %s hands out after its last number those that rows of %s have: their INSERTs fail with a duplicate key", name, t.Name),
		})
	}
}

func (w *sequenceWatch) report(gap *sequenceGap) {
	t := w.p.After.TableAt(gap.column.Table)
	if w.lost || t == nil {
		return
	}
	col := t.Column(gap.column.Column)
	if col == nil {
		return
	}
	if s := w.p.After.SequenceOf(col); s == nil || s.Key != gap.key {
		return
	}
	sequence := "pg_get_serial_sequence(" + sqlast.QuoteLiteral(gap.table.String()) + ", " + sqlast.QuoteLiteral(gap.column.Column) + ")"
	if col.Sequence != gap.key {
		sequence = sqlast.QuoteLiteral(gap.key.String())
	}
	message := gap.why + ": an INSERT that leaves it to the sequence fails with a duplicate key"
	if !uniqueAlone(t, col.Name) {
		message = gap.why + ": new rows get values that old rows have"
	}
	w.p.ReportStmt(gap.op.Stmt, gap.op.I, analyzer.Diagnostic{
		Severity: gap.severity,
		Message:  message,
		Suggestion: "-- after the last statement that inserts such rows\n" +
			recipe.Statement(fmt.Sprintf("SELECT setval(%s, (SELECT max(%s) FROM %s))", sequence, sqlast.QuoteIdent(gap.column.Column), gap.table)),
	})
}

// fedBy returns the column that a sequence feeds; nil if there is none, or
// several.
func fedBy(c *catalog.Catalog, s *catalog.Sequence) (*catalog.Table, string) {
	keys := s.UsedBy
	if s.OwnedBy != (catalog.Key{}) {
		keys = append(slices.Clip(keys), s.OwnedBy)
	}
	if len(keys) != 1 {
		return nil, ""
	}
	t := c.TableAt(keys[0])
	if t == nil {
		return nil, ""
	}
	for _, col := range t.Columns {
		if of := c.SequenceOf(col); of != nil && of.Key == s.Key {
			return t, col.Name
		}
	}
	return nil, ""
}

// uniqueAlone reports whether no two rows may have the same value in a column.
func uniqueAlone(t *catalog.Table, column string) bool {
	return slices.ContainsFunc(t.Indexes, func(i *catalog.Index) bool {
		return i.Unique && i.Where == nil && len(i.Elements) == 1 && i.Elements[0].Column == column
	})
}

func identitySequence(op analyzer.Op, o *sqlast.AlterIdentity) *catalog.Sequence {
	t := op.Before.Table(o.Table.Name)
	if t == nil || t.Column(o.Column) == nil {
		return nil
	}
	return op.Before.SequenceAt(t.Column(o.Column).Sequence)
}

// calls returns the functions that a query or change of data calls.
func calls(op sqlast.Op) []*sqlast.FuncExpr {
	var q *sqlast.Query
	switch op := op.(type) {
	case *sqlast.Select:
		q = op.Query
	case *sqlast.Insert:
		q = op.Query
	case *sqlast.Update:
		q = op.Query
	case *sqlast.Delete:
		q = op.Query
	}
	if q == nil {
		return nil
	}
	return q.Functions
}
