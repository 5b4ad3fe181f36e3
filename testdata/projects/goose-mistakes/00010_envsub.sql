-- +goose Up
-- +goose ENVSUB ON
-- +goose StatementBegin
DO $$ BEGIN PERFORM 1; END $$;
-- +goose StatementEnd
