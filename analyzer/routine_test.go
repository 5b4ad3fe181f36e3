package analyzer_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/migration"
)

// followed prints the statements of a script, those in routines under the one that
// runs them: what is known of when they run, and how they fail.
func followed(stmts []*analyzer.Stmt) []string {
	var out []string
	for _, s := range stmts {
		line := strings.Join(strings.Fields(s.Text), " ")
		if s.Within == nil {
			out = append(out, cutShort(line, 12))
			continue
		}
		for by := s; by.Within != nil; by = by.Within.By {
			line = "  " + line
		}
		var notes []string
		if s.Within.Routine != "" {
			notes = append(notes, s.Within.Routine)
		}
		if s.Within.MayRun {
			notes = append(notes, "perhaps")
		}
		if s.Within.Many {
			notes = append(notes, "many times")
		}
		if s.Effect.Fails != nil {
			notes = append(notes, s.Effect.Fails.SQLState)
		}
		if len(notes) > 0 {
			line += " (" + strings.Join(notes, ", ") + ")"
		}
		out = append(out, line)
	}
	return out
}

func cutShort(s string, n int) string {
	if len(s) > n {
		return s[:n] + "…"
	}
	return s
}

func TestStatementsInsideRoutines(t *testing.T) {
	tests := []struct {
		name, before, sql string
		want              []string
	}{
		{"in order, and nothing for what only computes", "",
			"DO $$ DECLARE n int := 1; BEGIN n := n + 1; CREATE TABLE a (id int); RAISE NOTICE 'x'; DROP TABLE a; END $$;",
			[]string{"DO $$ DECLAR…", "  CREATE TABLE a (id int)", "  DROP TABLE a"}},
		{"EXECUTE of a constant", "",
			"DO $$ BEGIN EXECUTE 'CREATE TABLE a (id int)'; END $$;",
			[]string{"DO $$ BEGIN …", "  CREATE TABLE a (id int)"}},
		{"a guard whose object is there keeps its arm from running", "CREATE TABLE a (id int, note text);",
			"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_attribute WHERE attname = 'note') THEN DROP TABLE b; ALTER TABLE a ADD COLUMN note text; END IF; DROP TABLE c; END $$;",
			[]string{"DO $$ BEGIN …", "  DROP TABLE c"}},
		{"a guard whose object is not known to be there does not", "CREATE TABLE a (id int);",
			"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_attribute WHERE attname = 'note') THEN ALTER TABLE a ADD COLUMN note text; END IF; END $$;",
			[]string{"DO $$ BEGIN …", "  ALTER TABLE a ADD COLUMN note text (perhaps)"}},
		{"what an arm makes is not certain afterwards", "",
			"DO $$ BEGIN IF random() < 0.5 THEN CREATE TABLE a (id int); END IF; CREATE TABLE a (id int); END $$;",
			[]string{"DO $$ BEGIN …", "  CREATE TABLE a (id int) (perhaps)", "  CREATE TABLE a (id int)"}},
		{"what an arm drops may be there afterwards", "CREATE TABLE a (id int);",
			"DO $$ BEGIN IF version() = '' THEN DROP TABLE a; END IF; DROP TABLE a; END $$;",
			[]string{"DO $$ BEGIN …", "  DROP TABLE a (perhaps)", "  DROP TABLE a"}},
		{"both arms begin with the same schema", "CREATE TABLE a (id int);",
			"DO $$ BEGIN IF version() = '' THEN DROP TABLE a; ELSE ALTER TABLE a RENAME TO b; END IF; END $$;",
			[]string{"DO $$ BEGIN …", "  DROP TABLE a (perhaps)", "  ALTER TABLE a RENAME TO b (perhaps)"}},
		{"what all arms but one exclude is certain", "CREATE TABLE a (id int);",
			"DO $$ BEGIN IF version() = '' THEN CREATE TABLE a (id int); ELSE CREATE TABLE b (id int); END IF; CREATE TABLE b (id int); END $$;",
			[]string{"DO $$ BEGIN …", "  CREATE TABLE b (id int) (perhaps)", "  CREATE TABLE b (id int) (42P07)"}},
		{"without a guard it fails", "CREATE TABLE a (id int);",
			"DO $$ BEGIN CREATE TABLE a (id int); END $$;",
			[]string{"DO $$ BEGIN …", "  CREATE TABLE a (id int) (42P07)"}},
		{"a handler catches the failure, and the block is undone", "CREATE TYPE mood AS ENUM ('sad');",
			"DO $$ BEGIN CREATE TABLE a (id int); CREATE TYPE mood AS ENUM ('ok'); DROP TABLE z; EXCEPTION WHEN duplicate_object THEN DROP TABLE y; END $$; CREATE TABLE a (id int);",
			[]string{"DO $$ BEGIN …", "  CREATE TABLE a (id int)", "  DROP TABLE y", "CREATE TABLE…"}},
		{"a handler for something else does not", "CREATE TYPE mood AS ENUM ('sad');",
			"DO $$ BEGIN CREATE TYPE mood AS ENUM ('ok'); EXCEPTION WHEN undefined_table THEN NULL; END $$;",
			[]string{"DO $$ BEGIN …", "  CREATE TYPE mood AS ENUM ('ok') (42710)"}},
		{"nor does one that raises it again", "CREATE TYPE mood AS ENUM ('sad');",
			"DO $$ BEGIN CREATE TYPE mood AS ENUM ('ok'); EXCEPTION WHEN OTHERS THEN RAISE; END $$;",
			[]string{"DO $$ BEGIN …", "  CREATE TYPE mood AS ENUM ('ok') (42710)"}},
		{"a class of conditions", "CREATE TABLE a (id int);",
			"DO $$ BEGIN CREATE TABLE a (id int); EXCEPTION WHEN syntax_error_or_access_rule_violation THEN NULL; END $$;",
			[]string{"DO $$ BEGIN …"}},
		{"a loop", "",
			"DO $$ DECLARE r record; BEGIN FOR r IN SELECT id FROM orders LOOP UPDATE orders SET id = r.id WHERE id = r.id; END LOOP; END $$;",
			[]string{"DO $$ DECLAR…", "  SELECT id FROM orders", "  UPDATE orders SET id = r.id WHERE id = r.id (perhaps, many times)"}},
		{"what comes after IF … THEN RETURN may not run", "CREATE TABLE a (id int);",
			"DO $$ BEGIN IF version() = '' THEN RETURN; END IF; DROP TABLE b; CREATE TABLE a (id int); END $$;",
			[]string{"DO $$ BEGIN …"}},
		{"after RAISE EXCEPTION it does: else the migration stops", "CREATE TABLE a (id int);",
			"DO $$ BEGIN IF version() = '' THEN RAISE EXCEPTION 'no'; END IF; CREATE TABLE a (id int); END $$;",
			[]string{"DO $$ BEGIN …", "  CREATE TABLE a (id int) (42P07)"}},
		{"nothing after a certain RETURN", "", "DO $$ BEGIN RETURN; DROP TABLE a; END $$;", []string{"DO $$ BEGIN …"}},
		{"a function that is called", "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM g(); END $$; CREATE FUNCTION g() RETURNS void LANGUAGE sql AS $$ DROP TABLE a $$;",
			"SELECT f(); DROP TABLE b;",
			[]string{"SELECT f()", "  PERFORM g() (function f)", "    DROP TABLE a (function g)", "DROP TABLE b"}},
		{"a function that is only made", "", "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN DROP TABLE a; END $$;", []string{"CREATE FUNCT…"}},
		{"recursion ends", "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN DROP TABLE a; PERFORM f(); END $$;", "SELECT f();",
			[]string{"SELECT f()", "  DROP TABLE a (function f)", "  PERFORM f() (function f)"}},
		{"COMMIT in a procedure", "CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN DROP TABLE a; COMMIT; DROP TABLE b; END $$;", "CALL p();",
			[]string{"CALL p()", "  DROP TABLE a (procedure p)", "  DROP TABLE b (procedure p)"}},
		{"COMMIT in a function", "CREATE FUNCTION p() RETURNS void LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$;", "SELECT p();",
			[]string{"SELECT p()", "  COMMIT (function p, 2D000)"}},
		{"COMMIT in a procedure of a SECURITY DEFINER", "CREATE PROCEDURE p() LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN COMMIT; END $$;", "CALL p();",
			[]string{"CALL p()", "  COMMIT (procedure p, 2D000)"}},
		{"COMMIT in a block with a handler", "", "DO $$ BEGIN BEGIN COMMIT; EXCEPTION WHEN undefined_table THEN NULL; END; END $$;",
			[]string{"DO $$ BEGIN …", "  COMMIT (2D000)"}},
		{"COMMIT in a transaction block", "", "BEGIN; DO $$ BEGIN COMMIT; END $$; COMMIT;",
			[]string{"BEGIN", "DO $$ BEGIN …", "  COMMIT (2D000)", "COMMIT"}},
		{"CONCURRENTLY", "CREATE TABLE a (id int);", "DO $$ BEGIN CREATE INDEX CONCURRENTLY i ON a (id); END $$;",
			[]string{"DO $$ BEGIN …", "  CREATE INDEX CONCURRENTLY i ON a (id) (25001)"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			files := map[string]string{"1.sql": tt.before, "2.sql": tt.sql}
			got := followed(annotate(t, migration.Options{Framework: "plain", Transaction: "statement"}, files))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
