-- +goose NO TRANSACTION
-- +goose Up
SET lock_timeout = '5s';
CREATE INDEX CONCURRENTLY bees_hive_id_idx ON bees (hive_id);
-- +goose StatementBegin
ALTER TABLE bees ADD COLUMN queen boolean;
ALTER TABLE bees ADD COLUMN wings integer;
-- +goose StatementEnd
SELECT 1; SELECT 2;

-- +goose Down
DROP INDEX CONCURRENTLY bees_hive_id_idx;
