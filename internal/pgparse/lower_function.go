package pgparse

import (
	"strings"

	pg "github.com/pganalyze/pg_query_go/v5"

	"github.com/miglint/miglint/sqlast"
)

func (l *lowerer) createFunction(s *pg.CreateFunctionStmt) sqlast.Op {
	i := l.skip(l.lo+1, "or", "replace") + 1
	op := &sqlast.CreateFunction{
		Node: l.node(), Name: l.nameIn(s.Funcname, i), Procedure: s.IsProcedure, Replace: s.Replace, Language: "sql",
	}
	for _, n := range s.Parameters {
		if p := n.GetFunctionParameter(); p != nil {
			arg := l.functionArg(p)
			op.ReturnsTable = op.ReturnsTable || arg.Mode == "table"
			op.Args = append(op.Args, arg)
		}
	}
	if !op.ReturnsTable {
		op.Returns = l.typeName(s.ReturnType)
	}
	body := -1
	for _, n := range s.Options {
		l.functionOption(op, n.GetDefElem(), &body)
	}
	op.Atomic = s.SqlBody != nil
	switch {
	case op.Atomic:
		op.Routine = l.atomicBody()
	case op.Language == "plpgsql", op.Language == "sql":
		op.Routine = l.routineText(body, op.Language).routine
	}
	return op
}

func (l *lowerer) functionArg(p *pg.FunctionParameter) sqlast.FunctionArg {
	arg := sqlast.FunctionArg{Name: p.Name, Type: l.typeName(p.ArgType), HasDefault: p.Defexpr != nil, Mode: "in"}
	switch p.Mode {
	case pg.FunctionParameterMode_FUNC_PARAM_OUT:
		arg.Mode = "out"
	case pg.FunctionParameterMode_FUNC_PARAM_INOUT:
		arg.Mode = "inout"
	case pg.FunctionParameterMode_FUNC_PARAM_VARIADIC:
		arg.Mode = "variadic"
	case pg.FunctionParameterMode_FUNC_PARAM_TABLE:
		arg.Mode = "table"
	}
	return arg
}

// functionOption lowers one option into op; body becomes the token that the AS
// string begins at.
func (l *lowerer) functionOption(op *sqlast.CreateFunction, d *pg.DefElem, body *int) {
	switch d.GetDefname() {
	case "as":
		// LANGUAGE C has a file and a symbol; the first string counts.
		if parts := list(d.Arg); len(parts) > 0 {
			op.Body = str(parts[0])
		}
		if i := l.at(d.Location); i >= 0 {
			op.BodyAt = l.content(i + 1)
			*body = i + 1
		}
	case "language":
		op.Language = strings.ToLower(str(d.Arg))
	case "volatility":
		op.Volatility = volatilities[str(d.Arg)]
	case "security":
		op.SecurityDefiner = d.Arg.GetBoolean().GetBoolval()
	case "set":
		op.Settings = append(op.Settings, strings.ToLower(d.Arg.GetVariableSetStmt().GetName()))
	}
}

var volatilities = map[string]sqlast.Volatility{"volatile": sqlast.Volatile, "stable": sqlast.Stable, "immutable": sqlast.Immutable}

// alterFunction lowers ALTER FUNCTION, PROCEDURE and ROUTINE with attributes.
func (l *lowerer) alterFunction(s *pg.AlterFunctionStmt) sqlast.Op {
	op := &sqlast.AlterFunction{Node: l.node(), Object: objectKind(s.Objtype), Name: l.nameIn(s.GetFunc().GetObjname(), l.lo+2)}
	op.HasArgs = !s.GetFunc().GetArgsUnspecified()
	for _, a := range s.GetFunc().GetObjargs() {
		if a.GetTypeName() != nil {
			op.Args = append(op.Args, l.typeName(a.GetTypeName()))
		}
	}
	for _, n := range s.Actions {
		switch d := n.GetDefElem(); d.GetDefname() {
		case "volatility":
			v := volatilities[str(d.Arg)]
			op.Volatility = &v
		case "security":
			definer := d.Arg.GetBoolean().GetBoolval()
			op.SecurityDefiner = &definer
		case "set":
			v := d.Arg.GetVariableSetStmt()
			switch name := strings.ToLower(v.GetName()); v.GetKind() {
			case pg.VariableSetKind_VAR_RESET_ALL:
				op.Reset = append(op.Reset, "all")
			case pg.VariableSetKind_VAR_RESET, pg.VariableSetKind_VAR_SET_DEFAULT:
				op.Reset = append(op.Reset, name)
			default:
				op.Settings = append(op.Settings, name)
			}
		}
	}
	return op
}

// grant lowers GRANT and REVOKE of privileges.
func (l *lowerer) grant(s *pg.GrantStmt) *sqlast.Grant {
	op := &sqlast.Grant{Node: l.node(), Revoke: !s.IsGrant, Object: objectKind(s.Objtype)}
	for _, n := range s.Privileges {
		op.Privileges = append(op.Privileges, n.GetAccessPriv().GetPrivName())
	}
	for _, n := range s.Grantees {
		op.Grantees = append(op.Grantees, role(n.GetRoleSpec()))
	}
	if s.Targtype == pg.GrantTargetType_ACL_TARGET_ALL_IN_SCHEMA {
		op.AllIn = strs(s.Objects)
		return op
	}
	pieces := l.grantObjects(len(s.Objects))
	for k, n := range s.Objects {
		i := -1
		if pieces != nil {
			i = pieces[k].lo
		}
		op.Names = append(op.Names, l.objectName(n, i))
	}
	return op
}

// grantObjects cuts the objects after ON and the kind's key words. Relations have
// locations of their own; the others are found from their end: TO or FROM.
func (l *lowerer) grantObjects(n int) []tokenSpan {
	on := l.find(l.lo, l.hi, "on")
	if on < 0 {
		return nil
	}
	i := on + 1
	switch {
	case l.words(i, "foreign", "data", "wrapper"):
		i += 3
	case l.words(i, "foreign", "server"), l.words(i, "large", "object"):
		i += 2
	case l.anyWord(i, "schema", "database", "function", "procedure", "routine", "language", "tablespace", "type", "domain", "sequence", "table", "parameter") &&
		(l.identifier(i+1) && !l.anyWord(i+1, "to", "from")):
		i++
	}
	pieces := l.items(i)
	if len(pieces) != n {
		return nil
	}
	return pieces
}
