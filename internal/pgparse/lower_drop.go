package pgparse

import (
	pg "github.com/pganalyze/pg_query_go/v5"

	"github.com/miglint/miglint/sqlast"
)

// drop lowers DROP of any kind of object that several of may be dropped at once.
// The names begin after the kind's key words, CONCURRENTLY and IF EXISTS, and
// stand between commas.
func (l *lowerer) drop(s *pg.DropStmt) []sqlast.Op {
	i := l.lo + 1 + kindWords(s.RemoveType)
	if s.RemoveType == pg.ObjectType_OBJECT_LANGUAGE && l.word(l.lo+1, "procedural") {
		i++
	}
	if s.Concurrent {
		i++
	}
	if s.MissingOk {
		i += 2
	}
	pieces := l.items(i)
	ops := make([]sqlast.Op, 0, len(s.Objects))
	for k, n := range s.Objects {
		at := tokenSpan{i, l.hi}
		if len(pieces) == len(s.Objects) {
			at = pieces[k]
		}
		op := &sqlast.Drop{
			Node: l.node(), Object: objectKind(s.RemoveType),
			IfExists: s.MissingOk, Cascade: cascades(s.Behavior), Concurrently: s.Concurrent,
		}
		l.dropped(op, n, s.RemoveType, at.lo)
		if len(s.Objects) > 1 {
			op.At = l.span(l.objectSpan(at.lo))
		}
		ops = append(ops, op)
	}
	if len(ops) == 0 {
		return one(l.other("DROP"))
	}
	return ops
}

// objectSpan is the name at i with the argument types behind it.
func (l *lowerer) objectSpan(i int) tokenSpan {
	at := l.nameAt(i)
	if at.known() {
		at.hi = l.afterBrackets(at.hi)
	}
	return at
}

// kindWords is the number of key words that name a kind of object after DROP,
// ALTER or COMMENT ON.
func kindWords(t pg.ObjectType) int {
	switch t {
	case pg.ObjectType_OBJECT_FDW, pg.ObjectType_OBJECT_TSPARSER, pg.ObjectType_OBJECT_TSDICTIONARY,
		pg.ObjectType_OBJECT_TSTEMPLATE, pg.ObjectType_OBJECT_TSCONFIGURATION:
		return 3
	case pg.ObjectType_OBJECT_FOREIGN_TABLE, pg.ObjectType_OBJECT_MATVIEW, pg.ObjectType_OBJECT_ACCESS_METHOD,
		pg.ObjectType_OBJECT_EVENT_TRIGGER, pg.ObjectType_OBJECT_OPCLASS, pg.ObjectType_OBJECT_OPFAMILY,
		pg.ObjectType_OBJECT_LARGEOBJECT:
		return 2
	}
	return 1
}

// dropped fills in the object that n names, whose tokens begin at i.
func (l *lowerer) dropped(op *sqlast.Drop, n *pg.Node, t pg.ObjectType, i int) {
	switch t {
	case pg.ObjectType_OBJECT_TRIGGER, pg.ObjectType_OBJECT_POLICY, pg.ObjectType_OBJECT_RULE:
		parts := list(n)
		if k := len(parts); k > 1 {
			op.Name = l.plainName(str(parts[k-1]), i)
			op.On = l.nameIn(parts[:k-1], i+2)
		}
	case pg.ObjectType_OBJECT_OPCLASS, pg.ObjectType_OBJECT_OPFAMILY:
		if parts := list(n); len(parts) > 1 {
			op.Name = l.nameIn(parts[1:], i)
		}
	case pg.ObjectType_OBJECT_CAST, pg.ObjectType_OBJECT_TRANSFORM:
		op.Name = sqlast.Name{Span: l.span(tokenSpan{i, l.hi})}
	default:
		op.Name = l.objectName(n, i)
		op.Args, op.HasArgs = l.signature(n)
	}
}

// signature returns the parameter types that an object is named with; written is
// false for one that is named without, or is no function.
func (l *lowerer) signature(n *pg.Node) (args []sqlast.TypeName, written bool) {
	f := n.GetObjectWithArgs()
	if f == nil {
		return nil, false
	}
	for _, a := range f.Objargs {
		if a.GetTypeName() != nil {
			args = append(args, l.typeName(a.GetTypeName()))
		}
	}
	return args, !f.ArgsUnspecified
}

// objectName is the name of an object, however the grammar keeps it; its tokens
// begin at i.
func (l *lowerer) objectName(n *pg.Node, i int) sqlast.Name {
	switch o := n.GetNode().(type) {
	case *pg.Node_String_:
		return l.plainName(o.String_.Sval, i)
	case *pg.Node_List:
		return l.nameIn(o.List.Items, i)
	case *pg.Node_TypeName:
		n := l.typeName(o.TypeName).Name
		if n.Span.IsZero() {
			n.Span = l.span(l.nameAt(i))
		}
		return n
	case *pg.Node_ObjectWithArgs:
		return l.nameIn(o.ObjectWithArgs.Objname, i)
	case *pg.Node_RangeVar:
		return l.rangeName(o.RangeVar)
	}
	return sqlast.Name{}
}
