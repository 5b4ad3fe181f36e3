-- migrate:up transaction:false
INSERT INTO mg_people VALUES (3, 'x');
INSERT INTO mg_people VALUES (4, 'x');

-- migrate:down transaction:false
DELETE FROM mg_people;
DELETE FROM mg_pets;
