-- atlas:txmode none

CREATE INDEX CONCURRENTLY mg_i ON mg_a (id);
INSERT INTO mg_a VALUES (1);
