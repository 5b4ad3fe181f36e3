-- Deploy depots:index_depots to pg

CREATE INDEX CONCURRENTLY depots_open_idx ON depots (open);
