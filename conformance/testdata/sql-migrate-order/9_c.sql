-- +migrate Down
SELECT 'mg_5';
-- +migrate Up
SELECT 'mg_6';
