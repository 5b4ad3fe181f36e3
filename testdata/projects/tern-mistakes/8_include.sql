{{ template "../../etc/x.sql" . }}
{{ template "shared/loop.sql" . }}
SELECT 1;
