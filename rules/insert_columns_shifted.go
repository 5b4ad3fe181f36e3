package rules

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

var insertColumnsShifted = &analyzer.Rule{
	Name: "insert-columns-shifted", Severity: analyzer.Error, Concern: analyzer.Losing, Since: "0.1.0",
	Summary: "INSERT … SELECT puts columns into others than those of the same name",
	Why: "INSERT goes by position, not by name. A column too many or too few in one of the two lists, or `SELECT *` from a " +
		"table whose columns are in another order (ALTER TABLE appends), and every value behind it lands one column " +
		"further. If the types happen to fit there is no error: dates are in the wrong column, and the source is dropped a " +
		"line later. One upgrade put ids into created_at this way.",
	Instead: "Name the columns on both sides, in the same order.",
	Bad: "-- 0001_parcels.sql --\nCREATE TABLE parcels (id bigint PRIMARY KEY, sent timestamptz, arrived timestamptz, returned timestamptz);\n" +
		"CREATE TABLE old_parcels (id bigint PRIMARY KEY, returned timestamptz, sent timestamptz, arrived timestamptz);\n" +
		"-- 0002_copy.sql --\nINSERT INTO parcels SELECT * FROM old_parcels;\n",
	Good: "-- 0001_parcels.sql --\nCREATE TABLE parcels (id bigint PRIMARY KEY, sent timestamptz, arrived timestamptz, returned timestamptz);\n" +
		"CREATE TABLE old_parcels (id bigint PRIMARY KEY, returned timestamptz, sent timestamptz, arrived timestamptz);\n" +
		"-- 0002_copy.sql --\nINSERT INTO parcels (id, sent, arrived, returned) SELECT id, sent, arrived, returned FROM old_parcels;\n",
	Run: runInsertColumnsShifted,
}

func runInsertColumnsShifted(p *analyzer.Pass) {
	for op := range p.Ops() {
		insert, ok := op.Op.(*sqlast.Insert)
		if !ok || insert.Query == nil || insert.Query.ValueRows > 0 || op.Effect.Op(op.I).Fails != nil {
			continue
		}
		targets := insert.Columns
		if len(targets) == 0 {
			targets = tableColumns(op.Before, op.Before.Table(insert.Table.Name))
		}
		star := len(insert.Query.Targets) == 1 && insert.Query.Targets[0].Name == "*"
		if shifted := shiftedColumns(targets, selectedColumns(op, insert.Query), star); shifted != nil {
			p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{
				Message: fmt.Sprintf("the values of %s land in other columns of %s: INSERT goes by position", listed3(shifted), insert.Table.Name),
			})
		}
	}
}

// tableColumns returns the columns of a table that history knows all of.
func tableColumns(c *catalog.Catalog, t *catalog.Table) []string {
	if t == nil || !c.Certain(t.Key) || t.ColumnsUnknown {
		return nil
	}
	names := make([]string, len(t.Columns))
	for i, col := range t.Columns {
		names[i] = col.Name
	}
	return names
}

// selectedColumns returns the columns that a query selects as they are, "" for
// anything else; a * alone is spelled out.
func selectedColumns(op analyzer.Op, q *sqlast.Query) []string {
	if len(q.Targets) == 1 && q.Targets[0].Name == "*" {
		return tableColumns(op.Before, onlySource(op, q))
	}
	names := make([]string, len(q.Targets))
	for i, t := range q.Targets {
		if t.Name == "*" {
			return nil
		}
		if col, ok := t.Expr.(*sqlast.ColumnExpr); ok && t.Name == col.Column {
			names[i] = col.Column
		}
	}
	return names
}

// onlySource returns the table that a query reads, and that * stands for in it; nil
// if there are several, or a query beside the query.
func onlySource(op analyzer.Op, q *sqlast.Query) *catalog.Table {
	if len(q.Reads) != 1 || strings.Count(strings.ToLower(op.Text), "select") != 1 {
		return nil
	}
	return op.Before.Table(q.Reads[0].Name)
}

// shiftedColumns returns "a (to b)" for the columns that go to one of another name
// although there is one of their own: two of those that * stands for, or three in
// a list that are all the same number of places off. Two may be swapped on
// purpose.
func shiftedColumns(targets, selected []string, star bool) []string {
	at := make(map[string]int, len(targets))
	for i, name := range targets {
		at[name] = i
	}
	off := map[int][]string{}
	for i, name := range selected {
		own, ok := at[name]
		if !ok || i >= len(targets) || own == i {
			continue
		}
		distance := own - i
		if star {
			distance = 0
		}
		off[distance] = append(off[distance], fmt.Sprintf("%s (to %s)", sqlast.QuoteIdent(name), sqlast.QuoteIdent(targets[i])))
	}
	if star && len(off[0]) >= 2 {
		return off[0]
	}
	for _, distance := range slices.Sorted(maps.Keys(off)) {
		if len(off[distance]) >= 3 {
			return off[distance]
		}
	}
	return nil
}
