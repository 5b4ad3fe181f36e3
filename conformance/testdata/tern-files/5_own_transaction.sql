INSERT INTO mg_people VALUES (5, 'x');
COMMIT;
INSERT INTO mg_people VALUES (6, 'x');
---- create above / drop below ----
DELETE FROM mg_people WHERE id IN (5, 6);
