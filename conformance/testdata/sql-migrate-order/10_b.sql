-- +migrate Down
SELECT 'mg_3';
-- +migrate Up
SELECT 'mg_4';
