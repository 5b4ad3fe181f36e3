package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/sqlast"
)

var integerPrimaryKey = &analyzer.Rule{
	Name: "integer-primary-key", Severity: analyzer.Warning, Concern: analyzer.Convention, OptIn: true, Since: "0.1.0",
	Aliases: []string{"prefer-bigint-over-int", "prefer-big-int"},
	Summary: "a primary key of 32 bits or fewer runs out",
	Why:     "An integer key ends at 2,147,483,647. The day it does, every INSERT fails, and changing the type copies the table and every table that references it.",
	Instead: "`bigint` from the start: it costs four bytes a row.",
	Except:  "The table lists something small, such as countries.",
	Bad:     "CREATE TABLE visits (id integer PRIMARY KEY);\n",
	Good:    "CREATE TABLE visits (id bigint PRIMARY KEY);\n",
	Run:     runIntegerPrimaryKey,
}

func runIntegerPrimaryKey(p *analyzer.Pass) {
	for op := range p.Ops() {
		create, ok := op.Op.(*sqlast.CreateTable)
		if !ok || create.Persistence == sqlast.Temporary {
			continue
		}
		key := primaryKeyColumns(create)
		if len(key) != 1 {
			continue
		}
		for _, c := range create.Columns {
			t := c.Type
			small := isBuiltin(t, "int2") || isBuiltin(t, "int4") || isBuiltin(t, "serial2") || isBuiltin(t, "serial4")
			if small && c.Name == key[0] {
				p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{Span: c.At, Message: fmt.Sprintf(
					"primary key %s is %s and runs out of numbers", sqlast.QuoteIdent(c.Name), t)})
			}
		}
	}
}

// primaryKeyColumns returns the columns of the primary key that the statement
// declares.
func primaryKeyColumns(create *sqlast.CreateTable) []string {
	for _, con := range create.Constraints {
		if con.Kind == sqlast.PrimaryKey {
			return con.Columns
		}
	}
	for _, c := range create.Columns {
		for _, con := range c.Constraints {
			if con.Kind == sqlast.PrimaryKey {
				return []string{c.Name}
			}
		}
	}
	return nil
}
