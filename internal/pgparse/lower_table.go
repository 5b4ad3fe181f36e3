package pgparse

import (
	pg "github.com/pganalyze/pg_query_go/v5"

	"github.com/miglint/miglint/sqlast"
)

func (l *lowerer) createTable(s *pg.CreateStmt) *sqlast.CreateTable {
	t := &sqlast.CreateTable{
		Node: l.node(), Name: l.rangeName(s.Relation), Persistence: persistence(s.Relation),
		IfNotExists: s.IfNotExists, Options: options(s.Options), Method: s.AccessMethod, Tablespace: s.Tablespacename,
		PartitionBy: partitionBy(s.Partspec),
	}
	for i, n := range s.TableElts {
		if t.Columns == nil && n.GetColumnDef() != nil {
			t.Columns = make([]sqlast.ColumnDef, 0, len(s.TableElts)-i)
		}
		l.tableElement(t, n)
	}
	// With PARTITION OF the parent is the only element of InhRelations.
	if parents := l.rangeNames(s.InhRelations); s.Partbound != nil && len(parents) > 0 {
		t.PartitionOf = parents[0]
		t.Bound = l.bound(s.Partbound, l.boundEnd(s.Partbound))
	} else {
		t.Inherits = parents
	}
	if s.OfTypename != nil {
		t.OfType = l.nameIn(s.OfTypename.Names, l.at(s.OfTypename.Location))
	}
	return t
}

// tableElement lowers what stands between the commas of CREATE TABLE (…).
func (l *lowerer) tableElement(t *sqlast.CreateTable, n *pg.Node) {
	switch e := n.Node.(type) {
	case *pg.Node_ColumnDef:
		t.Columns = append(t.Columns, l.column(e.ColumnDef, l.itemEnd(l.at(e.ColumnDef.Location))))
	case *pg.Node_Constraint:
		t.Constraints = append(t.Constraints, l.constraint(e.Constraint, l.itemEnd(l.at(e.Constraint.Location))))
	case *pg.Node_TableLikeClause:
		t.Likes = append(t.Likes, sqlast.Like{
			Table: l.rangeName(e.TableLikeClause.Relation), Including: likeOptions(e.TableLikeClause.Options),
		})
	}
}

// likeOptions are the bits of TableLikeOption in parsenodes.h.
func likeOptions(bits uint32) []string {
	if bits == 0x7FFFFFFF {
		return []string{"all"}
	}
	names := [...]string{
		"comments", "compression", "constraints", "defaults", "generated", "identity", "indexes", "statistics", "storage",
	}
	var on []string
	for i, name := range names {
		if bits&(1<<i) != 0 {
			on = append(on, name)
		}
	}
	return on
}

func partitionBy(s *pg.PartitionSpec) *sqlast.PartitionBy {
	if s == nil {
		return nil
	}
	p := &sqlast.PartitionBy{Strategy: "range"}
	switch s.Strategy {
	case pg.PartitionStrategy_PARTITION_STRATEGY_LIST:
		p.Strategy = "list"
	case pg.PartitionStrategy_PARTITION_STRATEGY_HASH:
		p.Strategy = "hash"
	}
	for _, n := range s.PartParams {
		p.Columns = append(p.Columns, n.GetPartitionElem().GetName())
	}
	return p
}

// boundEnd returns the position after a partition bound: DEFAULT, or FOR VALUES
// with its lists. libpg_query's location is that of DEFAULT or of the word after
// VALUES.
func (l *lowerer) boundEnd(b *pg.PartitionBoundSpec) int {
	i := l.boundStart(b)
	if i < 0 {
		return -1
	}
	if b.IsDefault {
		return i + 1
	}
	for i < l.hi && !l.punct(i, '(') {
		i++
	}
	i = l.afterBrackets(i)
	if l.word(i, "to") {
		i = l.afterBrackets(i + 1)
	}
	return i
}

func (l *lowerer) boundStart(b *pg.PartitionBoundSpec) int {
	i := l.at(b.GetLocation())
	for k := i; !b.GetIsDefault() && k >= 0 && k >= i-2; k-- {
		if l.words(k, "for", "values") {
			return k
		}
	}
	return i
}

func (l *lowerer) bound(b *pg.PartitionBoundSpec, hi int) sqlast.PartitionBound {
	if b == nil {
		return sqlast.PartitionBound{}
	}
	at := tokenSpan{l.boundStart(b), min(hi, l.boundEnd(b))}
	return sqlast.PartitionBound{Default: b.IsDefault, Text: l.span(at).Text()}
}

func (l *lowerer) createForeignTable(s *pg.CreateForeignTableStmt) sqlast.Op {
	if s.BaseStmt == nil {
		return l.other("CREATE FOREIGN TABLE")
	}
	t := l.createTable(s.BaseStmt)
	t.Foreign = true
	return t
}

// createTableAs lowers CREATE TABLE AS and CREATE MATERIALIZED VIEW.
func (l *lowerer) createTableAs(s *pg.CreateTableAsStmt) sqlast.Op {
	into := s.Into
	query := tokenSpan{l.queryStart(l.at(into.GetRel().GetLocation())), l.hi}
	switch {
	case l.words(l.hi-3, "with", "no", "data"):
		query.hi -= 3
	case l.words(l.hi-2, "with", "data"):
		query.hi -= 2
	}
	if s.Objtype == pg.ObjectType_OBJECT_MATVIEW {
		return &sqlast.CreateView{
			Node: l.node(), Name: l.rangeName(into.GetRel()), Materialized: true, IfNotExists: s.IfNotExists,
			NoData: into.GetSkipData(), Columns: strs(into.GetColNames()), Query: l.queryIn(s.Query, query),
		}
	}
	t := &sqlast.CreateTable{
		Node: l.node(), Name: l.rangeName(into.GetRel()), Persistence: persistence(into.GetRel()),
		IfNotExists: s.IfNotExists, Query: l.queryIn(s.Query, query), NoData: into.GetSkipData(),
		Options: options(into.GetOptions()), Method: into.GetAccessMethod(), Tablespace: into.GetTableSpaceName(),
	}
	for i, name := range strs(into.GetColNames()) {
		if i < len(t.Query.Targets) {
			t.Query.Targets[i].Name = name
		}
	}
	return t
}

// queryStart returns the position after the AS that follows the name at i and
// what may stand between them (a column list, options).
func (l *lowerer) queryStart(i int) int {
	if i < 0 {
		return l.lo
	}
	if as := l.find(l.nameEnd(i), l.hi, "as"); as >= 0 {
		return as + 1
	}
	return l.lo
}

// selectInto lowers SELECT … INTO as the CREATE TABLE AS that it is.
func (l *lowerer) selectInto(s *pg.SelectStmt, q *sqlast.Query) sqlast.Op {
	rel := s.IntoClause.GetRel()
	return &sqlast.CreateTable{
		Node: l.node(), Name: q.Into, Persistence: persistence(rel), Query: q,
	}
}
