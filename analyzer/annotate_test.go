package analyzer_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/migration"
	"github.com/miglint/miglint/sqlast"
)

// annotate returns the annotated up script of the last migration of a folder.
func annotate(t *testing.T, opts migration.Options, files map[string]string) []*analyzer.Stmt {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text), Mode: 0o644}
	}
	set, err := migration.Load(fsys, ".", "", opts)
	if err != nil {
		t.Fatal(err)
	}
	var stmts []*analyzer.Stmt
	for p := range analyzer.Annotate(set, analyzer.Options{}) {
		if !p.Down {
			stmts = p.Stmts
		}
	}
	return stmts
}

// transactions prints, for each statement, the kind of transaction it is in and
// which one, as a letter.
func transactions(stmts []*analyzer.Stmt) []string {
	letters := map[*analyzer.Tx]string{}
	var out []string
	for _, s := range stmts {
		if s.Tx == nil {
			out = append(out, "-")
			continue
		}
		if letters[s.Tx] == "" {
			letters[s.Tx] = string(rune('A' + len(letters)))
		}
		kind := map[analyzer.TxKind]string{analyzer.ExplicitTx: "explicit", analyzer.RunnerTx: "runner", analyzer.ImplicitTx: "implicit"}[s.Tx.Kind]
		out = append(out, kind+" "+letters[s.Tx])
	}
	return out
}

func TestTransactionOfEachStatement(t *testing.T) {
	tests := []struct {
		name        string
		transaction string // shape of a plain folder
		sql         string
		want        []string
	}{
		{"statements on their own", "statement", "SELECT 1; SELECT 2;", []string{"-", "-"}},
		{"explicit block", "statement", "SELECT 1; BEGIN; SELECT 2; COMMIT; SELECT 3;",
			[]string{"-", "explicit A", "explicit A", "explicit A", "-"}},
		{"one statement in a query is no block", "implicit", "SELECT 1;", []string{"-"}},
		{"two statements in a query are a block", "implicit", "SELECT 1; SELECT 2;", []string{"implicit A", "implicit A"}},
		{"COMMIT in a query starts another block", "implicit", "SELECT 1; COMMIT; SELECT 2;",
			[]string{"implicit A", "implicit A", "implicit B"}},
		{"BEGIN turns an implicit block into a regular one", "implicit", "BEGIN; SELECT 1; COMMIT; SELECT 2;",
			[]string{"explicit A", "explicit A", "explicit A", "implicit B"}},
		{"the runner's transaction", "file", "SELECT 1; SELECT 2;", []string{"runner A", "runner A"}},
		{"BEGIN in the runner's transaction only warns", "file", "BEGIN; SELECT 1;", []string{"runner A", "runner A"}},
		{"COMMIT ends the runner's transaction", "file", "SELECT 1; COMMIT; SELECT 2; SELECT 3;",
			[]string{"runner A", "runner A", "-", "-"}},
		{"a block after the runner's transaction was ended", "file", "COMMIT; BEGIN; SELECT 1; COMMIT;",
			[]string{"runner A", "explicit B", "explicit B", "explicit B"}},
		{"AND CHAIN begins the next", "statement", "BEGIN; COMMIT AND CHAIN; SELECT 1; COMMIT;",
			[]string{"explicit A", "explicit A", "explicit B", "explicit B"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			stmts := annotate(t, migration.Options{Framework: "plain", Transaction: tt.transaction}, map[string]string{"1.sql": tt.sql})
			got := transactions(stmts)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Measured with Flyway 11 on its JDBC driver: see conformance/testdata.
func TestRunnerBeginsAgain(t *testing.T) {
	stmts := annotate(t, migration.Options{Framework: "flyway"}, map[string]string{"V1__a.sql": "SELECT 1; COMMIT; SELECT 2; SELECT 3;"})
	want := []string{"runner A", "runner A", "runner B", "runner B"}
	if diff := cmp.Diff(want, transactions(stmts)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestRollbackUndoesTheSchema(t *testing.T) {
	tests := []struct {
		name, sql string
		tables    []string // that exist before the last statement, of a, b, c
	}{
		{"ROLLBACK", "BEGIN; CREATE TABLE a(i int); ROLLBACK; CREATE TABLE b(i int); SELECT 1;", []string{"b"}},
		{"ROLLBACK TO", "BEGIN; CREATE TABLE a(i int); SAVEPOINT s; CREATE TABLE b(i int); ROLLBACK TO s; CREATE TABLE c(i int); COMMIT; SELECT 1;",
			[]string{"a", "c"}},
		{"ROLLBACK TO twice", "BEGIN; SAVEPOINT s; CREATE TABLE a(i int); ROLLBACK TO s; CREATE TABLE b(i int); ROLLBACK TO s; COMMIT; SELECT 1;", nil},
		{"RELEASE keeps", "BEGIN; SAVEPOINT s; CREATE TABLE a(i int); RELEASE s; COMMIT; SELECT 1;", []string{"a"}},
		{"an inner COMMIT keeps", "BEGIN; CREATE TABLE a(i int); COMMIT; ROLLBACK; SELECT 1;", []string{"a"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			stmts := annotate(t, migration.Options{Framework: "plain"}, map[string]string{"1.sql": tt.sql})
			before := stmts[len(stmts)-1].Before
			var got []string
			for _, name := range []string{"a", "b", "c"} {
				if before.Table(sqlast.Name{Name: name}) != nil {
					got = append(got, name)
				}
			}
			if diff := cmp.Diff(tt.tables, got); diff != "" {
				t.Errorf("tables (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSettingsInForce(t *testing.T) {
	tests := []struct {
		name, sql, want string // lock_timeout at the last statement
	}{
		{"SET stays", "SET lock_timeout = '5s'; SELECT 1;", "5s"},
		{"SET is undone by ROLLBACK", "BEGIN; SET lock_timeout = '5s'; ROLLBACK; SELECT 1;", ""},
		{"SET LOCAL ends with its transaction", "BEGIN; SET LOCAL lock_timeout = '5s'; COMMIT; SELECT 1;", ""},
		{"SET LOCAL in its transaction", "BEGIN; SET LOCAL lock_timeout = '5s'; SELECT 1;", "5s"},
		{"SET LOCAL outside does nothing", "SET LOCAL lock_timeout = '5s'; SELECT 1;", ""},
		{"SET LOCAL hides SET for its transaction only", "SET lock_timeout = '1s'; BEGIN; SET LOCAL lock_timeout = '5s'; COMMIT; SELECT 1;", "1s"},
		{"RESET", "SET lock_timeout = '5s'; RESET lock_timeout; SELECT 1;", ""},
		{"RESET ALL", "SET lock_timeout = '5s'; RESET ALL; SELECT 1;", ""},
		{"set_config", "SELECT set_config('lock_timeout', '5s', false); SELECT 1;", "5s"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			stmts := annotate(t, migration.Options{Framework: "plain"}, map[string]string{"1.sql": tt.sql})
			if got := stmts[len(stmts)-1].Settings["lock_timeout"].Value; got != tt.want {
				t.Errorf("lock_timeout = %q, want %q", got, tt.want)
			}
		})
	}
}

func TestIsNew(t *testing.T) {
	const history = "CREATE TABLE old(i int);"
	seed := "INSERT INTO t VALUES (1)" + strings.Repeat(", (1)", 5)
	bulk := "INSERT INTO t SELECT i FROM old"
	tests := []struct {
		name, sql string
		want      bool
	}{
		{"created in this script", "CREATE TABLE t(i int); ALTER TABLE t ADD j int;", true},
		{"seeded with a few rows", "CREATE TABLE t(i int); " + seed + "; ALTER TABLE t ADD j int;", true},
		{"filled from a table", "CREATE TABLE t(i int); " + bulk + "; ALTER TABLE t ADD j int;", false},
		{"filled by CREATE TABLE AS", "CREATE TABLE t AS SELECT * FROM old; ALTER TABLE t ADD j int;", false},
		{"temporary", "CREATE TEMP TABLE t AS SELECT * FROM old; ALTER TABLE t ADD j int;", true},
		{"created by an earlier migration", "ALTER TABLE old ADD j int;", false},
		{"unknown", "ALTER TABLE unseen ADD j int;", false},
		{"renamed after creation", "CREATE TABLE t0(i int); ALTER TABLE t0 RENAME TO t; ALTER TABLE t ADD j int;", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			stmts := annotate(t, migration.Options{Framework: "plain"}, map[string]string{"1.sql": history, "2.sql": tt.sql})
			last := stmts[len(stmts)-1]
			name := last.Ops[0].(*sqlast.AddColumn).Table.Name
			if got := last.IsNew(last.Before.Resolve(name)); got != tt.want {
				t.Errorf("IsNew(%s) = %v, want %v", name, got, tt.want)
			}
		})
	}
}

func TestEmpty(t *testing.T) {
	const history = "CREATE TABLE t(i int); INSERT INTO t SELECT 1;"
	tests := []struct {
		name, sql string
		want      bool
	}{
		{"old", "ALTER TABLE t ADD j int;", false},
		{"truncated", "TRUNCATE t; ALTER TABLE t ADD j int;", true},
		{"deleted", "DELETE FROM t; ALTER TABLE t ADD j int;", true},
		{"some deleted", "DELETE FROM t WHERE i = 1; ALTER TABLE t ADD j int;", false},
		{"filled again", "TRUNCATE t; INSERT INTO t VALUES (1); ALTER TABLE t ADD j int;", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			stmts := annotate(t, migration.Options{Framework: "plain"}, map[string]string{"1.sql": history, "2.sql": tt.sql})
			last := stmts[len(stmts)-1]
			key := last.Before.Resolve(sqlast.Name{Name: "t"})
			if got := last.Empty(key); got != tt.want {
				t.Errorf("Empty(t) = %v, want %v", got, tt.want)
			}
			if last.IsNew(key) {
				t.Error("an old table is not new, however empty: its lock is still awaited")
			}
		})
	}
}

func TestMinor(t *testing.T) {
	const history = "CREATE TABLE old(i int);"
	tests := []struct {
		name, sql string
		want      bool
	}{
		{"filled in the same transaction, which nobody else sees", "BEGIN; CREATE TABLE t AS SELECT * FROM old; ALTER TABLE t ADD j int;", true},
		{"filled after it was committed", "CREATE TABLE t AS SELECT * FROM old; ALTER TABLE t ADD j int;", false},
		{"an index of it", "BEGIN; CREATE TABLE t0 AS SELECT * FROM old; CREATE INDEX t ON t0 (i); ALTER INDEX t RENAME TO u;", true},
		{"old", "ALTER TABLE old RENAME TO t; ALTER TABLE t ADD j int;", false},
		{"dropped later", "ALTER TABLE old RENAME TO t; ALTER TABLE t ADD j int; DROP TABLE t; CREATE TABLE t(i int);", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			stmts := annotate(t, migration.Options{Framework: "plain"}, map[string]string{"1.sql": history, "2.sql": tt.sql})
			last := stmts[len(stmts)-1]
			if got := last.Minor(last.Before.Resolve(sqlast.Name{Name: "t"})); got != tt.want {
				t.Errorf("Minor(t) = %v, want %v", got, tt.want)
			}
		})
	}
}

func TestHeldLocks(t *testing.T) {
	sql := "CREATE TABLE a(i int); CREATE TABLE b(i int);"
	stmts := annotate(t, migration.Options{Framework: "plain"}, map[string]string{"1.sql": sql,
		"2.sql": "BEGIN; UPDATE a SET i = 1; SAVEPOINT s; ALTER TABLE b ADD j int; ROLLBACK TO s; ALTER TABLE a ADD j int; SELECT 1; ALTER TABLE b ADD j int; SELECT 1; COMMIT;"})
	held := func(i int) []string {
		var out []string
		for _, h := range stmts[i].Held {
			out = append(out, fmt.Sprintf("%s %s", h.Relation, h.Mode))
		}
		return out
	}
	if diff := cmp.Diff([]string{"public.a RowExclusiveLock", "public.b AccessExclusiveLock"}, held(4)); diff != "" {
		t.Errorf("before ROLLBACK TO (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"public.a RowExclusiveLock"}, held(5)); diff != "" {
		t.Errorf("after ROLLBACK TO (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"public.a RowExclusiveLock", "public.a AccessExclusiveLock"}, held(6)); diff != "" {
		t.Errorf("after the upgrade (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"public.a RowExclusiveLock", "public.a AccessExclusiveLock", "public.b AccessExclusiveLock"}, held(8)); diff != "" {
		t.Errorf("after the lock that was given back is taken again (-want +got):\n%s", diff)
	}
}

// A migration written in Go may have changed what was there before it, and only
// that.
func TestAfterUnreadMigration(t *testing.T) {
	up := func(sql string) string { return "-- +goose Up\n" + sql }
	stmts := annotate(t, migration.Options{}, map[string]string{
		"00001_tables.sql": up("CREATE TABLE a (x int);\nCREATE TABLE b (x int);\n"),
		"00002_move.go":    "package migrations",
		"00003_more.sql":   up("CREATE TABLE c (x int);\n"),
		"00004_drops.sql":  up("ALTER TABLE a DROP COLUMN y;\nALTER TABLE c DROP COLUMN y;\n"),
	})
	var got []bool
	for _, s := range stmts {
		got = append(got, s.Effect.Fails != nil)
	}
	if diff := cmp.Diff([]bool{false, true}, got); diff != "" {
		t.Errorf("certain to fail (-want +got):\n%s", diff)
	}
}
