This is no comment, and nobody minds.
-- +migrate Up
INSERT INTO mg_people VALUES (5, 'x');
INSERT INTO mg_people VALUES (6, 'x');
