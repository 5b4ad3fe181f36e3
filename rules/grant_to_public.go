package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/internal/recipe"
	"github.com/miglint/miglint/sqlast"
)

var grantToPublic = &analyzer.Rule{
	Name: "grant-to-public", Severity: analyzer.Warning, Concern: analyzer.Losing, Since: "0.1.0",
	Summary: "privileges on tables, or to create in a schema, are granted to every role",
	Why: "PUBLIC is every role there is and every role there will be: the one for reports, the one of a vendor's tool, the one " +
		"whose password leaked. With CREATE on a schema each of them can put a function there that others call by mistake " +
		"and run as themselves (CVE-2018-1058), which is why PostgreSQL 15 took it from PUBLIC. ALTER DEFAULT PRIVILEGES " +
		"does it for tables that do not exist yet.",
	Instead: "Grant to a role for each purpose, and make others its members.",
	Except:  "The database serves one application with one role, or the table is meant for everybody.",
	Bad:     "CREATE TABLE accounts (id bigint PRIMARY KEY, balance numeric NOT NULL);\nGRANT ALL ON accounts TO PUBLIC;\n",
	Good:    "CREATE TABLE accounts (id bigint PRIMARY KEY, balance numeric NOT NULL);\nGRANT SELECT ON accounts TO pg_monitor;\n",
	Run:     runGrantToPublic,
}

func runGrantToPublic(p *analyzer.Pass) {
	for op := range p.Ops() {
		g, ok := op.Op.(*sqlast.Grant)
		if !ok || g.Revoke || !slices.Contains(g.Grantees, "public") {
			continue
		}
		what := publicGets(g)
		if what == "" {
			continue
		}
		d := analyzer.Diagnostic{Message: fmt.Sprintf("every role, present and future, may %s", what)}
		if readsOnly(g) {
			d.Severity = analyzer.Info
		}
		if i := strings.LastIndex(strings.ToLower(op.Text), "public"); i >= 0 && len(g.Grantees) == 1 {
			d.Suggestion = "-- with the role that needs it\n" + recipe.Statement(op.Text[:i]+"CURRENT_USER"+op.Text[i+len("public"):])
		}
		p.ReportStmt(op.Stmt, op.I, d)
	}
}

func readsOnly(g *sqlast.Grant) bool { return len(g.Privileges) == 1 && g.Privileges[0] == "select" }

// publicGets says what PUBLIC may do by a grant; "" for what it may do by default
// anyway, such as calling functions, or what lets it do nothing by itself.
func publicGets(g *sqlast.Grant) string {
	switch g.Object {
	case sqlast.Table, sqlast.Sequence:
	case sqlast.Schema:
		if len(g.Privileges) > 0 && !slices.Contains(g.Privileges, "create") {
			return ""
		}
		if g.Default {
			return "create objects in every schema that is made from now on"
		}
		return "create objects in schema " + namesOf(g.Names)
	default:
		return ""
	}
	may := strings.Join(g.Privileges, ", ")
	if may == "" {
		may = "do everything"
	}
	kind := g.Object.String() + "s"
	switch {
	case g.Default && len(g.AllIn) > 0:
		return fmt.Sprintf("%s on %s that are made in schema %s from now on", may, kind, strings.Join(g.AllIn, ", "))
	case g.Default:
		return fmt.Sprintf("%s on %s that are made from now on", may, kind)
	case len(g.AllIn) > 0:
		return fmt.Sprintf("%s on all %s of schema %s", may, kind, strings.Join(g.AllIn, ", "))
	}
	return fmt.Sprintf("%s on %s", may, namesOf(g.Names))
}

func namesOf(names []sqlast.Name) string {
	list := make([]string, len(names))
	for i, n := range names {
		list[i] = n.String()
	}
	return listed3(list)
}
