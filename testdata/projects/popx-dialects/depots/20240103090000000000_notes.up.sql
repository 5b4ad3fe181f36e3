{{/* every database has its own type for long texts */}}
ALTER TABLE depots ADD COLUMN note {{ if .IsMySQL -}} LONGTEXT {{- else if or .IsPostgreSQL .IsCockroach -}} TEXT {{- else -}} CLOB {{- end }};
{{ if .IsSQLite }}
PRAGMA foreign_keys = {{ if .Parameters.strict }}ON{{ else }}OFF{{ end }};
{{ else if not .IsMySQL }}
CREATE TABLE {{ identifier .Parameters.table }} (id bigint PRIMARY KEY);
{{ end }}
