package migration_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/miglint/miglint/migration"
	"github.com/miglint/miglint/source"
)

// folder makes a file system of names and contents.
func folder(files map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

// load fails the test on an error.
func load(t *testing.T, files map[string]string, opts migration.Options) *migration.Set {
	t.Helper()
	set, err := migration.Load(folder(files), ".", "", opts)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func TestLoadErrors(t *testing.T) {
	tests := []struct {
		name  string
		files map[string]string
		path  string
		opts  migration.Options
		want  []string // parts of the message
	}{
		{"missing path", map[string]string{"a.sql": ""}, "nowhere", migration.Options{}, []string{"nowhere", "does not exist"}},
		{"empty folder", nil, ".", migration.Options{}, []string{"the folder is empty", "golang-migrate (<number>_<name>.up.sql)", "flyway"}},
		{"no SQL", map[string]string{"src/main.go": "package main"}, ".", migration.Options{}, []string{"no migrations", "looked for"}},
		{"only skipped folders", map[string]string{"node_modules/x/migrations/1_a.up.sql": "", "vendor/migrations/1_a.up.sql": "", ".git/1_a.up.sql": ""}, ".", migration.Options{}, []string{"no migrations"}},
		{"numbered SQL in a folder that is not called migrations", map[string]string{"queries/1_a.sql": ""}, ".", migration.Options{}, []string{"no migrations"}},
		{"only Go migrations", map[string]string{"migrations/00001_a.go": "package x\nfunc init() { goose.AddMigrationContext(up, down) }"}, "migrations", migration.Options{}, []string{"no SQL migrations", "only 1 other file"}},
		{"Rails", map[string]string{"db/structure.sql": "CREATE TABLE t (a int);", "db/migrate/20260101_a.rb": ""}, ".", migration.Options{}, []string{"db/structure.sql: Rails' dump of the schema", "`schema:`"}},
		{"the db of Rails", map[string]string{"structure.sql": "CREATE TABLE t (a int);", "migrate/20260101_a.rb": ""}, ".", migration.Options{}, []string{"structure.sql: Rails' dump of the schema"}},
		{"two frameworks", map[string]string{"1_a.sql": "-- +goose Up\n", "2_b.sql": "-- migrate:up\n"}, ".", migration.Options{},
			[]string{"goose", "dbmate", "--framework goose", "--framework dbmate", "1 of 2 SQL files"}},
		{"two frameworks below", map[string]string{"db/1_a.sql": "-- +goose Up\n-- +migrate Up\n"}, ".", migration.Options{}, []string{"db", "--framework goose or --framework sql-migrate"}},
		{"unknown framework", map[string]string{"1_a.sql": ""}, ".", migration.Options{Framework: "gose"}, []string{`"gose"`, "goose"}},
		{"framework without files", map[string]string{"1_a.sql": ""}, ".", migration.Options{Framework: "golang-migrate"}, []string{"no migrations", "golang-migrate (<number>_<name>.up.sql)"}},
		{"a file that is not SQL", map[string]string{"main.go": "package main"}, "main.go", migration.Options{}, []string{"main.go is not a SQL file", ".sql"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := migration.Load(folder(tt.files), tt.path, tt.path, tt.opts)
			if err == nil {
				t.Fatal("no error")
			}
			for _, part := range tt.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("error %q does not say %q", err, part)
				}
			}
		})
	}
}

func TestDetect(t *testing.T) {
	const up, down = "CREATE TABLE t (a int);", "DROP TABLE t;"
	tests := []struct {
		name  string
		files map[string]string
		want  string
	}{
		{"names", map[string]string{"1_a.up.sql": up, "1_a.down.sql": down}, "golang-migrate"},
		{"directives beat names", map[string]string{"1_a.up.sql": "-- +goose Up\n" + up}, "goose"},
		{"one leftover comment does not", map[string]string{"1_a.up.sql": "-- +goose Up\n", "2_a.up.sql": up, "3_a.up.sql": up, "4_a.up.sql": up}, "golang-migrate"},
		{"go.mod decides between equals", map[string]string{"1_a.sql": "-- +goose Up\n-- +migrate Up\n", "go.mod": "module x\nrequire github.com/rubenv/sql-migrate v1.7.0\n"}, "sql-migrate"},
		{"go.mod alone does not", map[string]string{"1_a.sql": up, "go.mod": "module x\nrequire (\n\tgithub.com/pressly/goose/v3 v3.1.0 // indirect\n)\n"}, "plain"},
		{"flyway", map[string]string{"V1__a.sql": up}, "flyway"},
		{"dialects in the names", map[string]string{"1_a.postgres.up.sql": up, "1_a.mysql.up.sql": up}, "popx"},
		{"go.mod says popx", map[string]string{"1_a.up.sql": up, "go.mod": "module x\nrequire github.com/ory/x v0.0.1\n"}, "popx"},
		{"go.mod says not popx", map[string]string{"1_a.postgres.up.sql": up, "go.mod": "module x\nrequire github.com/golang-migrate/migrate/v4 v4.1.0\n"}, "golang-migrate"},
		{"-- Up Migration", map[string]string{"1_a.sql": "-- Up Migration\n" + up}, "node-pg-migrate"},
		{"package.json says node-pg-migrate", map[string]string{"1_a.sql": up, "package.json": `{"devDependencies": {"node-pg-migrate": "8.0.3"}}`}, "node-pg-migrate"},
		{"formatted SQL", map[string]string{"V1__a.sql": "--liquibase formatted sql\n--changeset a:1\n" + up}, "liquibase"},
		{"a changelog", map[string]string{"changelog.xml": `<databaseChangeLog><include file="a.sql"/></databaseChangeLog>`, "a.sql": up}, "liquibase"},
		{"a changelog beside another framework's files", map[string]string{"changelog.xml": `<databaseChangeLog><changeSet id="1"/></databaseChangeLog>`, "V1__a.sql": up}, "flyway"},
		{"a comment like node-pg-migrate's", map[string]string{"1_a.up.sql": "-- Up Migration\n" + up}, "golang-migrate"},
		{"a plan", map[string]string{"sqitch.plan": "%project=x\n\na 2026-03-01T09:00:00Z A <a@b>\n", "deploy/a.sql": up, "1_a.up.sql": up}, "sqitch"},
		{"a plan of another name", map[string]string{"pg.plan": "%project=x\n\na 2026-03-01T09:00:00Z A <a@b>\n", "deploy/a.sql": up}, "sqitch"},
		{"plain", map[string]string{"a.sql": up}, "plain"},
		{"mostly plain", map[string]string{"1.sql": up, "2.sql": up, "3.sql": up, "4_x.up.sql": up}, "plain"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := load(t, tt.files, migration.Options{}).Streams[0]
			if s.Framework.Name != tt.want {
				t.Errorf("taken for %s (%q), want %s", s.Framework.Name, s.Why, tt.want)
			}
			if len(s.Why) == 0 {
				t.Error("no evidence given")
			}
		})
	}
}

func TestShapes(t *testing.T) {
	const two = "CREATE TABLE t (a int);\nCREATE INDEX ON t (a);\n"
	tests := []struct {
		name string
		file string
		text string
		opts migration.Options
		want string
	}{
		{"plain", "a.sql", two, migration.Options{}, "per statement×1 per statement×1"},
		{"plain, transaction: file", "a.sql", two, migration.Options{Transaction: "file"}, "per file×1 per file×1"},
		{"plain, transaction: run", "a.sql", two, migration.Options{Transaction: "run"}, "per run×1 per run×1"},
		{"plain, transaction: implicit", "a.sql", two, migration.Options{Transaction: "implicit"}, "implicit×2"},
		{"golang-migrate", "1_a.up.sql", two, migration.Options{}, "implicit×2"},
		{"golang-migrate, x-multi-statement", "1_a.up.sql", two, migration.Options{MultiStatement: true}, "per statement×1 per statement×1"},
		{"dbmate", "1_a.sql", "-- migrate:up\n" + two + "-- migrate:down\n", migration.Options{}, "per file×2"},
		{"dbmate, transaction:false", "1_a.sql", "-- migrate:up transaction:false\n" + two + "-- migrate:down\n", migration.Options{}, "implicit×2"},
		{"goose", "1_a.sql", "-- +goose Up\n" + two, migration.Options{}, "per file×1 per file×1"},
		{"goose, NO TRANSACTION at the end", "1_a.sql", "-- +goose Up\n" + two + "-- +goose NO TRANSACTION\n", migration.Options{}, "per statement×1 per statement×1"},
		{"sql-migrate", "1_a.sql", "-- +migrate Up\n" + two, migration.Options{}, "per file×1 per file×1"},
		{"sql-migrate, notransaction", "1_a.sql", "-- +migrate Up notransaction\n" + two, migration.Options{}, "per statement×1 per statement×1"},
		{"Flyway", "V1__a.sql", two, migration.Options{}, "per file×1 per file×1"},
		{"Flyway, outside a transaction", "V1__a.sql", "DROP INDEX CONCURRENTLY i;\nVACUUM t;\n", migration.Options{}, "per statement×1 per statement×1"},
		{"Flyway, a placeholder", "V1__a.sql", "CREATE TABLE ${name} (a int);", migration.Options{Placeholders: map[string]string{"name": "t"}}, "per file×1"},
		{"chosen by the user", "1_a.sql", two, migration.Options{Framework: "dbmate"}, ""},
		{"comments only", "a.sql", "-- nothing\n", migration.Options{}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := load(t, map[string]string{tt.file: tt.text}, tt.opts).Streams[0].Migrations[0].Scripts()
			var got []string
			for _, b := range m.Up.Batches {
				got = append(got, fmt.Sprintf("%s×%d", b.Tx, len(b.Stmts)))
				for _, s := range b.Stmts {
					if s.Problem != nil {
						t.Errorf("%s: %s", s.Span, s.Problem.Message)
					}
				}
			}
			if diff := cmp.Diff(tt.want, strings.Join(got, " ")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestFlywaySettings(t *testing.T) {
	const mixed = "VACUUM t;\nSELECT 1;\n"
	tests := []struct {
		name     string
		files    map[string]string
		want     migration.TxShape
		problems int
	}{
		{"mixed", map[string]string{"V1__a.sql": mixed}, migration.PerStatement, 1},
		{"mixed allowed in flyway.conf", map[string]string{"V1__a.sql": mixed, "flyway.conf": "# x\nflyway.mixed=true\n"}, migration.PerStatement, 0},
		{"mixed allowed in flyway.toml", map[string]string{"V1__a.sql": mixed, "flyway.toml": "[flyway]\nmixed = true\n"}, migration.PerStatement, 0},
		{"script says in a transaction", map[string]string{"V1__a.sql": mixed, "V1__a.sql.conf": "executeInTransaction=true"}, migration.PerFile, 0},
		{"no transactions at all", map[string]string{"V1__a.sql": "SELECT 1;", "flyway.toml": "flyway.executeInTransaction = false\n"}, migration.PerStatement, 0},
		{"group", map[string]string{"V1__a.sql": "SELECT 1;", "flyway.toml": "[flyway]\ngroup = \"true\"\n"}, migration.PerRun, 0},
		{"another database's settings", map[string]string{"V1__a.sql": "SELECT 1;", "flyway.toml": "[environments.x]\ngroup = true\n"}, migration.PerFile, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := load(t, tt.files, migration.Options{}).Streams[0].Migrations[0].Scripts()
			if got := m.Up.Batches[0].Tx; got != tt.want {
				t.Errorf("shape %s, want %s", got, tt.want)
			}
			if len(m.Problems) != tt.problems {
				t.Errorf("problems %v, want %d", m.Problems, tt.problems)
			}
		})
	}
}

// TestMultiStatementCuts: x-multi-statement knows nothing of SQL.
func TestMultiStatementCuts(t *testing.T) {
	const text = "-- one; two\nCREATE TABLE t (a int);\nDO $$ BEGIN PERFORM ';'; END $$;\n"
	m := load(t, map[string]string{"1_a.up.sql": text}, migration.Options{MultiStatement: true}).Streams[0].Migrations[0].Scripts()
	var got []string
	for _, p := range m.Problems {
		got = append(got, p.Rule+" "+p.Span.Text())
	}
	want := []string{"statement-cut-in-two -- one; two", "statement-cut-in-two DO $$ BEGIN PERFORM ';'; END $$"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSingleFile(t *testing.T) {
	files := map[string]string{
		"db/1_a.up.sql": "CREATE TABLE t (a int);",
		"db/2_b.up.sql": "ALTER TABLE t ADD b int;",
		"db/3_c.sql":    "SELECT 1;",
		"db/schema.sql": "SELECT 1;",
		"q/y.sql":       "SELECT 1;",
		"q/z.sql":       "SELECT 1;",
	}
	tests := []struct {
		name, path, framework string
		migrations            int
		judged                []string
		problems              int
	}{
		{"with its folder as history", "db/2_b.up.sql", "golang-migrate", 2, []string{"db/2_b.up.sql"}, 0},
		{"that the framework does not run", "db/3_c.sql", "golang-migrate", 2, nil, 1},
		{"that is no migration", "db/schema.sql", "plain", 1, []string{"db/schema.sql"}, 0},
		{"in a folder that is nobody's", "q/y.sql", "plain", 1, []string{"q/y.sql"}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			set, err := migration.Load(folder(files), tt.path, tt.path, migration.Options{})
			if err != nil {
				t.Fatal(err)
			}
			s := set.Streams[0]
			var judged []string
			for _, m := range s.Migrations {
				if m.Judged {
					judged = append(judged, m.Files[0].Path)
				}
			}
			if s.Framework.Name != tt.framework || len(s.Migrations) != tt.migrations || len(s.Problems) != tt.problems {
				t.Errorf("%s with %d migrations and problems %v", s.Framework.Name, len(s.Migrations), s.Problems)
			}
			if diff := cmp.Diff(tt.judged, judged); diff != "" {
				t.Errorf("judged (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLoadFile(t *testing.T) {
	tests := []struct {
		name, text, framework string
		opts                  migration.Options
	}{
		{"plain", "SELECT 1;", "plain", migration.Options{}},
		{"with directives", "-- +goose Up\nSELECT 1;\n", "goose", migration.Options{}},
		{"the user decides", "SELECT 1;", "golang-migrate", migration.Options{Framework: "golang-migrate"}},
		{"Flyway", "SELECT 1;", "flyway", migration.Options{Framework: "flyway"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := migration.LoadFile(source.NewFile("<stdin>", []byte(tt.text)), tt.opts).Streams[0]
			scripts := s.Migrations[0].Scripts()
			if s.Framework.Name != tt.framework || !s.Migrations[0].Judged || len(scripts.Up.Statements()) != 1 || len(scripts.Problems) > 0 {
				t.Errorf("%s: %d statements, %v", s.Framework.Name, len(scripts.Up.Statements()), scripts.Problems)
			}
		})
	}
}

func TestChanged(t *testing.T) {
	files := map[string]string{"1_a.up.sql": "SELECT 1;", "1_a.down.sql": "", "2_b.up.sql": "SELECT 1;", "3_c.sql": "", "4_d.sql": ""}
	s := load(t, files, migration.Options{Framework: "golang-migrate", Changed: map[string]bool{"1_a.down.sql": true, "4_d.sql": true}}).Streams[0]
	if !s.Migrations[0].Judged || s.Migrations[1].Judged {
		t.Error("judged the wrong migrations")
	}
	if len(s.Problems) != 1 || s.Problems[0].Span.File.Path != "4_d.sql" {
		t.Errorf("problems %v, want one on 4_d.sql", s.Problems)
	}
}

func TestExclude(t *testing.T) {
	files := map[string]string{"db/migrations/1_a.up.sql": "SELECT 1;", "db/migrations/2_b.up.sql": "SELECT 1;", "old/migrations/1_a.up.sql": "SELECT 1;"}
	set := load(t, files, migration.Options{Exclude: []string{"**/2_*", "old/**"}})
	if len(set.Streams) != 1 || len(set.Streams[0].Migrations) != 1 {
		t.Fatalf("streams %d", len(set.Streams))
	}
	want := []migration.Ignored{{Path: "db/migrations/2_b.up.sql", Why: "excluded by the configuration"}}
	if diff := cmp.Diff(want, set.Streams[0].Ignored); diff != "" {
		t.Errorf("ignored (-want +got):\n%s", diff)
	}
}

// TestBadFiles: one bad file is a problem on that file, and the others are read.
func TestBadFiles(t *testing.T) {
	files := map[string]string{
		"1_empty.up.sql":  "",
		"2_binary.up.sql": "\x7fELF\x00\x00",
		"3_latin.up.sql":  "SELECT 1;\nCOMMENT ON TABLE t IS 'caf\xe9';\nSELECT 2;\n",
		"4_utf16.up.sql":  "\xff\xfeS\x00E\x00",
		"5_bom.up.sql":    "\ufeffSELECT 1;\r\nSELECT 2;\r\n",
		"6_fine.up.sql":   "SELECT 1;",
	}
	s := load(t, files, migration.Options{}).Streams[0]
	var got []string
	for i, scripts := range s.Scripts() {
		line := fmt.Sprintf("%s: %d statements", s.Migrations[i].Version, len(scripts.Up.Statements()))
		for _, p := range scripts.Problems {
			line += fmt.Sprintf(", %s %d", p.Rule, p.Span.Start)
		}
		got = append(got, line)
	}
	want := []string{
		"1: 0 statements, unreadable-file 0",
		"2: 0 statements, unreadable-file 4",
		"3: 3 statements, unreadable-file 36",
		"4: 0 statements, unreadable-file 3",
		"5: 2 statements",
		"6: 1 statements",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
