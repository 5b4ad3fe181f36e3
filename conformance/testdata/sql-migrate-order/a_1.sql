-- +migrate Down
SELECT 'mg_15';
-- +migrate Up
SELECT 'mg_16';
