-- migrate:up
SELECT 'mg_9';
-- migrate:down
SELECT 'mg_10';
