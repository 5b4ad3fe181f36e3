package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/sqlast"
)

var tableWithoutPrimaryKey = &analyzer.Rule{
	Name: "table-without-primary-key", Severity: analyzer.Warning, Concern: analyzer.Convention, OptIn: true, Since: "0.1.0",
	Aliases: []string{"require-table-primary-key"},
	Summary: "a table has no primary key at the end of the migration that creates it",
	Why:     "Without a key, rows cannot be told apart: logical replication refuses UPDATE and DELETE, and batching by key is impossible.",
	Instead: "Give the table a primary key.",
	Except:  "A staging or log table that is only ever appended to.",
	Bad:     "CREATE TABLE visits (page text);\n",
	Good:    "CREATE TABLE visits (id bigint PRIMARY KEY, page text);\n",
	Run:     runTableWithoutPrimaryKey,
}

func runTableWithoutPrimaryKey(p *analyzer.Pass) {
	if p.Down {
		return
	}
	for op := range p.Ops() {
		create, ok := op.Op.(*sqlast.CreateTable)
		if !ok || create.Persistence == sqlast.Temporary || create.Foreign || !create.PartitionOf.IsZero() || len(create.Inherits) > 0 {
			continue
		}
		after := p.After.TableAt(op.Before.Resolve(create.Name))
		if after == nil || after.PrimaryKey() != nil || after.PartitionOf.Name != "" {
			continue
		}
		p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{Span: create.Name.Span, Message: fmt.Sprintf(
			"table %s has no primary key", create.Name)})
	}
}
