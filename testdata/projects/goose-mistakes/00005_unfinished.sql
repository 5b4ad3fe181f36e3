-- +goose Up
CREATE TABLE c (id bigint)
-- +goose Down
DROP TABLE c; /* bye */
