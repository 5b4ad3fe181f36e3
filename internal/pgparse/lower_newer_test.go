package pgparse

import (
	"testing"

	"github.com/miglint/miglint/sqlast"
)

func TestLowerNewerGrammar(t *testing.T) {
	yes, no := true, false
	target := sqlast.AlterTarget{Table: rel("t"), Kind: sqlast.Table}
	runLowerCases(t, []lowerCase{
		{"set expression", "ALTER TABLE t ALTER COLUMN c SET EXPRESSION AS (a * 2), ADD d int", []sqlast.Op{
			&sqlast.SetExpression{AlterTarget: target, Column: "c", Expr: &sqlast.OpExpr{Op: "*", Args: []sqlast.Expr{col("a"), num("2")}}},
			&sqlast.AddColumn{AlterTarget: target, Column: sqlast.ColumnDef{Name: "d", Type: typ("int4")}},
		}},
		{"set statistics default", "ALTER TABLE t ALTER c SET STATISTICS DEFAULT", []sqlast.Op{
			&sqlast.AlterColumnOption{AlterTarget: target, Column: "c", Option: "statistics"},
		}},
		{"set access method default", "ALTER TABLE t SET ACCESS METHOD DEFAULT", []sqlast.Op{&sqlast.SetAccessMethod{AlterTarget: target}}},
		{"not null constraint not valid", `ALTER TABLE t ADD CONSTRAINT n NOT NULL "Odd" NOT VALID`, []sqlast.Op{
			&sqlast.AddConstraint{AlterTarget: target, Constraint: sqlast.Constraint{
				Kind: sqlast.NotNullConstraint, Name: "n", Columns: []string{"Odd"}, NotValid: true,
			}},
		}},
		{"not null constraints of a new table", "CREATE TABLE t (a int CONSTRAINT na NOT NULL NO INHERIT, b int NOT NULL NO INHERIT, c int, NOT NULL c NO INHERIT)", []sqlast.Op{
			&sqlast.CreateTable{
				Name: name("t"),
				Columns: []sqlast.ColumnDef{
					{Name: "a", Type: typ("int4"), NotNull: true, Constraints: []sqlast.Constraint{
						{Kind: sqlast.NotNullConstraint, Name: "na", Columns: []string{"a"}, NoInherit: true},
					}},
					{Name: "b", Type: typ("int4"), NotNull: true, Constraints: []sqlast.Constraint{
						{Kind: sqlast.NotNullConstraint, Columns: []string{"b"}, NoInherit: true},
					}},
					{Name: "c", Type: typ("int4")},
				},
				Constraints: []sqlast.Constraint{{Kind: sqlast.NotNullConstraint, Columns: []string{"c"}, NoInherit: true}},
			},
		}},
		{"domain not null", "ALTER DOMAIN d ADD CONSTRAINT n NOT NULL", []sqlast.Op{
			&sqlast.AlterDomain{Name: name("d"), Action: "add constraint", Constraint: sqlast.Constraint{Kind: sqlast.NotNullConstraint, Name: "n"}},
		}},
		{"not enforced", "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES u NOT ENFORCED, ADD CHECK (a > 0)", []sqlast.Op{
			&sqlast.AddConstraint{AlterTarget: target, Constraint: sqlast.Constraint{
				Kind: sqlast.ForeignKey, Name: "f", Columns: []string{"a"}, RefTable: name("u"), NotEnforced: true,
			}},
			&sqlast.AddConstraint{AlterTarget: target, Constraint: sqlast.Constraint{
				Expr: &sqlast.OpExpr{Op: ">", Args: []sqlast.Expr{col("a"), num("0")}},
			}},
		}},
		{"alter constraint not enforced", "ALTER TABLE t ALTER CONSTRAINT f NOT ENFORCED", []sqlast.Op{
			&sqlast.AlterConstraint{AlterTarget: target, Constraint: "f", Enforced: &no},
		}},
		{"alter constraint enforced", "ALTER TABLE t ALTER CONSTRAINT f ENFORCED", []sqlast.Op{
			&sqlast.AlterConstraint{AlterTarget: target, Constraint: "f", Enforced: &yes},
		}},
		{"alter constraint no inherit", "ALTER TABLE t ALTER CONSTRAINT f NO INHERIT", []sqlast.Op{
			&sqlast.AlterConstraint{AlterTarget: target, Constraint: "f", Inherit: &no},
		}},
		{"alter constraint inherit", "ALTER TABLE t ALTER CONSTRAINT f INHERIT", []sqlast.Op{
			&sqlast.AlterConstraint{AlterTarget: target, Constraint: "f", Inherit: &yes},
		}},
		{"virtual columns", "CREATE TABLE t (a int GENERATED ALWAYS AS (b) VIRTUAL NOT NULL, c int GENERATED ALWAYS AS (b), d int GENERATED ALWAYS AS (b) STORED, e int DEFAULT 1)", []sqlast.Op{
			&sqlast.CreateTable{Name: name("t"), Columns: []sqlast.ColumnDef{
				{Name: "a", Type: typ("int4"), NotNull: true, Generated: sqlast.Virtual, Expression: col("b")},
				{Name: "c", Type: typ("int4"), Generated: sqlast.Virtual, Expression: col("b")},
				{Name: "d", Type: typ("int4"), Generated: sqlast.Stored, Expression: col("b")},
				{Name: "e", Type: typ("int4"), Default: num("1")},
			}},
		}},
		{"without overlaps", "ALTER TABLE t ADD PRIMARY KEY (id, v WITHOUT OVERLAPS), ADD UNIQUE (id)", []sqlast.Op{
			&sqlast.AddConstraint{AlterTarget: target, Constraint: sqlast.Constraint{Kind: sqlast.PrimaryKey, Columns: []string{"id", "v"}, WithoutOverlaps: true}},
			&sqlast.AddConstraint{AlterTarget: target, Constraint: sqlast.Constraint{Kind: sqlast.Unique, Columns: []string{"id"}}},
		}},
		{"period", "ALTER TABLE t ADD FOREIGN KEY (id, PERIOD v) REFERENCES u (id, PERIOD v)", []sqlast.Op{
			&sqlast.AddConstraint{AlterTarget: target, Constraint: sqlast.Constraint{
				Kind: sqlast.ForeignKey, Columns: []string{"id", "v"}, RefTable: name("u"), RefColumns: []string{"id", "v"}, Period: true,
			}},
		}},
		{"vacuum only", "VACUUM ONLY t, u", []sqlast.Op{
			&sqlast.Vacuum{Vacuum: true, Tables: []sqlast.Relation{{Name: name("t"), Only: true}, rel("u")}},
		}},
		{"split partition", "ALTER TABLE t SPLIT PARTITION p INTO (PARTITION p1 FOR VALUES IN (1), PARTITION p2 DEFAULT)", []sqlast.Op{
			&sqlast.OtherAlter{AlterTarget: target, Action: "split partition"},
		}},
		{"merge partitions", "ALTER TABLE t MERGE PARTITIONS (p1, p2) INTO p", []sqlast.Op{
			&sqlast.OtherAlter{AlterTarget: target, Action: "merge partitions"},
		}},
		{"repack", "REPACK (CONCURRENTLY) s.t USING INDEX i", []sqlast.Op{
			&sqlast.Cluster{Table: rel("s.t"), Index: "i", Repack: true, Concurrently: true},
		}},
		{"repack everything", "REPACK", []sqlast.Op{&sqlast.Cluster{Repack: true}}},
		{"publication of sequences", "CREATE PUBLICATION p FOR ALL SEQUENCES", []sqlast.Op{
			&sqlast.CreatePublication{Name: "p", Action: "create"},
		}},
		{"wait", "WAIT FOR LSN '0/306EE20'", []sqlast.Op{&sqlast.Other{Tag: "WAIT"}}},
	})
}

// What newer grammar hides from the parser keeps its exact bytes.
func TestNewerGrammarSpans(t *testing.T) {
	add := parseOp[*sqlast.AddConstraint](t, "ALTER TABLE t\n  ADD CONSTRAINT n NOT NULL c NOT VALID")
	if got := add.At.Text(); got != "ADD CONSTRAINT n NOT NULL c NOT VALID" {
		t.Errorf("op: %q", got)
	}
	if got := add.Constraint.NotValidAt.Text(); got != "NOT VALID" {
		t.Errorf("NotValidAt: %q", got)
	}
	stmt := statementsOf(t, "CREATE TABLE t (a int GENERATED ALWAYS AS (b + 1) VIRTUAL NOT NULL, b int CHECK (b > 0) NOT ENFORCED DEFAULT 1)")[0]
	table := stmt.Ops[0].(*sqlast.CreateTable)
	for what, pair := range map[string][2]string{
		"expression": {table.Columns[0].Expression.Pos().Text(), "b + 1"},
		"NotNullAt":  {table.Columns[0].NotNullAt.Text(), "NOT NULL"},
		"check":      {table.Columns[1].Constraints[0].At.Text(), "CHECK (b > 0) NOT ENFORCED"},
		"DefaultAt":  {table.Columns[1].DefaultAt.Text(), "DEFAULT 1"},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: got %q, want %q", what, pair[0], pair[1])
		}
	}
}
