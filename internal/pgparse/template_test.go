package pgparse_test

import (
	"strings"
	"testing"

	"github.com/miglint/miglint/internal/pgparse"
	"github.com/miglint/miglint/source"
)

// TestTemplates: actions are no part of the SQL, one branch of a choice is read,
// and what is left out is told.
func TestTemplates(t *testing.T) {
	tests := []struct {
		name, text string
		values     map[string]string
		statements string // their texts, or "?" for one that could not be read
		branches   string // those left out
	}{
		{"a whole statement", "{{ if .Big }}\nSELECT 1;\n{{ end }}\nSELECT 2;", nil, "SELECT 1|SELECT 2", ""},
		{"else", "{{ if .Big }}SELECT 1;{{ else }}SELECT 2;{{ end }}", nil, "SELECT 1", "SELECT 2;"},
		{"else if", "{{ if .A }}SELECT 1;{{ else if .B }}SELECT 2;{{ else }}SELECT 3;{{ end }}", nil, "SELECT 1", "SELECT 2;|SELECT 3;"},
		{"a value decides for", "{{ if .Big }}SELECT 1;{{ else }}SELECT 2;{{ end }}", map[string]string{"Big": "true"}, "SELECT 1", ""},
		{"a value decides against", "{{ if .Big }}SELECT 1;{{ else }}SELECT 2;{{ end }}", map[string]string{"Big": "false"}, "SELECT 2", ""},
		{"a value decides against the only branch", "{{ if .Big }}SELECT 1;{{ end }}SELECT 2;", map[string]string{"Big": ""}, "SELECT 2", ""},
		{"not", "{{ if not .Big }}SELECT 1;{{ else }}SELECT 2;{{ end }}", map[string]string{"Big": "1"}, "SELECT 2", ""},
		{"equal", `{{- if eq .Env "prod" -}} SELECT 1; {{- else -}} SELECT 2; {{- end -}}`, map[string]string{"Env": "test"}, "SELECT 2", ""},
		{"a comparison nobody decides", `{{ if gt .N 1 }}SELECT 1;{{ else }}SELECT 2;{{ end }}`, map[string]string{"N": "2"}, "SELECT 1", "SELECT 2;"},
		{"inside a statement", "CREATE TABLE t (id {{ if .Big }}bigint{{ else }}int{{ end }} NOT NULL);", nil,
			"CREATE TABLE t (id {{ if .Big }}bigint{{ else }}int{{ end }} NOT NULL)", "int"},
		{"nested", "{{ if .A }}{{ if .B }}SELECT 1;{{ else }}SELECT 2;{{ end }}{{ else }}SELECT {{ .x }};{{ end }}", nil, "SELECT 1", "SELECT 2;|SELECT {{ .x }};"},
		{"range and assignments", "{{ $n := 1 }}{{ range .Tables }}ALTER TABLE {{ . }} ADD a int;{{ end }}{{/* done */}}", nil, "ALTER TABLE {{ . }} ADD a int", ""},
		{"jinja", "{# a note; #}{% if x == 'a' %}SELECT 1;{% else %}SELECT 2;{% endif %}", map[string]string{"x": "b"}, "SELECT 2", ""},
		{"never closed", "{{ if .A }}SELECT 1;", nil, "SELECT 1", ""},
		{"never opened", "SELECT 1;{{ end }}{{ else }}SELECT 2;", nil, "SELECT 1|SELECT 2", ""},
		{"actions in strings", "SELECT '{{ if .A }}';", nil, "SELECT '{{ if .A }}'", ""},
		{"braces of PostgreSQL", `SELECT '{}'::int[], '{"a": {"b": 1}}'::jsonb;`, nil, `SELECT '{}'::int[], '{"a": {"b": 1}}'::jsonb`, ""},
		{"fmt verbs", "ALTER TABLE %s ADD COLUMN a int DEFAULT %d;", nil, "ALTER TABLE %s ADD COLUMN a int DEFAULT %d", ""},
		{"modulo", "SELECT a %s, b%d FROM t;", nil, "SELECT a %s, b%d FROM t", ""},
		{"River", "CREATE TABLE /* TEMPLATE: schema */jobs (id int);", map[string]string{"schema": "work."}, "CREATE TABLE /* TEMPLATE: schema */jobs (id int)", ""},
		{"not to be read", "{{ hook }}\nSELECT 1;", nil, "?|SELECT 1", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := source.NewFile("a.sql", []byte(test.text))
			res := pgparse.Parse(source.FileFragment(f, 0, len(test.text)), pgparse.Options{Placeholders: test.values})
			var statements, branches []string
			for _, s := range res.Statements {
				if s.Problem != nil {
					statements = append(statements, "?")
					continue
				}
				statements = append(statements, s.Text)
			}
			for _, b := range res.Branches {
				branches = append(branches, b.Text())
			}
			if got := strings.Join(statements, "|"); got != test.statements {
				t.Errorf("statements %q, want %q", got, test.statements)
			}
			if got := strings.Join(branches, "|"); got != test.branches {
				t.Errorf("branches left out %q, want %q", got, test.branches)
			}
		})
	}
}

// TestTemplatesInLinearTime: texts made to be slow are read like others.
func TestTemplatesInLinearTime(t *testing.T) {
	for name, text := range map[string]string{
		"never closed":      strings.Repeat("{% {# {{ ", 100_000),
		"many choices":      strings.Repeat("{{if a}}{{b}};{{else}}{{c}};{{end}}", 20_000),
		"nested choices":    strings.Repeat("{{if a}}{{else}}", 20_000) + strings.Repeat("{{end}}", 20_000),
		"many else":         "{{if a}}" + strings.Repeat("{{else if b}}x;", 20_000) + "{{end}}",
		"many verbs":        strings.Repeat("%s %d ", 20_000),
		"template comments": strings.Repeat("/* TEMPLATE: a */", 20_000),
	} {
		t.Run(name, func(t *testing.T) {
			f := source.NewFile("a.sql", []byte(text))
			pgparse.Parse(source.FileFragment(f, 0, len(text)), pgparse.Options{Placeholders: map[string]string{"z": "1"}})
		})
	}
}
