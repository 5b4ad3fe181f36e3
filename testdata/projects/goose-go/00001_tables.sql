-- +goose Up
CREATE TABLE hives (id bigint PRIMARY KEY, place text);
CREATE TABLE frames (id bigint PRIMARY KEY, hive_id bigint);
-- +goose Down
DROP TABLE frames;
DROP TABLE hives;
