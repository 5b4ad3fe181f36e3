-- up migration
INSERT INTO mg_people VALUES (1, 'x');
---- DOWN Migration ----
DELETE FROM mg_people;
