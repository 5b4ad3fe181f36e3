package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/sqlast"
)

var moneyType = &analyzer.Rule{
	Name: "money-type", Severity: analyzer.Warning, Concern: analyzer.Convention, OptIn: true, Since: "0.1.0",
	Summary: "a column is money, whose meaning depends on a setting of the session",
	Why: "A money value is a number without a currency; `lc_monetary` decides how it is read and printed, and how many digits " +
		"it has. A dump loaded under another locale changes every amount, and two sessions may disagree.",
	Instead: "`numeric(12,2)`, and the currency in a column of its own.",
	Bad:     "CREATE TABLE invoices (id bigint PRIMARY KEY, total money);\n",
	Good:    "CREATE TABLE invoices (id bigint PRIMARY KEY, total numeric(12,2));\n",
	Run:     runMoneyType,
}

func runMoneyType(p *analyzer.Pass) {
	for op := range p.Ops() {
		for _, c := range newColumns(op.Op) {
			if isBuiltin(c.Type, "money") {
				p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{Span: c.At, Message: fmt.Sprintf(
					"column %s is money: the setting lc_monetary decides what its values are", sqlast.QuoteIdent(c.Name))})
			}
		}
	}
}
