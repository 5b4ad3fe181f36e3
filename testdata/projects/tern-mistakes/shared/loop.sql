SELECT 2;
{{ template "shared/loop.sql" . }}
