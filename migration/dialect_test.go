package migration_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/miglint/miglint/migration"
)

// TestOtherDatabasesAreLeftOut: what is not for PostgreSQL is left out with one
// line for a folder, and nothing of PostgreSQL is.
func TestOtherDatabasesAreLeftOut(t *testing.T) {
	const (
		pg     = "CREATE TABLE books (id bigint PRIMARY KEY);"
		mysql  = "CREATE TABLE `books` (`id` INT AUTO_INCREMENT PRIMARY KEY) ENGINE=InnoDB;"
		sqlite = "CREATE TABLE books (id INTEGER PRIMARY KEY AUTOINCREMENT);"
	)
	tests := []struct {
		name  string
		files map[string]string
		read  []string // the files that are run
		why   string   // the one line about what is left out; "" if there is none
	}{
		{"folders", map[string]string{"db/postgres/1_a.up.sql": pg, "db/mysql8/1_a.up.sql": pg, "db/mysql8/2_b.up.sql": pg},
			[]string{"db/postgres/1_a.up.sql"}, "db/mysql8: by its name for another database than PostgreSQL; name the folder to have it read"},
		{"folders of two words", map[string]string{"migrations/1_a.up.sql": pg, "sqlite_migrations/1_a.up.sql": pg},
			[]string{"migrations/1_a.up.sql"}, "sqlite_migrations: by its name for another database than PostgreSQL; name the folder to have it read"},
		{"an oracle", map[string]string{"oracle/1_a.up.sql": pg, "db2/1_a.up.sql": pg}, []string{"db2/1_a.up.sql", "oracle/1_a.up.sql"}, ""},
		{"Oracle beside PostgreSQL", map[string]string{"oracle/1_a.up.sql": pg, "postgresql/1_a.up.sql": pg}, []string{"postgresql/1_a.up.sql"},
			"oracle: by its name for another database than PostgreSQL; name the folder to have it read"},
		{"folders of a framework that reads them all", map[string]string{"m/V1__a.sql": pg, "m/h2/V2__b.sql": pg, "m/postgres/V2__b.sql": pg},
			[]string{"m/V1__a.sql", "m/postgres/V2__b.sql"}, "m/h2: by its name for another database than PostgreSQL"},
		{"suffixes", map[string]string{"m/1_a.postgres.sql": "-- migrate:up\n" + pg, "m/1_a.sqlite3.sql": "-- migrate:up\n" + pg, "m/1_a.mysql.sql": "-- migrate:up\n" + pg},
			[]string{"m/1_a.postgres.sql"}, "m: 2 files are by name for another database than PostgreSQL: mysql, sqlite3"},
		{"suffixes that may be part of a name", map[string]string{"m/1_a_pg.up.sql": pg, "m/1_a_mysql.up.sql": pg, "m/2_leave_mysql.up.sql": pg},
			[]string{"m/1_a_pg.up.sql", "m/2_leave_mysql.up.sql"}, "m: 1 file is by name for another database than PostgreSQL: mysql"},
		{"contents", map[string]string{"a/1_a.up.sql": pg, "b/1_a.up.sql": mysql, "b/2_b.up.sql": pg, "b/3_c.up.sql": mysql}, []string{"a/1_a.up.sql"},
			"b: 2 of 3 SQL files looked into have AUTO_INCREMENT, ENGINE=InnoDB or `quoted` names, so the folder is for MySQL, not for PostgreSQL; --framework golang-migrate has it read all the same"},
		{"SQLite by its contents", map[string]string{"a/1_a.up.sql": pg, "b/1_a.up.sql": sqlite}, []string{"a/1_a.up.sql"},
			"b: the SQL file looked into has AUTOINCREMENT, PRAGMA or WITHOUT ROWID, so the folder is for SQLite, not for PostgreSQL; --framework golang-migrate has it read all the same"},
		{"signs in comments and strings", map[string]string{"b/1_a.up.sql": "-- was AUTO_INCREMENT\n/* ENGINE=InnoDB */ COMMENT ON TABLE books IS 'no AUTO_INCREMENT';"},
			[]string{"b/1_a.up.sql"}, ""},
		{"one strange file among PostgreSQL's", map[string]string{"b/1_a.up.sql": mysql, "b/2_b.up.sql": "CREATE TABLE shelves (id bigserial);"},
			[]string{"b/1_a.up.sql", "b/2_b.up.sql"}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			fsys := fstest.MapFS{}
			for name, text := range test.files {
				fsys[name] = &fstest.MapFile{Data: []byte(text)}
			}
			set, err := migration.Load(fsys, ".", "", migration.Options{})
			if err != nil {
				t.Fatal(err)
			}
			var read, why []string
			ignored := set.Ignored
			for _, s := range set.Streams {
				ignored = append(ignored, s.Ignored...)
				for _, m := range s.Migrations {
					for _, f := range m.Files {
						read = append(read, f.Path)
					}
				}
			}
			for _, i := range ignored {
				why = append(why, i.Path+": "+i.Why)
			}
			if got, want := strings.Join(read, " "), strings.Join(test.read, " "); got != want {
				t.Errorf("read %s\nwant %s", got, want)
			}
			if got := strings.Join(why, "\n"); got != test.why {
				t.Errorf("left out %s\nwant     %s", got, test.why)
			}
		})
	}
}

// TestNamedFolderOfAnotherDatabase: a folder that the user names is read whatever
// it is called, but not if its contents are another database's, unless the
// framework is named too.
func TestNamedFolderOfAnotherDatabase(t *testing.T) {
	fsys := fstest.MapFS{
		"mysql/1_a.up.sql":  {Data: []byte("CREATE TABLE books (id bigint PRIMARY KEY);")},
		"legacy/1_a.up.sql": {Data: []byte("CREATE TABLE `books` (`id` INT AUTO_INCREMENT PRIMARY KEY);")},
	}
	if _, err := migration.Load(fsys, "mysql", "mysql", migration.Options{}); err != nil {
		t.Error(err)
	}
	const want = "so the folder is for MySQL, not for PostgreSQL; --framework golang-migrate has it read all the same"
	if _, err := migration.Load(fsys, "legacy", "legacy", migration.Options{}); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want %s", err, want)
	}
	if _, err := migration.Load(fsys, "legacy", "legacy", migration.Options{Framework: "golang-migrate"}); err != nil {
		t.Error(err)
	}
	changed := []migration.NamedFile{{Name: "mysql/1_a.up.sql", Display: "mysql/1_a.up.sql"}, {Name: "legacy/1_a.up.sql", Display: "legacy/1_a.up.sql"}}
	set, err := migration.LoadChanged(fsys, changed, migration.Options{})
	if err != nil || len(set.Streams) > 0 {
		t.Errorf("LoadChanged: %d streams, error %v", len(set.Streams), err)
	}
}
