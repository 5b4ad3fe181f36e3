-- Up Migration
SELECT 'mg_3';
-- Down Migration
SELECT 'mg_4';
