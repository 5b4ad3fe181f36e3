-- +goose Up
ALTER TABLE hives ADD COLUMN honey numeric;
-- +goose Down
-- nothing to undo
