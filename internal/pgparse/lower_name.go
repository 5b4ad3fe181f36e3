package pgparse

import (
	"strconv"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v5"

	"github.com/miglint/miglint/sqlast"
)

func cascades(b pg.DropBehavior) bool { return b == pg.DropBehavior_DROP_CASCADE }

// str is the value of a String node, "" for any other.
func str(n *pg.Node) string { return n.GetString_().GetSval() }

// strs are the values of a list of String nodes.
func strs(nodes []*pg.Node) []string {
	if len(nodes) == 0 {
		return nil
	}
	all := make([]string, len(nodes))
	for i, n := range nodes {
		all[i] = str(n)
	}
	return all
}

// list is the content of a List node.
func list(n *pg.Node) []*pg.Node { return n.GetList().GetItems() }

// qualified is the name that a list of String nodes spells. A database name in
// front is dropped.
func qualified(parts []*pg.Node) sqlast.Name {
	var n sqlast.Name
	if k := len(parts); k > 0 {
		n.Name = str(parts[k-1])
		if k > 1 {
			n.Schema = str(parts[k-2])
		}
	}
	return n
}

// nameIn is qualified with the span of the name written at token i.
func (l *lowerer) nameIn(parts []*pg.Node, i int) sqlast.Name {
	n := qualified(parts)
	n.Span = l.span(l.nameAt(i))
	return n
}

// plainName is an unqualified name written at token i.
func (l *lowerer) plainName(name string, i int) sqlast.Name {
	return sqlast.Name{Name: name, Span: l.span(l.nameAt(i))}
}

// rangeName is the name of a relation.
func (l *lowerer) rangeName(rv *pg.RangeVar) sqlast.Name {
	if rv == nil {
		return sqlast.Name{}
	}
	return sqlast.Name{Schema: rv.Schemaname, Name: rv.Relname, Span: l.span(l.nameAt(l.at(rv.Location)))}
}

// relation is a reference to a relation.
func (l *lowerer) relation(rv *pg.RangeVar) sqlast.Relation {
	if rv == nil {
		return sqlast.Relation{}
	}
	return sqlast.Relation{Name: l.rangeName(rv), Only: !rv.Inh, Alias: rv.Alias.GetAliasname()}
}

func (l *lowerer) relations(nodes []*pg.Node) []sqlast.Relation {
	all := make([]sqlast.Relation, 0, len(nodes))
	for _, n := range nodes {
		if rv := n.GetRangeVar(); rv != nil {
			all = append(all, l.relation(rv))
		}
	}
	return all
}

func (l *lowerer) rangeNames(nodes []*pg.Node) []sqlast.Name {
	var all []sqlast.Name
	for _, n := range nodes {
		if rv := n.GetRangeVar(); rv != nil {
			all = append(all, l.rangeName(rv))
		}
	}
	return all
}

// afterRange returns the position after a relation's name, its star and the
// parenthesis of ONLY (name).
func (l *lowerer) afterRange(rv *pg.RangeVar) int {
	i := l.at(rv.GetLocation())
	if rv == nil || i < 0 {
		return -1
	}
	i = l.nameEnd(i)
	if l.punct(i, '*') {
		i++
	}
	if l.punct(i, ')') {
		i++
	}
	return i
}

func persistence(rv *pg.RangeVar) sqlast.Persistence {
	switch rv.GetRelpersistence() {
	case "t":
		return sqlast.Temporary
	case "u":
		return sqlast.Unlogged
	}
	return sqlast.Permanent
}

// role is the name of a role specification, in the words of GRANT.
func role(r *pg.RoleSpec) string {
	switch r.GetRoletype() {
	case pg.RoleSpecType_ROLESPEC_CURRENT_ROLE:
		return "current_role"
	case pg.RoleSpecType_ROLESPEC_CURRENT_USER:
		return "current_user"
	case pg.RoleSpecType_ROLESPEC_SESSION_USER:
		return "session_user"
	case pg.RoleSpecType_ROLESPEC_PUBLIC:
		return "public"
	}
	return r.GetRolename()
}

// options are storage parameters; a name without a value has "".
func options(nodes []*pg.Node) map[string]string {
	if len(nodes) == 0 {
		return nil
	}
	m := make(map[string]string, len(nodes))
	for _, n := range nodes {
		d := n.GetDefElem()
		if d == nil {
			continue
		}
		name := d.Defname
		if d.Defnamespace != "" {
			name = d.Defnamespace + "." + name
		}
		m[name] = optionValue(d)
	}
	return m
}

// optionValue is the value of an option as text (defGetString in define.c).
func optionValue(d *pg.DefElem) string {
	switch a := d.GetArg(); v := a.GetNode().(type) {
	case *pg.Node_String_:
		return v.String_.Sval
	case *pg.Node_Integer:
		return strconv.Itoa(int(v.Integer.Ival))
	case *pg.Node_Float:
		return v.Float.Fval
	case *pg.Node_Boolean:
		if v.Boolean.Boolval {
			return "true"
		}
		return "false"
	case *pg.Node_TypeName:
		return qualified(v.TypeName.Names).Name
	case *pg.Node_List:
		return qualified(v.List.Items).String()
	case *pg.Node_AStar:
		return "*"
	}
	return ""
}

// optionSet reports whether a yes/no option is on: written without a value, or
// with a true one (defGetBoolean in define.c).
func optionSet(d *pg.DefElem) bool {
	if d.GetArg() == nil {
		return true
	}
	v := optionValue(d)
	return v == "1" || strings.EqualFold(v, "true") || strings.EqualFold(v, "on")
}

// objectKind maps libpg_query's kinds of object.
func objectKind(t pg.ObjectType) sqlast.ObjectKind {
	if t < 0 || int(t) >= len(objectKinds) {
		return sqlast.OtherObject
	}
	return objectKinds[t]
}

var objectKinds = [...]sqlast.ObjectKind{
	pg.ObjectType_OBJECT_ACCESS_METHOD:   sqlast.AccessMethod,
	pg.ObjectType_OBJECT_AGGREGATE:       sqlast.Aggregate,
	pg.ObjectType_OBJECT_ATTRIBUTE:       sqlast.Attribute,
	pg.ObjectType_OBJECT_CAST:            sqlast.Cast,
	pg.ObjectType_OBJECT_COLUMN:          sqlast.Column,
	pg.ObjectType_OBJECT_COLLATION:       sqlast.Collation,
	pg.ObjectType_OBJECT_DATABASE:        sqlast.Database,
	pg.ObjectType_OBJECT_DOMAIN:          sqlast.Domain,
	pg.ObjectType_OBJECT_DOMCONSTRAINT:   sqlast.DomainConstraint,
	pg.ObjectType_OBJECT_EVENT_TRIGGER:   sqlast.EventTrigger,
	pg.ObjectType_OBJECT_EXTENSION:       sqlast.Extension,
	pg.ObjectType_OBJECT_FDW:             sqlast.ForeignDataWrapper,
	pg.ObjectType_OBJECT_FOREIGN_SERVER:  sqlast.ForeignServer,
	pg.ObjectType_OBJECT_FOREIGN_TABLE:   sqlast.ForeignTable,
	pg.ObjectType_OBJECT_FUNCTION:        sqlast.Function,
	pg.ObjectType_OBJECT_INDEX:           sqlast.Index,
	pg.ObjectType_OBJECT_LANGUAGE:        sqlast.Language,
	pg.ObjectType_OBJECT_MATVIEW:         sqlast.MaterializedView,
	pg.ObjectType_OBJECT_OPCLASS:         sqlast.OperatorClass,
	pg.ObjectType_OBJECT_OPERATOR:        sqlast.Operator,
	pg.ObjectType_OBJECT_OPFAMILY:        sqlast.OperatorFamily,
	pg.ObjectType_OBJECT_POLICY:          sqlast.Policy,
	pg.ObjectType_OBJECT_PROCEDURE:       sqlast.Procedure,
	pg.ObjectType_OBJECT_PUBLICATION:     sqlast.Publication,
	pg.ObjectType_OBJECT_ROLE:            sqlast.Role,
	pg.ObjectType_OBJECT_ROUTINE:         sqlast.Function,
	pg.ObjectType_OBJECT_RULE:            sqlast.RewriteRule,
	pg.ObjectType_OBJECT_SCHEMA:          sqlast.Schema,
	pg.ObjectType_OBJECT_SEQUENCE:        sqlast.Sequence,
	pg.ObjectType_OBJECT_SUBSCRIPTION:    sqlast.Subscription,
	pg.ObjectType_OBJECT_STATISTIC_EXT:   sqlast.Statistics,
	pg.ObjectType_OBJECT_TABCONSTRAINT:   sqlast.TableConstraint,
	pg.ObjectType_OBJECT_TABLE:           sqlast.Table,
	pg.ObjectType_OBJECT_TABLESPACE:      sqlast.Tablespace,
	pg.ObjectType_OBJECT_TRIGGER:         sqlast.Trigger,
	pg.ObjectType_OBJECT_TSCONFIGURATION: sqlast.TextSearch,
	pg.ObjectType_OBJECT_TSDICTIONARY:    sqlast.TextSearch,
	pg.ObjectType_OBJECT_TSPARSER:        sqlast.TextSearch,
	pg.ObjectType_OBJECT_TSTEMPLATE:      sqlast.TextSearch,
	pg.ObjectType_OBJECT_TYPE:            sqlast.Type,
	pg.ObjectType_OBJECT_VIEW:            sqlast.View,
}
