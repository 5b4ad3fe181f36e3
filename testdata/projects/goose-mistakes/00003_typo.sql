-- +goose Up
-- +goose NOTRANSACTION
-- see +goose docs
CREATE TABLE b (id bigint);
-- +goose Down
DROP TABLE b;
