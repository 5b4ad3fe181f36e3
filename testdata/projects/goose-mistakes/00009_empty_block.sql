-- +goose Up
-- +goose StatementBegin
-- +goose StatementEnd
CREATE TABLE j (id bigint);
