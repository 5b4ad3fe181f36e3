package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

var checkNotImmutable = &analyzer.Rule{
	Name: "check-not-immutable", Severity: analyzer.Warning, Concern: analyzer.Failing, Since: "0.1.0",
	Summary: "a CHECK depends on the time, the user, chance or other tables: rows that passed it break it later",
	Why: "PostgreSQL takes a CHECK for immutable and tests a row when it is written, never again. A row whose `ends_at > now()` " +
		"was true breaks it once that moment has passed: from then on an UPDATE of any of its columns fails (SQLSTATE " +
		"23514), and so does the restore of a dump, and the major upgrade by dump. A function that looks into " +
		"another table is not asked again when that table changes, and a dump loads the tables in an order of its own. " +
		"Modelled on a restore that failed on the day it was needed.",
	Instead: "A trigger BEFORE INSERT for what shall hold at that moment; a foreign key for another table. " +
		"`created_at <= now()` is fine: once true it stays so.",
	Bad:  "CREATE TABLE offers (id bigint PRIMARY KEY, ends_at timestamptz NOT NULL, CHECK (ends_at > now()));\n",
	Good: "CREATE TABLE offers (id bigint PRIMARY KEY, made_at timestamptz NOT NULL, ends_at timestamptz NOT NULL, CHECK (ends_at > made_at));\n",
	Run:  runCheckNotImmutable,
}

func runCheckNotImmutable(p *analyzer.Pass) {
	for op := range p.Ops() {
		for c := range checks(op.Op) {
			if why := changes(op.Before, c.Expr); why != "" {
				p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{Span: c.At, Message: why})
			}
		}
	}
}

// checks yields the CHECK constraints that an op defines.
func checks(op sqlast.Op) func(func(sqlast.Constraint) bool) {
	return func(yield func(sqlast.Constraint) bool) {
		some := func(list []sqlast.Constraint) bool {
			for _, c := range list {
				if c.Kind == sqlast.Check && c.Expr != nil && !yield(c) {
					return false
				}
			}
			return true
		}
		for _, col := range newColumns(op) {
			if !some(col.Constraints) {
				return
			}
		}
		switch op := op.(type) {
		case *sqlast.CreateTable:
			some(op.Constraints)
		case *sqlast.AddConstraint:
			if op.Constraint.Kind == sqlast.Check && op.Constraint.Expr != nil {
				yield(op.Constraint)
			}
		case *sqlast.CreateDomain:
			some(op.Base.Constraints)
		case *sqlast.AlterDomain:
			if op.Constraint.Kind == sqlast.Check && op.Constraint.Expr != nil {
				yield(op.Constraint)
			}
		}
	}
}

// changes says why a condition that was true may be false later; "" if nothing
// shows that.
func changes(c *catalog.Catalog, e sqlast.Expr) string {
	why := ""
	sqlast.WalkExpr(e, func(e sqlast.Expr) bool {
		if why != "" || staysTrue(e) {
			return false
		}
		call, ok := e.(*sqlast.FuncExpr)
		if !ok {
			return true
		}
		name := call.Name.Name
		switch {
		case isClock(call):
			why = fmt.Sprintf("rows that pass now may break this as time goes by (%s): then every UPDATE of them fails, and the restore of a dump", name)
		case slices.Contains(bySession, name) && isSystem(call.Name):
			why = fmt.Sprintf("this depends on who writes the row (%s): another role's UPDATE of it fails, and the restore of a dump", name)
		case slices.Contains(byChance, name) && isSystem(call.Name):
			why = fmt.Sprintf("this depends on chance (%s): an UPDATE of a row may fail, and the restore of a dump", name)
		default:
			if t := readsTable(c, call.Name); t != nil {
				why = fmt.Sprintf("%s reads %s: this is not checked again when that changes, and a dump may be restored in the wrong order", name, t.Key)
			}
		}
		return why == ""
	})
	return why
}

var (
	clocks = []string{"now", "current_timestamp", "current_date", "current_time", "localtime", "localtimestamp",
		"clock_timestamp", "statement_timestamp", "transaction_timestamp", "timeofday"}
	bySession = []string{"current_user", "session_user", "user", "current_role", "current_setting", "pg_backend_pid", "inet_client_addr"}
	byChance  = []string{"random", "gen_random_uuid", "uuid_generate_v4", "uuidv4", "uuidv7", "nextval"}
)

func isSystem(n sqlast.Name) bool { return n.Schema == "" || n.Schema == "pg_catalog" }

// isClock reports whether a function returns the time: also age(x), which counts
// from today.
func isClock(f *sqlast.FuncExpr) bool {
	return isSystem(f.Name) && (slices.Contains(clocks, f.Name.Name) || f.Name.Name == "age" && len(f.Args) == 1)
}

// staysTrue reports whether a comparison with the time stays true once it is, for
// the time grows: x <= now(), now() - '1 day' > x, x BETWEEN 1 AND now().
func staysTrue(e sqlast.Expr) bool {
	op, ok := e.(*sqlast.OpExpr)
	if !ok {
		return false
	}
	switch {
	case len(op.Args) == 2 && (op.Op == "<" || op.Op == "<="):
		return grows(op.Args[1]) && !usesClock(op.Args[0])
	case len(op.Args) == 2 && (op.Op == ">" || op.Op == ">="):
		return grows(op.Args[0]) && !usesClock(op.Args[1])
	case len(op.Args) == 3 && op.Op == "between":
		return grows(op.Args[2]) && !usesClock(op.Args[0]) && !usesClock(op.Args[1])
	}
	return false
}

// grows reports whether an expression never gets less as time goes by.
func grows(e sqlast.Expr) bool {
	switch e := e.(type) {
	case *sqlast.FuncExpr:
		if e.Name.Name == "extract" || e.Name.Name == "date_part" || e.Name.Name == "date_trunc" {
			return len(e.Args) == 2 && grows(e.Args[1]) && growingField(e)
		}
		return isClock(e) && e.Name.Name != "current_time" && e.Name.Name != "localtime" && e.Name.Name != "timeofday"
	case *sqlast.CastExpr:
		return grows(e.Arg)
	case *sqlast.OpExpr:
		return len(e.Args) == 2 && (e.Op == "+" || e.Op == "-") && grows(e.Args[0]) && !usesClock(e.Args[1])
	}
	return false
}

// growingField reports whether a part of a time never gets less: the year and the
// epoch, and a time cut off anywhere.
func growingField(f *sqlast.FuncExpr) bool {
	field, ok := f.Args[0].(*sqlast.ConstExpr)
	if !ok {
		return false
	}
	name := strings.ToLower(field.Value)
	return f.Name.Name == "date_trunc" || name == "year" || name == "epoch"
}

func usesClock(e sqlast.Expr) bool {
	found := false
	sqlast.WalkExpr(e, func(e sqlast.Expr) bool {
		f, ok := e.(*sqlast.FuncExpr)
		found = found || ok && isClock(f)
		return !found
	})
	return found
}

// maxBody bounds the text of a function that is read for each CHECK that calls it.
const maxBody = 10_000

// readsTable returns a table that a function of the schema reads, by its text;
// nil if none is seen.
func readsTable(c *catalog.Catalog, name sqlast.Name) *catalog.Table {
	for _, f := range c.Functions(name) {
		words := strings.Fields(strings.ToLower(f.Body[:min(len(f.Body), maxBody)]))
		for i, w := range words[:max(0, len(words)-1)] {
			if w != "from" && w != "join" {
				continue
			}
			schema, table, qualified := strings.Cut(strings.Trim(words[i+1], `";,()`), ".")
			if !qualified {
				schema, table = "", schema
			}
			if t := c.Table(sqlast.Name{Schema: schema, Name: table}); t != nil {
				return t
			}
		}
	}
	return nil
}
