-- Down Migration
DROP TABLE notes;
-- Up Migration
CREATE TABLE notes (id bigint PRIMARY KEY);
