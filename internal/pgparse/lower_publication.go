package pgparse

import (
	"strings"

	pg "github.com/pganalyze/pg_query_go/v5"

	"github.com/miglint/miglint/source"
	"github.com/miglint/miglint/sqlast"
)

func (l *lowerer) createPublication(s *pg.CreatePublicationStmt) sqlast.Op {
	op := &sqlast.CreatePublication{Node: l.node(), Name: s.Pubname, Action: "create", AllTables: s.ForAllTables, Publish: publish(s.Options)}
	if l.rewritten(tokenSpan{l.lo, l.hi}, allSequences) != nil {
		op.AllTables = false
	}
	l.publicationObjects(op, s.Pubobjects)
	return op
}

func (l *lowerer) alterPublication(s *pg.AlterPublicationStmt) sqlast.Op {
	op := &sqlast.CreatePublication{Node: l.node(), Name: s.Pubname, Action: "options", AllTables: s.ForAllTables, Publish: publish(s.Options)}
	if len(s.Pubobjects) > 0 {
		switch s.Action {
		case pg.AlterPublicationAction_AP_DropObjects:
			op.Action = "drop"
		case pg.AlterPublicationAction_AP_SetObjects:
			op.Action = "set"
		default:
			op.Action = "add"
		}
	}
	l.publicationObjects(op, s.Pubobjects)
	return op
}

// publish is the value of the option of that name; nil if it is not given
// (parse_publication_options in publicationcmds.c).
func publish(options []*pg.Node) []string {
	for _, n := range options {
		if d := n.GetDefElem(); d.GetDefname() == "publish" {
			return splitIdentifiers(str(d.Arg))
		}
	}
	return nil
}

func (l *lowerer) publicationObjects(op *sqlast.CreatePublication, objects []*pg.Node) {
	for _, n := range objects {
		o := n.GetPublicationObjSpec()
		switch {
		case o.GetPubtable().GetRelation() != nil:
			op.Tables = append(op.Tables, l.relation(o.Pubtable.Relation))
		case o.GetPubobjtype() == pg.PublicationObjSpecType_PUBLICATIONOBJ_TABLES_IN_CUR_SCHEMA:
			op.Schemas = append(op.Schemas, "current_schema")
		case o.GetName() != "":
			op.Schemas = append(op.Schemas, o.Name)
		}
	}
}

// createSubscription lowers CREATE SUBSCRIPTION. It makes a replication slot
// unless create_slot, or connect, is off (parse_subscription_options in
// subscriptioncmds.c).
func (l *lowerer) createSubscription(s *pg.CreateSubscriptionStmt) sqlast.Op {
	op := &sqlast.CreateSubscription{Node: l.node(), Name: s.Subname, CreateSlot: true}
	for _, n := range s.Options {
		d := n.GetDefElem()
		if name := d.GetDefname(); name == "create_slot" || name == "connect" {
			op.CreateSlot = op.CreateSlot && optionSet(d)
		}
	}
	op.PasswordAt = l.connectionPassword(s.Conninfo)
	return op
}

// alterSubscription lowers ALTER SUBSCRIPTION; only CONNECTION has an op.
func (l *lowerer) alterSubscription(s *pg.AlterSubscriptionStmt) sqlast.Op {
	if s.Kind != pg.AlterSubscriptionType_ALTER_SUBSCRIPTION_CONNECTION {
		return l.other("ALTER SUBSCRIPTION", l.plainName(s.Subname, l.lo+2))
	}
	return &sqlast.CreateSubscription{Node: l.node(), Name: s.Subname, Alter: true, PasswordAt: l.connectionPassword(s.Conninfo)}
}

// connectionPassword is where the connection string stands if it has a password
// in it, as key = value or in a URI.
func (l *lowerer) connectionPassword(conninfo string) source.Span {
	if !hasPassword(conninfo) {
		return source.Span{}
	}
	if i := l.find(l.lo, l.hi, "connection"); i >= 0 {
		return l.span(tokenSpan{i + 1, l.stringEnd(i + 1)})
	}
	return l.whole()
}

func hasPassword(conninfo string) bool {
	if _, rest, ok := strings.Cut(conninfo, "://"); ok {
		user, _, found := strings.Cut(rest, "@")
		if _, password, ok := strings.Cut(user, ":"); found && ok && password != "" {
			return true
		}
	}
	for rest := conninfo; ; {
		_, after, ok := strings.Cut(rest, "password")
		if !ok {
			return false
		}
		rest = strings.TrimLeft(after, " \t\r\n")
		if value, ok := strings.CutPrefix(rest, "="); ok {
			value = strings.TrimLeft(value, " \t\r\n")
			return value != "" && !strings.HasPrefix(value, "''")
		}
	}
}
