-- +goose Up
BEGIN;
INSERT INTO mg_people VALUES (3, 'x');
COMMIT;
INSERT INTO mg_people VALUES (4, 'x');
