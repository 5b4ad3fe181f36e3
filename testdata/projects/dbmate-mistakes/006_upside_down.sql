-- migrate:down
-- migrate:up
SELECT 1;
