-- migrate:up
SELECT 'mg_17';
-- migrate:down
SELECT 'mg_18';
