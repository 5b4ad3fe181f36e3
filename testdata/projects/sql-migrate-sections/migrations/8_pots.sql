-- +migrate Up
CREATE TABLE pots (id bigint PRIMARY KEY);
-- +migrate Down
DROP TABLE pots;
-- +migrate Up
CREATE TABLE glazes (id bigint PRIMARY KEY);
