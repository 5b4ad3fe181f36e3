-- Up Migration
INSERT INTO mg_people VALUES (2, 'x');
-- Down Migration
DELETE FROM mg_pets;
