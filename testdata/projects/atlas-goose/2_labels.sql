-- +goose Up
CREATE TABLE labels (id bigint PRIMARY KEY);
-- an edit
