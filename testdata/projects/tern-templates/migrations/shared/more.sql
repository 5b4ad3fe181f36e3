CREATE VIEW two AS SELECT * FROM {{ .prefix }}_parcels;
