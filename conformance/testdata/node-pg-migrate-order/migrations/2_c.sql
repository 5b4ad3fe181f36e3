-- Up Migration
SELECT 'mg_5';
-- Down Migration
SELECT 'mg_6';
