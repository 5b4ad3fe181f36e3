-- Deploy people:zoo to pg
BEGIN;
CREATE TABLE mg_zoo (id bigint PRIMARY KEY);
COMMIT;
