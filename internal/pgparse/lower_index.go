package pgparse

import (
	pg "github.com/pganalyze/pg_query_go/v5"

	"github.com/miglint/miglint/sqlast"
)

func (l *lowerer) createIndex(s *pg.IndexStmt) sqlast.Op {
	x := &sqlast.CreateIndex{
		Node: l.node(), Name: s.Idxname, Table: l.relation(s.Relation), Unique: s.Unique,
		Concurrently: s.Concurrent, IfNotExists: s.IfNotExists, Method: s.AccessMethod,
		Where: l.expr(s.WhereClause), NullsNotDistinct: s.NullsNotDistinct,
		Options: options(s.Options), Tablespace: s.TableSpace,
	}
	if s.Idxname != "" {
		x.NameAt = l.span(l.indexName(s.Relation))
	}
	for _, n := range s.IndexParams {
		x.Elements = append(x.Elements, l.indexElem(n.GetIndexElem()))
	}
	for _, n := range s.IndexIncludingParams {
		x.Include = append(x.Include, n.GetIndexElem().GetName())
	}
	return x
}

// indexName is the token before ON [ONLY] table.
func (l *lowerer) indexName(rel *pg.RangeVar) tokenSpan {
	i := l.at(rel.GetLocation()) - 1
	for i > l.lo && !l.word(i, "on") {
		i--
	}
	if i <= l.lo {
		return nowhere
	}
	return tokenSpan{i - 1, i}
}

func (l *lowerer) indexElem(e *pg.IndexElem) sqlast.IndexElem {
	if e == nil {
		return sqlast.IndexElem{}
	}
	return sqlast.IndexElem{
		Column: e.Name, Expr: l.expr(e.Expr), Collation: qualified(e.Collation), OpClass: qualified(e.Opclass),
		Desc:       e.Ordering == pg.SortByDir_SORTBY_DESC,
		NullsFirst: e.NullsOrdering == pg.SortByNulls_SORTBY_NULLS_FIRST,
		NullsLast:  e.NullsOrdering == pg.SortByNulls_SORTBY_NULLS_LAST,
	}
}

func (l *lowerer) reindex(s *pg.ReindexStmt) sqlast.Op {
	op := &sqlast.Reindex{Node: l.node(), Concurrently: optionIn(s.Params, "concurrently")}
	switch s.Kind {
	case pg.ReindexObjectType_REINDEX_OBJECT_INDEX:
		op.Object = sqlast.Index
	case pg.ReindexObjectType_REINDEX_OBJECT_TABLE:
		op.Object = sqlast.Table
	case pg.ReindexObjectType_REINDEX_OBJECT_SCHEMA:
		op.Object = sqlast.Schema
	case pg.ReindexObjectType_REINDEX_OBJECT_DATABASE:
		op.Object = sqlast.Database
	}
	switch {
	case s.Relation != nil:
		op.Name = l.rangeName(s.Relation)
	case s.Name != "":
		op.Name = l.plainName(s.Name, l.hi-1)
	}
	return op
}

// optionIn reports whether a yes/no option is among params and on.
func optionIn(params []*pg.Node, name string) bool {
	on := false
	for _, n := range params {
		if d := n.GetDefElem(); d.GetDefname() == name {
			on = optionSet(d)
		}
	}
	return on
}

func (l *lowerer) cluster(s *pg.ClusterStmt) sqlast.Op {
	return &sqlast.Cluster{Node: l.node(), Table: l.relation(s.Relation), Index: s.Indexname}
}

func (l *lowerer) vacuum(s *pg.VacuumStmt) sqlast.Op {
	op := &sqlast.Vacuum{
		Node: l.node(), Vacuum: s.IsVacuumcmd,
		Full: optionIn(s.Options, "full"), Analyze: !s.IsVacuumcmd || optionIn(s.Options, "analyze"),
	}
	for _, n := range s.Rels {
		if v := n.GetVacuumRelation(); v.GetRelation() != nil {
			r := l.relation(v.Relation)
			r.Only = l.word(l.at(v.Relation.Location)-1, "only") // PostgreSQL 18
			op.Tables = append(op.Tables, r)
		}
	}
	return op
}
