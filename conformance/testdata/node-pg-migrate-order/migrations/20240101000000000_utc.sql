-- Up Migration
SELECT 'mg_9';
-- Down Migration
SELECT 'mg_10';
