-- migrate:up
INSERT INTO mg_people VALUES (7, 'x');
-- migrate:down
DELETE FROM mg_people WHERE id = 7;
