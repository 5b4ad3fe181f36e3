package catalog

import "github.com/miglint/miglint/sqlast"

func (c *Catalog) createSequence(op *sqlast.CreateSequence, at Origin) {
	k := c.keyOf(op.Name)
	if op.Temporary && op.Name.Schema == "" {
		k.Schema = tempSchema
	}
	if _, taken := c.relationAt(k); taken {
		if op.IfNotExists {
			return
		}
		c.dropRelation(k)
	}
	s := newSequence(k, op.As, at)
	s.configure(&op.Options)
	c.put(k, s)
	if op.OwnedBy != nil {
		c.setOwner(k, op.OwnedBy)
	}
}

func newSequence(k Key, typ string, at Origin) *Sequence {
	switch typ {
	case "int2", "int4":
	default:
		typ = "int8"
	}
	return &Sequence{Key: k, Created: at, Type: typ, Start: 1, Increment: 1, Floor: 1}
}

// configure applies the options of CREATE SEQUENCE, or of the sequence of an
// identity column.
func (s *Sequence) configure(o *sqlast.SequenceOptions) {
	if o == nil {
		return
	}
	if o.Increment != nil {
		s.Increment = *o.Increment
	}
	if o.Start != nil {
		s.Start, s.Floor = *o.Start, *o.Start
	}
	s.alter(o)
}

// alter applies the options that leave the sequence where it is unless they say
// RESTART (init_params in sequence.c).
func (s *Sequence) alter(o *sqlast.SequenceOptions) {
	if o.Increment != nil {
		s.Increment = *o.Increment
	}
	if o.Start != nil {
		s.Start = *o.Start
	}
	s.Bounded = s.Bounded || o.Max != nil
	s.Cycle = s.Cycle || o.Cycle
	switch {
	case o.RestartWith != nil:
		s.Floor = *o.RestartWith
	case o.Restart:
		s.Floor = s.Start
	}
}

func (c *Catalog) alterSequence(op *sqlast.AlterSequence) {
	s := c.Sequence(op.Name)
	if s == nil {
		return
	}
	s = c.sequence(s.Key)
	if op.As != "" {
		s.Type = op.As
	}
	s.alter(&op.Options)
	if op.Owned {
		c.setOwner(s.Key, op.OwnedBy)
	}
}

// ownSequence makes the sequence of a serial or identity column
// (generateSerialExtraStmts).
func (c *Catalog) ownSequence(t *Table, column, typ string, options *sqlast.SequenceOptions, at Origin) Key {
	k := Key{t.Schema, c.relationName(t.Schema, t.Name, column, "seq", false)}
	s := newSequence(k, typ, at)
	s.OwnedBy, s.Column = t.Key, column
	s.configure(options)
	c.put(k, s)
	t.Sequences = append(t.Sequences, k)
	return k
}

// setSequences follows the calls of setval() in a query.
func (c *Catalog) setSequences(q *sqlast.Query) {
	for _, call := range q.Functions {
		s, value, known := c.Setval(call)
		if s == nil || !known {
			continue
		}
		c.sequence(s.Key).Floor = value
	}
}

// Setval tells what a call of setval() does: the sequence it sets, nil if that
// cannot be told or it is no such call, and the number that comes next.
func (c *Catalog) Setval(call *sqlast.FuncExpr) (s *Sequence, next int64, known bool) {
	if call.Name.Name != "setval" || len(call.Args) < 2 {
		return nil, 0, false
	}
	if s = c.CalledSequence(call); s == nil {
		return nil, 0, false
	}
	value, ok := sqlast.Int64(call.Args[1])
	if len(call.Args) == 2 {
		return s, value + s.Increment, ok
	}
	called, isConst := call.Args[2].(*sqlast.ConstExpr)
	if !isConst || called.Kind != sqlast.BoolConst {
		return s, 0, false
	}
	if called.Value == "true" {
		value += s.Increment
	}
	return s, value, ok
}

// CalledSequence returns the sequence that a call of nextval(), currval() or
// setval() names, as text or by pg_get_serial_sequence(); nil if it names none that
// history has seen.
func (c *Catalog) CalledSequence(call *sqlast.FuncExpr) *Sequence {
	if s := c.drawsFrom(call); s != nil || len(call.Args) == 0 {
		return s
	}
	return c.serialSequence(call.Args[0])
}

// serialSequence returns the sequence that pg_get_serial_sequence('table',
// 'column') stands for.
func (c *Catalog) serialSequence(e sqlast.Expr) *Sequence {
	for {
		cast, ok := e.(*sqlast.CastExpr)
		if !ok {
			break
		}
		e = cast.Arg
	}
	call, ok := e.(*sqlast.FuncExpr)
	if !ok || call.Name.Name != "pg_get_serial_sequence" || len(call.Args) != 2 {
		return nil
	}
	table, ok := stringConst(call.Args[0])
	column, isConst := stringConst(call.Args[1])
	if !ok || !isConst {
		return nil
	}
	n := sqlast.Name{}
	switch parts := splitIdent(table, '.'); len(parts) {
	case 1:
		n.Name = parts[0]
	case 2:
		n.Schema, n.Name = parts[0], parts[1]
	}
	t := c.Table(n)
	if t == nil {
		return nil
	}
	if col := t.Column(column); col != nil {
		return c.SequenceAt(col.Sequence)
	}
	return nil
}

func stringConst(e sqlast.Expr) (string, bool) {
	for {
		cast, ok := e.(*sqlast.CastExpr)
		if !ok {
			break
		}
		e = cast.Arg
	}
	s, ok := e.(*sqlast.ConstExpr)
	if !ok || s.Kind != sqlast.StringConst {
		return "", false
	}
	return s.Value, true
}

// SequenceOf returns the sequence that a column's values come from where a row is
// given none: that of an identity column, or the one its default draws from. It is
// nil if there is none or history has not seen it.
func (c *Catalog) SequenceOf(col *Column) *Sequence {
	if col.Identity != sqlast.NoIdentity {
		return c.SequenceAt(col.Sequence)
	}
	var found *Sequence
	sqlast.WalkExpr(col.Default, func(e sqlast.Expr) bool {
		if call, ok := e.(*sqlast.FuncExpr); ok && found == nil && call.Name.Name == "nextval" {
			found = c.drawsFrom(call)
		}
		return found == nil
	})
	return found
}
