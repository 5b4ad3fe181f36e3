-- +goose Up
CREATE TABLE e (id bigint);
-- +goose Up
CREATE TABLE g (id bigint);
