CREATE INDEX CONCURRENTLY ships_id_idx ON ships (id);
