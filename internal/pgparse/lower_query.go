package pgparse

import (
	pg "github.com/pganalyze/pg_query_go/v5"

	"github.com/miglint/miglint/sqlast"
)

// queryIn lowers a query written in the tokens of at. The result is never nil.
func (l *lowerer) queryIn(n *pg.Node, at tokenSpan) *sqlast.Query {
	return l.collect(at, func(q *sqlast.Query) { l.queryNode(n, q, at) })
}

// collect runs f with a query of its own that gathers what is read, and hands
// what it gathered to the query around it. The two share their slices, so that
// deep nesting does not copy again and again.
func (l *lowerer) collect(at tokenSpan, f func(*sqlast.Query)) *sqlast.Query {
	outer := l.query
	q := &sqlast.Query{At: l.span(at)}
	l.query = q
	if outer != nil {
		q.Reads, q.Columns, q.Functions = outer.Reads, outer.Columns, outer.Functions
		q.Locks, q.Writes = outer.Locks, outer.Writes
	}
	reads, columns, functions := len(q.Reads), len(q.Columns), len(q.Functions)
	locks, writes := len(q.Locks), len(q.Writes)
	f(q)
	l.query = outer
	if outer != nil {
		outer.Reads, outer.Columns, outer.Functions = q.Reads, q.Columns, q.Functions
		outer.Locks, outer.Writes = q.Locks, q.Writes
		q.Reads, q.Columns, q.Functions = tail(q.Reads, reads), tail(q.Columns, columns), tail(q.Functions, functions)
		q.Locks, q.Writes = tail(q.Locks, locks), tail(q.Writes, writes)
	}
	return q
}

// tail is the part of s from index n on, with no room to grow into s.
func tail[T any](s []T, n int) []T {
	if n == len(s) {
		return nil
	}
	return s[n:len(s):len(s)]
}

// queryNode lowers the statement n into q: a SELECT, or INSERT, UPDATE, DELETE
// and MERGE where WITH and rules allow them.
func (l *lowerer) queryNode(n *pg.Node, q *sqlast.Query, at tokenSpan) {
	if n == nil || n.Node == nil {
		return
	}
	if s := n.GetSelectStmt(); s != nil {
		l.selectBody(s, q, true)
		return
	}
	switch n.Node.(type) {
	case *pg.Node_InsertStmt, *pg.Node_UpdateStmt, *pg.Node_DeleteStmt, *pg.Node_MergeStmt:
		ops := l.within(at, n) // gathers what they read, and their own Writes, in q
		q.Writes = append(q.Writes, ops...)
	}
}

// selectBody lowers a SELECT, VALUES or set operation into q. Its targets, limit
// and INTO are q's only if top is set.
func (l *lowerer) selectBody(s *pg.SelectStmt, q *sqlast.Query, top bool) {
	pop := l.with(s.WithClause)
	defer pop()
	if top {
		q.Limit = hasLimit(s)
	}
	if s.Larg != nil && s.Rarg != nil {
		l.selectBody(s.Larg, q, top)
		l.selectBody(s.Rarg, q, false)
		if top {
			q.Limit = hasLimit(s)
			q.ValueRows = 0
		}
	}
	if s.IntoClause.GetRel() != nil && q.Into.IsZero() {
		q.Into = l.rangeName(s.IntoClause.Rel)
	}
	reads := len(q.Reads)
	l.from(s.FromClause)
	fromEnd := len(q.Reads)
	l.targets(s.TargetList, q, top)
	l.expr(s.WhereClause)
	l.parts(s.GroupClause)
	l.expr(s.HavingClause)
	l.parts(nonEmpty(s.DistinctClause))
	for _, n := range s.WindowClause {
		if w := n.GetWindowDef(); w != nil {
			l.window(w)
		}
	}
	for _, row := range s.ValuesLists {
		l.parts(list(row))
	}
	if top && len(s.ValuesLists) > 0 {
		q.ValueRows = len(s.ValuesLists)
	}
	l.parts(s.SortClause)
	l.expr(s.LimitOffset)
	l.expr(s.LimitCount)
	l.rowLocks(s, q, reads, fromEnd)
}

// nonEmpty drops the empty node that stands for plain DISTINCT.
func nonEmpty(nodes []*pg.Node) []*pg.Node {
	if len(nodes) == 1 && nodes[0].GetNode() == nil {
		return nil
	}
	return nodes
}

func hasLimit(s *pg.SelectStmt) bool {
	return s.LimitCount != nil && !s.LimitCount.GetAConst().GetIsnull()
}

// rowLocks adds what FOR UPDATE and its kin lock: the relations of FROM that OF
// names by alias, or all of them, q.Reads[lo:hi].
func (l *lowerer) rowLocks(s *pg.SelectStmt, q *sqlast.Query, lo, hi int) {
	for _, n := range s.LockingClause {
		c := n.GetLockingClause()
		if c == nil {
			continue
		}
		for _, rel := range q.Reads[lo:hi] {
			if len(c.LockedRels) == 0 || namedIn(rel, c.LockedRels) {
				q.Locks = append(q.Locks, rel)
			}
		}
	}
}

func namedIn(rel sqlast.Relation, names []*pg.Node) bool {
	alias := rel.Alias
	if alias == "" {
		alias = rel.Name.Name
	}
	for _, n := range names {
		if n.GetRangeVar().GetRelname() == alias {
			return true
		}
	}
	return false
}

// with lowers a WITH clause. Its names are in scope until the returned function
// is called.
func (l *lowerer) with(w *pg.WithClause) (pop func()) {
	if w == nil {
		return func() {}
	}
	if l.ctes == nil {
		l.ctes = map[string]int{}
	}
	names := make([]string, 0, len(w.Ctes))
	push := func(name string) {
		l.ctes[name]++
		names = append(names, name)
	}
	if w.Recursive {
		for _, n := range w.Ctes {
			push(n.GetCommonTableExpr().GetCtename())
		}
	}
	for _, n := range w.Ctes {
		c := n.GetCommonTableExpr()
		l.cte(c)
		if !w.Recursive {
			push(c.GetCtename())
		}
	}
	return func() {
		for _, name := range names {
			l.ctes[name]--
		}
	}
}

// cte lowers name [(columns)] AS [MATERIALIZED] (query) into the query around it.
func (l *lowerer) cte(c *pg.CommonTableExpr) {
	if c == nil || c.Ctequery == nil {
		return
	}
	at := nowhere
	if i := l.at(c.Location); i >= 0 {
		for i = l.find(i+1, l.hi, "as"); i >= 0 && i < l.hi && !l.punct(i, '('); {
			i++
		}
		if end := l.afterBrackets(i); end > i {
			at = tokenSpan{i + 1, end - 1}
		}
	}
	l.inner(c.Ctequery, at)
}

// inner lowers a query whose targets and limit are of no interest into the query
// around it.
func (l *lowerer) inner(n *pg.Node, at tokenSpan) {
	if l.query == nil {
		l.queryIn(n, at)
		return
	}
	if s := n.GetSelectStmt(); s != nil {
		l.selectBody(s, l.query, false)
		return
	}
	l.queryNode(n, l.query, at)
}

func (l *lowerer) from(items []*pg.Node) {
	for _, n := range items {
		l.fromItem(n)
	}
}

func (l *lowerer) fromItem(n *pg.Node) {
	if n == nil {
		return
	}
	switch f := n.Node.(type) {
	case *pg.Node_RangeVar:
		if f.RangeVar.Schemaname == "" && l.ctes[f.RangeVar.Relname] > 0 {
			return
		}
		l.query.Reads = append(l.query.Reads, l.relation(f.RangeVar))
	case *pg.Node_JoinExpr:
		l.fromItem(f.JoinExpr.Larg)
		l.fromItem(f.JoinExpr.Rarg)
		l.expr(f.JoinExpr.Quals)
	case *pg.Node_RangeSubselect:
		l.inner(orEmpty(f.RangeSubselect.Subquery), nowhere)
	case *pg.Node_RangeFunction:
		for _, pair := range f.RangeFunction.Functions {
			if fn := list(pair); len(fn) > 0 {
				l.expr(fn[0])
			}
		}
	case *pg.Node_RangeTableFunc:
		l.expr(f.RangeTableFunc.Docexpr)
		l.expr(f.RangeTableFunc.Rowexpr)
		for _, c := range f.RangeTableFunc.Columns {
			l.expr(c.GetRangeTableFuncCol().GetColexpr())
			l.expr(c.GetRangeTableFuncCol().GetColdefexpr())
		}
	case *pg.Node_RangeTableSample:
		l.fromItem(f.RangeTableSample.Relation)
		l.parts(f.RangeTableSample.Args)
	}
}

// directRelations are the relations that stand in FROM themselves, joins
// included.
func (l *lowerer) directRelations(items []*pg.Node) []sqlast.Relation {
	var all []sqlast.Relation
	for _, n := range items {
		switch f := n.GetNode().(type) {
		case *pg.Node_RangeVar:
			if f.RangeVar.Schemaname != "" || l.ctes[f.RangeVar.Relname] == 0 {
				all = append(all, l.relation(f.RangeVar))
			}
		case *pg.Node_JoinExpr:
			all = append(all, l.directRelations([]*pg.Node{f.JoinExpr.Larg, f.JoinExpr.Rarg})...)
		case *pg.Node_RangeTableSample:
			all = append(all, l.directRelations([]*pg.Node{f.RangeTableSample.Relation})...)
		}
	}
	return all
}
