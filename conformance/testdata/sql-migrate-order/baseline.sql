-- +migrate Down
SELECT 'mg_7';
-- +migrate Up
SELECT 'mg_8';
