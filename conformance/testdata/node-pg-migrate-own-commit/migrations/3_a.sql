-- Up Migration
INSERT INTO mg_people VALUES (4);
