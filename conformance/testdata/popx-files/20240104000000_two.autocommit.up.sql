INSERT INTO mg_people VALUES (4, 'x');
INSERT INTO mg_people VALUES (5, 'x');
