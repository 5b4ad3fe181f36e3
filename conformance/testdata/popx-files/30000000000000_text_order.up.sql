INSERT INTO mg_people VALUES (6, 'x');
