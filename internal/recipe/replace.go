package recipe

import (
	"fmt"
	"strings"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

// ReplaceColumn changes the type of a column by way of a second one that is kept
// in step.
func ReplaceColumn(p *analyzer.Pass, s *analyzer.Stmt, alter *sqlast.AlterColumnType) string {
	r := replacement{p: p, s: s, alter: alter, table: alter.Table, t: s.Before.Table(alter.Table.Name)}
	r.old = columnOf(r.t, alter.Column)
	r.next = clip(alter.Column, maxIdent-len("_new")) + "_new"
	r.former = clip(alter.Column, maxIdent-len("_old")) + "_old"
	r.add()
	r.prepare()
	r.swap()
	return r.steps.String()
}

// replacement is a column that takes the place of another.
type replacement struct {
	p            *analyzer.Pass
	s            *analyzer.Stmt
	alter        *sqlast.AlterColumnType
	table        sqlast.Relation
	t            *catalog.Table  // nil if history has not seen it
	old          *catalog.Column // likewise
	next, former string          // the new column's name at first, the old one's at last
	key          string          // index that takes over the primary key; "" if the column is none
	steps        Steps
}

// add makes the new column and fills it.
func (r *replacement) add() {
	name := sqlast.QuoteIdent(r.alter.Column)
	value, fresh := fmt.Sprintf("%s::%s", name, r.alter.Type), fmt.Sprintf("NEW.%s::%s", name, r.alter.Type)
	if r.alter.Using != nil {
		value, fresh = r.alter.Using.Pos().Text(), qualify(r.alter.Using, "NEW.")
	}
	typ := r.column().columnType()
	if !r.alter.Collation.IsZero() {
		typ += " COLLATE " + r.alter.Collation.String()
	}
	r.steps.Add("a second column", fmt.Sprintf("%s ADD COLUMN %s %s", Alter(r.table), sqlast.QuoteIdent(r.next), typ)).
		AddText(keepInStep(r.table.Name, r.next, fresh)).
		Add(batches, Backfill(r.s.Before, r.table.Name, r.next, value))
}

// column is the new column as one that is added: what its domain demands is
// checked later, or adding it would copy the table.
func (r *replacement) column() *newColumn {
	return &newColumn{p: r.p, s: r.s, table: r.table, perRow: true,
		add: &sqlast.AddColumn{Column: sqlast.ColumnDef{Name: r.next, Type: r.alter.Type}}}
}

// prepare gives the new column what the old one has, and what its domain demands.
func (r *replacement) prepare() {
	n := r.column()
	n.domainChecks()
	r.steps.AddText(n.steps.String())
	if r.old != nil && r.old.NotNull || n.domainNotNull() {
		r.steps.AddText(SetNotNull(r.s, r.table, r.next, r.p.Options.PostgresMajor()))
	}
	pk := r.primaryKey()
	if pk != nil {
		r.key = ObjectName(r.table.Name.Name, []string{r.next}, "pkey")
		r.steps.AddText(LeaveTransaction(r.p, r.s)).
			Add("", fmt.Sprintf("CREATE UNIQUE INDEX CONCURRENTLY %s ON %s (%s)", sqlast.QuoteIdent(r.key), r.table.Name, sqlast.QuoteIdent(r.next)))
	}
	if also := r.dependents(pk); also != "" {
		r.steps.AddText("-- make again for " + sqlast.QuoteIdent(r.next) + ": " + also)
	}
}

// primaryKey is the primary key that consists of the column alone.
func (r *replacement) primaryKey() *catalog.Constraint {
	if r.t == nil {
		return nil
	}
	if pk := r.t.PrimaryKey(); pk != nil && len(pk.Columns) == 1 && pk.Columns[0] == r.alter.Column {
		return pk
	}
	return nil
}

// dependents names what uses the column and has to be made again for its
// successor; "" if nothing does.
func (r *replacement) dependents(pk *catalog.Constraint) string {
	if r.t == nil {
		return ""
	}
	var names []string
	for _, d := range r.s.Before.ColumnDependents(r.t, r.alter.Column) {
		ofKey := pk != nil && d.Kind == sqlast.TableConstraint && (d.Name == pk.Name || d.Of != r.t.Key)
		if d.Kind != sqlast.Sequence && !ofKey {
			names = append(names, fmt.Sprintf("%s %s", d.Kind, sqlast.QuoteIdent(d.Name)))
		}
	}
	const most = 5
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return strings.Join(names, ", ")
}

// swap gives the new column the old one's name. The old one may stay NULL from
// then on.
func (r *replacement) swap() {
	alter, name := Alter(r.table), sqlast.QuoteIdent(r.alter.Column)
	steps := r.steps.Add("then swap the names in one short transaction, and drop the old column a release later",
		"BEGIN",
		fmt.Sprintf("DROP TRIGGER %s ON %s", fillTrigger(r.table.Name, r.next), r.table.Name),
		fmt.Sprintf("%s RENAME COLUMN %s TO %s", alter, name, sqlast.QuoteIdent(r.former)),
		fmt.Sprintf("%s RENAME COLUMN %s TO %s", alter, sqlast.QuoteIdent(r.next), name))
	validate := r.swapKey()
	r.moveIdentity()
	if r.old == nil || r.old.NotNull {
		steps.Add("", fmt.Sprintf("%s ALTER COLUMN %s DROP NOT NULL", alter, sqlast.QuoteIdent(r.former)))
	}
	r.moveDefault()
	r.steps.Add("", fmt.Sprintf("DROP FUNCTION %s()", fillFunction(r.table.Name, r.next)), "COMMIT")
	if len(validate) > 0 {
		r.steps.Add(quiet, validate...)
	}
}

// swapKey moves the primary key to the new column, and the foreign keys that
// refer to it; validate are the statements that make those valid again.
func (r *replacement) swapKey() (validate []string) {
	pk := r.primaryKey()
	if pk == nil {
		return nil
	}
	var again []string
	for _, d := range r.s.Before.ColumnDependents(r.t, r.alter.Column) {
		from := r.s.Before.TableAt(d.Of)
		if d.Kind != sqlast.TableConstraint || d.Of == r.t.Key || from == nil || from.Constraint(d.Name) == nil {
			continue
		}
		table := Alter(sqlast.Relation{Name: sqlast.Name{Schema: d.Of.Schema, Name: d.Of.Name}})
		name := sqlast.QuoteIdent(d.Name)
		r.steps.Add("", fmt.Sprintf("%s DROP CONSTRAINT %s", table, name))
		again = append(again, fmt.Sprintf("%s ADD CONSTRAINT %s %s NOT VALID", table, name, tableConstraint(&from.Constraint(d.Name).Constraint)))
		validate = append(validate, fmt.Sprintf("%s VALIDATE CONSTRAINT %s", table, name))
	}
	name := sqlast.QuoteIdent(pk.Name)
	r.steps.Add("", fmt.Sprintf("%s DROP CONSTRAINT %s, ADD CONSTRAINT %s PRIMARY KEY USING INDEX %s", Alter(r.table), name, name, sqlast.QuoteIdent(r.key)))
	r.steps.Add("", again...)
	return validate
}

// moveIdentity makes the new column the one that is numbered, from where the old
// one stands.
func (r *replacement) moveIdentity() {
	if r.old == nil || r.old.Identity == sqlast.NoIdentity {
		return
	}
	alter, name, kind := Alter(r.table), sqlast.QuoteIdent(r.alter.Column), "BY DEFAULT"
	if r.old.Identity == sqlast.Always {
		kind = "ALWAYS"
	}
	r.steps.Add("", fmt.Sprintf("%s ALTER COLUMN %s DROP IDENTITY", alter, sqlast.QuoteIdent(r.former)),
		fmt.Sprintf("%s ALTER COLUMN %s ADD GENERATED %s AS IDENTITY", alter, name, kind),
		fmt.Sprintf("SELECT setval(pg_get_serial_sequence(%s, %s), (SELECT max(%s) FROM %s))",
			sqlast.QuoteLiteral(r.table.Name.String()), sqlast.QuoteLiteral(r.alter.Column), name, r.table.Name))
}

// moveDefault lets the new column have the old one's default, and its sequence.
func (r *replacement) moveDefault() {
	if r.old == nil || r.old.Identity != sqlast.NoIdentity {
		return
	}
	alter, name := Alter(r.table), sqlast.QuoteIdent(r.alter.Column)
	if k := r.old.Sequence; k != (catalog.Key{}) {
		sequence := sqlast.Name{Schema: k.Schema, Name: k.Name}.String()
		as := ""
		switch r.alter.Type.Name.Name {
		case "int2", "int4", "int8":
			as = " AS " + r.alter.Type.String()
		}
		r.steps.Add("", fmt.Sprintf("%s ALTER COLUMN %s SET DEFAULT nextval(%s)", alter, name, sqlast.QuoteLiteral(sequence)),
			fmt.Sprintf("ALTER SEQUENCE %s%s OWNED BY %s.%s", sequence, as, r.table.Name, name))
		return
	}
	if r.old.Default != nil {
		r.steps.Add("", fmt.Sprintf("%s ALTER COLUMN %s SET DEFAULT %s", alter, name, r.old.Default.Pos().Text()))
	}
}

func columnOf(t *catalog.Table, name string) *catalog.Column {
	if t == nil {
		return nil
	}
	return t.Column(name)
}
