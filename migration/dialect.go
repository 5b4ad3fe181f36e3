package migration

import (
	"bytes"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
)

// Repositories that serve several databases keep their migrations side by side:
// in folders named after them, under suffixes, or in folders that only their
// contents tell apart. What is not for PostgreSQL is left out, with one line for a
// folder.

// otherDatabase reports whether a word names a database that does not speak
// PostgreSQL's SQL, or its version: mysql, mysql8, sqlite3.
func otherDatabase(name string) bool {
	switch strings.TrimRight(strings.ToLower(name), "0123456789") {
	case "mysql", "mariadb", "sqlite", "hsqldb", "mssql", "sqlserver", "clickhouse", "cassandra", "snowflake", "duckdb",
		"tidb", "bigquery", "libsql":
		return true
	}
	return strings.EqualFold(name, "h2") || ambiguous(name)
}

// ambiguous reports whether a word names a database or something else: a second
// data layer, an oracle of prices. Such a folder is left out only beside one of
// another database. CockroachDB speaks PostgreSQL's SQL where nobody else does.
func ambiguous(name string) bool {
	switch strings.TrimRight(strings.ToLower(name), "0123456789") {
	case "oracle", "spanner", "derby", "turso", "scylla", "cockroach", "cockroachdb", "crdb":
		return true
	}
	return strings.EqualFold(name, "db2")
}

// folderWord is the word that tells what a folder of migrations is for:
// sqlite_migrations and migrations-sqlite are for sqlite.
func folderWord(name string) string {
	i := strings.IndexAny(name, "_-")
	if i < 0 {
		return name
	}
	first, second := name[:i], name[i+1:]
	switch {
	case strings.HasPrefix(strings.ToLower(second), "migration"):
		return first
	case strings.HasPrefix(strings.ToLower(first), "migration"):
		return second
	}
	return name
}

// otherFolder reports whether the folder of that name is for another database.
func (d *Dir) otherFolder(name string) bool {
	name = folderWord(name)
	return otherDatabase(name) && (!ambiguous(name) || slices.ContainsFunc(d.Subdirs, func(beside string) bool {
		return namesPostgres(beside) || otherDatabase(beside) && !ambiguous(beside)
	}))
}

// namesPostgres reports whether a word names PostgreSQL.
func namesPostgres(word string) bool {
	switch strings.TrimRight(strings.ToLower(word), "0123456789") {
	case "postgres", "postgresql", "pg", "pgsql", "psql":
		return true
	}
	return false
}

const notPostgres = "by its name for another database than PostgreSQL"

// belowOther reports whether a path leads through a folder that is named after
// another database.
func belowOther(folder string) bool {
	return slices.ContainsFunc(strings.Split(folder, "/"), func(name string) bool {
		name = folderWord(name)
		return otherDatabase(name) && !ambiguous(name)
	})
}

// postgresOnly is the folder without the files that are by their names for
// another database: 1_init.mysql.up.sql; or init_mysql.sql, where init_postgres.sql
// or another database's stands beside it.
func (d *Dir) postgresOnly() *Dir {
	var underscored map[string]int // how many databases share a name
	others := map[string]bool{}
	var dotted, perhaps []string
	databases := map[string]string{}
	for _, name := range d.sqlFiles() {
		stem, word, dot := databaseSuffix(name)
		if word == "" {
			continue
		}
		if underscored == nil {
			underscored = map[string]int{}
		}
		underscored[stem]++
		if !otherDatabase(word) {
			continue
		}
		databases[name] = strings.ToLower(word)
		if dot {
			dotted = append(dotted, name)
		} else {
			perhaps = append(perhaps, name)
		}
	}
	for _, name := range perhaps {
		if stem, _, _ := databaseSuffix(name); underscored[stem] > 1 {
			dotted = append(dotted, name)
		}
	}
	if len(dotted) == 0 {
		return d
	}
	leave := make(map[string]bool, len(dotted))
	for _, name := range dotted {
		leave[name], others[databases[name]] = true, true
	}
	p := *d
	p.sql, p.heads = nil, nil
	p.Files = slices.DeleteFunc(slices.Clone(d.Files), func(name string) bool { return leave[name] })
	what := fmt.Sprintf("%d files are", len(dotted))
	if len(dotted) == 1 {
		what = "1 file is"
	}
	p.Odd = append(slices.Clip(p.Odd), Ignored{Path: d.root(),
		Why: fmt.Sprintf("%s by name for another database than PostgreSQL: %s", what, strings.Join(slices.Sorted(maps.Keys(others)), ", "))})
	return &p
}

// databaseSuffix splits the name of a database off a file's name: 1_a.mysql.up.sql,
// 1_a_mysql.sql. word is "" if there is none; dot says what stands before it.
func databaseSuffix(name string) (stem, word string, dot bool) {
	stem = strings.TrimSuffix(name, path.Ext(name))
	direction := path.Ext(stem)
	if direction != ".up" && direction != ".down" {
		direction = ""
	}
	stem = strings.TrimSuffix(stem, direction)
	i := strings.LastIndexAny(stem, "._-")
	if i <= 0 {
		return "", "", false
	}
	word = stem[i+1:]
	if !otherDatabase(word) && !namesPostgres(word) {
		return "", "", false
	}
	return stem[:i] + direction, word, stem[i] == '.'
}

// dialect is how the SQL of a database that is not PostgreSQL is told by what only
// it has. Comments and strings do not count.
type dialect struct {
	name string
	sign *regexp.Regexp
	text string // for people
}

var dialects = []dialect{
	{"MySQL", regexp.MustCompile("(?i)\\bAUTO_INCREMENT\\b|\\)\\s*ENGINE\\s*=\\s*(?:InnoDB|MyISAM)|\\b(?:TABLE|INTO|EXISTS|UPDATE)\\s+`\\w+`"),
		"AUTO_INCREMENT, ENGINE=InnoDB or `quoted` names"},
	{"SQLite", regexp.MustCompile(`(?i)\bPRIMARY\s+KEY\s+AUTOINCREMENT\b|^\s*PRAGMA\s+\w+|\)\s*WITHOUT\s+ROWID\b`),
		"AUTOINCREMENT, PRAGMA or WITHOUT ROWID"},
	{"ClickHouse", regexp.MustCompile(`(?i)\bENGINE\s*=\s*\w*MergeTree\b`), "ENGINE = MergeTree"},
	{"SQL Server", regexp.MustCompile(`(?i)\bIDENTITY\s*\(\s*1\s*,\s*1\s*\)|\[dbo\]\.`), "IDENTITY(1,1) or [dbo]"},
	{"Oracle", regexp.MustCompile(`(?i)\bVARCHAR2\s*\(`), "VARCHAR2"},
}

// postgresSign is what only PostgreSQL's SQL has.
var postgresSign = regexp.MustCompile(`(?i)\b(?:big|small)?serial\b|\bjsonb\b|\btimestamptz\b|\bbytea\b|\w::\w|\$\w*\$|\bplpgsql\b|` +
	`\bcreate\s+(?:extension|domain|unlogged|sequence|type)\b|\bwith(?:out)?\s+time\s+zone\b|\bCONCURRENTLY\b|\bpg_\w+|\bowner\s+to\b`)

// notCode is what signs do not count in.
var notCode = regexp.MustCompile(`(?m)--[^\n]*|(?s:/\*.*?\*/)|'(?:[^'\\]|\\.|'')*'`)

// otherDialect says by the contents of the folder's files that they are for
// another database than PostgreSQL, "" if they may be for it. It takes signs in
// most of the files looked into, and nothing of PostgreSQL in any.
func (d *Dir) otherDialect() string {
	counts := make([]int, len(dialects))
	looked := 0
	for _, head := range d.sample() {
		code := notCode.ReplaceAll(head, []byte(" "))
		if len(bytes.TrimSpace(code)) == 0 {
			continue
		}
		looked++
		if postgresSign.Match(code) {
			return ""
		}
		for i := range dialects {
			if dialects[i].sign.Match(code) {
				counts[i]++
			}
		}
	}
	for i, n := range counts {
		if n*2 > looked || n > 1 && n*3 > looked {
			return fmt.Sprintf("%s %s, so the folder is for %s, not for PostgreSQL",
				share(n, looked, "SQL file looked into has", "SQL files looked into have"), dialects[i].text, dialects[i].name)
		}
	}
	return ""
}
