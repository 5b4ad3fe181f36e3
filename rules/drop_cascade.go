package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

var dropCascade = &analyzer.Rule{
	Name: "drop-cascade", Severity: analyzer.Warning, Concern: analyzer.Losing, Since: "0.1.0",
	Aliases: []string{"ban-drop-cascade", "ban-truncate-cascade"},
	Summary: "CASCADE on an object whose dependents the migrations do not show",
	Why: "CASCADE drops whatever depends on the object: views, foreign keys of other tables, functions, and what depends on " +
		"those. miglint has not seen the object being made, so nobody reviewing this can know what goes.",
	Instead: "Name the dependents and drop them one by one, without CASCADE: PostgreSQL then refuses if one was forgotten.",
	Except:  "The schema is miglint's to know: name a dump of it under `schema:`, and the dependents are listed instead.",
	Bad:     "SET lock_timeout = '5s';\n-- miglint:ignore drop-table exported on 2026-01-10\nDROP TABLE invoices CASCADE;\nRESET lock_timeout;\n",
	Good:    "SET lock_timeout = '5s';\n-- miglint:ignore drop-table exported on 2026-01-10\nDROP TABLE invoices;\nRESET lock_timeout;\n",
	Run:     runDropCascade,
}

func runDropCascade(p *analyzer.Pass) {
	for op := range p.Ops() {
		var what string
		var known bool
		switch o := op.Op.(type) {
		case *sqlast.Drop:
			if !o.Cascade {
				continue
			}
			what, known = fmt.Sprintf("%s %s", o.Object, o.Name), dependentsKnown(op, o)
		case *sqlast.DropColumn:
			if !o.Cascade {
				continue
			}
			what, known = "column "+sqlast.QuoteIdent(o.Column), tableKnown(op.Before.Table(o.Table.Name))
		case *sqlast.DropConstraint:
			if !o.Cascade {
				continue
			}
			what, known = "constraint "+sqlast.QuoteIdent(o.Constraint), tableKnown(op.Before.Table(o.Table.Name))
		default:
			continue
		}
		if known {
			continue // drop-takes-along lists them
		}
		p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{
			Message: fmt.Sprintf("CASCADE also drops whatever depends on %s, and the migrations do not show what that is", what),
		})
	}
}

// dependentsKnown reports whether history saw the object being made, or it
// stands in a place where dependents are all there.
func dependentsKnown(op analyzer.Op, drop *sqlast.Drop) bool {
	switch drop.Object {
	case sqlast.Table, sqlast.ForeignTable:
		return tableKnown(op.Before.Table(drop.Name))
	case sqlast.View, sqlast.MaterializedView:
		return op.Before.View(drop.Name) != nil
	case sqlast.Type, sqlast.Domain:
		t := op.Before.Type(drop.Name)
		return t != nil && !t.Partial
	case sqlast.Schema:
		return op.Before.Schema(drop.Name.Name)
	case sqlast.Index, sqlast.Trigger, sqlast.Policy, sqlast.RewriteRule:
		return true // hardly anything can depend on them
	case sqlast.Sequence:
		return op.Before.Sequence(drop.Name) != nil
	case sqlast.Function, sqlast.Procedure:
		return len(op.Before.Functions(drop.Name)) > 0
	case sqlast.Extension:
		return op.Before.Extension(drop.Name.Name)
	}
	return false
}

func tableKnown(t *catalog.Table) bool { return t != nil && !t.Partial }
