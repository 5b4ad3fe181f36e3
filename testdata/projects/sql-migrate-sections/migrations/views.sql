-- +migrate Up
CREATE VIEW v AS SELECT 1;
