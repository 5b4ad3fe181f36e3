package pgparse

import (
	pg "github.com/pganalyze/pg_query_go/v5"

	"github.com/miglint/miglint/sqlast"
)

func (l *lowerer) selectStatement(s *pg.SelectStmt) sqlast.Op {
	at := tokenSpan{l.lo, l.hi}
	q := l.collect(at, func(q *sqlast.Query) { l.selectBody(s, q, true) })
	if !q.Into.IsZero() {
		return l.selectInto(leftmost(s), q)
	}
	if set := l.setConfig(s, q); set != nil {
		return set
	}
	return &sqlast.Select{Node: l.node(), Query: q}
}

// leftmost is the first SELECT of a set operation: the one that may have INTO.
func leftmost(s *pg.SelectStmt) *pg.SelectStmt {
	for s.IntoClause == nil && s.Larg != nil {
		s = s.Larg
	}
	return s
}

func (l *lowerer) insert(s *pg.InsertStmt) sqlast.Op {
	op := &sqlast.Insert{
		Node: l.node(), Table: l.relation(s.Relation), OnConflict: s.OnConflictClause != nil, Overriding: overridings[s.Override],
	}
	for _, n := range s.Cols {
		op.Columns = append(op.Columns, n.GetResTarget().GetName())
	}
	q := l.collect(l.insertQuery(s), func(q *sqlast.Query) {
		pop := l.with(s.WithClause)
		defer pop()
		if sel := s.SelectStmt.GetSelectStmt(); sel != nil {
			if plainValues(sel) {
				q.ValueRows = len(sel.ValuesLists)
				op.Values = l.valueRows(sel.ValuesLists)
			} else {
				l.selectBody(sel, q, true)
			}
		}
		if c := s.OnConflictClause; c != nil {
			l.parts(c.TargetList)
			l.expr(c.WhereClause)
		}
		l.parts(s.ReturningList)
	})
	if s.SelectStmt != nil || s.WithClause != nil {
		op.Query = q
	}
	return op
}

var overridings = map[pg.OverridingKind]string{
	pg.OverridingKind_OVERRIDING_USER_VALUE:   "user",
	pg.OverridingKind_OVERRIDING_SYSTEM_VALUE: "system",
}

// plainValues reports whether s is a VALUES list and nothing else.
func plainValues(s *pg.SelectStmt) bool {
	return len(s.ValuesLists) > 0 && s.WithClause == nil && s.SortClause == nil && s.LimitCount == nil && s.LimitOffset == nil
}

func (l *lowerer) valueRows(rows []*pg.Node) []sqlast.Expr {
	if len(rows) == 0 {
		return nil
	}
	all := make([]sqlast.Expr, 0, len(rows)*len(list(rows[0])))
	for _, row := range rows {
		for _, n := range list(row) {
			if n != nil && n.Node != nil {
				all = append(all, l.part(n).expr)
			}
		}
	}
	return all
}

// insertQuery is the tokens of the query of an INSERT: after the table, its alias,
// the column list and OVERRIDING, up to ON CONFLICT or RETURNING.
func (l *lowerer) insertQuery(s *pg.InsertStmt) tokenSpan {
	i := l.afterRange(s.Relation)
	if i < 0 || s.SelectStmt == nil {
		return nowhere
	}
	if l.word(i, "as") {
		i += 2
	}
	if len(s.Cols) > 0 {
		i = l.afterBrackets(i)
	}
	if l.word(i, "overriding") {
		i += 3
	}
	hi := l.hi
	if s.OnConflictClause != nil {
		if on := l.at(s.OnConflictClause.Location); on >= 0 {
			hi = on
		}
	} else if len(s.ReturningList) > 0 {
		if r := l.find(i, hi, "returning"); r >= 0 {
			hi = r
		}
	}
	return tokenSpan{i, hi}
}

func (l *lowerer) update(s *pg.UpdateStmt) sqlast.Op {
	op := &sqlast.Update{Node: l.node(), Table: l.relation(s.Relation)}
	op.Query = l.collect(tokenSpan{l.lo, l.hi}, func(*sqlast.Query) {
		pop := l.with(s.WithClause)
		defer pop()
		l.from(s.FromClause)
		op.From = l.directRelations(s.FromClause)
		op.Set = l.assignments(s.TargetList)
		op.Where = l.expr(s.WhereClause)
		l.parts(s.ReturningList)
	})
	return op
}

// assignments lowers UPDATE … SET. Of (a, b) = (x, y) the grammar makes one
// target for each column, all with the same row.
func (l *lowerer) assignments(targets []*pg.Node) []sqlast.Assignment {
	all := make([]sqlast.Assignment, 0, len(targets))
	var row sqlast.Expr
	for _, n := range targets {
		t := n.GetResTarget()
		if t == nil {
			continue
		}
		a := sqlast.Assignment{Column: t.Name}
		if m := t.Val.GetMultiAssignRef(); m != nil {
			if m.Colno == 1 {
				row = l.expr(m.Source)
			}
			a.Value = columnOfRow(row, int(m.Colno))
		} else {
			a.Value = l.expr(t.Val)
		}
		all = append(all, a)
	}
	return all
}

// columnOfRow is the n-th value of a row, or the sub-select that makes the row.
func columnOfRow(row sqlast.Expr, n int) sqlast.Expr {
	if c, ok := row.(*sqlast.CompositeExpr); ok && c.Kind == "row" && 0 < n && n <= len(c.Args) {
		return c.Args[n-1]
	}
	return row
}

func (l *lowerer) delete(s *pg.DeleteStmt) sqlast.Op {
	op := &sqlast.Delete{Node: l.node(), Table: l.relation(s.Relation)}
	op.Query = l.collect(tokenSpan{l.lo, l.hi}, func(*sqlast.Query) {
		pop := l.with(s.WithClause)
		defer pop()
		l.from(s.UsingClause)
		op.Using = l.directRelations(s.UsingClause)
		op.Where = l.expr(s.WhereClause)
		l.parts(s.ReturningList)
	})
	return op
}

func (l *lowerer) merge(s *pg.MergeStmt) sqlast.Op {
	op := &sqlast.Merge{Node: l.node(), Table: l.relation(s.Relation)}
	op.Query = l.collect(tokenSpan{l.lo, l.hi}, func(*sqlast.Query) {
		pop := l.with(s.WithClause)
		defer pop()
		l.fromItem(s.SourceRelation)
		l.expr(s.JoinCondition)
		for _, n := range s.MergeWhenClauses {
			w := n.GetMergeWhenClause()
			l.expr(w.GetCondition())
			l.parts(w.GetTargetList())
			l.parts(w.GetValues())
		}
	})
	return op
}

func (l *lowerer) copy(s *pg.CopyStmt) sqlast.Op {
	op := &sqlast.Copy{Node: l.node(), Table: l.relation(s.Relation), From: s.IsFrom, Stdin: s.Filename == "" && !s.IsProgram}
	if s.Query != nil {
		inside := nowhere
		if end := l.afterBrackets(l.lo + 1); end > l.lo+1 {
			inside = tokenSpan{l.lo + 2, end - 1}
		}
		op.Query = l.queryIn(s.Query, inside)
	}
	return op
}
