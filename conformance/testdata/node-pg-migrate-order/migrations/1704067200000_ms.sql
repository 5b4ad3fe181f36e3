-- Up Migration
SELECT 'mg_7';
-- Down Migration
SELECT 'mg_8';
