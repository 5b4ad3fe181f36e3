INSERT INTO mg_people VALUES (2, 'x');
INSERT INTO mg_people VALUES (3, 'x');
