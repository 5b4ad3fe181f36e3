-- +goose NO TRANSACTION
-- +goose Up
CREATE INDEX CONCURRENTLY mg_people_name_idx ON mg_people (name);
INSERT INTO mg_people VALUES (10, 'x');
-- +goose StatementBegin
INSERT INTO mg_people VALUES (11, 'x');
INSERT INTO mg_people VALUES (12, 'x');
-- +goose StatementEnd
-- +goose Down
DROP INDEX CONCURRENTLY mg_people_name_idx;
DELETE FROM mg_people;
