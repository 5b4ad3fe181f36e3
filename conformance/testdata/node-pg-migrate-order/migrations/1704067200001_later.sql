-- Up Migration
SELECT 'mg_11';
-- Down Migration
SELECT 'mg_12';
