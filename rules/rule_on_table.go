package rules

import (
	"fmt"
	"strings"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/sqlast"
)

var ruleOnTable = &analyzer.Rule{
	Name: "rule-on-table", Severity: analyzer.Warning, Concern: analyzer.Breaking, Since: "0.1.0",
	Summary: "a rewrite rule on a table changes what queries of running code mean",
	Why: "A rule rewrites the query, not the row. With one for INSERT or UPDATE, `INSERT … ON CONFLICT` fails, and with DO " +
		"INSTEAD `INSERT … RETURNING` too, which object mappers need to learn the key (SQLSTATE 0A000); the number of rows " +
		"affected is that of the rule's last query, or none; COPY ignores rules altogether; functions such as nextval or " +
		"random are evaluated once for each query. The manual advises triggers. Modelled on INSERTs that were sent to " +
		"partitions by rules until the application began to use RETURNING.",
	Instead: "A trigger; for an archive or a partition, declarative partitioning; for a renamed table, a view.",
	Bad: `-- 0001_orders.sql --
CREATE TABLE orders (id bigint PRIMARY KEY);
CREATE TABLE orders_log (id bigint);
-- 0002_log.sql --
SET lock_timeout = '5s';
CREATE RULE log AS ON INSERT TO orders DO ALSO INSERT INTO orders_log VALUES (new.id);
RESET lock_timeout;
`,
	Good: `-- 0001_orders.sql --
CREATE TABLE orders (id bigint PRIMARY KEY);
CREATE TABLE orders_log (id bigint);
CREATE FUNCTION log_order() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO orders_log VALUES (new.id); RETURN NULL; END $$;
-- 0002_log.sql --
SET lock_timeout = '5s';
CREATE TRIGGER log AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION log_order();
RESET lock_timeout;
`,
	Run: runRuleOnTable,
}

func runRuleOnTable(p *analyzer.Pass) {
	for op := range p.Ops() {
		rule, ok := op.Op.(*sqlast.CreateRule)
		if !ok || rule.Event == "select" {
			continue
		}
		t := op.Before.Table(rule.Table.Name)
		if t == nil || op.IsNew(t.Key) || p.After.TableAt(t.Key) == nil {
			continue // perhaps a view, where rules are as usual
		}
		does := "does more than it says"
		if rule.Instead {
			does = "does something else"
		}
		breaks := ""
		if rule.Event == "insert" || rule.Event == "update" {
			breaks = ", and INSERT … ON CONFLICT fails"
		}
		p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{Message: fmt.Sprintf("from now on each %s of %s %s%s",
			strings.ToUpper(rule.Event), t.Key, does, breaks)})
	}
}
