-- Up Migration
SELECT 'mg_21';
-- Down Migration
SELECT 'mg_22';
