INSERT INTO mg_people VALUES (2, 'x');
