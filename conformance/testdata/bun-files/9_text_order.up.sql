-- Behind the others, for names are text.
INSERT INTO mg_people VALUES (9, 'x');
