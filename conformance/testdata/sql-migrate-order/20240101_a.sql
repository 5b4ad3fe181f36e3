-- +migrate Down
SELECT 'mg_1';
-- +migrate Up
SELECT 'mg_2';
