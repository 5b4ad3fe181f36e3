package catalog_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

// TestRowSecurity: what ALTER POLICY does not mention stays, as pg_policy shows.
func TestRowSecurity(t *testing.T) {
	tests := []struct {
		name, sql string
		want      []string
	}{
		{"none", "CREATE TABLE t (a int)", []string{"off"}},
		{"policy", "CREATE TABLE t (a int); CREATE POLICY p ON t USING (true); ALTER TABLE t ENABLE ROW LEVEL SECURITY",
			[]string{"on", "p permissive all [public] using"}},
		{"restrictive", "CREATE TABLE t (a int); CREATE POLICY p ON t AS RESTRICTIVE FOR INSERT TO r, s WITH CHECK (a > 0)",
			[]string{"off", "p restrictive insert [r s] check"}},
		{"altered", "CREATE TABLE t (a int); CREATE POLICY p ON t AS RESTRICTIVE FOR UPDATE TO r USING (true); ALTER POLICY p ON t WITH CHECK (true)",
			[]string{"off", "p restrictive update [r] using check"}},
		{"for others", "CREATE TABLE t (a int); CREATE POLICY p ON t FOR SELECT TO r USING (true); ALTER POLICY p ON t TO PUBLIC",
			[]string{"off", "p permissive select [public] using"}},
		{"dropped", "CREATE TABLE t (a int); ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t; DROP POLICY p ON t", []string{"on"}},
		{"disabled", "CREATE TABLE t (a int); ALTER TABLE t ENABLE ROW LEVEL SECURITY; ALTER TABLE t DISABLE ROW LEVEL SECURITY", []string{"off"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, describeSecurity(replay(t, tt.sql).Table(sqlast.Name{Name: "t"}))); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func describeSecurity(t *catalog.Table) []string {
	lines := []string{"off"}
	if t.RLS {
		lines[0] = "on"
	}
	for _, p := range t.Policies {
		words := []string{p.Name, "permissive", p.Command, fmt.Sprint(p.Roles)}
		if p.Restrictive {
			words[1] = "restrictive"
		}
		if p.Using != nil {
			words = append(words, "using")
		}
		if p.Check != nil {
			words = append(words, "check")
		}
		lines = append(lines, strings.Join(words, " "))
	}
	return lines
}

func TestPublicationsFollowTheirTables(t *testing.T) {
	tests := []struct{ name, sql, want string }{
		{"renamed", "CREATE TABLE a (x int); CREATE PUBLICATION p FOR TABLE a; ALTER TABLE a RENAME TO t; ALTER PUBLICATION p RENAME TO q", "q"},
		{"set", "CREATE TABLE t (x int); CREATE TABLE u (x int); CREATE PUBLICATION p FOR TABLE t; ALTER PUBLICATION p SET TABLE u", ""},
		{"set to a schema", "CREATE TABLE t (x int); CREATE TABLE u (x int); CREATE PUBLICATION p FOR TABLE u; ALTER PUBLICATION p SET TABLES IN SCHEMA public", "p"},
		{"current schema", "CREATE TABLE t (x int); CREATE PUBLICATION p FOR TABLES IN SCHEMA CURRENT_SCHEMA", "p"},
		{"schema taken out", "CREATE TABLE t (x int); CREATE PUBLICATION p FOR TABLES IN SCHEMA public; ALTER PUBLICATION p DROP TABLES IN SCHEMA public", ""},
		{"all tables, renamed", "CREATE PUBLICATION p FOR ALL TABLES; ALTER PUBLICATION p RENAME TO q; CREATE TABLE t (x int)", "q"},
		{"child", "CREATE TABLE r (x int); CREATE TABLE t () INHERITS (r); CREATE PUBLICATION p FOR TABLE r", "p"},
		{"not the child", "CREATE TABLE r (x int); CREATE TABLE t () INHERITS (r); CREATE PUBLICATION p FOR TABLE ONLY r", ""},
		{"partition of a partition", "CREATE TABLE r (x int) PARTITION BY LIST (x); CREATE TABLE s PARTITION OF r DEFAULT PARTITION BY LIST (x); CREATE TABLE t PARTITION OF s DEFAULT; CREATE PUBLICATION p FOR TABLE r", "p"},
		{"partitioned itself", "CREATE TABLE t (x int) PARTITION BY LIST (x); CREATE PUBLICATION p FOR TABLE t", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := replay(t, tt.sql)
			got := ""
			if p := c.Published(c.Table(sqlast.Name{Name: "t"}), "update"); p != nil {
				got = p.Name
			}
			if got != tt.want {
				t.Errorf("published by %q, want %q", got, tt.want)
			}
		})
	}
}

// TestSecurityInvoker: CREATE OR REPLACE VIEW takes it away. Measured on 18.
func TestSecurityInvoker(t *testing.T) {
	const table = "CREATE TABLE t (a int);"
	tests := []struct {
		name, sql string
		want      bool
	}{
		{"not said", "CREATE VIEW v AS SELECT a FROM t", false},
		{"said", "CREATE VIEW v WITH (security_invoker) AS SELECT a FROM t", true},
		{"off", "CREATE VIEW v WITH (security_invoker = false) AS SELECT a FROM t", false},
		{"replaced", "CREATE VIEW v WITH (security_invoker) AS SELECT a FROM t; CREATE OR REPLACE VIEW v AS SELECT a FROM t", false},
		{"set", "CREATE VIEW v AS SELECT a FROM t; ALTER VIEW v SET (security_invoker = on)", true},
		{"set as of a table", "CREATE VIEW v AS SELECT a FROM t; ALTER TABLE v SET (security_invoker)", true},
		{"reset", "CREATE VIEW v WITH (security_invoker) AS SELECT a FROM t; ALTER VIEW v RESET (security_invoker)", false},
		{"something else set", "CREATE VIEW v WITH (security_invoker) AS SELECT a FROM t; ALTER VIEW v SET (security_barrier = on)", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := replay(t, table+tt.sql).View(sqlast.Name{Name: "v"}).SecurityInvoker; got != tt.want {
				t.Errorf("got %t", got)
			}
		})
	}
}

func TestAlterFunction(t *testing.T) {
	const create = "CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql SECURITY DEFINER AS 'select 1'; CREATE FUNCTION f(a text) RETURNS int LANGUAGE sql AS 'select 1';"
	tests := []struct {
		name, sql string
		want      []string
	}{
		{"one of two", "ALTER FUNCTION f(int) SET search_path = a STABLE", []string{"int4 definer [search_path] stable", "text invoker [] volatile"}},
		{"reset", "ALTER FUNCTION f(int) SET search_path = a; ALTER FUNCTION f(int) RESET ALL SECURITY INVOKER", []string{"int4 invoker [] volatile", "text invoker [] volatile"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, f := range replay(t, create+tt.sql).Functions(sqlast.Name{Name: "f"}) {
				rights := map[bool]string{true: "definer", false: "invoker"}[f.SecurityDefiner]
				v := map[sqlast.Volatility]string{sqlast.Volatile: "volatile", sqlast.Stable: "stable"}[f.Volatility]
				got = append(got, fmt.Sprint(f.Args[0].Type.Name.Name, " ", rights, " ", f.Settings, " ", v))
			}
			slices.Sort(got)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}
