package pgparse

import (
	pg "github.com/pganalyze/pg_query_go/v5"

	"github.com/miglint/miglint/sqlast"
)

// rename lowers ALTER … RENAME.
func (l *lowerer) rename(s *pg.RenameStmt) sqlast.Op {
	op := &sqlast.Rename{
		Node: l.node(), Object: objectKind(s.RenameType), Via: objectKind(s.RenameType),
		Old: s.Subname, New: s.Newname, IfExists: s.MissingOk,
	}
	if s.RenameType == pg.ObjectType_OBJECT_COLUMN || s.RenameType == pg.ObjectType_OBJECT_ATTRIBUTE {
		op.Via = objectKind(s.RelationType)
	}
	i := l.lo + 1 + kindWords(s.RenameType)
	switch s.RenameType {
	case pg.ObjectType_OBJECT_COLUMN, pg.ObjectType_OBJECT_TABCONSTRAINT, pg.ObjectType_OBJECT_TRIGGER,
		pg.ObjectType_OBJECT_POLICY, pg.ObjectType_OBJECT_RULE:
		op.On = l.relation(s.Relation)
		op.On.IfExists = s.MissingOk
		if s.RenameType == pg.ObjectType_OBJECT_TABCONSTRAINT {
			op.Via = sqlast.Table
		}
	case pg.ObjectType_OBJECT_ATTRIBUTE:
		op.Via = sqlast.Type
		op.On.Name = l.rangeName(s.Relation)
	case pg.ObjectType_OBJECT_DOMCONSTRAINT:
		op.Via = sqlast.Domain
		op.On = sqlast.Relation{Name: l.objectName(s.Object, i)}
	default:
		if s.Relation != nil {
			op.Name = l.rangeName(s.Relation)
			op.Old = op.Name.Name
			break
		}
		op.Name = l.alteredName(s.Object, s.RenameType)
		op.Args, op.HasArgs = l.signature(s.Object)
		if s.Object == nil {
			op.Name = l.plainName(s.Subname, i)
		}
		op.Old = op.Name.Name
	}
	return op
}

// alteredName is the name in ALTER kind [IF EXISTS] name and COMMENT ON kind name
// of objects that are no relations.
func (l *lowerer) alteredName(n *pg.Node, t pg.ObjectType) sqlast.Name {
	i := l.lo + 1 + kindWords(t)
	if l.word(l.lo, "comment") {
		i++
	}
	if t == pg.ObjectType_OBJECT_LANGUAGE && l.word(i-1, "procedural") {
		i++
	}
	i = l.skip(i, "if", "exists")
	if t == pg.ObjectType_OBJECT_OPCLASS || t == pg.ObjectType_OBJECT_OPFAMILY {
		if parts := list(n); len(parts) > 1 {
			return l.nameIn(parts[1:], i)
		}
	}
	return l.objectName(n, i)
}

func (l *lowerer) setSchema(s *pg.AlterObjectSchemaStmt) sqlast.Op {
	op := &sqlast.SetSchema{Node: l.node(), Object: objectKind(s.ObjectType), Schema: s.Newschema, IfExists: s.MissingOk}
	if s.Relation != nil {
		op.Name = l.rangeName(s.Relation)
	} else {
		op.Name = l.alteredName(s.Object, s.ObjectType)
		op.Args, op.HasArgs = l.signature(s.Object)
	}
	return op
}

func (l *lowerer) ownerTo(s *pg.AlterOwnerStmt) sqlast.Op {
	op := &sqlast.OwnerTo{Node: l.node(), Object: objectKind(s.ObjectType), Owner: role(s.Newowner)}
	if s.Relation != nil {
		op.Name = l.rangeName(s.Relation)
	} else {
		op.Name = l.alteredName(s.Object, s.ObjectType)
	}
	return op
}

// comment lowers COMMENT ON. PostgreSQL keeps no empty comment, so that an empty
// text is the same as NULL (CreateComments in comment.c).
func (l *lowerer) comment(s *pg.CommentStmt) sqlast.Op {
	op := &sqlast.CommentOn{Node: l.node(), Object: objectKind(s.Objtype)}
	if s.Comment != "" {
		text := s.Comment
		op.Text = &text
	}
	i := l.lo + 2 + kindWords(s.Objtype)
	parts := list(s.Object)
	k := len(parts)
	switch s.Objtype {
	case pg.ObjectType_OBJECT_COLUMN:
		if k > 1 {
			op.Sub = str(parts[k-1])
			op.On = sqlast.Relation{Name: qualified(parts[:k-1])}
			if at := l.nameAt(i); at.known() {
				op.On.Span = l.span(tokenSpan{at.lo, at.hi - 2})
			}
		}
	case pg.ObjectType_OBJECT_TABCONSTRAINT, pg.ObjectType_OBJECT_TRIGGER, pg.ObjectType_OBJECT_POLICY, pg.ObjectType_OBJECT_RULE:
		if k > 1 {
			op.Sub = str(parts[k-1])
			op.On = sqlast.Relation{Name: l.nameIn(parts[:k-1], i+2)}
		}
	case pg.ObjectType_OBJECT_DOMCONSTRAINT:
		if k > 1 {
			op.Sub = str(parts[k-1])
			op.On = sqlast.Relation{Name: l.objectName(parts[0], i+3)}
		}
	default:
		op.Name = l.alteredName(s.Object, s.Objtype)
	}
	return op
}
