-- Deploy people:zoo to pg
CREATE INDEX CONCURRENTLY mg_zoo_idx ON mg_zoo (id);
INSERT INTO mg_zoo VALUES (1); INSERT INTO mg_zoo VALUES (2);
