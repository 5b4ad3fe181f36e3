-- +migrate Down
SELECT 'mg_11';
-- +migrate Up
SELECT 'mg_12';
