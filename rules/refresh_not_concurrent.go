package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/effect"
	"github.com/miglint/miglint/internal/recipe"
	"github.com/miglint/miglint/sqlast"
)

var refreshNotConcurrent = &analyzer.Rule{
	Name: "refresh-not-concurrent", Severity: analyzer.Warning, Concern: analyzer.Locking, Since: "0.1.0",
	Summary: "REFRESH MATERIALIZED VIEW without CONCURRENTLY blocks everybody who reads the view",
	Why:     "It takes ACCESS EXCLUSIVE on the materialized view for as long as its query runs.",
	Instead: "`REFRESH MATERIALIZED VIEW CONCURRENTLY`, which needs a unique index without a WHERE on plain columns of the " +
		"view. It may run in a transaction.",
	Except: "Nothing reads the view while the migration runs.",
	Bad:    "REFRESH MATERIALIZED VIEW daily_totals;\n",
	Good:   "REFRESH MATERIALIZED VIEW CONCURRENTLY daily_totals;\n",
	Run:    runRefreshNotConcurrent,
}

func runRefreshNotConcurrent(p *analyzer.Pass) {
	for op := range p.Ops() {
		refresh, ok := op.Op.(*sqlast.RefreshMaterializedView)
		if !ok || refresh.Concurrently || refresh.NoData || op.Effect.Op(op.I).Fails != nil {
			continue
		}
		key := op.Before.Resolve(refresh.Name)
		view := op.Before.ViewAt(key)
		if op.Minor(key) || view != nil && !view.Populated {
			continue // nobody can read it yet
		}
		d := analyzer.Diagnostic{
			Message:    fmt.Sprintf("refreshing %s blocks its reads for as long as its query takes, %s", refresh.Name, op.Until()),
			Locks:      op.Locks(op.I, effect.AccessExclusive),
			Suggestion: recipe.Statement(recipe.InsertAfter(op.Text, "view", "CONCURRENTLY")),
		}
		if view != nil && hasPlainUniqueIndex(view) {
			d.Fixes = insertWord(op, "view", "refresh CONCURRENTLY")
		} else {
			d.Suggestion = "-- needs a unique index without WHERE on columns of the view\n" + d.Suggestion
		}
		p.ReportStmt(op.Stmt, op.I, d)
	}
}

// hasPlainUniqueIndex reports whether CONCURRENTLY can tell the rows of the view
// apart (is_usable_unique_index in matview.c).
func hasPlainUniqueIndex(v *catalog.View) bool {
	for _, i := range v.Indexes {
		usable := i.Unique && i.Valid && i.Where == nil
		for _, e := range i.Elements {
			usable = usable && e.Column != ""
		}
		if usable {
			return true
		}
	}
	return false
}
