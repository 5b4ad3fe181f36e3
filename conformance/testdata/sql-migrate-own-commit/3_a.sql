-- +migrate Up
INSERT INTO mg_people VALUES (4);
