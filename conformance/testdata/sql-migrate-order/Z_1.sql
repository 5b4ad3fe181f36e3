-- +migrate Down
SELECT 'mg_13';
-- +migrate Up
SELECT 'mg_14';
