---- tern: disable-tx ----
CREATE INDEX CONCURRENTLY mg_people_name_idx ON mg_people (name);
INSERT INTO mg_people VALUES (1, 'a;b');
---- create above / drop below ----
---- tern: disable-tx ----
DROP INDEX CONCURRENTLY mg_people_name_idx;
DELETE FROM mg_people;
