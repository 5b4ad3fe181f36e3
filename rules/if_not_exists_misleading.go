package rules

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

var ifNotExistsMisleading = &analyzer.Rule{
	Name: "if-not-exists-misleading", Severity: analyzer.Warning, Concern: analyzer.Failing, Since: "0.1.0",
	Summary: "IF NOT EXISTS skips a statement whose object is there with another definition",
	Why: "`IF NOT EXISTS` compares names and nothing else: PostgreSQL says NOTICE \"already exists, skipping\", the migration " +
		"succeeds, and the column, type or index that it speaks of is not there. The code that needs it fails later. It was " +
		"modelled on an index that was to be made unique: the migration dropped nothing, created it `IF NOT EXISTS` under " +
		"the old name, and duplicates went on coming in.",
	Instead: "Change what is there: ALTER TABLE for a table or column; for an index drop the old one, or take another name.",
	Bad: `-- 1_parcels.sql --
CREATE TABLE parcels (id bigint PRIMARY KEY, shelf int);
-- 2_weight.sql --
CREATE TABLE IF NOT EXISTS parcels (id bigint PRIMARY KEY, shelf int, weight int);
`,
	Good: `-- 1_parcels.sql --
CREATE TABLE parcels (id bigint PRIMARY KEY, shelf int);
-- 2_weight.sql --
SET lock_timeout = '5s';
ALTER TABLE parcels ADD COLUMN IF NOT EXISTS weight int;
RESET lock_timeout;
`,
	Run: runIfNotExistsMisleading,
}

func runIfNotExistsMisleading(p *analyzer.Pass) {
	for op := range p.Ops() {
		if !isIfNotExists(op.Op) {
			continue
		}
		w := wanted{op: op}
		if !w.find() || !op.Before.Certain(w.key) || op.Effect.Op(op.I).Fails != nil {
			continue
		}
		wrong, fix := w.compare(p.After)
		if len(wrong) == 0 {
			continue
		}
		p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{
			Message:    fmt.Sprintf("%s is there already, so this does nothing: %s", w.name, firstOf(wrong, 3)),
			Suggestion: strings.Join(fix, "\n"),
			Related:    []analyzer.Related{{Span: w.made.Span, Message: "it was made here"}},
		})
	}
}

func isIfNotExists(op sqlast.Op) bool {
	switch op := op.(type) {
	case *sqlast.CreateTable:
		return op.IfNotExists
	case *sqlast.AddColumn:
		return op.IfNotExists
	case *sqlast.CreateIndex:
		return op.IfNotExists
	}
	return false
}

// wanted is what a statement with IF NOT EXISTS would make, if it were not there.
type wanted struct {
	op   analyzer.Op
	key  catalog.Key // of the relation
	part string      // the column, if it is one
	name string      // of what is there, for messages
	made catalog.Origin
}

// find looks for what is there already.
func (w *wanted) find() bool {
	before := w.op.Before
	switch op := w.op.Op.(type) {
	case *sqlast.CreateTable:
		w.key = before.Resolve(op.Name)
		t := before.TableAt(w.key)
		if t == nil || op.Query != nil || len(op.Likes)+len(op.Inherits) > 0 || !op.PartitionOf.IsZero() || !op.OfType.IsZero() {
			return false
		}
		w.name, w.made = fmt.Sprintf("table %s", w.key), t.Created
	case *sqlast.AddColumn:
		w.key = before.Resolve(op.Table.Name)
		t := before.TableAt(w.key)
		if t == nil || t.Column(op.Column.Name) == nil {
			return false
		}
		w.part, w.made = op.Column.Name, t.Column(op.Column.Name).Created
		w.name = fmt.Sprintf("column %s.%s", w.key, sqlast.QuoteIdent(w.part))
	case *sqlast.CreateIndex:
		w.key = catalog.Key{Schema: before.Resolve(op.Table.Name).Schema, Name: op.Name}
		i := before.IndexAt(w.key)
		if i == nil || i.Constraint != "" || i.Parent != (catalog.Key{}) {
			return false
		}
		w.name, w.made = fmt.Sprintf("index %s", w.key), i.Created
	}
	return true
}

// compare says what of the wanted object is not there, neither now nor
// at the end of the script, and how to get it.
func (w *wanted) compare(end *catalog.Catalog) (wrong, fix []string) {
	if op, ok := w.op.Op.(*sqlast.CreateIndex); ok {
		if on := w.op.Before.IndexAt(w.key).Table; on != w.op.Before.Resolve(op.Table.Name) {
			return []string{fmt.Sprintf("it is an index of %s", on)}, nil
		}
	}
	found := w.op.Before.Unmet(w.op.Op, w.op.Origin)
	if len(found) == 0 {
		return nil, nil
	}
	left := map[difference]bool{}
	for _, d := range end.Unmet(w.op.Op, w.op.Origin) {
		left[about(d)] = true
	}
	for _, d := range found {
		if !left[about(d)] {
			continue
		}
		if text, sql := w.notThere(d); text != "" {
			wrong = append(wrong, text)
			if sql != "" {
				fix = append(fix, sql+";")
			}
		}
	}
	return wrong, fix
}

// notThere says what of the wanted object the one that is there does not have; ""
// if it is only the other way round.
func (w *wanted) notThere(d catalog.Difference) (text, sql string) {
	column := sqlast.QuoteIdent(d.Part)
	alter := fmt.Sprintf("ALTER TABLE %s ALTER COLUMN %s ", d.Key, column)
	is, was := oneLine(d.Is), oneLine(d.Was)
	switch {
	case d.Object == sqlast.Index && d.Change == catalog.Altered && d.What != "name":
		switch {
		case d.What == "uniqueness":
			return map[bool]string{true: "it stays UNIQUE", false: "it does not become UNIQUE"}[is == ""], ""
		case was == "":
			return fmt.Sprintf("it stays without the %s %s", d.What, is), ""
		case is == "":
			return fmt.Sprintf("it keeps the %s %s", d.What, was), ""
		}
		return fmt.Sprintf("it keeps the %s %s in place of %s", d.What, was, is), ""
	case d.Object != sqlast.Column:
		return "", ""
	case d.Change == catalog.Added:
		return fmt.Sprintf("column %s is not added", column), fmt.Sprintf("ALTER TABLE %s ADD COLUMN %s", d.Key, d.Created.Span.Text())
	case d.Change != catalog.Altered:
		return "", ""
	}
	if w.part != "" {
		column = "it"
	}
	switch {
	case d.What == "type":
		return fmt.Sprintf("%s stays %s, not %s", column, was, is), alter + "TYPE " + is
	case d.What == "default" && is != "":
		return fmt.Sprintf("%s stays with the default %s, not %s", column, cmp.Or(was, "NULL"), is), alter + "SET DEFAULT " + d.Is
	case d.What == "NOT NULL" && is != "":
		return fmt.Sprintf("%s stays nullable", column), ""
	}
	return "", ""
}
