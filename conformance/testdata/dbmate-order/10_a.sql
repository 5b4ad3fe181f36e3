-- migrate:up
SELECT 'mg_3';
-- migrate:down
SELECT 'mg_4';
