/* licence */
CREATE TABLE lost (id bigint);
-- +goose Up
CREATE TABLE kept (id bigint);
