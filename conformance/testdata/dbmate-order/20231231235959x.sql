-- migrate:up
SELECT 'mg_11';
-- migrate:down
SELECT 'mg_12';
