{{ template "views/three.sql" . }}
