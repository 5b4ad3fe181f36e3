-- +goose Up
-- +goose StatementBegin
CREATE TABLE d (id bigint);
-- +goose Down
-- +goose StatementEnd
