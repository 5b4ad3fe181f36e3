-- +migrate Up
INSERT INTO mg_people VALUES (2, 'x');
-- +migrate Down
DELETE FROM mg_people WHERE id = 2;
-- +migrate Up
INSERT INTO mg_people VALUES (22, 'x');
