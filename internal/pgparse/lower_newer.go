package pgparse

import (
	"sort"

	pg "github.com/pganalyze/pg_query_go/v5"

	"github.com/miglint/miglint/sqlast"
)

// rewritten returns the first rewrite of one of the kinds that begins in the
// tokens of at, or nil. See newer.go for what the tree has instead.
func (l *lowerer) rewritten(at tokenSpan, kinds ...rewriteKind) *rewrite {
	if len(l.rewrites) == 0 || !at.known() || at.hi > len(l.toks) {
		return nil
	}
	start, end := l.toks[at.lo].Start, l.toks[at.hi-1].End
	first := sort.Search(len(l.rewrites), func(i int) bool { return l.rewrites[i].start >= start })
	for i := first; i < len(l.rewrites) && l.rewrites[i].start < end; i++ {
		for _, k := range kinds {
			if l.rewrites[i].kind == k {
				return &l.rewrites[i]
			}
		}
	}
	return nil
}

// hidden is the identifier that a rewrite hides from the tree.
func (l *lowerer) hidden(r *rewrite) sqlast.Name {
	if r.name.End <= r.name.Start {
		return sqlast.Name{}
	}
	return sqlast.Name{
		Name: identifierValue(l.text[r.name.Start:r.name.End], r.name.Kind == QuotedIdent),
		Span: l.frag.Span(r.name.Start, r.name.End),
	}
}

// newerStatement lowers the commands that are rewritten as a whole.
func (l *lowerer) newerStatement(n *pg.Node) []sqlast.Op {
	r := l.rewritten(tokenSpan{l.lo, l.hi}, repack, otherCommand)
	if r == nil {
		return nil
	}
	if r.kind == otherCommand {
		return one(l.other(r.tag))
	}
	v := n.GetVacuumStmt()
	op := &sqlast.Cluster{
		Node: l.node(), Repack: true, Index: l.hidden(r).Name, Concurrently: optionIn(v.GetOptions(), "concurrently"),
	}
	for _, rel := range v.GetRels() {
		if rv := rel.GetVacuumRelation().GetRelation(); rv != nil {
			op.Table = l.relation(rv)
		}
	}
	return one(op)
}

// newerAction lowers the actions of ALTER TABLE that are rewritten as a whole.
func (l *lowerer) newerAction(a action) sqlast.Op {
	r := l.rewritten(a.toks, setExpression, accessMethodDefault, splitPartition, mergePartitions)
	if r == nil {
		return nil
	}
	switch r.kind {
	case setExpression:
		return &sqlast.SetExpression{Node: a.Node, AlterTarget: a.AlterTarget, Column: a.cmd.Name, Expr: l.expr(a.cmd.Def)}
	case accessMethodDefault:
		return &sqlast.SetAccessMethod{Node: a.Node, AlterTarget: a.AlterTarget}
	case splitPartition:
		return &sqlast.OtherAlter{Node: a.Node, AlterTarget: a.AlterTarget, Action: "split partition"}
	}
	return &sqlast.OtherAlter{Node: a.Node, AlterTarget: a.AlterTarget, Action: "merge partitions"}
}

// newerConstraint completes a constraint, written in the tokens of at, with what
// the tree does not show.
func (l *lowerer) newerConstraint(con *sqlast.Constraint, at tokenSpan) {
	if len(l.rewrites) == 0 {
		return
	}
	con.NotEnforced = l.rewritten(at, notEnforced) != nil
	con.WithoutOverlaps = l.rewritten(at, withoutOverlaps) != nil
	con.Period = l.rewritten(at, period) != nil
	if r := l.rewritten(at, notNullTable, notNullDomain); r != nil {
		con.Kind, con.Expr = sqlast.NotNullConstraint, nil
		if column := l.hidden(r); !column.IsZero() {
			con.Columns = []string{column.Name}
		}
	}
}

// newerAlterConstraint completes ALTER CONSTRAINT.
func (l *lowerer) newerAlterConstraint(op *sqlast.AlterConstraint, at tokenSpan) {
	yes, no := true, false
	switch {
	case l.rewritten(at, notEnforced) != nil:
		op.Enforced = &no
	case l.rewritten(at, enforced) != nil:
		op.Enforced = &yes
	}
	switch {
	case l.rewritten(at, constraintNoInherit) != nil:
		op.Inherit = &no
	case l.rewritten(at, constraintInherit) != nil:
		op.Inherit = &yes
	}
}
