-- +migrate Up notransaction
CREATE INDEX CONCURRENTLY pots_id_idx ON pots (id);
-- +migrate Down
DROP INDEX pots_id_idx;
