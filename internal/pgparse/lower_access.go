package pgparse

import (
	"strings"

	pg "github.com/pganalyze/pg_query_go/v5"

	"github.com/miglint/miglint/source"
	"github.com/miglint/miglint/sqlast"
)

func (l *lowerer) createPolicy(s *pg.CreatePolicyStmt) sqlast.Op {
	return &sqlast.CreatePolicy{
		Node: l.node(), Name: s.PolicyName, Table: l.relation(s.Table), Restrictive: !s.Permissive, Command: s.CmdName,
		Roles: roles(s.Roles), Using: l.expr(s.Qual), Check: l.expr(s.WithCheck),
	}
}

func (l *lowerer) alterPolicy(s *pg.AlterPolicyStmt) sqlast.Op {
	return &sqlast.CreatePolicy{
		Node: l.node(), Name: s.PolicyName, Table: l.relation(s.Table), Alter: true,
		Roles: roles(s.Roles), Using: l.expr(s.Qual), Check: l.expr(s.WithCheck),
	}
}

func roles(specs []*pg.Node) []string {
	if len(specs) == 0 {
		return nil
	}
	names := make([]string, 0, len(specs))
	for _, n := range specs {
		names = append(names, role(n.GetRoleSpec()))
	}
	return names
}

// defaultPrivileges lowers ALTER DEFAULT PRIVILEGES.
func (l *lowerer) defaultPrivileges(s *pg.AlterDefaultPrivilegesStmt) sqlast.Op {
	if s.Action == nil {
		return l.other("ALTER DEFAULT PRIVILEGES")
	}
	op := l.grant(s.Action)
	op.Default, op.Names = true, nil
	for _, n := range s.Options {
		if d := n.GetDefElem(); d.GetDefname() == "schemas" {
			op.AllIn = strs(list(d.Arg))
		}
	}
	return op
}

// createRole lowers CREATE ROLE, USER and GROUP.
func (l *lowerer) createRole(s *pg.CreateRoleStmt) sqlast.Op {
	op := &sqlast.CreateRole{Node: l.node(), Name: s.Role}
	l.roleAttributes(op, s.Options)
	return op
}

// alterRole lowers ALTER ROLE and USER with attributes, and ALTER GROUP.
func (l *lowerer) alterRole(s *pg.AlterRoleStmt) sqlast.Op {
	op := &sqlast.CreateRole{Node: l.node(), Name: role(s.Role), Alter: true}
	l.roleAttributes(op, s.Options)
	return op
}

// roleAttributes fills in the attributes that are a word of their own
// (AlterOptRoleElem in gram.y) and looks for a password.
func (l *lowerer) roleAttributes(op *sqlast.CreateRole, options []*pg.Node) {
	for _, n := range options {
		d := n.GetDefElem()
		if name := d.GetDefname(); name == "password" {
			if isPlainPassword(str(d.Arg)) {
				op.PasswordAt = l.passwordAt(d)
			}
		} else if word := roleAttributes[name]; word != "" {
			if !d.GetArg().GetBoolean().GetBoolval() {
				word = "no" + word
			}
			op.Attributes = append(op.Attributes, word)
		}
	}
}

var roleAttributes = map[string]string{
	"superuser": "superuser", "createdb": "createdb", "createrole": "createrole", "isreplication": "replication",
	"canlogin": "login", "bypassrls": "bypassrls", "inherit": "inherit",
}

// passwordAt is the string after PASSWORD.
func (l *lowerer) passwordAt(d *pg.DefElem) source.Span {
	i := l.at(d.Location)
	if i < 0 {
		return l.whole()
	}
	for ; i < l.hi; i++ {
		if k := l.kind(i); k == String || k == DollarQuote {
			return l.span(tokenSpan{i, l.stringEnd(i)})
		}
	}
	return l.whole()
}

// isPlainPassword reports whether a password is neither empty nor a hash
// (get_password_type in crypt.c).
func isPlainPassword(s string) bool {
	isMD5 := strings.HasPrefix(s, "md5") && len(s) == 35 && strings.Trim(s[3:], "0123456789abcdef") == ""
	return s != "" && !isMD5 && !strings.HasPrefix(s, "SCRAM-SHA-256$")
}

// foreignOptions lowers a statement about a foreign server or user mapping, whose
// options may hold a password.
func (l *lowerer) foreignOptions(tag string, options []*pg.Node) sqlast.Op {
	op := &sqlast.Other{Node: l.node(), Tag: tag}
	for _, n := range options {
		d := n.GetDefElem()
		if strings.Contains(d.GetDefname(), "password") && d.GetDefname() != "password_required" && str(d.GetArg()) != "" {
			op.PasswordAt = l.passwordAt(d)
		}
	}
	return op
}

func (l *lowerer) createEventTrigger(s *pg.CreateEventTrigStmt) sqlast.Op {
	op := &sqlast.CreateEventTrigger{Node: l.node(), Name: s.Trigname, Event: strings.ToLower(s.Eventname), Function: qualified(s.Funcname)}
	for _, n := range s.Whenclause {
		for _, tag := range list(n.GetDefElem().GetArg()) {
			op.Tags = append(op.Tags, strings.ToUpper(str(tag)))
		}
	}
	return op
}
