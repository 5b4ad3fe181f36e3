CREATE VIEW one AS SELECT 1;
{{ template "shared/more.sql" . }}
