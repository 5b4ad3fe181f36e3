-- Up Migration
SELECT 'mg_1';
-- Down Migration
SELECT 'mg_2';
