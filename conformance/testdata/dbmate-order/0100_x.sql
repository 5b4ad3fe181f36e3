-- migrate:up
SELECT 'mg_7';
-- migrate:down
SELECT 'mg_8';
