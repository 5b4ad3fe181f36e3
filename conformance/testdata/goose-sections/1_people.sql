-- +goose Up
CREATE TABLE mg_people (id bigint PRIMARY KEY, name text);
CREATE TABLE mg_pets (id bigint PRIMARY KEY); INSERT INTO mg_pets VALUES (1);
-- +goose Down
DROP TABLE mg_pets;
DROP TABLE mg_people;
