INSERT INTO mg_people VALUES (9, 'x');
