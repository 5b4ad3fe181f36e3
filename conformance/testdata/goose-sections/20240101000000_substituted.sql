-- +goose Up
-- +goose ENVSUB OFF
INSERT INTO mg_people VALUES (20, '$x');
-- +goose Down
DELETE FROM mg_people WHERE id = 20;
