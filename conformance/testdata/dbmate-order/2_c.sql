-- migrate:up
SELECT 'mg_5';
-- migrate:down
SELECT 'mg_6';
