package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

// sentence says what the down leaves undone.
func (u *undoing) sentence(d catalog.Difference) string {
	name := fmt.Sprintf("%s %s", d.Object, d.Key)
	switch {
	case d.Object == sqlast.Extension:
		name = fmt.Sprintf("%s %s", d.Object, sqlast.QuoteIdent(d.Key.Name))
	case d.Object == sqlast.EnumValue:
		name = fmt.Sprintf("value %s of %s", sqlast.QuoteLiteral(d.Part), d.Key)
	case d.Part != "":
		name += "." + sqlast.QuoteIdent(d.Part)
	}
	switch d.Change {
	case catalog.Gone:
		if u.present(d) && d.Object == sqlast.EnumValue {
			return name + " is lost"
		}
		if u.present(d) {
			return name + " is dropped, although the up did not create it"
		}
		return name + " does not come back"
	case catalog.Added:
		if d.Created.Down {
			return name + " was not there before the up"
		}
		return name + " is not dropped"
	}
	return name + " " + u.altered(d)
}

// altered says what became of the property in which an object differs.
func (u *undoing) altered(d catalog.Difference) string {
	verb := "becomes"
	switch {
	case !u.present(d):
		verb = "comes back"
	case !u.moved[about(d)]:
		verb = "stays"
	}
	was, is := oneLine(d.Was), oneLine(d.Is)
	switch d.What {
	case "NOT NULL":
		switch {
		case is != "":
			return verb + " NOT NULL"
		case verb == "comes back":
			return "comes back without its NOT NULL"
		}
		return verb + " nullable"
	case "name":
		return "comes back in place of " + sqlast.QuoteIdent(d.Was)
	case "type":
		if verb == "comes back" {
			verb += " as"
		}
		return fmt.Sprintf("%s %s, it was %s", verb, is, was)
	}
	if verb != "comes back" {
		verb = "is left"
	}
	switch d.What {
	case "uniqueness":
		return verb + map[bool]string{true: " not", false: ""}[is == ""] + " UNIQUE"
	case "tables":
		return fmt.Sprintf("%s with a query that reads %s instead of %s", verb, cmp.Or(is, "less"), cmp.Or(was, "less"))
	}
	what := d.What
	if what == strings.ToLower(what) {
		what = "the " + what
	}
	switch {
	case was == "" && is == "":
		return fmt.Sprintf("%s with another %s", verb, d.What)
	case is == "":
		return fmt.Sprintf("%s without %s %s", verb, what, was)
	case was == "":
		return fmt.Sprintf("%s with %s %s", verb, what, is)
	}
	return fmt.Sprintf("%s with %s %s instead of %s", verb, what, is, was)
}

// oneLine is SQL on one line, cut if it is long.
func oneLine(sql string) string {
	const most = 120
	sql = strings.Join(strings.Fields(sql), " ")
	if runes := []rune(sql); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return sql
}

// present reports whether the object was there when the down began.
func (u *undoing) present(d catalog.Difference) bool {
	switch d.Object {
	case sqlast.Table, sqlast.ForeignTable, sqlast.View, sqlast.MaterializedView, sqlast.Sequence:
		_, ok := u.up.RelationKind(d.Key)
		return ok
	case sqlast.Index:
		name := d.Key
		if d.What == "name" {
			return false
		}
		return u.up.IndexAt(name) != nil
	case sqlast.Type, sqlast.Domain:
		return u.up.TypeAt(d.Key) != nil
	case sqlast.Function, sqlast.Procedure:
		return len(u.up.Functions(sqlast.Name{Schema: d.Key.Schema, Name: d.Key.Name})) > 0
	case sqlast.Extension:
		return u.up.Extension(d.Key.Name)
	case sqlast.Publication:
		return u.up.Publication(d.Key.Name) != nil
	case sqlast.EnumValue, sqlast.Attribute:
		t := u.up.TypeAt(d.Key)
		return t != nil && (slices.ContainsFunc(t.Labels, func(l *catalog.EnumLabel) bool { return l.Value == d.Part }) ||
			slices.ContainsFunc(t.Attributes, func(a *catalog.Column) bool { return a.Name == d.Part }))
	}
	t := u.up.TableAt(d.Key)
	if t == nil {
		return false
	}
	switch d.Object {
	case sqlast.Column:
		return t.Column(d.Part) != nil
	case sqlast.TableConstraint:
		return t.Constraint(d.Part) != nil
	case sqlast.Trigger:
		return slices.ContainsFunc(t.Triggers, func(tr *catalog.Trigger) bool { return tr.Name == d.Part })
	case sqlast.Policy:
		return slices.ContainsFunc(t.Policies, func(p *catalog.Policy) bool { return p.Name == d.Part })
	}
	return true
}

// dropOrder is the order in which a down can drop things: what depends on others
// first.
var dropOrder = []sqlast.ObjectKind{
	sqlast.Trigger, sqlast.Policy, sqlast.MaterializedView, sqlast.View, sqlast.TableConstraint, sqlast.Index,
	sqlast.Column, sqlast.ForeignTable, sqlast.Table, sqlast.Sequence, sqlast.Domain, sqlast.Type, sqlast.Procedure, sqlast.Function,
}

// sql returns the statements that the down lacks, as far as they can be written.
func (u *undoing) sql(left []catalog.Difference) string {
	left = slices.Clone(left)
	slices.SortStableFunc(left, func(a, b catalog.Difference) int {
		return cmp.Or(slices.Index(dropOrder, a.Object)-slices.Index(dropOrder, b.Object), b.Created.Span.Start-a.Created.Span.Start)
	})
	var lines []string
	for _, d := range left {
		if stmt := u.statement(d); stmt != "" {
			lines = append(lines, stmt+";")
		}
	}
	if len(lines) == 0 {
		return ""
	}
	return strings.Join(append([]string{"-- at the end of the down:"}, lines...), "\n")
}

// statement is what undoes one difference, "" if it cannot be told.
func (u *undoing) statement(d catalog.Difference) string {
	table, part := d.Key.String(), sqlast.QuoteIdent(d.Part)
	switch {
	case d.Change == catalog.Added:
		switch d.Object {
		case sqlast.Column, sqlast.TableConstraint:
			return fmt.Sprintf("ALTER TABLE %s DROP %s %s", table, strings.ToUpper(d.Object.String()), part)
		case sqlast.Trigger, sqlast.Policy:
			return fmt.Sprintf("DROP %s %s ON %s", strings.ToUpper(d.Object.String()), part, table)
		case sqlast.Function, sqlast.Procedure:
			if len(u.After.Functions(sqlast.Name{Schema: d.Key.Schema, Name: d.Key.Name})) > 1 {
				return ""
			}
		case sqlast.EnumValue, sqlast.Attribute, sqlast.Extension, sqlast.Publication:
			return ""
		}
		return fmt.Sprintf("DROP %s %s", strings.ToUpper(d.Object.String()), table)
	case d.Change == catalog.Gone:
		if made := d.Created.Span.Text(); d.Object == sqlast.Index && !u.present(d) && strings.HasPrefix(strings.ToUpper(made), "CREATE") {
			return made
		}
		return ""
	case d.What == "name" && d.Object == sqlast.TableConstraint:
		return fmt.Sprintf("ALTER TABLE %s RENAME CONSTRAINT %s TO %s", table, part, sqlast.QuoteIdent(d.Was))
	case d.What == "name" && d.Object == sqlast.Index:
		return fmt.Sprintf("ALTER INDEX %s RENAME TO %s", table, sqlast.QuoteIdent(d.Was))
	case d.Object != sqlast.Column:
		return ""
	}
	alter := fmt.Sprintf("ALTER TABLE %s ALTER COLUMN %s ", table, part)
	switch {
	case d.What == "NOT NULL" && d.Was != "":
		return alter + "SET NOT NULL"
	case d.What == "NOT NULL":
		return alter + "DROP NOT NULL"
	case d.What == "default" && d.Was != "":
		return alter + "SET DEFAULT " + d.Was
	case d.What == "default":
		return alter + "DROP DEFAULT"
	case d.What == "type":
		return alter + "TYPE " + d.Was
	}
	return ""
}
