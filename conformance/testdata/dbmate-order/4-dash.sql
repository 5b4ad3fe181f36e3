-- migrate:up
SELECT 'mg_15';
-- migrate:down
SELECT 'mg_16';
