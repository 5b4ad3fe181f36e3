package pgparse

import (
	"strconv"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v5"

	"github.com/miglint/miglint/sqlast"
)

// set lowers SET and RESET. SET TRANSACTION changes the running transaction only;
// SET SESSION CHARACTERISTICS sets the defaults it names
// (ExecSetVariableStmt in guc_funcs.c).
func (l *lowerer) set(s *pg.VariableSetStmt) []sqlast.Op {
	op := &sqlast.Set{Node: l.node(), Name: strings.ToLower(s.Name), Local: s.IsLocal}
	switch s.Kind {
	case pg.VariableSetKind_VAR_SET_MULTI:
		if s.Name == "SESSION CHARACTERISTICS" {
			return l.sessionCharacteristics(s)
		}
		return one(&sqlast.Transaction{Node: l.node(), Kind: sqlast.SetTransaction})
	case pg.VariableSetKind_VAR_SET_VALUE:
		op.Values = settingValues(s.Args)
	case pg.VariableSetKind_VAR_SET_CURRENT:
		// SET x FROM CURRENT, only in CREATE FUNCTION.
	case pg.VariableSetKind_VAR_RESET_ALL:
		op.Name, op.Reset = "all", true
	default:
		op.Reset = true
	}
	return one(op)
}

func (l *lowerer) sessionCharacteristics(s *pg.VariableSetStmt) []sqlast.Op {
	var ops []sqlast.Op
	for _, n := range s.Args {
		d := n.GetDefElem()
		if d == nil {
			continue
		}
		op := &sqlast.Set{Node: l.node(), Name: "default_" + d.Defname, Values: settingValues([]*pg.Node{d.Arg})}
		if v, ok := d.Arg.GetAConst().GetVal().(*pg.A_Const_Ival); ok {
			op.Values = []string{"off"} // READ WRITE, NOT DEFERRABLE
			if v.Ival.GetIval() != 0 {
				op.Values = []string{"on"}
			}
		}
		ops = append(ops, op)
	}
	if len(ops) == 0 {
		return one(l.other("SET"))
	}
	return ops
}

// settingValues are the values of SET as text (flatten_set_variable_args in
// guc_funcs.c).
func settingValues(args []*pg.Node) []string {
	var all []string
	for _, n := range args {
		if c := n.GetTypeCast(); c != nil {
			n = c.Arg // TIME ZONE INTERVAL '…'
		}
		c := n.GetAConst()
		switch v := c.GetVal().(type) {
		case *pg.A_Const_Ival:
			all = append(all, strconv.Itoa(int(v.Ival.GetIval())))
		case *pg.A_Const_Fval:
			all = append(all, v.Fval.GetFval())
		case *pg.A_Const_Sval:
			all = append(all, v.Sval.GetSval())
		case *pg.A_Const_Boolval:
			all = append(all, strconv.FormatBool(v.Boolval.GetBoolval()))
		}
	}
	return all
}

// setConfig returns the Set that SELECT set_config(name, value, is_local) is, or
// nil if the statement does more or its arguments are no constants.
func (l *lowerer) setConfig(s *pg.SelectStmt, q *sqlast.Query) sqlast.Op {
	if len(s.TargetList) != 1 || len(q.Targets) != 1 || len(q.Functions) != 1 || len(q.Reads) > 0 ||
		s.FromClause != nil || s.WhereClause != nil || s.LimitCount != nil || s.Op != pg.SetOperation_SETOP_NONE {
		return nil
	}
	f, ok := q.Targets[0].Expr.(*sqlast.FuncExpr)
	if !ok || f.Name.Name != "set_config" || f.Name.Schema != "" && f.Name.Schema != "pg_catalog" || len(f.Args) != 3 {
		return nil
	}
	name, ok1 := f.Args[0].(*sqlast.ConstExpr)
	value, ok2 := f.Args[1].(*sqlast.ConstExpr)
	local, ok3 := f.Args[2].(*sqlast.ConstExpr)
	if !ok1 || !ok2 || !ok3 || name.Kind == sqlast.NullConst {
		return nil
	}
	op := &sqlast.Set{Node: l.node(), Name: strings.ToLower(name.Value), Local: isTrue(local.Value)}
	switch {
	case value.Kind == sqlast.NullConst:
		op.Reset = true
	case op.Name == "search_path":
		op.Values = splitIdentifiers(value.Value)
	default:
		op.Values = []string{value.Value}
	}
	return op
}

// isTrue reads a boolean constant (parse_bool in bool.c).
func isTrue(s string) bool {
	s = strings.ToLower(strings.TrimSpace(s))
	return s == "1" || s == "on" || s != "" && (isPrefix(s, "true") || isPrefix(s, "yes"))
}

func isPrefix(prefix, s string) bool { return strings.HasPrefix(s, prefix) }

// splitIdentifiers cuts a list of identifiers as search_path holds them
// (SplitIdentifierString in varlena.c).
func splitIdentifiers(s string) []string {
	var all []string
	for {
		name, rest := firstIdentifier(strings.TrimLeft(s, " \t\r\n"))
		all = append(all, name)
		var more bool
		if _, s, more = strings.Cut(rest, ","); !more {
			return all
		}
	}
}

func firstIdentifier(s string) (name, rest string) {
	if !strings.HasPrefix(s, `"`) {
		name, _, _ = strings.Cut(s, ",")
		return strings.ToLower(strings.TrimSpace(name)), s[len(name):]
	}
	for end := 1; end < len(s); end++ {
		if s[end] != '"' {
			continue
		}
		if !strings.HasPrefix(s[end+1:], `"`) {
			return strings.ReplaceAll(s[1:end], `""`, `"`), s[end+1:]
		}
		end++
	}
	return s[1:], ""
}

var transactionKinds = map[pg.TransactionStmtKind]sqlast.TransactionKind{
	pg.TransactionStmtKind_TRANS_STMT_BEGIN:             sqlast.Begin,
	pg.TransactionStmtKind_TRANS_STMT_START:             sqlast.Begin,
	pg.TransactionStmtKind_TRANS_STMT_COMMIT:            sqlast.Commit,
	pg.TransactionStmtKind_TRANS_STMT_ROLLBACK:          sqlast.Rollback,
	pg.TransactionStmtKind_TRANS_STMT_SAVEPOINT:         sqlast.Savepoint,
	pg.TransactionStmtKind_TRANS_STMT_RELEASE:           sqlast.ReleaseSavepoint,
	pg.TransactionStmtKind_TRANS_STMT_ROLLBACK_TO:       sqlast.RollbackToSavepoint,
	pg.TransactionStmtKind_TRANS_STMT_PREPARE:           sqlast.PrepareTransaction,
	pg.TransactionStmtKind_TRANS_STMT_COMMIT_PREPARED:   sqlast.CommitPrepared,
	pg.TransactionStmtKind_TRANS_STMT_ROLLBACK_PREPARED: sqlast.RollbackPrepared,
}

func (l *lowerer) setConstraints(s *pg.ConstraintsSetStmt) sqlast.Op {
	op := &sqlast.SetConstraints{Node: l.node(), Deferred: s.Deferred}
	for _, n := range s.Constraints {
		op.Names = append(op.Names, l.rangeName(n.GetRangeVar()))
	}
	return op
}

func (l *lowerer) transaction(s *pg.TransactionStmt) sqlast.Op {
	return &sqlast.Transaction{
		Node: l.node(), Kind: transactionKinds[s.Kind], Savepoint: s.SavepointName, Chain: s.Chain,
	}
}

func (l *lowerer) do(s *pg.DoStmt) sqlast.Op {
	op := &sqlast.Do{Node: l.node(), Language: "plpgsql"}
	body := -1
	for _, n := range s.Args {
		switch d := n.GetDefElem(); d.GetDefname() {
		case "as":
			op.Body = str(d.Arg)
			body = l.at(d.Location)
			op.BodyAt = l.content(body)
		case "language":
			op.Language = strings.ToLower(str(d.Arg))
		}
	}
	if op.Language == "plpgsql" {
		op.Routine = l.routineText(body, op.Language).read(l.inside())
	}
	return op
}

func (l *lowerer) call(s *pg.CallStmt) sqlast.Op {
	return &sqlast.Call{Node: l.node(), Name: l.nameIn(s.Funccall.GetFuncname(), l.at(s.Funccall.GetLocation()))}
}

// explain lowers EXPLAIN; with ANALYZE the statement runs and its ops follow.
func (l *lowerer) explain(s *pg.ExplainStmt) []sqlast.Op {
	ops := one(l.other("EXPLAIN"))
	if !optionIn(s.Options, "analyze") || s.Query == nil {
		return ops
	}
	i := l.lo + 1
	if l.punct(i, '(') {
		i = l.afterBrackets(i)
	}
	for l.anyWord(i, "analyze", "analyse", "verbose") {
		i++
	}
	return append(ops, l.within(tokenSpan{i, l.hi}, s.Query)...)
}
