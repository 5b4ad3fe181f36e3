-- migrate:up
INSERT INTO mg_people VALUES (5, 'x');
COMMIT;
INSERT INTO mg_people VALUES (6, 'x');

-- migrate:down
