INSERT INTO mg_people VALUES (3, 'x');
INSERT INTO mg_people VALUES (4, 'x');
