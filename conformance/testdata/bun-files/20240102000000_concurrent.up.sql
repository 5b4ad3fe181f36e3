CREATE INDEX CONCURRENTLY mg_people_name_idx ON mg_people (name);

--bun:split

INSERT INTO mg_people VALUES (1, 'x');
INSERT INTO mg_people VALUES (2, 'x');
