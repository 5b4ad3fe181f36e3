-- Up Migration
CREATE TABLE c (id bigint);
-- Down Migration
DROP TABLE c;
-- up migration
CREATE TABLE d (id bigint);
