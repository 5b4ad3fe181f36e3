-- atlas:txmode none

CREATE INDEX CONCURRENTLY a ON b (c);
