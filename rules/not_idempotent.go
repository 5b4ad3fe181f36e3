package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/sqlast"
)

var notIdempotent = &analyzer.Rule{
	Name: "not-idempotent", Severity: analyzer.Info, Concern: analyzer.Convention, OptIn: true, Since: "0.1.0",
	Aliases: []string{"prefer-robust-stmts"},
	Summary: "a migration outside any transaction cannot be run again after it failed half-way",
	Why:     "Statements that commit one by one leave what they did when a later one fails. The second attempt then stops at the first of them, because its object is already there, or already gone.",
	Instead: "`IF NOT EXISTS` and `IF EXISTS` in migrations of several statements without a transaction; for CREATE INDEX CONCURRENTLY drop the INVALID remains first.",
	Bad:     "CREATE TABLE visits (id bigint PRIMARY KEY);\nCREATE TABLE pages (id bigint PRIMARY KEY);\n",
	Good:    "CREATE TABLE IF NOT EXISTS visits (id bigint PRIMARY KEY);\nCREATE TABLE IF NOT EXISTS pages (id bigint PRIMARY KEY);\n",
	Run:     runNotIdempotent,
}

func runNotIdempotent(p *analyzer.Pass) {
	if outside(p.Stmts) < 2 {
		return
	}
	for op := range p.Ops() {
		if op.InTx() {
			continue
		}
		if what, ok := unguarded(op.Op); ok {
			p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{Message: fmt.Sprintf(
				"%s without a transaction fails when the migration is run again", what)})
		}
	}
}

// unguarded names the command if the op cannot be repeated and could be written
// so that it can.
func unguarded(op sqlast.Op) (command string, ok bool) {
	switch op := op.(type) {
	case *sqlast.CreateTable:
		return "CREATE TABLE", !op.IfNotExists
	case *sqlast.CreateIndex:
		return "CREATE INDEX", !op.IfNotExists && !op.Concurrently
	case *sqlast.CreateSequence:
		return "CREATE SEQUENCE", !op.IfNotExists
	case *sqlast.CreateSchema:
		return "CREATE SCHEMA", !op.IfNotExists
	case *sqlast.AddColumn:
		return "ADD COLUMN", !op.IfNotExists
	case *sqlast.DropColumn:
		return "DROP COLUMN", !op.IfExists
	case *sqlast.DropConstraint:
		return "DROP CONSTRAINT", !op.IfExists
	case *sqlast.AddEnumValue:
		return "ADD VALUE", !op.IfNotExists
	case *sqlast.Drop:
		return "DROP", !op.IfExists
	}
	return "", false
}
