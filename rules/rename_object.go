package rules

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

var renameObject = &analyzer.Rule{
	Name: "rename-object", Severity: analyzer.Error, Concern: analyzer.Breaking, Since: "0.1.0",
	Aliases: []string{"rename_schema"},
	Summary: "renaming a function, enum value, type, schema or sequence breaks the code that is running",
	Why: "Old and new code run at once during a deploy. From the moment of the rename, each call of the function, each row " +
		"written with the old enum value (\"invalid input value for enum\", SQLSTATE 22P02) and each name in the old schema " +
		"fails. What is inside the database follows a rename, except the text of functions: their calls fail too.",
	Instead: "Add the new function or value and keep the old one until no running code uses it. For a schema, leave views " +
		"under the old names.",
	Except: "No released code names it.",
	Bad: "-- 0001_state.sql --\nCREATE TYPE parcel_state AS ENUM ('packed', 'sent');\n-- 0002_rename.sql --\n" +
		"ALTER TYPE parcel_state RENAME VALUE 'sent' TO 'on_its_way';\n",
	Good: "-- 0001_state.sql --\nCREATE TYPE parcel_state AS ENUM ('packed', 'sent');\n-- 0002_add.sql --\n" +
		"ALTER TYPE parcel_state ADD VALUE 'on_its_way';\n",
	Run: runRenameObject,
}

func runRenameObject(p *analyzer.Pass) {
	var taken map[string]int
	for op := range p.Ops() {
		what, verb, severity := renamedObject(p, op)
		if what == "" || op.Effect.Op(op.I).Fails != nil {
			continue
		}
		if taken == nil {
			taken = objectsMade(p)
		}
		if taken[what] > op.Index {
			continue
		}
		p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{
			Severity: severity,
			Message:  fmt.Sprintf("running code that uses %s fails as soon as it is %s", what, verb),
		})
	}
}

// renamedObject names what an op renames or moves, if running code may name it and
// it was there before the script; what is "" otherwise.
func renamedObject(p *analyzer.Pass, op analyzer.Op) (what, verb string, severity analyzer.Severity) {
	switch o := op.Op.(type) {
	case *sqlast.Rename:
		if o.Object == sqlast.EnumValue || o.Object == sqlast.Attribute {
			if t := op.Before.Type(o.On.Name); t != nil && t.Created.Same(op.Origin) && !t.Partial {
				return "", "", 0
			}
			if o.Object == sqlast.Attribute {
				return fmt.Sprintf("attribute %s of type %s", sqlast.QuoteIdent(o.Old), o.On.Name), "called " + sqlast.QuoteIdent(o.New), analyzer.Warning
			}
			return fmt.Sprintf("enum value %s of %s", sqlast.QuoteLiteral(o.Old), o.On.Name), "called " + sqlast.QuoteLiteral(o.New), 0
		}
		severity, ok := usedByCode(p, op, o.Object, o.Name)
		if !ok {
			return "", "", 0
		}
		return object(o.Object, o.Name), "called " + sqlast.QuoteIdent(o.New), severity
	case *sqlast.SetSchema:
		severity, ok := usedByCode(p, op, o.Object, o.Name)
		if !ok {
			return "", "", 0
		}
		return object(o.Object, o.Name), "in schema " + sqlast.QuoteIdent(o.Schema), severity
	}
	return "", "", 0
}

// object is an object as messages name it.
func object(kind sqlast.ObjectKind, name sqlast.Name) string {
	return kind.String() + " " + name.String()
}

// usedByCode reports whether running code may name an object of that kind, and
// how much that matters. Tables and views have rules of their own, and names of
// constraints, indexes and triggers are hardly ever in a query. Nor are those of
// trigger functions and of sequences behind a default.
func usedByCode(p *analyzer.Pass, op analyzer.Op, kind sqlast.ObjectKind, name sqlast.Name) (severity analyzer.Severity, ok bool) {
	switch kind {
	case sqlast.Schema:
		return 0, true
	case sqlast.Function, sqlast.Procedure, sqlast.Aggregate:
		return 0, calledByCode(p, op, name)
	case sqlast.Type, sqlast.Domain:
		t := op.Before.Type(name)
		return analyzer.Warning, t == nil || !t.Created.Same(op.Origin)
	case sqlast.Sequence:
		s := op.Before.Sequence(name)
		return 0, s != nil && s.OwnedBy == (catalog.Key{}) && len(s.UsedBy) == 0 && !s.Created.Same(op.Origin)
	}
	return 0, false
}

// calledByCode reports whether running code may call a function: it was there
// before the script, and is not one for triggers or for what else is in the
// database.
func calledByCode(p *analyzer.Pass, op analyzer.Op, name sqlast.Name) bool {
	for _, f := range op.Before.Functions(name) {
		switch {
		case f.Created.Same(op.Origin), f.Returns.Name.Name == "trigger", f.Returns.Name.Name == "event_trigger":
		default:
			return !p.Stmts[0].Before.CalledInside(f)
		}
	}
	return false
}

// objectsMade returns the last statement that gives a name to an object, as
// messages name it.
func objectsMade(p *analyzer.Pass) map[string]int {
	made := map[string]int{}
	for op := range p.Ops() {
		switch o := op.Op.(type) {
		case *sqlast.CreateFunction:
			made[object(sqlast.Function, o.Name)] = op.Index
			made[object(sqlast.Procedure, o.Name)] = op.Index
		case *sqlast.CreateType:
			made[object(sqlast.Type, o.Name)] = op.Index
		case *sqlast.CreateDomain:
			made[object(sqlast.Domain, o.Name)] = op.Index
		case *sqlast.CreateSequence:
			made[object(sqlast.Sequence, o.Name)] = op.Index
		case *sqlast.CreateSchema:
			made[object(sqlast.Schema, sqlast.Name{Name: o.Name})] = op.Index
		case *sqlast.AddEnumValue:
			made[fmt.Sprintf("enum value %s of %s", sqlast.QuoteLiteral(o.Value), o.Type)] = op.Index
		case *sqlast.Rename:
			made[object(o.Object, sqlast.Name{Schema: o.Name.Schema, Name: o.New})] = op.Index
		}
	}
	return made
}
