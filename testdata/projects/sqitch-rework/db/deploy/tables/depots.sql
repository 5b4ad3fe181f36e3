-- Deploy depots:tables/depots to pg

BEGIN;

CREATE TABLE depots (id bigint PRIMARY KEY, open boolean NOT NULL);

COMMIT;
