package recipe

import (
	"fmt"
	"strings"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

// batches is the comment above an UPDATE that fills a column.
const batches = later + " outside a transaction, repeated with the next range until no row is left"

// Backfill is the batched UPDATE that fills a column, with the value as SQL; $1
// and $2 are the range of the key.
func Backfill(before *catalog.Catalog, table sqlast.Name, column, value string) string {
	col := sqlast.QuoteIdent(column)
	return fmt.Sprintf("UPDATE %s SET %s = %s WHERE %s IS NULL AND %s BETWEEN $1 AND $2", table, col, value, col, Key(before, table))
}

// RequiredColumn adds a NOT NULL column that has no default.
func RequiredColumn(p *analyzer.Pass, s *analyzer.Stmt, add *sqlast.AddColumn) string {
	return "-- a constant DEFAULT in the same clause costs nothing; where each row needs a value of its own:\n" + NewColumn(p, s, add, false)
}

// InBatches writes an UPDATE or DELETE of a whole table with a range of its key.
func InBatches(s *analyzer.Stmt, table sqlast.Name) string {
	sql, returning := s.Text, ""
	if start, _, ok := findWord(sql, "returning"); ok {
		sql, returning = strings.TrimSpace(sql[:start]), " "+sql[start:]
	}
	word := "WHERE"
	if _, _, ok := findWord(sql, "where"); ok {
		word = "AND"
	}
	return "-- outside a transaction, repeated with the next range until no row is left\n" +
		Statement(fmt.Sprintf("%s %s %s BETWEEN $1 AND $2%s", sql, word, Key(s.Before, table), returning))
}

// NewColumn adds a column in steps none of which keeps the table locked for
// long. perRow says that the server would compute the column for every row, and
// so copy the table.
func NewColumn(p *analyzer.Pass, s *analyzer.Stmt, add *sqlast.AddColumn, perRow bool) string {
	c := &add.Column
	if perRow && c.Generated == sqlast.Stored && p.Options.PostgresMajor() >= 18 {
		return virtualColumn(add)
	}
	n := newColumn{p: p, s: s, add: add, table: add.Table, perRow: perRow}
	n.bare()
	n.fill()
	n.constraints()
	return n.steps.String()
}

func virtualColumn(add *sqlast.AddColumn) string {
	c := &add.Column
	sql := fmt.Sprintf("%s ADD COLUMN %s %s GENERATED ALWAYS AS (%s) VIRTUAL", Alter(add.Table), sqlast.QuoteIdent(c.Name), c.Type, c.Expression.Pos().Text())
	return "-- a virtual column is computed when it is read, and costs nothing to add\n" + Statement(sql)
}

// newColumn writes the steps of one column.
type newColumn struct {
	p      *analyzer.Pass
	s      *analyzer.Stmt
	add    *sqlast.AddColumn
	table  sqlast.Relation
	perRow bool
	steps  Steps
}

// filled reports whether the rows that are there get their values in batches.
func (n *newColumn) filled() bool {
	c := &n.add.Column
	return n.perRow || c.NotNull && c.Default == nil && c.Generated == sqlast.NotGenerated
}

// bare adds the column with no more than costs nothing.
func (n *newColumn) bare() {
	c := &n.add.Column
	sql := Alter(n.table) + " ADD COLUMN "
	if n.add.IfNotExists {
		sql += "IF NOT EXISTS "
	}
	sql += sqlast.QuoteIdent(c.Name) + " " + n.columnType()
	if !c.Collation.IsZero() {
		sql += " COLLATE " + c.Collation.String()
	}
	if !n.filled() {
		if c.Default != nil {
			sql += " " + c.DefaultAt.Text()
		}
		if c.NotNull && c.Generated != sqlast.Virtual {
			sql += " NOT NULL"
		}
		if c.Generated != sqlast.NotGenerated {
			sql += fmt.Sprintf(" GENERATED ALWAYS AS (%s) %s", c.Expression.Pos().Text(), kept[c.Generated])
		}
	}
	n.steps.Add("", sql)
}

var kept = map[sqlast.Generated]string{sqlast.Stored: "STORED", sqlast.Virtual: "VIRTUAL"}

var integerOf = map[string]string{"serial2": "smallint", "serial4": "integer", "serial8": "bigint"}

// columnType is the type to add: a serial is an integer with a default, and what
// a domain checks is added later.
func (n *newColumn) columnType() string {
	t := n.add.Column.Type
	if t.IsSerial() {
		return integerOf[t.Name.Name]
	}
	if domains := n.domains(); n.perRow && len(domains) > 0 {
		return domains[len(domains)-1].Base.String()
	}
	return t.String()
}

// maxDomainDepth bounds the walk over domains made of domains.
const maxDomainDepth = 32

// domains returns the domains that the column's type is made of, outermost
// first, if one of them has a condition.
func (n *newColumn) domains() []*catalog.Type {
	var all []*catalog.Type
	conditions := false
	t := n.add.Column.Type
	for range maxDomainDepth {
		d := n.s.Before.Type(t.Name)
		if d == nil || !d.Domain || t.ArrayDims > 0 {
			break
		}
		all = append(all, d)
		conditions = conditions || d.NotNull || len(d.Checks) > 0
		t = d.Base
	}
	if !conditions {
		return nil
	}
	return all
}

// fill gives the rows that are there their values, in batches, and the column
// its default for new rows.
func (n *newColumn) fill() {
	if !n.filled() {
		return
	}
	c := &n.add.Column
	value := ""
	switch {
	case c.Type.IsSerial() || c.Identity != sqlast.NoIdentity:
		value = n.numbers()
	case c.Generated == sqlast.Stored:
		value = c.Expression.Pos().Text()
		n.steps.AddText(keepInStep(n.table.Name, c.Name, qualify(c.Expression, "NEW.")))
	case c.Default != nil:
		value = c.Default.Pos().Text()
		n.steps.Add("", fmt.Sprintf("%s ALTER COLUMN %s SET DEFAULT %s", Alter(n.table), sqlast.QuoteIdent(c.Name), value))
	case c.NotNull:
		value = "$3"
	}
	if value != "" {
		n.steps.Add(batches, Backfill(n.s.Before, n.table.Name, c.Name, value))
	}
	if c.Type.IsSerial() || c.Identity != sqlast.NoIdentity || c.NotNull || n.domainNotNull() {
		if !n.hasPrimaryKey() {
			n.steps.AddText(SetNotNull(n.s, n.table, c.Name, n.p.Options.PostgresMajor()))
		}
	}
	n.domainChecks()
}

// numbers makes a sequence for the column and returns the call that draws from
// it.
func (n *newColumn) numbers() string {
	c := &n.add.Column
	sequence := inSchema(n.table.Name, ObjectName(n.table.Name.Name, []string{c.Name}, "seq"))
	next := fmt.Sprintf("nextval(%s)", sqlast.QuoteLiteral(sequence))
	column := n.table.Name.String() + "." + sqlast.QuoteIdent(c.Name)
	n.steps.Add("", fmt.Sprintf("CREATE SEQUENCE %s AS %s OWNED BY %s", sequence, n.columnType(), column),
		fmt.Sprintf("%s ALTER COLUMN %s SET DEFAULT %s", Alter(n.table), sqlast.QuoteIdent(c.Name), next))
	return next
}

func (n *newColumn) hasPrimaryKey() bool {
	for i := range n.add.Column.Constraints {
		if n.add.Column.Constraints[i].Kind == sqlast.PrimaryKey {
			return true
		}
	}
	return false
}

func (n *newColumn) domainNotNull() bool {
	for _, d := range n.domains() {
		if d.NotNull {
			return true
		}
	}
	return false
}

// domainChecks adds what the domain of the column demands as checks of the
// table.
func (n *newColumn) domainChecks() {
	c := &n.add.Column
	for _, d := range n.domains() {
		for _, check := range d.Checks {
			condition := replaceColumns(check.Expr, func(col *sqlast.ColumnExpr) string {
				if col.Column == "value" && col.Qualifier == "" {
					return sqlast.QuoteIdent(c.Name)
				}
				return col.Pos().Text()
			})
			name := sqlast.QuoteIdent(ObjectName(n.table.Name.Name, []string{c.Name}, check.Name))
			n.steps.Add("what domain "+d.Name+" demands",
				fmt.Sprintf("%s ADD CONSTRAINT %s CHECK (%s) NOT VALID", Alter(n.table), name, condition)).
				Add(quiet, fmt.Sprintf("%s VALIDATE CONSTRAINT %s", Alter(n.table), name))
		}
	}
}

// constraints adds those that were written with the column, each in the way that
// locks least. NOT NULL of a virtual column is one of them: every row is computed
// to see it.
func (n *newColumn) constraints() {
	if c := &n.add.Column; c.NotNull && c.Generated == sqlast.Virtual {
		n.steps.AddText(SetNotNull(n.s, n.table, c.Name, n.p.Options.PostgresMajor()))
	}
	for _, c := range n.add.Column.Constraints {
		if len(c.Columns) == 0 && c.Kind != sqlast.Check {
			c.Columns = []string{n.add.Column.Name}
		}
		switch c.Kind {
		case sqlast.Check, sqlast.ForeignKey:
			n.steps.AddText(ValidateLater(n.s, n.table, &c))
		case sqlast.Unique, sqlast.PrimaryKey:
			n.steps.AddText(UniqueUsingIndex(n.p, n.s, n.table, &c))
		}
	}
}

// keepInStep makes a trigger that computes a column of every row written.
func keepInStep(table sqlast.Name, column, value string) string {
	quote := "$$"
	if strings.Contains(value, quote) {
		quote = "$fill$"
	}
	fn := fillFunction(table, column)
	var steps Steps
	return steps.Add("a trigger that keeps it in step",
		fmt.Sprintf("CREATE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql AS\n  %s BEGIN NEW.%s := %s; RETURN NEW; END %s", fn, quote, sqlast.QuoteIdent(column), value, quote),
		fmt.Sprintf("CREATE TRIGGER %s BEFORE INSERT OR UPDATE ON %s FOR EACH ROW EXECUTE FUNCTION %s()", fillTrigger(table, column), table, fn)).String()
}

func fillTrigger(table sqlast.Name, column string) string {
	return sqlast.QuoteIdent(ObjectName(table.Name, []string{column}, "fill"))
}

func fillFunction(table sqlast.Name, column string) string {
	return inSchema(table, ObjectName(table.Name, []string{column}, "fill"))
}

// qualify prints an expression with a prefix before every column: "NEW.".
func qualify(e sqlast.Expr, prefix string) string {
	return replaceColumns(e, func(c *sqlast.ColumnExpr) string { return prefix + sqlast.QuoteIdent(c.Column) })
}

// replaceColumns prints an expression with other text for its columns. Columns
// of sub-selects are left alone: where this is used, none are allowed.
func replaceColumns(e sqlast.Expr, with func(*sqlast.ColumnExpr) string) string {
	at := e.Pos()
	var b strings.Builder
	end := at.Start
	for _, c := range sqlast.Columns(e) {
		if !at.Contains(c.Pos()) || c.Pos().Start < end {
			continue
		}
		b.WriteString(at.File.Span(end, c.Pos().Start).Text())
		b.WriteString(with(c))
		end = c.Pos().End
	}
	b.WriteString(at.File.Span(end, at.End).Text())
	return b.String()
}
