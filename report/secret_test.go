package report_test

import (
	"strings"
	"testing"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/report"
	"github.com/miglint/miglint/source"
)

// No format repeats a password, wherever in a finding it stands.
func TestPasswordsAreNotRepeated(t *testing.T) {
	rule := &analyzer.Rule{Name: "rule", Severity: analyzer.Error}
	for _, c := range []struct{ name, sql, shown string }{
		{"role", "CREATE ROLE app LOGIN PASSWORD 'sesame' NOINHERIT", "CREATE ROLE app LOGIN PASSWORD '******' NOINHERIT"},
		{"quote in it", "ALTER USER app WITH ENCRYPTED password 'o''sesame'", "ALTER USER app WITH ENCRYPTED password '*********'"},
		{"on the next line", "ALTER USER app PASSWORD\n  'sesame'", "  '******'"},
		{"escapes", `ALTER USER app PASSWORD E'ses\nsesame'`, "ALTER USER app PASSWORD E'***********'"},
		{"dollar quotes", "ALTER USER app PASSWORD $x$sesame$x$", "ALTER USER app PASSWORD $x$******$x$"},
		{"in code", "DO $$ BEGIN EXECUTE 'CREATE ROLE app PASSWORD ''sesame'''; END $$", "DO $$ BEGIN EXECUTE 'CREATE ROLE app PASSWORD ''******'''; END $$"},
		{"user mapping", "CREATE USER MAPPING FOR app SERVER s OPTIONS (user 'u', password 'sesame')", "CREATE USER MAPPING FOR app SERVER s OPTIONS (user 'u', password '******')"},
		{"connection string", "CREATE SUBSCRIPTION s CONNECTION 'host=h password=sesame dbname=d' PUBLICATION p", "CREATE SUBSCRIPTION s CONNECTION 'host=h password=****** dbname=d' PUBLICATION p"},
		{"URI", "CREATE SUBSCRIPTION s CONNECTION 'postgres://u:sesame@h/d' PUBLICATION p", "CREATE SUBSCRIPTION s CONNECTION 'postgres://u:******@h/d' PUBLICATION p"},
		{"never ends", "ALTER ROLE app PASSWORD 'sesame", "ALTER ROLE app PASSWORD '******"},
		{"twice", "ALTER ROLE a PASSWORD 'sesame'; ALTER ROLE b PASSWORD 'sesame'", "ALTER ROLE a PASSWORD '******'; ALTER ROLE b PASSWORD '******'"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := source.NewFile("1.sql", []byte(c.sql+";\n"))
			res := &analyzer.Result{Diagnostics: []analyzer.Diagnostic{{
				Rule: rule, Severity: analyzer.Error, Span: source.Span{File: f, Start: 0, End: len(c.sql)},
				Message: "about " + strings.ReplaceAll(c.sql, "\n", " "), Suggestion: c.sql,
			}}}
			for _, format := range report.Formats() {
				var b strings.Builder
				if err := report.Write(&b, format, res, report.Options{}); err != nil {
					t.Fatal(err)
				}
				if strings.Contains(b.String(), "sesame") {
					t.Errorf("%s repeats it:\n%s", format.Name, b.String())
				}
				if format.Name == "text" && !strings.Contains(b.String(), c.shown) {
					t.Errorf("text does not show %q:\n%s", c.shown, b.String())
				}
			}
			if !strings.Contains(res.Diagnostics[0].Suggestion, "sesame") || !strings.Contains(string(f.Text), "sesame") {
				t.Error("the result itself was changed")
			}
		})
	}
}

// What only looks like one is shown.
func TestCodeAboutPasswordsIsShown(t *testing.T) {
	rule := &analyzer.Rule{Name: "rule", Severity: analyzer.Error}
	for _, sql := range []string{
		"ALTER TABLE users ADD COLUMN password text DEFAULT 'none'",
		"ALTER ROLE app PASSWORD NULL",
		"UPDATE users SET password=crypt(password, gen_salt('bf'))",
		"SELECT now()::date AS passwords, 'x://y/z:1@2'",
		"CREATE INDEX users_password ON users (password)",
	} {
		f := source.NewFile("1.sql", []byte(sql))
		var b strings.Builder
		res := &analyzer.Result{Diagnostics: []analyzer.Diagnostic{{Rule: rule, Span: source.Span{File: f, End: len(sql)}, Message: "m"}}}
		if err := report.Write(&b, report.Formats()[0], res, report.Options{}); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), sql) {
			t.Errorf("%s: shown as\n%s", sql, b.String())
		}
	}
}
