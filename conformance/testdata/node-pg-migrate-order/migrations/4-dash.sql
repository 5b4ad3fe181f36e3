-- Up Migration
SELECT 'mg_19';
-- Down Migration
SELECT 'mg_20';
