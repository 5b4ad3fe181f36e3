-- +goose Up
  -- +goose StatementBegin
CREATE TABLE a (id bigint);
-- +goose StatementEnd
