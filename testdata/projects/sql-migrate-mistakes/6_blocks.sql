-- +migrate StatementBegin
-- +migrate Up
-- +migrate StatementEnd
SELECT 1;
-- +migrate StatementBegin
SELECT 2;
