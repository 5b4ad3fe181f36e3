package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/miglint/miglint/analyzer"
)

func someRules() []*analyzer.Rule {
	return []*analyzer.Rule{
		{Name: "index-not-concurrent", Aliases: []string{"require-concurrent-index-creation"}},
		{Name: "missing-down"},
		{Name: "lock-timeout-missing"},
		{Name: "foreign-key-validates", Aliases: []string{"constraint-missing-not-valid"}},
		{Name: "check-validates", Aliases: []string{"constraint-missing-not-valid"}},
	}
}

func TestParseReadsEveryKey(t *testing.T) {
	c, err := parse("miglint.yaml", []byte(`
postgres: 16
framework: goose
transaction: file
multi-statement: true
paths: [db/one, db/two]
exclude:
  - "**/legacy/*.sql"
schema: db/dump.sql
placeholders:
  owner: app
  shards: 4
down: never
deprecated: [users.old_name, audit.log.actor]
min-age: 14d
lock-timeout:
  set-by-role: true
  max: 2.5s
  missing: error
small-tables: countries
rules:
  missing-down: off
  constraint-missing-not-valid: warning
fail-on: never
`), someRules(), true)
	if err != nil {
		t.Fatal(err)
	}
	want := &Config{
		Path: "miglint.yaml", Postgres: 16, Framework: "goose", Transaction: "file", MultiStatement: true,
		Paths: []string{"db/one", "db/two"}, Exclude: []string{"**/legacy/*.sql"}, Schema: "db/dump.sql",
		Placeholders: map[string]string{"owner": "app", "shards": "4"},
		NoDowns:      true, Deprecated: []string{"users.old_name", "audit.log.actor"}, MinAge: 14 * 24 * time.Hour,
		TimeoutByRole: true, MaxLockTimeout: 2500 * time.Millisecond, SmallTables: []string{"countries"},
		Severities: map[string]analyzer.Severity{
			"lock-timeout-missing": analyzer.Error, "missing-down": analyzer.Off,
			"foreign-key-validates": analyzer.Warning, "check-validates": analyzer.Warning,
		},
		FailOn: analyzer.Off,
	}
	c.severitiesSetAt = nil
	if diff := cmp.Diff(want, c, cmp.AllowUnexported(Config{})); diff != "" {
		t.Errorf("config differs (-want +got):\n%s", diff)
	}
}

func TestParseSaysWhatIsWrongAndWhere(t *testing.T) {
	tests := map[string]struct{ text, want string }{
		"misspelled key":        {"posgres: 16\n", `1:1: unknown key "posgres": did you mean "postgres"?`},
		"key like no other":     {"zzz: 16\n", `1:1: unknown key "zzz": the keys are postgres, framework,`},
		"duplicate key":         {"down: never\npostgres: 15\ndown: optional\n", `3:1: key "down" already defined at [1:1]`},
		"misspelled rule":       {"rules:\n  index-not-concurent: off\n", `2:3: unknown rule "index-not-concurent": did you mean "index-not-concurrent"?`},
		"misspelled alias":      {"rules:\n  require-concurrent-index-creaton: off\n", `2:3: unknown rule "require-concurrent-index-creaton": did you mean "require-concurrent-index-creation"?`},
		"bad severity":          {"rules:\n  missing-down: errror\n", `2:17: unknown severity "errror": did you mean "error"?`},
		"rule under two names":  {"rules:\n  index-not-concurrent: off\n  require-concurrent-index-creation: error\n", `3:3: the severity of rule index-not-concurrent is already set on line 2`},
		"timeout rule twice":    {"lock-timeout:\n  missing: error\nrules:\n  lock-timeout-missing: off\n", `4:3: the severity of rule lock-timeout-missing is already set on line 2`},
		"rules is no mapping":   {"rules: [missing-down]\n", `1:8: rules must be a mapping of keys to values`},
		"config is no mapping":  {"- a\n", `1:1: the configuration must be a mapping of keys to values`},
		"old PostgreSQL":        {"postgres: 9\n", `1:11: "9" is no PostgreSQL major version that miglint knows: expected 14 to 18`},
		"minor version":         {"postgres: 16.2\n", `1:11: "16.2" is no PostgreSQL major version`},
		"bad framework":         {"framework: gose\n", `1:12: unknown framework "gose": did you mean "goose"?`},
		"bad transaction":       {"transaction: yes\n", `1:14: unknown transaction "yes": expected one of statement, file, run, implicit`},
		"duration without unit": {"min-age: 14\n", `1:10: min-age: "14" is no duration: expected a number and a unit`},
		"negative duration":     {"lock-timeout: {max: -5s}\n", `1:21: max: "-5s" is no duration`},
		"unknown timeout key":   {"lock-timeout:\n  maximum: 5s\n", `2:3: unknown key of lock-timeout "maximum"`},
		"column without table":  {"deprecated:\n  - legacy\n", `2:5: "legacy" is no column: expected table.column`},
		"bad pattern":           {"exclude: ['a[']\n", `1:11: "a[" is no valid pattern`},
		"path leads out":        {"paths: [../other]\n", `1:9: path "../other" leads out of the folder of miglint.yaml`},
		"schema leads out":      {"schema: /etc/passwd\n", `1:9: schema "/etc/passwd" leads out of the folder`},
		"not a boolean":         {"multi-statement: si\n", `1:18: multi-statement must be true or false`},
		"list for a word":       {"framework: [goose]\n", `1:12: framework must be a single value`},
		"syntax":                {"postgres: [16\n", `1:11: `},
		"anchor":                {"framework: &f goose\n", `1:12: framework must be a single value`},
		"alias":                 {"paths: &p [a]\nexclude: *p\n", `1:8: a path must be a single value`},
		"two documents":         {"down: never\n---\ndown: never\n", `3:1: a second YAML document`},
		"not UTF-8":             {"down: \xff\n", `1:1: the configuration must be UTF-8 text`},
		"column counts letters": {"placeholders: {größe: x, b: [1]}\n", `1:29: placeholder b must be a single value`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := parse("miglint.yaml", []byte(tt.text), someRules(), true)
			if err == nil {
				t.Fatal("no error")
			}
			if want := "miglint.yaml:" + tt.want; !strings.HasPrefix(err.Error(), want) {
				t.Errorf("got  %s\nwant %s…", err, want)
			}
		})
	}
}

func TestErrorShowsTheLine(t *testing.T) {
	_, err := parse("miglint.yaml", []byte("down: never\nrules:\n\n  mising-down: \x1b[31moff\n"), someRules(), true)
	want := `miglint.yaml:4:3: unknown rule "mising-down": did you mean "missing-down"?
  |
4 |   mising-down:  [31moff
  |   ^^^^^^^^^^^`
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

func TestEveryMistakeIsReported(t *testing.T) {
	_, err := parse("miglint.yaml", []byte("posgres: 1\nframework: x\nfail-on: always\n"), nil, true)
	var joined interface{ Unwrap() []error }
	if !errors.As(err, &joined) || len(joined.Unwrap()) != 3 {
		t.Errorf("want three errors, got %v", err)
	}
}

func TestEmptyConfigurationIsTheDefault(t *testing.T) {
	for name, text := range map[string]string{"empty": "", "comment": "# nothing yet\n", "empty keys": "rules:\npaths:\n", "marker": "---\n"} {
		t.Run(name, func(t *testing.T) {
			c, err := parse("", []byte(text), nil, true)
			if err != nil {
				t.Fatal(err)
			}
			c.severitiesSetAt = nil
			if diff := cmp.Diff(Default(), c, cmp.AllowUnexported(Config{})); diff != "" {
				t.Errorf("differs from the default (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseSurvivesHostileYAML(t *testing.T) {
	for name, text := range map[string]string{
		"deep lists":    strings.Repeat("[", maxSize/2),
		"deep maps":     strings.Repeat("{a: ", maxSize/8),
		"deep block":    strings.Repeat("- ", maxSize/2),
		"many keys":     strings.Repeat("? ", maxSize/2),
		"anchors":       "a: &a [x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n",
		"lone brackets": "]}:",
		"tag":           "!!binary x: !!map y",
		"merge":         "<<: *x\n",
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := parse("miglint.yaml", []byte(text), nil, true); err == nil {
				t.Error("no error")
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("rules: {missing-down: off}\npaths: [a]\nmin-age: 3d"))
	f.Add([]byte("lock-timeout:\n  max: 1s\n"))
	f.Fuzz(func(_ *testing.T, text []byte) {
		_, _ = parse("miglint.yaml", text, someRules(), true) // must not crash
	})
}

func TestFind(t *testing.T) {
	top := t.TempDir()
	mkdir := func(p string) string {
		p = filepath.Join(top, p)
		if err := os.MkdirAll(p, 0o755); err != nil {
			t.Fatal(err)
		}
		return p
	}
	write := func(p string) string {
		p = filepath.Join(top, p)
		if err := os.WriteFile(p, nil, 0o644); err != nil {
			t.Fatal(err)
		}
		return p
	}
	outer := write(FileName)
	mkdir("repo/.git")
	deep := mkdir("repo/a/b")
	mkdir("worktree")
	write("worktree/.git")
	worktree := write("worktree/" + FileName)
	tests := map[string]struct{ from, want string }{
		"above":                          {mkdir("x/y"), outer},
		"not above a repository":         {deep, ""},
		"beside .git, which is a file":   {mkdir("worktree/db"), worktree},
		"in the folder itself":           {top, outer},
		"the nearest one, not the first": {mkdir("worktree/db/migrations"), worktree},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := Find(tt.from)
			if err != nil || got != tt.want {
				t.Errorf("Find = %q, %v; want %q", got, err, tt.want)
			}
		})
	}
}

func TestReadDoesNotFollowLinksOut(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("token: hunter2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), FileName)
	if err := os.Symlink(secret, link); err != nil {
		t.Skipf("this system has no symbolic links: %v", err)
	}
	_, err := Read(link, FileName, nil, true)
	if err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("a configuration that was found must not be read through a link: %v", err)
	}
	if _, err = Read(link, FileName, nil, false); err == nil || !strings.Contains(err.Error(), `unknown key "token"`) {
		t.Errorf("a configuration that the user named is read: %v", err)
	}
}

func TestReadRefusesWhatIsNoFile(t *testing.T) {
	dir := t.TempDir()
	big := filepath.Join(dir, "big.yaml")
	if err := os.WriteFile(big, make([]byte, maxSize+1), 0o644); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct{ path, want string }{
		"missing":   {filepath.Join(dir, "none.yaml"), "reading the configuration x: no such file or directory"},
		"folder":    {dir, "reading the configuration x: is a directory"},
		"too large": {big, "reading the configuration x: it is larger than 64 kB"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := Read(tt.path, "x", nil, false); err == nil || err.Error() != tt.want {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}
