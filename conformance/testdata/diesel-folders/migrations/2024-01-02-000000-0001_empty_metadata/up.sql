INSERT INTO mg_people VALUES (1, 'x');
INSERT INTO mg_people VALUES (2, 'x');
