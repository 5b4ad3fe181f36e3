-- +migrate Up
CREATE TABLE bowls (id bigint PRIMARY KEY);
