-- Up Migration
SELECT 'mg_17';
-- Down Migration
SELECT 'mg_18';
