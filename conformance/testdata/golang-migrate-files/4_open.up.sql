-- A COMMIT in the middle ends the transaction that the server began.
INSERT INTO mg_people (id) VALUES (4); COMMIT; INSERT INTO mg_pets (id) VALUES (4);
