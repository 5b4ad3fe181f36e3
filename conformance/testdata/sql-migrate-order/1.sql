-- +migrate Down
SELECT 'mg_9';
-- +migrate Up
SELECT 'mg_10';
