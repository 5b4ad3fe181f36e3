package pgparse

import (
	"strconv"

	pg "github.com/pganalyze/pg_query_go/v5"

	"github.com/miglint/miglint/sqlast"
)

func (l *lowerer) createView(s *pg.ViewStmt) sqlast.Op {
	query := tokenSpan{l.queryStart(l.at(s.View.GetLocation())), l.hi}
	if s.WithCheckOption > pg.ViewCheckOption_NO_CHECK_OPTION {
		// WITH [CASCADED | LOCAL] CHECK OPTION
		for query.hi--; query.hi > query.lo && !l.word(query.hi, "with"); {
			query.hi--
		}
	}
	return &sqlast.CreateView{
		Node: l.node(), Name: l.rangeName(s.View), Replace: s.Replace,
		Temporary: s.View.GetRelpersistence() == "t", Columns: strs(s.Aliases), Query: l.queryIn(s.Query, query),
		SecurityInvoker: optionIn(s.Options, "security_invoker"),
	}
}

func (l *lowerer) createSequence(s *pg.CreateSeqStmt) sqlast.Op {
	op := &sqlast.CreateSequence{
		Node: l.node(), Name: l.rangeName(s.Sequence), IfNotExists: s.IfNotExists,
		Temporary: s.Sequence.GetRelpersistence() == "t", Options: sequenceOptions(s.Options),
	}
	for _, n := range s.Options {
		switch d := n.GetDefElem(); d.GetDefname() {
		case "as":
			op.As = l.typeName(d.Arg.GetTypeName()).Name.Name
		case "owned_by":
			op.OwnedBy = l.columnOf(d)
		}
	}
	return op
}

func (l *lowerer) alterSequence(s *pg.AlterSeqStmt) sqlast.Op {
	op := &sqlast.AlterSequence{Node: l.node(), Name: l.rangeName(s.Sequence), IfExists: s.MissingOk, Options: sequenceOptions(s.Options)}
	for _, n := range s.Options {
		switch d := n.GetDefElem(); d.GetDefname() {
		case "as":
			op.As = l.typeName(d.Arg.GetTypeName()).Name.Name
		case "owned_by":
			op.Owned = true
			op.OwnedBy = l.columnOf(d)
		}
	}
	return op
}

func sequenceOptions(options []*pg.Node) sqlast.SequenceOptions {
	var o sqlast.SequenceOptions
	for _, n := range options {
		d := n.GetDefElem()
		switch d.GetDefname() {
		case "start":
			o.Start = integer(d.Arg)
		case "increment":
			o.Increment = integer(d.Arg)
		case "maxvalue":
			o.Max = integer(d.Arg)
		case "restart":
			o.Restart, o.RestartWith = true, integer(d.Arg)
		case "cycle":
			o.Cycle = d.Arg.GetBoolean().GetBoolval()
		}
	}
	return o
}

// integer is a whole number as DefElem holds it: one that does not fit 32 bits is a
// Float; nil for anything else, and for NO MAXVALUE.
func integer(n *pg.Node) *int64 {
	switch v := n.GetNode().(type) {
	case *pg.Node_Integer:
		i := int64(v.Integer.Ival)
		return &i
	case *pg.Node_Float:
		if i, err := strconv.ParseInt(v.Float.Fval, 10, 64); err == nil {
			return &i
		}
	}
	return nil
}

// columnOf is the table and column that OWNED BY names; nil for NONE
// (process_owned_by in sequence.c).
func (l *lowerer) columnOf(d *pg.DefElem) *sqlast.ColumnOf {
	parts := list(d.Arg)
	k := len(parts)
	if k < 2 {
		return nil
	}
	c := &sqlast.ColumnOf{Table: qualified(parts[:k-1]), Column: str(parts[k-1])}
	if i := l.at(d.Location); i >= 0 {
		if at := l.nameAt(i + 2); at.known() { // after OWNED BY
			c.Table.Span = l.span(tokenSpan{at.lo, at.hi - 2})
		}
	}
	return c
}

// triggerEvents are the events of a trigger in the order of their bits, of which
// the first is TRIGGER_TYPE_INSERT (pg_trigger.h).
var triggerEvents = [...]string{"insert", "delete", "update", "truncate"}

func (l *lowerer) createTrigger(s *pg.CreateTrigStmt) sqlast.Op {
	op := &sqlast.CreateTrigger{
		Node: l.node(), Name: s.Trigname, Table: l.relation(s.Relation), Function: qualified(s.Funcname),
		Replace: s.Replace, Constraint: s.Isconstraint, RefTable: l.rangeName(s.Constrrel), Row: s.Row,
		Columns: strs(s.Columns), When: l.expr(s.WhenClause), Deferrable: s.Deferrable,
		InitiallyDeferred: s.Initdeferred,
	}
	for i, event := range triggerEvents {
		if s.Events&(4<<i) != 0 {
			op.Events = append(op.Events, event)
		}
	}
	for i := l.hi - 1; i > l.lo; i-- {
		if l.word(i, "execute") && l.anyWord(i+1, "function", "procedure") {
			op.Function.Span = l.span(l.nameAt(i + 2))
			break
		}
	}
	return op
}

func (l *lowerer) createRule(s *pg.RuleStmt) sqlast.Op {
	return &sqlast.CreateRule{
		Node: l.node(), Name: s.Rulename, Table: l.relation(s.Relation), Event: ruleEvents[s.Event], Instead: s.Instead, Replace: s.Replace,
	}
}

var ruleEvents = map[pg.CmdType]string{
	pg.CmdType_CMD_SELECT: "select", pg.CmdType_CMD_INSERT: "insert", pg.CmdType_CMD_UPDATE: "update", pg.CmdType_CMD_DELETE: "delete",
}

func (l *lowerer) createExtension(s *pg.CreateExtensionStmt) sqlast.Op {
	op := &sqlast.CreateExtension{Node: l.node(), Name: s.Extname, IfNotExists: s.IfNotExists}
	for _, n := range s.Options {
		if d := n.GetDefElem(); d.GetDefname() == "schema" {
			op.Schema = str(d.Arg)
		}
	}
	return op
}

func (l *lowerer) createStatistics(s *pg.CreateStatsStmt) sqlast.Op {
	op := &sqlast.CreateStatistics{Node: l.node()}
	if len(s.Defnames) > 0 {
		op.Name = l.nameIn(s.Defnames, l.skip(l.lo+2, "if", "not", "exists"))
	}
	for _, n := range s.Relations {
		if rv := n.GetRangeVar(); rv != nil && op.Table.IsZero() {
			op.Table = l.relation(rv)
		}
	}
	return op
}

// define lowers CREATE TYPE of a base or shell type, and the kinds of object
// defined with a list of attributes.
func (l *lowerer) define(s *pg.DefineStmt) sqlast.Op {
	kind := objectKind(s.Kind)
	i := l.lo + 1
	i = l.skip(i, "or", "replace")
	i = l.skip(i+kindWords(s.Kind), "if", "not", "exists")
	name := l.nameIn(s.Defnames, i)
	if s.Kind == pg.ObjectType_OBJECT_TYPE {
		return &sqlast.CreateType{Node: l.node(), Name: name, Kind: sqlast.BaseType}
	}
	tag := "CREATE " + objectTag(s.Kind)
	if kind == sqlast.OtherObject {
		return l.other(tag)
	}
	return l.other(tag, name)
}

// createSchema lowers CREATE SCHEMA and its elements, each an op of its own in
// the new schema.
func (l *lowerer) createSchema(s *pg.CreateSchemaStmt) []sqlast.Op {
	name := s.Schemaname
	if name == "" {
		name = role(s.Authrole)
	}
	ops := one(&sqlast.CreateSchema{Node: l.node(), Name: name, IfNotExists: s.IfNotExists})
	if len(s.SchemaElts) == 0 {
		return ops
	}
	starts := l.elementStarts()
	if len(starts) == len(s.SchemaElts) {
		ops[0].(*sqlast.CreateSchema).At = l.span(tokenSpan{l.lo, starts[0]})
	}
	for i, n := range s.SchemaElts {
		putInSchema(n, name)
		at := nowhere
		if len(starts) == len(s.SchemaElts) {
			at = tokenSpan{starts[i], l.hi}
			if i+1 < len(starts) {
				at.hi = starts[i+1]
			}
		}
		ops = append(ops, l.within(at, n)...)
	}
	return ops
}

// elementStarts finds where the elements of CREATE SCHEMA begin: at CREATE and
// GRANT, but for GRANT CREATE and WITH GRANT OPTION.
func (l *lowerer) elementStarts() []int {
	var starts []int
	for i := l.lo + 1; i < l.hi; i++ {
		if next := l.afterBrackets(i); next > i {
			i = next - 1
			continue
		}
		switch {
		case l.word(i, "create") && !l.word(i-1, "grant") && !l.punct(i-1, ','):
			starts = append(starts, i)
		case l.word(i, "grant") && !l.word(i-1, "with"):
			starts = append(starts, i)
		}
	}
	return starts
}

// putInSchema qualifies the relation that a schema element is about
// (transformCreateSchemaStmtElements in parse_utilcmd.c).
func putInSchema(n *pg.Node, schema string) {
	var rv *pg.RangeVar
	switch s := n.GetNode().(type) {
	case *pg.Node_CreateStmt:
		rv = s.CreateStmt.Relation
	case *pg.Node_IndexStmt:
		rv = s.IndexStmt.Relation
	case *pg.Node_CreateSeqStmt:
		rv = s.CreateSeqStmt.Sequence
	case *pg.Node_CreateTrigStmt:
		rv = s.CreateTrigStmt.Relation
	case *pg.Node_ViewStmt:
		rv = s.ViewStmt.View
	}
	if rv != nil && rv.Schemaname == "" {
		rv.Schemaname = schema
	}
}
