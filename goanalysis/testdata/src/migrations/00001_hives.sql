-- +goose Up
CREATE TABLE hives (id bigint PRIMARY KEY, place text NOT NULL);
DROP TABLE wasps;

-- +goose Down
DROP TABLE hives;
