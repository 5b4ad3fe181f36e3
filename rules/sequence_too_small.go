package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/internal/recipe"
	"github.com/miglint/miglint/sqlast"
)

var sequenceTooSmall = &analyzer.Rule{
	Name: "sequence-too-small", Severity: analyzer.Warning, Concern: analyzer.Breaking, Since: "0.1.0",
	Summary: "a bigint column draws from a sequence that ends with integer: INSERTs fail after 2147483647",
	Why: "`serial` makes its sequence AS integer, and `ALTER COLUMN … TYPE bigint` leaves it so: the column has room, the " +
		"sequence has none. At 2147483647 every INSERT fails with \"nextval: reached maximum value of sequence\" (SQLSTATE " +
		"2200H), on the very table that was converted in time to prevent that; several projects met it two releases after " +
		"the conversion. Only the sequence of an identity column follows its column's type.",
	Instead: "`ALTER SEQUENCE … AS bigint` in the same migration: it is instant.",
	Bad: "-- 0001_readings.sql --\nCREATE TABLE readings (id serial PRIMARY KEY, value int);\n-- 0002_wide_ids.sql --\n" +
		"ALTER TABLE readings ALTER COLUMN id TYPE bigint;\n",
	Good: "-- 0001_readings.sql --\nCREATE TABLE readings (id serial PRIMARY KEY, value int);\n-- 0002_wide_ids.sql --\n" +
		"SET lock_timeout = '5s';\n-- miglint:ignore column-type-rewrite some hundred rows\n" +
		"ALTER TABLE readings ALTER COLUMN id TYPE bigint;\nALTER SEQUENCE readings_id_seq AS bigint;\nRESET lock_timeout;\n",
	Run: runSequenceTooSmall,
}

func runSequenceTooSmall(p *analyzer.Pass) {
	var told map[catalog.Key]bool
	for op := range p.Ops() {
		if fails := op.Effect.Op(op.I).Fails; fails != nil && !fails.IfRows {
			continue
		}
		for _, ref := range drawingColumns(p, op) {
			t := p.After.TableAt(ref.Table)
			if t == nil || t.Column(ref.Column) == nil {
				continue
			}
			col := t.Column(ref.Column)
			s := p.After.SequenceOf(col)
			if s == nil || s.Bounded || s.Increment < 0 || told[s.Key] || lastValue[s.Type] >= lastValue[col.Type.Name.Name] {
				continue
			}
			if told == nil {
				told = map[catalog.Key]bool{}
			}
			told[s.Key] = true
			name := sqlast.Name{Name: s.Name}
			if s.Schema != "public" {
				name.Schema = s.Schema
			}
			p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{
				Message: fmt.Sprintf("%s.%s is %s, but its sequence %s stays %s: INSERTs fail after %d",
					t.Name, sqlast.QuoteIdent(col.Name), col.Type, name, sqlast.TypeName{Name: sqlast.Name{Name: s.Type}}, lastValue[s.Type]),
				Suggestion: recipe.Statement(fmt.Sprintf("ALTER SEQUENCE %s AS %s", name, col.Type)),
			})
		}
	}
}

// lastValue is where a sequence of a type ends.
var lastValue = map[string]int64{"int2": 1<<15 - 1, "int4": 1<<31 - 1, "int8": 1<<63 - 1}

// drawingColumns returns the columns whose type or sequence the op changes.
func drawingColumns(p *analyzer.Pass, op analyzer.Op) []catalog.ColumnRef {
	switch o := op.Op.(type) {
	case *sqlast.AlterColumnType:
		return []catalog.ColumnRef{{Table: op.Before.Resolve(o.Table.Name), Column: o.Column}}
	case *sqlast.SetDefault:
		if o.Default != nil {
			return []catalog.ColumnRef{{Table: op.Before.Resolve(o.Table.Name), Column: o.Column}}
		}
	case *sqlast.AddColumn:
		return []catalog.ColumnRef{{Table: op.Before.Resolve(o.Table.Name), Column: o.Column.Name}}
	case *sqlast.CreateTable:
		var refs []catalog.ColumnRef
		for i := range o.Columns {
			if o.Columns[i].Default != nil && lastValue[o.Columns[i].Type.Name.Name] != 0 {
				refs = append(refs, catalog.ColumnRef{Table: op.Before.Resolve(o.Name), Column: o.Columns[i].Name})
			}
		}
		return refs
	case *sqlast.AlterSequence:
		if s := p.After.Sequence(o.Name); o.As != "" && s != nil {
			if t, column := fedBy(p.After, s); t != nil {
				return []catalog.ColumnRef{{Table: t.Key, Column: column}}
			}
		}
	}
	return nil
}
