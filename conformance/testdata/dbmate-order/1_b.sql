-- migrate:up
SELECT 'mg_1';
-- migrate:down
SELECT 'mg_2';
