-- Up Migration
SELECT 'mg_15';
-- Down Migration
SELECT 'mg_16';
