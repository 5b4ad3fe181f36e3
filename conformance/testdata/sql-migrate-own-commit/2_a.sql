-- +migrate Up
INSERT INTO mg_people VALUES (1);
COMMIT;
INSERT INTO mg_people VALUES (2);
INSERT INTO mg_people VALUES (3);
