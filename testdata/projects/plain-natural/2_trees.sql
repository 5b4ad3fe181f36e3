\set owner gardener
CREATE TABLE trees (id bigint PRIMARY KEY, orchard_id bigint);
CREATE INDEX CONCURRENTLY trees_orchard_id_idx ON trees (orchard_id);
