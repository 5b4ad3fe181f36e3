-- migrate:up
SELECT 'mg_13';
-- migrate:down
SELECT 'mg_14';
