-- Up Migration
SELECT 'mg_13';
-- Down Migration
SELECT 'mg_14';
