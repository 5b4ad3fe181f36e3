package rules

import (
	"fmt"
	"strings"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/effect"
	"github.com/miglint/miglint/internal/recipe"
	"github.com/miglint/miglint/sqlast"
)

var columnTypeRewrite = &analyzer.Rule{
	Name: "column-type-rewrite", Severity: analyzer.Error, Concern: analyzer.Locking, Since: "0.1.0",
	Aliases: []string{"changing-column-type", "change_column", "E5", "PG301"},
	Summary: "changing a column's type copies the table, rebuilds indexes or checks every row, with reads and writes blocked",
	Why: "Unless the old and the new type are stored alike, `ALTER COLUMN … TYPE` copies the table and rebuilds every index " +
		"under ACCESS EXCLUSIVE. Widening a varchar, varchar to text, more numeric precision at the same scale and a few " +
		"others are free, but even then an index on an expression or with a predicate that uses the column is rebuilt, " +
		"and a CHECK that mentions it is verified against every row.",
	Instead: "Add a second column of the new type, keep it in step with a trigger, fill it in batches, and swap the names.",
	Except:  "The table is small (list it under `small-tables`), or the pause is planned.",
	Bad:     "-- 0001_orders.sql --\nCREATE TABLE orders (id int PRIMARY KEY, total int);\n-- 0002_total.sql --\nALTER TABLE orders ALTER COLUMN total TYPE bigint;\n",
	Good: "-- 0001_orders.sql --\nCREATE TABLE orders (id int PRIMARY KEY, note varchar(50));\n-- 0002_note.sql --\n" +
		"SET lock_timeout = '5s';\nALTER TABLE orders ALTER COLUMN note TYPE varchar(200);\nRESET lock_timeout;\n",
	Run: runColumnTypeRewrite,
}

func runColumnTypeRewrite(p *analyzer.Pass) {
	for op := range p.Ops() {
		alter, ok := op.Op.(*sqlast.AlterColumnType)
		if !ok || op.Effect.Op(op.I).Fails != nil {
			continue
		}
		d := analyzer.Diagnostic{Locks: op.Locks(op.I, effect.AccessExclusive)}
		what := fmt.Sprintf("changing %s of %s to %s", sqlast.QuoteIdent(alter.Column), alter.Table.Name, alter.Type)
		narrows := ""
		why, certain, rewrites := rewritesExisting(op)
		if t := op.Before.Table(alter.Table.Name); t != nil && t.Column(alter.Column) != nil {
			old := t.Column(alter.Column).Type
			what = fmt.Sprintf("changing %s of %s from %s to %s", sqlast.QuoteIdent(alter.Column), alter.Table.Name, old, alter.Type)
			narrows = narrowing(old, alter)
		}
		if rewrites && !certain && onlyItself(alter) {
			why, certain = fmt.Sprintf("only a column that is %s already would be spared", alter.Type), true
		}
		switch {
		case rewrites && certain:
			d.Message = fmt.Sprintf("%s copies the whole table and blocks reads and writes %s", what, op.Until())
			if !strings.HasPrefix(why, "the change of ") { // which the message has said
				d.Message += ": " + why
			}
			d.Suggestion = recipe.ReplaceColumn(p, op.Stmt, alter)
		case rewrites:
			d.Severity = analyzer.Warning
			d.Message = fmt.Sprintf("%s may copy the whole table and block reads and writes %s: %s", what, op.Until(), why)
		case buildsOnExisting(op):
			d.Message = fmt.Sprintf("%s copies no row but rebuilds %s, and blocks reads and writes %s", what, rebuilt(op), op.Until())
		case scansExisting(op):
			d.Message = fmt.Sprintf("%s copies no row but checks every one again, and blocks reads and writes %s: %s",
				what, op.Until(), whyScanned(op))
		default:
			continue
		}
		if narrows != "" {
			d.Message += "; " + narrows
		}
		p.ReportStmt(op.Stmt, op.I, d)
	}
}

// onlyItself reports whether no other type is stored like the new one, so that
// any change to it copies the table (the casts of pg_cast that keep the bytes).
func onlyItself(alter *sqlast.AlterColumnType) bool {
	if alter.Type.Schema != "" {
		return false
	}
	switch alter.Type.Name.Name {
	case "int2", "int4", "int8", "float4", "float8", "money", "bool", "uuid", "json", "jsonb", "bytea", "date", "bpchar":
		return true
	}
	return alter.Type.ArrayDims > 0
}

// rebuilt names the first index that the op builds again on a table that matters.
func rebuilt(op analyzer.Op) string {
	for _, b := range op.Effect.Op(op.I).Builds {
		if b.Index != "" && !op.Cheap(b.Table) {
			return fmt.Sprintf("index %s (%s)", sqlast.QuoteIdent(b.Index), b.Why)
		}
	}
	return "an index"
}

// whyScanned says why the op reads a table that matters.
func whyScanned(op analyzer.Op) string {
	for _, r := range op.Effect.Op(op.I).Scans {
		if !op.Cheap(r.Key) {
			return r.Why
		}
	}
	return ""
}
