package pgparse

import (
	pg "github.com/pganalyze/pg_query_go/v5"

	"github.com/miglint/miglint/sqlast"
)

// typeName lowers a type. The grammar has already replaced the key words of the
// standard (INTEGER, VARCHAR, TIMESTAMP WITH TIME ZONE) by pg_catalog names.
func (l *lowerer) typeName(t *pg.TypeName) sqlast.TypeName {
	if t == nil {
		return sqlast.TypeName{}
	}
	at := l.typeSpan(t)
	n := qualified(t.Names)
	if n.Schema == "pg_catalog" {
		n.Schema = ""
	} else if serial := serialTypes[n.Name]; serial != "" && n.Schema == "" {
		n.Name = serial
	}
	n.Span = l.span(at)
	out := sqlast.TypeName{Name: n, ArrayDims: len(t.ArrayBounds), SetOf: t.Setof}
	if n.Schema == "" && n.Name == "interval" {
		intervalMods(&out, t.Typmods)
		return out
	}
	out.Mods = intMods(t.Typmods)
	if len(out.Mods) != len(t.Typmods) {
		out.Mods, out.ModText = nil, l.modText(at)
	}
	return out
}

// serialTypes are the pseudo-types that transformColumnDefinition in
// parse_utilcmd.c knows.
var serialTypes = map[string]string{
	"smallserial": "serial2", "serial2": "serial2",
	"serial": "serial4", "serial4": "serial4",
	"bigserial": "serial8", "serial8": "serial8",
}

// typeSpan is the type as written, modifiers and array bounds included.
func (l *lowerer) typeSpan(t *pg.TypeName) tokenSpan {
	i := l.at(t.GetLocation())
	if i < 0 {
		return nowhere
	}
	at := tokenSpan{i, l.typeEnd(i)}
	if t.Setof && l.word(i-1, "setof") {
		at.lo--
	}
	return at
}

func intMods(nodes []*pg.Node) []int {
	var mods []int
	for _, n := range nodes {
		if c, ok := n.GetAConst().GetVal().(*pg.A_Const_Ival); ok {
			mods = append(mods, int(c.Ival.GetIval()))
		}
	}
	return mods
}

// modText is what stands in the parentheses of a type.
func (l *lowerer) modText(at tokenSpan) string {
	for i := at.lo; i >= 0 && i < at.hi; i++ {
		if l.punct(i, '(') {
			return l.span(tokenSpan{i + 1, l.partner(i)}).Text()
		}
	}
	return ""
}

// intervalMods decodes the field mask that the grammar makes of DAY TO SECOND
// (opt_interval in gram.y, the INTERVAL_MASK bits of datetime.h).
func intervalMods(t *sqlast.TypeName, nodes []*pg.Node) {
	mods := intMods(nodes)
	if len(mods) == 0 {
		return
	}
	t.Interval = intervalFields[mods[0]]
	if len(mods) > 1 {
		t.Mods = mods[1:]
	}
}

var intervalFields = map[int]string{
	1 << 2: "year", 1 << 1: "month", 1 << 3: "day", 1 << 10: "hour", 1 << 11: "minute", 1 << 12: "second",
	1<<2 | 1<<1:                  "year to month",
	1<<3 | 1<<10:                 "day to hour",
	1<<3 | 1<<10 | 1<<11:         "day to minute",
	1<<3 | 1<<10 | 1<<11 | 1<<12: "day to second",
	1<<10 | 1<<11:                "hour to minute",
	1<<10 | 1<<11 | 1<<12:        "hour to second",
	1<<11 | 1<<12:                "minute to second",
}

func (l *lowerer) createEnum(s *pg.CreateEnumStmt) sqlast.Op {
	return &sqlast.CreateType{
		Node: l.node(), Name: l.nameIn(s.TypeName, l.lo+2), Kind: sqlast.EnumType, Labels: strs(s.Vals),
	}
}

// alterEnum lowers ALTER TYPE … ADD VALUE and RENAME VALUE.
func (l *lowerer) alterEnum(s *pg.AlterEnumStmt) sqlast.Op {
	name := l.nameIn(s.TypeName, l.lo+2)
	if s.OldVal != "" {
		return &sqlast.Rename{
			Node: l.node(), Object: sqlast.EnumValue, Via: sqlast.Type,
			On: sqlast.Relation{Name: name}, Old: s.OldVal, New: s.NewVal,
		}
	}
	op := &sqlast.AddEnumValue{Node: l.node(), Type: name, Value: s.NewVal, IfNotExists: s.SkipIfNewValExists}
	for i := l.nameEnd(l.lo + 2); i < l.hi; i++ {
		if l.kind(i) == String {
			op.ValueAt = l.span(tokenSpan{i, l.stringEnd(i)})
			break
		}
	}
	if s.NewValIsAfter {
		op.After = s.NewValNeighbor
	} else {
		op.Before = s.NewValNeighbor
	}
	return op
}

func (l *lowerer) createComposite(s *pg.CompositeTypeStmt) sqlast.Op {
	op := &sqlast.CreateType{Node: l.node(), Name: l.rangeName(s.Typevar), Kind: sqlast.CompositeType}
	for _, n := range s.Coldeflist {
		if c := n.GetColumnDef(); c != nil {
			op.Attributes = append(op.Attributes, l.column(c, l.itemEnd(l.at(c.Location))))
		}
	}
	return op
}

func (l *lowerer) createRange(s *pg.CreateRangeStmt) sqlast.Op {
	return &sqlast.CreateType{Node: l.node(), Name: l.nameIn(s.TypeName, l.lo+2), Kind: sqlast.RangeType}
}

// createDomain lowers CREATE DOMAIN, whose constraints are those of a column.
func (l *lowerer) createDomain(s *pg.CreateDomainStmt) sqlast.Op {
	base := l.column(&pg.ColumnDef{
		TypeName: s.TypeName, CollClause: s.CollClause, Constraints: s.Constraints, Location: s.TypeName.GetLocation(),
	}, l.hi)
	base.NameSpan = sqlast.ColumnDef{}.NameSpan
	return &sqlast.CreateDomain{Node: l.node(), Name: l.nameIn(s.Domainname, l.lo+2), Base: base}
}

// alterDomain lowers the actions of ALTER DOMAIN; the letters are those of
// AlterDomainStmt in parsenodes.h.
func (l *lowerer) alterDomain(s *pg.AlterDomainStmt) sqlast.Op {
	op := &sqlast.AlterDomain{
		Node: l.node(), Name: l.nameIn(s.TypeName, l.lo+2), IfExists: s.MissingOk, Cascade: cascades(s.Behavior),
		Constraint: sqlast.Constraint{Name: s.Name},
	}
	switch s.Subtype {
	case "T":
		op.Action = "drop default"
		if s.Def != nil {
			op.Action, op.Default = "set default", l.expr(s.Def)
		}
	case "N":
		op.Action = "drop not null"
	case "O":
		op.Action = "set not null"
	case "C":
		op.Action, op.Constraint = "add constraint", l.constraint(s.Def.GetConstraint(), l.hi)
	case "X":
		op.Action = "drop constraint"
	case "V":
		op.Action = "validate constraint"
	}
	return op
}
