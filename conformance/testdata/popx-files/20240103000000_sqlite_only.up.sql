INSERT INTO mg_people VALUES (3, 'x');
