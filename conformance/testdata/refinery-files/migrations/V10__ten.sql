INSERT INTO mg_people VALUES (10, 'x');
